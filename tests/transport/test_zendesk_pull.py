"""Zendesk's exports over HTTP: by cursor, by time, by page; ten requests a minute."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion.transport import zendesk
from ingestion.transport.streams import Access, PullError
from tests.transport.fake_system import Answer, Asked, Fake, serving
from tests.transport.test_pull import NOW, landed, pulled

DAY = 86_400
TICKETS = [{"id": n, "generated_timestamp": NOW - DAY + n * 60} for n in range(1, 36)]
CALLS = [{"id": n, "updated": NOW - DAY + n} for n in range(1, 2301)]
EVENTS = [
    {
        "id": n,
        "ticket_id": n,
        "updater_id": 7000 + n % 150,
        "timestamp": NOW - DAY + n,
        "child_events": [{"id": -n, "event_type": "Comment", "author_id": 9000}],
    }
    for n in range(1, 151)
]


def by_cursor(asked: Asked) -> Answer:
    start = int(asked.params.get("cursor") or 0)
    if "start_time" in asked.params:
        assert int(asked.params["start_time"]) <= NOW - 120
    page = TICKETS[start : start + 10]
    told = {"tickets": page, "after_cursor": str(start + 10), "end_of_stream": len(page) < 10}
    return 200, told, {}


def by_time(asked: Asked) -> Answer:
    """The record at the border comes twice, and the address of the next page never ends."""
    start = int(asked.params["start_time"])
    page = [one for one in CALLS if one["updated"] >= start][:1000]
    end = page[-1]["updated"] if page else start
    address = f"https://example.zendesk.com{asked.path}?start_time={end}"
    return 200, {"calls": page, "count": len(page), "next_page": address}, {}


def chats(asked: Asked) -> Answer:
    """More chats of one second than fit on a page: the next page has the same start."""
    assert asked.params["fields"] == "chats(*)"
    first = int(asked.params.get("start_id") or 0)
    page = [{"id": n} for n in range(first, min(first + 1000, 1200))]
    address = f"https://example.zendesk.com{asked.path}?start_time={NOW - DAY}&start_id=1000"
    return 200, {"chats": page, "count": len(page), "next_page": address}, {}


def many(asked: Asked, key: str) -> Answer:
    ids = [int(one) for one in asked.params["ids"].split(",")]
    assert len(ids) <= 100
    role = {"role": "end-user"} if key == "users" else {"requester_id": 1}
    return 200, {key: [{"id": one, **role} for one in ids]}, {}


def ratings(asked: Asked) -> Answer:
    start = int(asked.params.get("page[after]", 0))
    meta = {"has_more": start < 2, "after_cursor": str(start + 1)}
    return 200, {"satisfaction_ratings": [{"id": start}], "meta": meta}, {}


def answer(asked: Asked) -> Answer:
    match asked.path.removeprefix("/api/v2/").removesuffix(".json"):
        case "incremental/tickets/cursor":
            return by_cursor(asked)
        case "incremental/ticket_events":
            assert asked.params["include"] == "comment_events"
            return 200, {"ticket_events": EVENTS, "end_of_stream": True, "next_page": "x"}, {}
        case "users/show_many":
            return many(asked, "users")
        case "tickets/show_many":
            return many(asked, "tickets")
        case "satisfaction_ratings":
            return ratings(asked)
        case "chat/incremental/chats":
            return chats(asked)
        case path if path.endswith("/calls"):
            return by_time(asked)
        case path if path.endswith("/legs"):
            return 404, {"error": "RecordNotFound"}, {}
    return 200, {"users": [], "ticket_metric_events": [], "end_of_stream": True}, {}


@pytest.fixture
def fake() -> Iterator[Fake]:
    with serving(Fake(answer)) as fake:
        yield fake


def test_every_stream_is_read_to_its_end(fake: Fake, tmp_path: Path) -> None:
    slept: list[float] = []
    counts = pulled(fake, tmp_path, system="zendesk", slept=slept)
    assert counts["streams"] == {
        "users": 0,
        "tickets": 35,
        "ticket_events": 150,
        "ticket_metric_events": 0,
        "satisfaction_ratings": 3,
        "chats": 1200,
        "calls": 2302,  # two records at a border came twice
        "legs": 0,
    }
    assert list(counts["unavailable"]) == ["legs"]
    folder = tmp_path / "landing" / "contact" / "zendesk"
    assert len(list(folder.glob("pull-calls-*.jsonl"))) == 3
    only = {one["id"] for path in folder.glob("pull-calls-*") for one in page(path)["calls"]}
    assert only == {one["id"] for one in CALLS}
    paced = [one for one in fake.asked if "/incremental/" in one.path]
    assert len(paced) == 13
    assert [30 < wait <= 60 for wait in slept] == [True] * 3, "ten in a minute are free"


def test_an_account_that_may_ask_more_is_asked_more(fake: Fake, tmp_path: Path) -> None:
    slept: list[float] = []
    pulled(fake, tmp_path, system="zendesk", slept=slept, per_minute=30)
    assert slept == []


def page(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))["document"]


def test_ticket_events_are_landed_with_their_authors_and_tickets(
    fake: Fake, tmp_path: Path
) -> None:
    pulled(fake, tmp_path, system="zendesk", only=("ticket_events",))
    (path,) = tmp_path.glob("landing/contact/zendesk/*.jsonl")
    told = page(path)
    assert told["ticket_events"] == EVENTS
    people = {one["updater_id"] for one in EVENTS} | {9000}
    assert {one["id"] for one in told["users"]} == people
    assert {one["id"] for one in told["tickets"]} == {one["ticket_id"] for one in EVENTS}


def test_a_backfill_of_an_export_stops_behind_its_end(fake: Fake, tmp_path: Path) -> None:
    until = NOW - DAY + 12 * 60
    counts = pulled(
        fake,
        tmp_path,
        system="zendesk",
        mode="backfill",
        only=("tickets",),
        since=NOW - 2 * DAY,
        until=until,
    )
    assert counts["records"] == 30, "the page that begins behind the end is the last"
    assert set(landed(tmp_path, "tickets")) >= {str(n) for n in range(1, 13)}


def test_an_export_that_repeats_its_page_is_told_and_not_asked_for_ever(tmp_path: Path) -> None:
    def stuck(asked: Asked) -> Answer:
        calls = [{"id": n} for n in range(1000)]
        address = f"https://example.zendesk.com{asked.path}?start_time={asked.params['start_time']}"
        return 200, {"calls": calls, "next_page": address}, {}

    with serving(Fake(stuck)) as fake, pytest.raises(PullError, match="does not get past"):
        pulled(fake, tmp_path, system="zendesk", only=("calls",))
    assert len(fake.asked) == 1


def test_a_part_that_the_key_does_not_open_is_passed_over(tmp_path: Path) -> None:
    def closed(asked: Asked) -> Answer:
        return (401, {}, {}) if "/chat/" in asked.path else answer(asked)

    with serving(Fake(closed)) as fake:
        counts = pulled(fake, tmp_path, system="zendesk", only=("tickets", "chats"))
    assert (counts["records"], list(counts["unavailable"])) == (35, ["chats"])


def test_the_user_signs_with_a_token_and_without_a_user_the_token_stands_alone() -> None:
    with_user = zendesk.SYSTEM.headers(Access("https://x", "secret", "user@example.org"))
    assert with_user == {"Authorization": "Basic dXNlckBleGFtcGxlLm9yZy90b2tlbjpzZWNyZXQ="}
    assert zendesk.SYSTEM.headers(Access("https://x", "secret"))["Authorization"] == "Bearer secret"
