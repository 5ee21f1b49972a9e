"""Measure every speed claim and write docs/performance.md: `make bench` (about an hour).

python -m benchmarks --events 1000000 --rounds 3      a shorter look
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks import append, build, erasure, identity, ingest, listen, pages

DOC = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
START, END = "<!-- measured -->", "<!-- /measured -->"


def table(rows: list[dict[str, Any]]) -> str:
    """A Markdown table of rows with the same keys."""
    names = list(rows[0])
    lines = [
        "| " + " | ".join(n.replace("_", " ") for n in names) + " |",
        "|---" * len(names) + "|",
    ]
    lines += ["| " + " | ".join(f"{row[n]:,}" if isinstance(row[n], int) else str(row[n])
                                for n in names) + " |" for row in rows]  # fmt: skip
    return "\n".join(lines)


def machine() -> str:
    """Size of the machine and the day."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def homes(sizes: list[int], folder: Path) -> list[Path]:
    """A home with a log of each size."""
    found = []
    for events in sizes:
        home = folder / f"home-{events}"
        ingest.measured(ingest.OURS, str(ingest.simulated(events, folder)), str(home))
        found.append(home)
    return found


def main() -> None:
    """Run all benchmarks and put their tables between the marks of the document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--rounds", type=int, default=ingest.ROUNDS)
    parser.add_argument("--pages", type=Path, help="a published home whose pages are timed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(os.environ.get("WAYPOST_BENCH_FOLDER", scratch))
        parts = [
            f"Measured {machine()}.",
            "### Ingest",
            table(ingest.main(given.events, folder, given.rounds)),
            "### A batch of one per cent",
            table(append.main(given.events, folder)),
            "### One person erased",
            table(erasure.main(given.events, folder)),
            "### Full dbt run",
            table(build.main(homes(given.events, folder))),
            "### Identities",
            table(identity.main(given.events, folder)),
            "### Webhooks",
            table(listen.main()),
        ]
    if given.pages:
        timed = pages.measure(given.pages.resolve())
        rows = [{"page": name, **row} for name, row in timed.items() if name != "shell"]
        parts += ["### Pages", table(rows)]
    head, _, rest = DOC.read_text("utf-8").partition(START)
    tail = rest.partition(END)[2]
    DOC.write_text(f"{head}{START}\n\n" + "\n\n".join(parts) + f"\n\n{END}{tail}", "utf-8")


if __name__ == "__main__":
    main()
