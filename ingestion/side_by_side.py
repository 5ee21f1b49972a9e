"""Statements of one database two at a time, because planning and small tables keep one core busy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

import duckdb

from ingestion import privacy

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
_WORKERS = 2


def run(
    con: duckdb.DuckDBPyConnection,
    work: Callable[[duckdb.DuckDBPyConnection, _Task], _Result],
    tasks: Iterable[_Task],
) -> list[_Result]:
    """Results of `work(cursor, task)` in the order of the tasks; the first error is raised.

    A cursor sees the tables of `con`, not its temp tables, and `con` must be idle.
    """
    free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    cursors = [privacy.cursor(con) for _ in range(_WORKERS)]
    for cursor in cursors:
        free.put(cursor)

    def one(task: _Task) -> _Result:
        own = free.get()
        try:
            return work(own, task)
        finally:
            free.put(own)

    try:
        with ThreadPoolExecutor(_WORKERS) as workers:
            return list(workers.map(one, tasks))
    finally:
        for cursor in cursors:
            cursor.close()
