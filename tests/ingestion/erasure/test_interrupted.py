"""An erasure that is stopped or meets another step ends as if nothing had come between."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from filelock import FileLock

from dashboards.publish import PublishError
from ingestion import erasure as steps_of_log
from ingestion import privacy, refusals
from ingestion.account import Account
from ingestion.reading import Reading
from tests.ingestion.conftest import Home
from tests.ingestion.erasure.conftest import NOW, SALT, forget, lay
from tests.ingestion.people import (
    ADA,
    ADAS,
    BEA,
    HERS,
    case,
    files_with,
    hash_of,
    order,
    refs,
    told,
)
from tests.interruptions import stopped_at
from waypost import erasure, steps, upkeep
from waypost.settings import Settings


def test_a_crash_between_two_domains_is_finished_with_the_same_stand_ins(
    home: Home, settings: Settings
) -> None:
    whole = Home(home.path.parent / "whole")
    forget(lay(whole))
    with stopped_at(2, steps_of_log, "swap"):
        forget(settings)
    assert erasure.erase_people(settings, now=NOW) == {"people": 1, "events": 3}
    for domain in ("contact", "order", "billing", "privacy"):
        columns = "* exclude (commit_no, key_prefix)" if domain != "privacy" else "event_id"
        assert sorted(map(str, home.rows(domain, columns))) == sorted(
            map(str, whole.rows(domain, columns))
        )
    assert files_with(settings, *HERS) == []


def test_the_request_under_way_is_kept_from_others(settings: Settings) -> None:
    asked = erasure.ask(settings, hash_of(settings), now=NOW, salt=SALT)
    (place,) = (settings.log / "erasures").glob("*.json")
    assert place.stat().st_mode & 0o077 == 0
    place.with_name(f".{place.name}.77.part").write_bytes(place.read_bytes())  # a crash left it
    assert erasure.erase_people(settings, now=NOW) == {"people": 1, "events": 5}
    assert asked["request_id"] in str(place)
    assert not place.exists() and privacy.drafts(place.parent) == []
    assert erasure.erase_people(settings, now=NOW) is None


def test_asking_again_leaves_the_notes_of_the_request_under_way(settings: Settings) -> None:
    with stopped_at(2, steps_of_log, "swap"):
        forget(settings)
    (begun,) = steps_of_log.under_way(settings.log)
    with pytest.MonkeyPatch.context() as patch:  # what asks has read an older state of the notes
        older = replace(begun, found=begun.found[:1])
        patch.setattr(steps_of_log, "begin", lambda *_, **__: older)
        asked = erasure.ask(settings, hash_of(settings), now=NOW, salt="1" * 64)
    assert asked["request_id"] == begun.request_id
    assert steps_of_log.under_way(settings.log) == [begun]


def test_a_publish_waits_for_what_empties_the_pages(settings: Settings) -> None:
    told: list[Exception] = []

    def publish() -> None:
        try:
            steps.publish_serving(settings)
        except PublishError as error:
            told.append(error)

    beside = Thread(target=publish)
    with FileLock(settings.runs / "build.lock"):
        beside.start()
        beside.join(0.5)
        assert told == []
    beside.join(60)
    assert "There is no warehouse" in str(told[0])


def test_a_crash_before_the_receipt_of_the_erasure_is_healed(settings: Settings) -> None:
    counts = forget(settings)
    (receipt,) = (
        path
        for path in (settings.log / "inputs").glob("*.json")
        if counts["request_id"] in path.read_text("utf-8")
    )
    receipt.unlink()
    forget(settings)
    assert receipt.exists()
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []


def test_a_request_that_a_crash_left_half_written_goes_with_the_next_erasure(
    settings: Settings,
) -> None:
    """Run again, the same request has another number."""
    folder = settings.log / "erasures"
    folder.mkdir(exist_ok=True)
    (folder / ".0123.json.4567.part").write_text(hash_of(settings))
    forget(settings)
    assert [path.name for path in folder.glob("*.part")] == []


def test_a_tombstone_that_comes_during_an_ingest_is_counted(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = [order(9002, ADAS), case(9003, refs(("email", ADA))), case(9004, []), case(9005, [])]
    file = home.write("order/meanwhile.jsonl", [*new, "{broken", *told()])
    read_all = Reading.read_all

    def erased_meanwhile(reading: Reading, account: Account) -> None:
        monkeypatch.undo()
        read_all(reading, account)
        forget(settings)

    monkeypatch.setattr(Reading, "read_all", erased_meanwhile)
    counts = home.ingest(file)
    parts = ("appended", "duplicates", "quarantined", "unused", "refused")
    assert counts["read"] == 14 == sum(counts[name] for name in parts)
    assert (counts["refused"], counts["appended"], counts["quarantined"]) == (7, 2, 1)
    assert files_with(settings, "ord-9002", "zd-9003") == [f"{file}: ord-9002", f"{file}: zd-9003"]


@pytest.fixture
def erased_once_read(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada is erased when the next input is read, and none of its domains committed."""
    read_all = Reading.read_all

    def read(reading: Reading, account: Account) -> None:
        monkeypatch.setattr(Reading, "read_all", read_all)
        read_all(reading, account)
        forget(settings)

    monkeypatch.setattr(Reading, "read_all", read)


@pytest.mark.usefixtures("erased_once_read")
def test_a_tombstone_that_comes_during_an_ingest_is_met_where_a_domain_is_missing(
    home: Home,
) -> None:
    counts = home.ingest(home.write("order/meanwhile.jsonl", [order(9002, ADAS), order(9003, [])]))
    assert (counts["refused"], counts["appended"]) == (1, 1)


def test_a_tombstone_that_comes_during_an_ingest_is_known_to_each_domain(home: Home) -> None:
    settings = home.settings()
    home.ingest(home.write("contact/first.jsonl", [case(7002, refs(("email", ADA)))]))
    file = home.write("order/both.jsonl", [case(7003, refs(("email", ADA))), order(9002, ADAS)])
    with pytest.MonkeyPatch.context() as patch:
        commit = Reading.commit

        def erased_before(reading: Reading, domain: str) -> Any:
            patch.setattr(Reading, "commit", commit)
            forget(settings)
            return commit(reading, domain)

        patch.setattr(Reading, "commit", erased_before)
        counts = home.ingest(file)
    assert (counts["refused"], counts["appended"]) == (2, 0)
    assert home.rows("order") == []


@pytest.mark.usefixtures("erased_once_read")
def test_tombstones_may_come_while_an_input_is_read_again(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    beas = f"id/{hash_of(settings, BEA)}"
    merge_ = Reading._merge

    def more(reading: Reading, *given: Any, wrong: list[str]) -> None:
        if not wrong:  # of a second reading nothing is wrong
            monkeypatch.setattr(Reading, "_merge", merge_)
            refusals.add(reading.con, settings.log, "another", [beas])
        merge_(reading, *given, wrong=wrong)

    monkeypatch.setattr(Reading, "_merge", more)
    theirs = [order(9002, ADAS), order(9003, refs(("email", BEA))), order(9004, []), "{broken"]
    counts = home.ingest(home.write("order/meanwhile.jsonl", theirs))
    assert (counts["refused"], counts["appended"], counts["quarantined"]) == (2, 1, 1)
