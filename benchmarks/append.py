"""A batch of one per cent appended to a log, against the full ingest of that log in the same run.

    python -m benchmarks.append 1000000 10000000

The file is the mixed one of `benchmarks.ingest` with three per cent more lines: all but those are ingested
in one step (the baseline), then the rest is appended in three batches; a tenth of each repeats what the log
holds. Each ingest is a process of its own. The ratio is the median batch / the full ingest: the
promise is at most 0.05 at ten million events. The same batch on an empty log shows what the log costs.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.ingest import OURS, measured, simulated
from benchmarks.sizes import from_command_line, rows

BATCHES = 3
REPEATED = 10  # one line in so many was delivered before


def split(file: Path, events: int, folder: Path) -> tuple[Path, list[Path]]:
    """The first `events` lines, and batches of one per cent of them from what follows."""
    full, size = folder / "full.jsonl", events // 100
    batches = [folder / f"batch-{number}.jsonl" for number in range(BATCHES)]
    with file.open("rb") as lines:
        repeated = []
        with full.open("wb") as out:
            every = events // (BATCHES * (size // REPEATED))
            for number, line in enumerate(itertools.islice(lines, events)):
                out.write(line)
                if number % every == 0:
                    repeated.append(line)
        for batch in batches:
            again = [repeated.pop() for _ in range(size // REPEATED)]
            batch.write_bytes(b"".join([*again, *itertools.islice(lines, size - len(again))]))
    return full, batches


def measure(events: int, folder: Path) -> dict[str, Any]:
    """One row: seconds of the full ingest, of a batch, and their ratio."""
    file = simulated(events + BATCHES * (events // 100), folder)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        full, batches = split(file, events, Path(place))
        empty = Path(place) / "empty"
        fresh = measured(OURS, str(batches[0]), str(empty))["seconds"]
        whole = measured(OURS, str(full), str(Path(place) / "home"))
        appended = [measured(OURS, str(batch), str(Path(place) / "home")) for batch in batches]
    seconds = statistics.median(batch["seconds"] for batch in appended)
    return {
        "events": whole["read"],
        "batch": appended[0]["read"],
        "batch_duplicates": appended[0]["duplicates"],
        "full_seconds": round(whole["seconds"], 2),
        "batch_seconds": round(seconds, 2),
        "batch_on_empty_log_seconds": round(fresh, 2),
        "ratio": round(seconds / whole["seconds"], 3),
    }


def main(sizes: list[int], folder: Path) -> list[dict[str, Any]]:
    """One row a size."""
    return rows(lambda events: measure(events, folder), sizes)


if __name__ == "__main__":
    from_command_line(main, otherwise=[1_000_000, 10_000_000])
