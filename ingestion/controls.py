"""Control totals of what was delivered: objects seen in the landed input, one Parquet file a reading.

Written beside the log and compared with it by the build. Of an input the last reading counts; earlier
ones stay, so that a build of the past compares with what was seen then. A reading that is not yet
whole stands in `PENDING`, where no build looks: were it cut off, an erasure still meets its events
with their totals.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from filelock import FileLock

from ingestion import privacy

# of the files, with their SQL types
COLUMNS = {
    "source": "varchar",
    "measure": "varchar",
    "object_id": "varchar",
    "currency": "varchar",
    "amount_minor": "bigint",
    "is_withdrawn": "boolean",
    "occurred_at": "timestamptz",
    "committed_at": "timestamptz",
}
# when a reading was, in the name of its file: sorts as text
STAMP = "%Y%m%dT%H%M%S%f"
PENDING = "pending"


@contextmanager
def taking_in(log: Path, *, is_told: bool) -> Iterator[None]:
    """While an input that tells totals (`is_told`) is taken in: many at a time, no erasure among them.

    So an erasure meets events with their totals, or refuses both.
    """
    with _turn(log, fcntl.LOCK_SH) if is_told else nullcontext():
        yield


@contextmanager
def erasing(log: Path) -> Iterator[None]:
    """While a person goes from events and totals: waits for inputs under way, later ones for it."""
    with _turn(log, fcntl.LOCK_EX):
        yield


@contextmanager
def _turn(log: Path, kind: int) -> Iterator[None]:
    log.mkdir(parents=True, exist_ok=True)
    # given back when they are closed
    with (log / "controls.turn").open("a") as turn, (log / "controls.gate").open("a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(turn, kind)
        if kind == fcntl.LOCK_SH:  # an erasure that waits keeps the gate: inputs cannot outlast it
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the totals against an erasure: what it looks for is not written meanwhile."""
    (folder / PENDING).mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "controls.lock"):
        for place in (folder, folder / PENDING):
            privacy.drop_drafts(place)
        yield


def readings(folder: Path, input_key: str = "") -> list[Path]:
    """Files of all readings, or of those of one input, also of those that are not whole."""
    places = (folder, folder / PENDING)
    return sorted(path for place in places for path in place.glob(f"{input_key}*.parquet"))


def append_key(reading: Path) -> str | None:
    """Key of the append that was under way with a reading that is not whole; None of a whole one."""
    return reading.stem.rpartition("-")[2] if reading.parent.name == PENDING else None
