"""Stretches of a file: together they are the file, and each says where it stands."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import chunks, inputs, shapes
from ingestion.chunks import Chunk
from ingestion.inputs import Lines

BLOCK = 64
small = pytest.mark.usefixtures("small_blocks")


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "BLOCK", BLOCK)
    monkeypatch.setattr(chunks, "BLOCK", BLOCK)
    monkeypatch.setattr(chunks, "_FEW_ENDS", 1)
    monkeypatch.setattr(chunks, "_PIECE", 3 * BLOCK)


def told(chunk: Chunk) -> bytes:
    with chunk.readable() as paths:
        return b"".join(path.read_bytes() for path in paths)


@small
@given(
    st.lists(st.integers(0, 4 * BLOCK), max_size=40),
    st.booleans(),
    st.sampled_from([1, 100, 300, 10_000]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_stretches_are_the_file(tmp_path: Path, lengths: list[int], ends: bool, size: int) -> None:
    lines = [b"x" * length for length in lengths]
    text = b"\n".join(lines) + (b"\n" if ends and lines else b"")
    file = tmp_path / "lines.jsonl"
    file.write_bytes(text)
    found = [*chunks.chunks(Lines(file), size)]
    assert b"".join(map(told, found)) == text
    for chunk in found:
        before = text[: chunk.first_byte]
        assert before.endswith(b"\n") or not before
        assert chunk.first_line == before.count(b"\n") + 1
        assert chunk.lines in {max(1, told(chunk).count(b"\n") + more) for more in (0, 1)}


@small
def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    texts = [b"%03d" % n * 20 if n % 3 else b"" for n in range(40)]
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"\n".join(texts))
    found = []
    for chunk in chunks.chunks(Lines(file), 1):
        rows = np.arange(len([line for line in told(chunk).split(b"\n") if line]))
        found += zip(*chunks.positions(chunk, rows), strict=True)
    assert len(found) > 20
    whole = file.read_bytes()
    for (number, start, length), text in zip(found, filter(None, texts), strict=True):
        assert texts[number - 1] == text == whole[start : start + length]


@small
def test_who_stops_reading_a_stretch_is_not_held_up(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"x" * 2**22 + b"\n" + b"y")
    with (
        pytest.raises(OSError, match="enough"),
        Chunk(file, 1, 1, 0, 2**22 + 1).readable() as paths,
    ):
        paths[0].open("rb").close()
        raise OSError("enough")


@small
def test_a_file_that_shrinks_is_no_shorter_stretch(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"xx\n" * 10)
    with (
        pytest.raises(inputs.InputError, match="became shorter"),
        Chunk(file, 10, 1, 27, 30).readable() as paths,
    ):
        assert [path.read_bytes() for path in paths] == [b"xx\n"]


@small
def test_what_is_written_to_a_file_meanwhile_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"xx\n" * 50)
    lines = Lines(file)
    assert sum(lines.ends) == 50
    with file.open("ab") as more:
        more.write(b"yy\n" * 200)
    found = [*chunks.chunks(lines, 100)]
    assert b"".join(map(told, found)) == b"xx\n" * 50
    assert len([*chunks.chunks(lines, 10_000)]) == 1


def test_many_cores_do_not_need_more_memory_to_read(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes((b'{"type":"%s"}\n' % (b"x" * 1000)) * 250_000 + b"\n")
    chunk = next(chunks.chunks(Lines(file), 10**8))
    assert chunk.size < file.stat().st_size
    with duckdb.connect(config={"threads": 8, "memory_limit": "800MB"}) as con:
        with chunk.readable() as paths:
            shapes.load_lines(con, paths, chunk.size // chunk.lines)
        ((rows,),) = con.execute("select count(*) from next_lines").fetchall()
    assert rows in (chunk.lines - 1, chunk.lines)
