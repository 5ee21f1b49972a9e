"""A full dbt run of 1 M and 5 M events with two threads: seconds, and the ratio of the two.

    python -m benchmarks.build HOME_1M HOME_5M     (homes whose log holds that many events)

The baseline is the same run on the smaller log: near linear growth is a ratio near that of the events.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.sizes import rows


def built(home: Path) -> dict[str, Any]:
    """Seconds and peak memory of `waypost build --full --no-tests`."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "waypost.cli", "build", "--full", "--no-tests", "--json"],
        env={**os.environ, "WAYPOST_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the build of {home} failed")
    json.loads(output.splitlines()[-1])  # the report must be whole
    return {
        "seconds": round(time.perf_counter() - start, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
    }


def main(homes: list[Path]) -> list[dict[str, Any]]:
    """One row a home."""
    return rows(lambda home: {"home": home.name, **built(home)}, homes)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
