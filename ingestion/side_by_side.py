"""Statements of one database two at a time, because planning and small tables keep one core busy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeVar

import duckdb

from ingestion import privacy

_Result = TypeVar("_Result")
_WORKERS = 2


def threads(con: duckdb.DuckDBPyConnection) -> int:
    """How many threads work on the statements of a connection's database."""
    (found,) = con.execute("select current_setting('threads')").fetchone() or (1,)
    return int(found)


@contextmanager
def one_thread_less(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Statements that `run` runs in here take all cores and no more: who runs one works on it too.

    Not while other statements run on the database: they would have one thread fewer as well.
    """
    before = threads(con)
    con.execute(f"set threads = {max(before - 1, 1)}")
    try:
        yield
    finally:
        con.execute(f"set threads = {before}")


def run(
    con: duckdb.DuckDBPyConnection,
    tasks: Iterable[Callable[[duckdb.DuckDBPyConnection], _Result]],
) -> list[_Result]:
    """Results of the tasks, each called with a cursor, in their order; the first error is raised.

    A cursor sees the tables of `con`, not its temp tables, and `con` must be idle.
    """
    free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    cursors = [privacy.cursor(con) for _ in range(_WORKERS)]
    for cursor in cursors:
        free.put(cursor)

    def one(task: Callable[[duckdb.DuckDBPyConnection], _Result]) -> _Result:
        own = free.get()
        try:
            return task(own)
        finally:
            free.put(own)

    try:
        with ThreadPoolExecutor(_WORKERS) as workers:
            return list(workers.map(one, tasks))
    finally:
        for cursor in cursors:
            cursor.close()
