"""Whoever is asked for twice, at once or by two identifiers, is erased once: one event, one number."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest

from ingestion import erasure as steps_of_log
from ingestion import log, privacy
from ingestion.sightings import Sightings
from tests.ingestion.conftest import Home
from tests.ingestion.erasure.conftest import NOW, SALT
from tests.ingestion.people import ADA, BEA, HERS, files_with, hash_of
from tests.interruptions import stopped_at
from waypost import erasure
from waypost.settings import Settings

PEOPLE = [("email", ADA), ("shop_customer", "c-4711")]


def told(home: Home) -> list[Any]:
    return [one for (one,) in home.rows("privacy", "event_id")]


@pytest.mark.parametrize("others", [PEOPLE[:1], PEOPLE[1:]])
def test_two_erasures_of_one_person_at_once_are_one(
    home: Home, settings: Settings, others: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, begin = Barrier(2), steps_of_log.begin
    counts: list[dict[str, Any]] = []

    def begin_together(*arguments: Any, **named: Any) -> Any:
        request = begin(*arguments, **named)
        with suppress(BrokenBarrierError):
            both.wait(1)
        return request

    def run(who: tuple[str, str], salt: str) -> None:
        found = hash_of(settings, who[1], who[0])
        counts.append(erasure.erase(settings, found, now=NOW, salt=salt))

    monkeypatch.setattr(steps_of_log, "begin", begin_together)
    runs = [Thread(target=run, args=pair) for pair in [(PEOPLE[0], SALT), (others[0], "1" * 64)]]
    for one in runs:
        one.start()
    for one in runs:
        one.join(60)
    assert sorted(one["events"] for one in counts) == [0, 5]
    assert told(home) == [counts[0]["request_id"]] == [counts[1]["request_id"]]
    assert len([*(settings.log / "erasures").glob("*.parquet")]) == 1
    assert steps_of_log.under_way(settings.log) == []


def test_requests_by_two_identifiers_become_one(home: Home, settings: Settings) -> None:
    for (kind, value), salt in zip(PEOPLE, (SALT, "1" * 64), strict=True):
        erasure.ask(settings, hash_of(settings, value, kind), now=NOW, salt=salt)
    erasure.ask(settings, hash_of(settings, BEA), now=NOW, salt="2" * 64)
    assert len(steps_of_log.under_way(settings.log)) == 3
    counts = erasure.erase_people(settings, now=NOW)
    assert counts and (counts["people"], steps_of_log.under_way(settings.log)) == (2, [])
    assert len(told(home)) == 2 == len([*(settings.log / "erasures").glob("*.parquet")])
    assert files_with(settings, *HERS) == []


def test_what_another_request_began_is_finished_with_its_salt(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after one domain, then asked for by an identifier that the first did not name."""
    swap = steps_of_log.swap

    def stop(*arguments: Any) -> None:
        if arguments[2] == "order":
            raise KeyboardInterrupt
        swap(*arguments)

    monkeypatch.setattr(steps_of_log, "swap", stop)
    with pytest.raises(KeyboardInterrupt):
        erasure.erase(settings, hash_of(settings), now=NOW, salt=SALT)
    monkeypatch.undo()
    assert len({part.path.name.split("-")[2] for part in log.parts(settings.log, "contact")}) == 2
    (begun,) = steps_of_log.under_way(settings.log)
    number = hash_of(settings, "c-4711", "shop_customer")
    later = NOW + timedelta(hours=1)
    done = erasure.erase(settings, number, now=later, salt="1" * 64)
    assert done["request_id"] == begun.request_id and told(home) == [begun.request_id]
    orders = {one for (one,) in home.rows("order", "order_id")}
    assert begun.stand_in("order/ord-7001") in orders
    assert files_with(settings, *HERS) == [] and steps_of_log.under_way(settings.log) == []


def test_what_has_begun_keeps_its_salt_beside_a_request_that_waits(
    settings: Settings,
) -> None:
    """Asked for by another identifier before the first had written down whom it found."""
    erasure.ask(settings, hash_of(settings, "c-4711", "shop_customer"), now=NOW, salt="1" * 64)
    (waits,) = steps_of_log.under_way(settings.log)
    waits.forget(settings.log)
    with stopped_at(2, steps_of_log, "swap"):
        erasure.erase(settings, hash_of(settings), now=NOW, salt=SALT)
    (begun,) = steps_of_log.under_way(settings.log)
    waits.keep(settings.log)
    for one in (begun, waits):
        secret = privacy.read_secret(settings.secret_file)
        looked, _ = steps_of_log.look(settings.log, replace(one, found=begun.found), Sightings())
        joined = steps_of_log.as_one(settings.log, secret, looked)
        assert (joined.request_id, joined.salt) == (begun.request_id, SALT)
        assert steps_of_log.under_way(settings.log) == [joined]
        waits.keep(settings.log)
