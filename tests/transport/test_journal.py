"""The open file: hidden until closed, recovered after a kill."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.pipeline import find_files
from ingestion.transport.journal import Journal


class Clock:
    def __init__(self) -> None:
        self.now = 1_767_225_600.0

    def __call__(self) -> float:
        return self.now


def opened(folder: Path, clock: Clock | None = None, **limits: int) -> Journal:
    return Journal(folder, now=clock or Clock(), max_seconds=60, **limits)


def test_an_open_file_is_not_found_by_ingest_and_a_closed_one_is(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.append([b"{}\n", b"[]\n"])
    assert find_files([tmp_path]) == []
    journal.close()
    (path,) = find_files([tmp_path])
    assert path.read_bytes() == b"{}\n[]\n"
    assert path.stat().st_mode & 0o077 == 0, "personal data, for the owner alone"


def test_a_file_is_closed_by_age_and_by_size(tmp_path: Path) -> None:
    clock = Clock()
    journal = opened(tmp_path, clock, max_bytes=10)
    journal.append([b"1\n"])
    clock.now += 59
    journal.close_if_due()
    assert find_files([tmp_path]) == []
    clock.now += 1
    journal.close_if_due()
    assert len(find_files([tmp_path])) == 1
    journal.append([b"123456789\n"])
    journal.close_if_due()
    assert len(find_files([tmp_path])) == 2
    journal.close_if_due()
    journal.close()
    assert len(find_files([tmp_path])) == 2, "without lines there is no file"


def test_what_a_killed_process_left_is_recovered_without_its_torn_end(tmp_path: Path) -> None:
    (tmp_path / ".listen-1-1.part").write_bytes(b'{"a": 1}\n{"b": 2}\n{"c')
    (tmp_path / ".listen-2-1.part").write_bytes(b'{"never acknow')
    (tmp_path / ".listen-3-1.part").write_bytes(b"")
    journal = opened(tmp_path)
    assert journal.recover() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["listen-1-1.jsonl"]
    assert (tmp_path / "listen-1-1.jsonl").read_bytes() == b'{"a": 1}\n{"b": 2}\n'
    assert journal.recover() == 0


def test_a_recovered_file_never_replaces_another(tmp_path: Path) -> None:
    (tmp_path / ".listen-1-1.part").write_bytes(b"{}\n")
    (tmp_path / "listen-1-1.jsonl").write_bytes(b"[]\n")
    opened(tmp_path).recover()
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"[]\n", b"{}\n"]


def test_a_removed_file_is_noticed_before_anything_is_acknowledged(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.append([b"first\n"])
    (path,) = tmp_path.iterdir()
    path.unlink()
    with pytest.raises(FileNotFoundError, match="removed"):
        journal.append([b"second\n"])
    journal.append([b"second\n"])
    journal.close()
    (path,) = find_files([tmp_path])
    assert path.read_bytes() == b"second\n"
