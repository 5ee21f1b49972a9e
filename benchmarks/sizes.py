"""One row a size: how a benchmark is called and prints what it measures; knows no benchmark."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

Row = dict[str, Any]
Size = TypeVar("Size")


def rows(measured: Callable[[Size], Row], sizes: Iterable[Size]) -> list[Row]:
    """One row a size, each printed as a line of JSON when it is there."""
    found = []
    for size in sizes:
        found.append(measured(size))
        print(json.dumps(found[-1]), flush=True)
    return found


def from_command_line(
    main: Callable[[list[int], Path], list[Row]], *, otherwise: list[int]
) -> None:
    """Run for the sizes in the arguments, in WAYPOST_BENCH_FOLDER or a folder that goes afterwards."""
    sizes = [int(text) for text in sys.argv[1:]] or otherwise
    with tempfile.TemporaryDirectory() as scratch:
        main(sizes, Path(os.environ.get("WAYPOST_BENCH_FOLDER", scratch)))
