from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards import outbox

NOW = dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)
TRIGGER = {
    "fire_id": "late_delivery/o-1",
    "trigger_id": "late_delivery",
    "version": "1",
    "party_id": "a" * 32,
    "order_id": "o-1",
    "case_id": None,
    "fired_at": dt.datetime(2026, 6, 28, 8, 0, tzinfo=dt.UTC),
    "evidence_event_ids": ["e-1", "e-2"],
}


def events(landing: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(landing.iterdir())]


def test_shown_and_acted_are_two_events_with_ids_that_name_the_fact(tmp_path: Path) -> None:
    assert outbox.record_shown(tmp_path, TRIGGER, NOW)
    assert outbox.record_action(tmp_path, TRIGGER, "call", NOW)
    found = {str(event["type"]): event for event in events(tmp_path)}
    assert found["trigger.fired"]["id"] == "fire/late_delivery/o-1/shown"
    assert found["action.performed"]["id"] == "fire/late_delivery/o-1/action/call"
    assert found["action.performed"]["causationid"] == found["trigger.fired"]["id"]
    assert {str(event["time"]) for event in found.values()} == {"2026-07-01T08:00:00.000000Z"}


def test_a_second_click_writes_nothing(tmp_path: Path) -> None:
    outbox.record_shown(tmp_path, TRIGGER, NOW)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert not outbox.record_shown(tmp_path, TRIGGER, NOW + dt.timedelta(hours=1))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert outbox.is_on_file(tmp_path, "fire/late_delivery/o-1/shown")


def test_an_id_never_leaves_the_landing_folder(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    outbox.record_shown(landing, {**TRIGGER, "fire_id": "../../escape"}, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["landing"]
    assert len(list(landing.iterdir())) == 1


def test_the_door_takes_both_events(tmp_path: Path) -> None:
    from ingestion import pipeline

    landing = tmp_path / "landing"
    outbox.record_shown(landing, TRIGGER, NOW)
    outbox.record_action(landing, TRIGGER, "call", NOW)
    counts = pipeline.ingest(
        [landing],
        log=tmp_path / "log",
        quarantine=tmp_path / "quarantine",
        secret_file=tmp_path / "secret",
        run_started_at=NOW + dt.timedelta(minutes=1),
    )
    assert counts["appended"] == 2, counts
    assert counts["quarantined"] == 0


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder that nobody may write into; root, who may write everywhere, is nobody meanwhile."""
    was = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        if was == 0:
            os.seteuid(65_534)
        try:
            yield Path(name)
        finally:
            os.seteuid(was)


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(closed_folder: Path) -> None:
    with pytest.raises(outbox.OutboxError, match="make it writable"):
        outbox.record_shown(closed_folder, TRIGGER, NOW)


def test_a_landing_path_that_is_a_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "landing").write_text("")
    with pytest.raises(outbox.OutboxError, match="make it writable"):
        outbox.record_shown(tmp_path / "landing" / "waypost", TRIGGER, NOW)
