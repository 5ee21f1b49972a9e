"""What stands beside the log of a person who is erased: control totals and last known states.

Totals keep their sums under stand-ins, in files that no later reading of the input replaces; states
go. Knows how such objects are called in the log (see `traces.of_object`), runs no erasure.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from ingestion import controls, privacy, traces
from ingestion.sources import states


def move_totals(
    folder: Path, request_id: str, found: Collection[str], stand_in: Callable[[str], str]
) -> int:
    """Move the person's rows of each reading into a file of their own; returns how many there were."""
    if not folder.exists():
        return 0
    with controls.locked(folder):
        return sum(
            _move(path, request_id, found, stand_in) for path in sorted(folder.glob("*.parquet"))
        )


def _move(
    path: Path, request_id: str, found: Collection[str], stand_in: Callable[[str], str]
) -> int:
    kept, moved = [], []
    for row in pq.read_table(path, schema=controls.SCHEMA).to_pylist():
        known = traces.of_object(row["measure"], row["object_id"])
        own = next((trace for trace in known if trace in found), None)
        if own is None:
            kept.append(row)
        else:
            moved.append(row | {"object_id": stand_in(own)})
    if moved:  # first where they go, then where they came from: a crash between repeats the same
        _write(_place(path, request_id), moved)
        _write(path, kept, is_whole=True)
    return len(moved)


def _place(path: Path, request_id: str) -> Path:
    """A reading of no input, of the same time: nobody reads it again."""
    input_key, _, stamp = path.name.partition("-")
    name = hashlib.sha256(f"{request_id}\x1f{input_key}".encode()).hexdigest()[:32]
    return path.with_name(f"{name}-{stamp}")


def _write(path: Path, rows: list[dict[str, Any]], *, is_whole: bool = False) -> None:
    before = [] if is_whole or not path.exists() else pq.read_table(path).to_pylist()
    known = {tuple(row.values()): row for row in (*before, *rows)}
    table = pa.Table.from_pylist([*known.values()], schema=controls.SCHEMA)
    with privacy.replacing(path) as draft:
        pq.write_table(table, draft)


def forget_states(folder: Path, found: Collection[str]) -> int:
    """Delete the last known states of the person's objects, in all sources; returns how many."""
    deleted = 0
    for path in sorted(folder.glob("*.sqlite")):
        with FileLock(path.with_suffix(".lock")), closing(sqlite3.connect(path)) as con:
            con.execute("pragma secure_delete = on")
            with con:
                own = _states_of(con, found)
                con.executemany("delete from states where object_key = ?", own)
            deleted += len(own)
    return deleted


def _states_of(con: sqlite3.Connection, found: Collection[str]) -> list[tuple[str]]:
    """Keys of states whose object, or one of whose events, was found."""
    told = _beginnings(found)
    own = set()
    for key, known in con.execute("select object_key, known from states"):
        names = states.traces_of(key, json.loads(known)["facts"])
        if key in told or any(trace in found for trace in names):
            own.add((str(key),))
    return sorted(own)


def _beginnings(found: Collection[str]) -> set[str]:
    """Beginnings of the events that were found: the differ's are `<source>␟<object>/<field>/…`."""
    told = set()
    for trace in found:
        name = trace.removeprefix("event/") if trace.startswith("event/") else ""
        while "/" in name.partition("\x1f")[2]:
            name = name.rpartition("/")[0]
            told.add(name)
    return told
