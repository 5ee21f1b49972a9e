"""What stands beside the log of a person who is erased: control totals and last known states.

Totals keep their sums under stand-ins, in files that no later reading of the input replaces; states
go. Knows how such objects are called in the log (see `traces.of_object`), runs no erasure.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from filelock import FileLock

from ingestion import controls, privacy, quoting, traces
from ingestion.sources import states


def move_totals(
    folder: Path,
    request_id: str,
    found: Collection[str],
    stand_in: Callable[[str], str],
    is_appended: Callable[[str, str], bool],
) -> int:
    """Move the person's rows of each reading into a file of their own; returns how many there were.

    Of a reading that is not whole only those whose events the log has (`is_appended`, asked with
    measure and append key); the others go, because their events will be refused.
    """
    if not folder.exists():
        return 0
    with controls.locked(folder):
        return sum(
            _move(path, folder / _place(path, request_id), found, stand_in, is_appended)
            for path in controls.readings(folder)
        )


def _move(
    path: Path,
    place: Path,
    found: Collection[str],
    stand_in: Callable[[str], str],
    is_appended: Callable[[str, str], bool],
) -> int:
    append_key = controls.append_key(path)
    moved: list[tuple[int, str | None]] = []  # row and stand-in
    objects = (
        row
        for batch in pq.ParquetFile(path).iter_batches(columns=["measure", "object_id"])
        for row in batch.to_pylist()
    )
    for number, row in enumerate(objects):
        known = traces.of_object(row["measure"], row["object_id"])
        if own := next((trace for trace in known if trace in found), None):
            is_told = append_key is None or is_appended(row["measure"], append_key)
            moved.append((number, stand_in(own) if is_told else None))
    if moved:
        _split(path, place, moved)
    return len(moved)


def _split(path: Path, place: Path, moved: Sequence[tuple[int, str | None]]) -> None:
    """Take rows out of a file, those with a stand-in into another.

    First where they go, then where they came from: a crash between repeats the same.
    """
    listed = ", ".join(controls.COLUMNS)
    rows = f"read_parquet({quoting.text(path)}, file_row_number = true)"
    before = f"union select {listed} from read_parquet({quoting.text(place)})"
    with duckdb.connect() as con:
        con.execute("set temp_directory = ''")  # nothing clear is put aside
        con.execute(
            "create table moved as select unnest($1::bigint[]) as file_row_number, "
            "unnest($2::varchar[]) as stand_in",
            [list(column) for column in zip(*moved, strict=True)],
        )
        if any(name for _, name in moved):
            named = f"{rows} join (from moved where stand_in is not null) using (file_row_number)"
            gone = f"(select * replace (stand_in as object_id) from {named})"
            told = f"select {listed} from {gone} {before if place.exists() else ''}"
            _write(con, told, place)
        _write(con, f"select {listed} from {rows} anti join moved using (file_row_number)", path)


def _write(con: duckdb.DuckDBPyConnection, rows: str, path: Path) -> None:
    with privacy.replacing(path) as draft:
        con.execute(f"copy ({rows}) to {quoting.text(draft)} (format parquet)")


def _place(path: Path, request_id: str) -> str:
    """Name of a reading of no input, of the same time: nobody reads it again."""
    input_key, stamp, *_ = path.stem.split("-")
    name = hashlib.sha256(f"{request_id}\x1f{input_key}".encode()).hexdigest()[:32]
    return f"{name}-{stamp}.parquet"


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
