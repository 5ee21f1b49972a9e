"""One person erased from a log, against the full ingest of that log in the same run.

    python -m benchmarks.erasure 1000000 10000000

The file is the mixed one of `benchmarks.ingest`, cut into files as a source delivers them over time, so that the log
has many parts. The baseline is their ingest in one process; the erasure (of somebody with the median number of
events) is a process of its own. `rewritten` of `parts` shows that only parts that hold the
person are written anew; `untouched_changed` counts others whose bytes differ afterwards, and must be 0.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.ingest import OURS, measured, simulated
from benchmarks.sizes import from_command_line, rows
from ingestion import log, parts
from ingestion.catalogue import DOMAINS

FILES = 40

ERASE = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from waypost import erasure
from waypost.settings import Settings
home = Path(sys.argv[2])
settings = Settings(home=home, secret_file=Path(sys.argv[3]))
started = time.perf_counter()
counts = erasure.erase(settings, sys.argv[1], now=datetime.now(UTC), salt="0" * 64)
print(json.dumps({"seconds": time.perf_counter() - started, **counts}))
"""


def cut(file: Path, events: int, folder: Path) -> Path:
    """The first `events` lines in `FILES` files, in their order."""
    folder.mkdir()
    with file.open("rb") as lines:
        for number in range(FILES):
            part = itertools.islice(lines, -(-events // FILES))
            (folder / f"{number:03}.jsonl").write_bytes(b"".join(part))
    return folder


def someone(home: Path) -> str:
    """The person with the median number of events, the least hash of equals."""
    with duckdb.connect() as con:
        files = log.file_uris(home / "log", "contact")
        row = con.execute(
            "with people as (select party_hash, count(*) as events "
            "from read_parquet($1, union_by_name = true) where party_hash is not null group by 1) "
            "select party_hash from people where events = "
            "(select quantile_disc(events, 0.5) from people) order by 1 limit 1",
            [files],
        ).fetchone()
    return str((row or ("",))[0])


def checksums(home: Path) -> dict[str, str]:
    """Each part of the log with the checksum of its bytes."""
    listed = (part for domain in DOMAINS for part in log.parts(home / "log", domain))
    return {
        f"{part.path.parent.name}/{part.path.name}": parts.checksum(part.path) for part in listed
    }


def measure(events: int, folder: Path) -> dict[str, Any]:
    """One row: seconds of the full ingest and of the erasure, their ratio, parts rewritten of all."""
    file = simulated(events, folder)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        home = Path(place) / "home"
        whole = measured(OURS, str(cut(file, events, Path(place) / "landed")), str(home))
        before = checksums(home)
        erased = measured(ERASE, someone(home), str(home), str(home / "secret"))
        after = checksums(home)
    told = {name for name in after if name.startswith("privacy/")}  # that it was done
    gone = before.keys() - after.keys()
    return {
        "events": whole["read"],
        "parts": len(before),
        "rewritten": len(gone),
        "untouched_changed": sum(before[name] != after[name] for name in before.keys() & after),
        "new_parts": len(after.keys() - before.keys() - told),
        "events_of_person": erased["events"],
        "ingest_seconds": round(whole["seconds"], 2),
        "erasure_seconds": round(erased["seconds"], 2),
        "ratio": round(erased["seconds"] / whole["seconds"], 3),
        "peak_mib": round(erased["peak_mib"]),
    }


def main(sizes: list[int], folder: Path) -> list[dict[str, Any]]:
    """One row a size."""
    return rows(lambda events: measure(events, folder), sizes)


if __name__ == "__main__":
    from_command_line(main, otherwise=[1_000_000, 10_000_000])
