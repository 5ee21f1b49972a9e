"""Each source's count and age come from what is remembered of old parts and from new parts alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion import log
from tests.ingestion.conftest import Home, event
from waypost import source_ages


def shop(number: int, moment: str) -> dict[str, object]:
    about = {"source": "/shop/test", "time": moment, "recordedtime": moment}
    return event(number, id=f"shop-{number}", **about)


@pytest.fixture
def grown(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.ingest(home.write("contact/a.jsonl", [event(1), event(2)]))
    return home


def ages(home: Home) -> dict[str, tuple[int, str, float]]:
    told = source_ages.of_sources(home.path / "log", home.path / "runs" / "sources.json")
    return {r["source"]: (r["event_count"], r["last_recorded_at"], r["age_seconds"]) for r in told}


def test_ages_are_against_the_newest_record_of_all(grown: Home) -> None:
    assert ages(grown) == {"/helpdesk/test": (2, "2026-05-01 10:01:00+00", 0.0)}
    grown.ingest(grown.write("contact/b.jsonl", [shop(3, "2026-05-01T10:02:30Z"), event(4)]))
    assert ages(grown) == {
        "/helpdesk/test": (3, "2026-05-01 10:01:00+00", 90.0),
        "/shop/test": (1, "2026-05-01 10:02:30+00", 0.0),
    }


def test_only_parts_that_nobody_has_looked_at_are_read(
    grown: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ages(grown)
    read, looked = source_ages._read, []

    def reading(parts: list[log.Part]) -> dict[str, source_ages.Told]:
        looked.append(len(parts))
        return read(parts)

    monkeypatch.setattr(source_ages, "_read", reading)
    grown.ingest(grown.write("contact/b.jsonl", [event(5)]))
    assert ages(grown)["/helpdesk/test"][0] == first["/helpdesk/test"][0] + 1
    ages(grown)
    assert looked == [1, 0]


def test_a_lost_or_broken_memory_is_made_anew(grown: Home) -> None:
    first = ages(grown)
    remembered = grown.path / "runs" / "sources.json"
    kept = json.loads(remembered.read_text("utf-8"))
    for broken in ("", "{", json.dumps({"contact/part-gone.parquet": {"/x": [9, 9, "9", 9, "9"]}})):
        remembered.write_text(broken, "utf-8")
        assert ages(grown) == first
        assert json.loads(remembered.read_text("utf-8")) == kept


def test_a_damaged_part_is_left_out(grown: Home) -> None:
    grown.ingest(grown.write("contact/b.jsonl", [shop(3, "2026-05-01T10:02:30Z")]))
    newest = log.parts(grown.path / "log", "contact")[-1]
    newest.path.write_bytes(b"x")
    assert set(ages(grown)) == {"/helpdesk/test"}


def test_a_part_that_goes_meanwhile_hides_no_other(
    grown: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown.ingest(grown.write("contact/b.jsonl", [shop(3, "2026-05-01T10:02:30Z")]))
    newest, read = log.parts(grown.path / "log", "contact")[-1], source_ages._read

    def erased(parts: list[log.Part]) -> dict[str, source_ages.Told]:
        newest.path.unlink(missing_ok=True)
        return read(parts)

    monkeypatch.setattr(source_ages, "_read", erased)
    assert set(ages(grown)) == {"/helpdesk/test"}
