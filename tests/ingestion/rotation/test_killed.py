"""A rotation that is killed near its end leaves nothing behind that tells of the time before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingestion import rotation as steps_of_log
from tests.ingestion.conftest import Home
from tests.ingestion.rotation.conftest import KEYS, hashes, rotate
from tests.interruptions import stopped_at
from waypost import upkeep
from waypost.settings import Settings


def names_beside(found: Settings, event_ids: set[str]) -> list[Path]:
    """Files of a rotation that name one of these events."""
    made = [path for path in (found.log / ".rotation").rglob("*") if path.is_file()]
    return [path for path in made if any(one in path.read_text("latin-1") for one in event_ids)]


def test_killed_before_its_last_line_it_leaves_no_ids(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {one for (one,) in home.rows("party", "event_id") if "/email/" in one}
    put_in_place, seen = steps_of_log.sealing_beside.put_in_place, []

    def look_first(log: Path, work: Path) -> None:
        seen.extend(names_beside(settings, before))
        put_in_place(log, work)

    def stop(log: Path) -> None:
        if (log / ".rotation").exists():
            raise KeyboardInterrupt

    monkeypatch.setattr(steps_of_log.sealing_beside, "put_in_place", look_first)
    monkeypatch.setattr(steps_of_log, "sweep", stop)
    with pytest.raises(KeyboardInterrupt):
        rotate(settings)
    monkeypatch.undo()
    assert before and seen, "the ids that change stood there"
    assert names_beside(settings, before) == []
    found = upkeep.examine(settings, deep=True)
    assert [(one.kind, one.is_broken) for one in found] == [("rotation_leftover", False)]
    assert json.loads((settings.log / ".rotation" / "ready.json").read_text())["mentioned"] == []
    after = hashes(home)
    rotate(settings)  # the key is there already: nothing to do but to clear up
    assert not (settings.log / ".rotation").exists() and hashes(home) == after


def test_killed_after_all_is_in_place_it_seals_nothing_twice(
    home: Home, settings: Settings
) -> None:
    whole = Home(home.path.parent / "whole" / "home")
    shutil.copytree(home.path, whole.path)
    shutil.copy(settings.secret_file, whole.path.parent / "secret")
    rotate(whole.settings())
    with stopped_at(1, steps_of_log, "finish"):
        rotate(settings)
    assert rotate(settings, KEYS[1])["is_resumed"]
    assert hashes(home) == hashes(whole)
    for name in ("erasures/*.parquet", "access.jsonl"):
        (mine,), (other,) = settings.log.glob(name), (whole.path / "log").glob(name)
        assert mine.read_bytes() == other.read_bytes()
    assert not (settings.log / ".rotation").exists()
