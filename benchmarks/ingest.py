"""Ingest against DuckDB's own copy of the same file: seconds, their ratio, and peak memory.

    python -m benchmarks.ingest 1000000 5000000

The file is a simulated mixed contact file (27 event types, unknown attributes, duplicates, broken
lines), or a lean one of `case.opened` alone. Baseline: `read_json` → Parquet, which checks, hashes and remembers nothing. Ours: everything
on (validation, unknown attributes, keyed hashes, key check, quarantine, commit). Each run is a fresh
process with two threads; a pair is one of each, in turn; the ratio is baseline / ours.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.sizes import from_command_line, rows

ROUNDS = 7

BASELINE = """
import duckdb, json, sys, time
con = duckdb.connect()
con.execute("set threads = 2")
start = time.perf_counter()
con.execute(
    f"copy (select * from read_json('{sys.argv[1]}', format = 'newline_delimited',"
    f" ignore_errors = true)) to '{sys.argv[2]}/copy.parquet'"
)
print(json.dumps({"seconds": time.perf_counter() - start}))
"""

OURS = """
import json, sys, time
from datetime import datetime, UTC
from pathlib import Path
from ingestion import pipeline
home = Path(sys.argv[2])
start = time.perf_counter()
counts = pipeline.ingest(
    [Path(sys.argv[1])], log=home / "log", quarantine=home / "quarantine",
    secret_file=home / "secret", run_started_at=datetime.now(UTC),
)
print(json.dumps({"seconds": time.perf_counter() - start, **counts}))
"""


def measured(code: str, *arguments: str) -> dict[str, Any]:
    """Run a piece of Python in a process of its own; its report and its peak memory in MiB."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"a run failed: {arguments}")
    report: dict[str, Any] = json.loads(output.splitlines()[-1])
    return report | {"peak_mib": usage.ru_maxrss / 1024}


def simulated(events: int, folder: Path) -> Path:
    """A mixed contact file of that many lines, made once a folder."""
    file = folder / f"contact-{events}.jsonl"
    if not file.exists():
        command = ["simulate", "--only", "contact", "--events", str(events), "--json"]
        subprocess.run(
            [sys.executable, "-m", "waypost.cli", *command, "--single-file", str(file)],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "WAYPOST_HOME": str(folder / "home")},
        )
    return file


def lean(events: int, folder: Path) -> Path:
    """A file of `case.opened` alone: those of a mixed file, again and again under other numbers."""
    file = folder / f"case-opened-{events}.jsonl"
    if not file.exists():
        with simulated(min(events, 1_000_000), folder).open("rb") as lines:
            opened = [line for line in lines if b'"type":"case.opened"' in line and b"HD" in line]
        with file.open("wb") as out:
            for number in range(-(-events // len(opened))):
                some = opened[: events - number * len(opened)]
                out.write(b"".join(some).replace(b"HD", b"HD%d-" % number))
    return file


def pairs(file: Path, rounds: int = ROUNDS) -> dict[str, Any]:
    """Medians over pairs of runs."""
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            base = measured(BASELINE, str(file), folder)
            ours = measured(OURS, str(file), folder)
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir()
        found.append((base["seconds"], ours["seconds"], ours["peak_mib"], ours))
    return {
        "file": file.stem.rpartition("-")[0],
        "events": found[0][3]["read"],
        "appended": found[0][3]["appended"],
        "quarantined": found[0][3]["quarantined"],
        "duplicates": found[0][3]["duplicates"],
        "file_mib": round(file.stat().st_size / 2**20),
        "rounds": rounds,
        "baseline_seconds": round(statistics.median(f[0] for f in found), 2),
        "ingest_seconds": round(statistics.median(f[1] for f in found), 2),
        "ratio": round(statistics.median(f[0] / f[1] for f in found), 3),
        "peak_mib": round(max(f[2] for f in found)),
    }


def main(sizes: list[int], folder: Path, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row a size, and one of the lean file at the least of them."""
    files = [*(simulated(events, folder) for events in sizes), lean(min(sizes), folder)]
    return rows(lambda file: pairs(file, rounds), files)


if __name__ == "__main__":
    from_command_line(main, otherwise=[1_000_000, 5_000_000])
