"""A large file is read while it is hashed: what that changes, and what it must not change."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Event
from time import sleep

import duckdb
import pytest

from ingestion import ahead, chunks, inputs, pipeline, shapes
from ingestion.ahead import Ahead
from tests.ingestion.conftest import Home, event


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_LARGE", 0)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files whose lines are read, and each as often."""
    found: list[Path] = []
    load = shapes.load_lines

    def counted(con: duckdb.DuckDBPyConnection, paths: Sequence[Path], mean: int) -> None:
        found.extend(paths)
        load(con, paths, mean)

    monkeypatch.setattr(shapes, "load_lines", counted)
    return found


def test_a_file_is_read_once_and_not_again_while_it_stays(home: Home, looks: list[Path]) -> None:
    file = home.write("contact/events.jsonl", [event(1), event(2), "{broken"])
    counts = home.ingest(file)
    assert (counts["appended"], counts["quarantined"]) == (2, 1)
    again = [home.ingest(file) for _ in range(2)]
    assert [one["skipped_inputs"] for one in again] == [1, 1]
    assert looks == [file]
    assert home.ingest(home.write("contact/events.jsonl", [event(3)]))["appended"] == 1


def test_a_file_that_was_only_moved_is_known(home: Home) -> None:
    file = home.write("contact/events.jsonl", [event(1)])
    home.ingest(file)
    moved = file.rename(file.with_name("moved.jsonl"))
    assert home.ingest(moved)["skipped_inputs"] == 1
    assert [path.name for path in (home.path / "landing" / ".work").iterdir()] == [".lock"]


def test_an_error_aside_ends_the_ingest_and_leaves_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(con: duckdb.DuckDBPyConnection, paths: Sequence[Path], mean: int) -> None:
        raise OSError(f"{paths[0]} cannot be read")

    file = home.write("contact/events.jsonl", [event(1)])
    with monkeypatch.context() as patch, pytest.raises(OSError, match="cannot be read"):
        patch.setattr(shapes, "load_lines", broken)
        home.ingest(file)
    assert [path.name for path in (home.path / "landing" / ".work").iterdir()] == [".lock"]
    assert home.ingest(file)["appended"] == 1


def test_whoever_stops_reading_leaves_nobody_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, begun, ended = shapes.load_lines, Event(), Event()

    def slow(con: duckdb.DuckDBPyConnection, paths: Sequence[Path], mean: int) -> None:
        load(con, paths, mean)
        if begun.is_set():  # the chunk after the one that is worked on
            sleep(0.5)
            ended.set()
        begun.set()

    monkeypatch.setattr(shapes, "load_lines", slow)
    monkeypatch.setattr(inputs, "BLOCK", 16)
    monkeypatch.setattr(chunks, "BLOCK", 16)
    monkeypatch.setattr(ahead, "chunks", partial(chunks.chunks, size=16))
    file = tmp_path / "lines.jsonl"
    file.write_text("{}\n" * 50)
    with duckdb.connect() as con, Ahead(con, lambda: inputs.Lines(file)) as read:
        next(read.each(lambda: con.execute("drop table next_lines")))
    assert ended.is_set()
