"""Statements side by side: no more threads than cores, and as many as before when they are done."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import pytest

from ingestion import pipeline, privacy, side_by_side
from ingestion.side_by_side import threads


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 3}) as found:
        privacy.install(found, b"a secret of enough length")
        yield found


def test_whoever_runs_a_statement_is_counted(con: duckdb.DuckDBPyConnection) -> None:
    with side_by_side.one_thread_less(con):
        assert side_by_side.run(con, [threads, threads]) == [2, 2]
    assert threads(con) == 3


def test_an_error_gives_the_thread_back(con: duckdb.DuckDBPyConnection) -> None:
    def broken(own: duckdb.DuckDBPyConnection) -> None:
        own.execute("select nothing")

    with pytest.raises(duckdb.BinderException), side_by_side.one_thread_less(con):
        side_by_side.run(con, [broken])
    assert threads(con) == 3


def test_one_core_stays(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("set threads = 1")
    with side_by_side.one_thread_less(con):
        assert threads(con) == 1


@pytest.mark.parametrize(("cores", "expected"), [(2, 2), (8, 8), (64, 8)])
def test_an_ingest_takes_no_more_threads_than_its_memory_is_for(
    cores: int, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = partial(duckdb.connect, config={"threads": cores})
    monkeypatch.setattr(pipeline.duckdb, "connect", many)
    with pipeline._connection(tmp_path) as con:
        assert threads(con) == expected
