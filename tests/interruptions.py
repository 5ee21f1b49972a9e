"""A step that is stopped in its midst, as a crash would stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest


@contextmanager
def stopped_at(call: int, module: object, name: str) -> Iterator[None]:
    """The block ends at that call (from 1) of a step; the calls before it are made."""
    step, calls = getattr(module, name), count(1)

    def stop(*arguments: Any, **options: Any) -> Any:
        if next(calls) == call:
            raise KeyboardInterrupt
        return step(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, name, stop)
        yield
