"""A rotation that is stopped, or meets another step, leaves the log closed or whole, never between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion import log as event_log
from ingestion import rotation as steps_of_log
from ingestion.parts import DamagedPartError
from ingestion.privacy import SecretError
from ingestion.reading import Reading
from tests.ingestion.conftest import NOW, Home
from tests.ingestion.people import ADA, hash_of, order, refs
from tests.ingestion.rotation.conftest import (
    KEYS,
    LATER,
    acted,
    again,
    hashes,
    rotate,
)
from tests.interruptions import stopped_at
from waypost import erasure, retention, rotation, upkeep, warehouse
from waypost.cli import WaypostError
from waypost.settings import Settings


def test_stopped_between_two_domains_the_log_is_closed_and_a_second_run_ends_it(
    home: Home, settings: Settings
) -> None:
    first = hashes(home)
    with stopped_at(3, steps_of_log, "_seal_domain"):
        rotate(settings)
    assert hashes(home) & first and hashes(home) - first, "half is sealed"
    assert [one.kind for one in upkeep.examine(settings, deep=False)] == ["rotation_unfinished"]
    with pytest.raises(SecretError, match="run `waypost rotate`"):
        home.ingest(home.write("order/more.jsonl", [order(7003, refs(("email", ADA)))]))
    with pytest.raises(SecretError, match="run `waypost rotate`"):
        erasure.erase(settings, hash_of(settings), now=LATER, salt="2" * 64)
    with pytest.raises(WaypostError, match="run `waypost rotate`"):
        warehouse.plan(settings, None, None)
    assert rotate(settings, KEYS[1]) == {
        **steps_of_log.count(settings.log), "key_count": 2, "is_resumed": True,
    }  # fmt: skip
    assert not hashes(home) & first
    assert again(home, settings)["appended"] == 0


def test_an_append_that_began_before_is_not_committed(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Reading.commit

    def meanwhile(*arguments: Any) -> Any:
        rotate(settings)
        return commit(*arguments)

    monkeypatch.setattr(Reading, "commit", meanwhile)
    path = home.write("order/more.jsonl", [order(7003, refs(("email", ADA)))])
    with pytest.raises(SecretError):
        home.ingest(path)
    monkeypatch.undo()
    assert home.ingest(path)["appended"] == 1
    assert dict(home.rows("order", "order_id, party_hash"))["ord-7003"] == hash_of(settings)


def test_what_is_done_in_the_pages_until_they_are_emptied_names_the_new_hash(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = hash_of(settings)
    click = settings.landing / "waypost" / "click.jsonl"

    def clicked(*arguments: Any) -> None:
        if not click.exists():  # the last thing that a page does before it is empty
            home.write("waypost/click.jsonl", [acted(90, old)])
        erasure.purge_derived(*arguments)

    monkeypatch.setattr(rotation, "purge_derived", clicked)
    rotate(settings)
    home.ingest(click)
    parties = [party for (party,) in home.rows("proactive", "party_hash")]
    assert parties == [hash_of(settings)] * 2 != [old] * 2


def test_of_two_that_go_on_with_a_rotation_the_second_has_nothing_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with settings.secret_file.open("a") as file:
        file.write(f"then:{KEYS[0]}\n")
    count = steps_of_log.count

    def faster(folder: Path) -> dict[str, int]:
        monkeypatch.undo()
        rotate(settings, "another" * 5)
        return count(folder)

    monkeypatch.setattr(steps_of_log, "count", faster)
    assert rotate(settings, KEYS[1])["key_count"] == 2


def test_a_damaged_part_is_told_before_anything_is_changed(settings: Settings) -> None:
    before = settings.secret_file.read_text()
    part = event_log.parts(settings.log, "order")[0]
    kept = part.path.read_bytes()
    part.path.write_bytes(kept[:200] + b"\0" + kept[201:])
    with pytest.raises(DamagedPartError, match="waypost doctor"):
        rotate(settings)
    assert settings.secret_file.read_text() == before
    part.path.write_bytes(kept)
    assert rotate(settings)["key_count"] == 2


def test_a_retention_and_a_rotation_are_never_half_done_both(settings: Settings) -> None:
    (settings.config / "retention.yaml").write_text("people: [{source: /shop*, days: 3}]", "utf-8")
    under_way = retention.under_way(settings)
    under_way.write_text(json.dumps({"salt": "5" * 64, "as_of": LATER.isoformat()}), "utf-8")
    with pytest.raises(WaypostError, match="run `waypost retain` first"):
        rotate(settings)
    kept = settings.fingerprint.read_text()
    settings.fingerprint.write_text(f"{kept}{'0' * 16}\n")
    with pytest.raises(WaypostError, match="run `waypost rotate`"):
        retention.apply(settings, as_of=LATER, salt="6" * 64)
    settings.fingerprint.write_text(kept)
    retention.apply(settings, as_of=LATER, salt="6" * 64)
    assert rotate(settings)["key_count"] == 2


def test_open_erasures_and_foreign_secrets_are_told(settings: Settings) -> None:
    erasure.ask(settings, hash_of(settings), now=NOW, salt="3" * 64)
    with pytest.raises(WaypostError, match=r"not finished \(1\) know people"):
        rotate(settings)
    kept = settings.secret_file.read_text()
    settings.secret_file.write_text("another secret of some length")
    with pytest.raises(WaypostError, match="not the one that made this log"):
        rotate(settings)
    settings.secret_file.write_text(kept)
    erasure.erase_people(settings, now=LATER)
    assert rotate(settings)["key_count"] == 2
