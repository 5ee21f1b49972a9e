"""Folders of one process: swept when it is dead, left alone while it lives or tidies up."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ingestion import workplace


def test_a_folder_is_swept_once_its_process_is_gone(tmp_path: Path) -> None:
    (tmp_path / "dead").mkdir()
    with workplace.workplace(tmp_path) as held:
        assert not (tmp_path / "dead").exists()
        assert workplace.sweep(tmp_path) == 0 and held.exists()
    assert not held.exists()


def test_a_folder_that_its_owner_removes_meanwhile_is_none_to_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = tmp_path / "leaving"
    leaving.mkdir()

    class Late(FileLock):
        def _open_lock_file(self) -> Any:
            if Path(self.lock_file).parent == leaving:  # there a moment ago
                shutil.rmtree(leaving)
            return super()._open_lock_file()

    monkeypatch.setattr(workplace, "FileLock", Late)
    assert workplace.sweep(tmp_path) == 0
