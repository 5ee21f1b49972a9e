"""Pulls over real HTTP: paging, throttling, faults, overlap, backfill; nothing lost or doubled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from ingestion import transport
from ingestion.transport.client import Client
from ingestion.transport.journal import Journal
from ingestion.transport.pull import Job, pull
from ingestion.transport.streams import BACKFILL, Access, PullError
from tests.transport.fake_system import Asked, Fake, events, serving, stripe_list

DAY = 86_400
NOW = 1_767_225_600  # 2026-01-01
SECRET = "rk_test_never_shown"


@pytest.fixture
def stripe() -> Iterator[Fake]:
    with serving(Fake(stripe_list(events(95, first=NOW - 95 * 3600)))) as fake:
        yield fake


def pulled(
    fake: Fake,
    home: Path,
    *,
    system: str = "stripe",
    now: int = NOW,
    slept: list[float] | None = None,
    per_minute: int | None = None,
    **options: Any,
) -> dict[str, Any]:
    waits: list[float] = [] if slept is None else slept
    client = Client(
        transport.system(system),
        Access(url=fake.url, secret=SECRET, user="user@example.org", per_minute=per_minute),
        now=lambda: float(now),
        sleep=waits.append,
        timeout_seconds=2.0 if "silent" in fake.faults else 20.0,
    )
    landing, cursors = home / "landing", home / "cursors"
    try:
        return pull(Job(client, landing, cursors, now=lambda: float(now), **options))
    finally:
        client.close()


def landed(home: Path, key: str = "data") -> Counter[str]:
    """How often each record stands in landing."""
    found: Counter[str] = Counter()
    for path in sorted(home.glob("landing/**/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            delivery = json.loads(line)
            assert delivery["waypost_delivery"] == 1
            found.update(str(one["id"]) for one in delivery["document"].get(key, []))
    return found


def test_every_record_is_landed_once_and_the_next_pull_asks_for_what_is_new(
    stripe: Fake, tmp_path: Path
) -> None:
    counts = pulled(stripe, tmp_path)
    assert (counts["records"], counts["pages"], counts["retries"]) == (95, 10, 0)
    assert landed(tmp_path) == Counter(f"evt_{n:04d}" for n in range(95))
    again = pulled(stripe, tmp_path, now=NOW + 900)
    assert (again["records"], again["requests"]) == (0, 1)
    assert int(stripe.asked[-1].params["created[gte]"]) == NOW - 600  # the overlap


def test_a_record_inside_the_overlap_is_not_missed(tmp_path: Path) -> None:
    late = {"id": "evt_late", "created": NOW - 30}
    with serving(Fake(stripe_list(known := events(3, first=NOW - DAY)))) as fake:
        pulled(fake, tmp_path)
        known.append(late)
        pulled(fake, tmp_path, now=NOW + 900)
    assert landed(tmp_path)["evt_late"] == 1


def test_a_pause_longer_than_the_system_remembers_is_told(stripe: Fake, tmp_path: Path) -> None:
    assert pulled(stripe, tmp_path, now=NOW - 40 * DAY)["gaps"] == {}
    gaps = pulled(stripe, tmp_path)["gaps"]
    assert "events before 20251202T000000Z are gone" in gaps["events"]
    assert "--backfill --since 20251121" in gaps["events"]
    assert pulled(stripe, tmp_path)["gaps"] == {}


FAULTS = ["429", "500", "silent", "cut", "half", "503", "502"]


def test_faults_are_tried_again_and_lose_nothing(stripe: Fake, tmp_path: Path) -> None:
    stripe.faults = list(FAULTS)
    slept: list[float] = []
    counts = pulled(stripe, tmp_path, slept=slept)
    assert counts["retries"] == len(FAULTS)
    assert landed(tmp_path) == Counter(f"evt_{n:04d}" for n in range(95))
    assert len(slept) == len(FAULTS)
    assert slept[0] <= 1.0, "Retry-After: 0, and jitter"
    assert slept[-1] > 8, "back-off grows"


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [("7", 7, 8), (formatdate(NOW + 30, usegmt=True), 30, 31), ("soon", 1, 3), ("99999", 900, 901)],
)
def test_a_throttle_says_how_long_to_wait(
    tmp_path: Path, told: str, least: float, most: float
) -> None:
    answers = [(429, {}, {"Retry-After": told})]
    known = stripe_list(events(3, first=NOW - DAY))
    slept: list[float] = []
    with serving(Fake(lambda asked: answers.pop() if answers else known(asked))) as fake:
        assert pulled(fake, tmp_path, slept=slept)["records"] == 3
    assert [least <= wait <= most for wait in slept] == [True], slept


def test_a_system_that_stays_down_ends_in_a_sentence_and_the_cursor_stays(
    stripe: Fake, tmp_path: Path
) -> None:
    pulled(stripe, tmp_path, now=NOW - 48 * 3600)
    stripe.faults = ["500"] * 8
    with pytest.raises(PullError, match="failed 8 times, last: status 500"):
        pulled(stripe, tmp_path)
    pulled(stripe, tmp_path)
    assert set(landed(tmp_path)) == {f"evt_{n:04d}" for n in range(95)}


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("401", "does not know this key"),
        ("403", "grant the restricted key read access"),
        ("301", "check the address of stripe"),
        ("418", "answered 418"),
    ],
)
def test_a_refusal_is_told_at_once_and_without_the_secret(
    stripe: Fake, tmp_path: Path, status: str, remedy: str
) -> None:
    stripe.faults = [status]
    with pytest.raises(PullError, match=remedy) as told:
        pulled(stripe, tmp_path)
    assert SECRET not in str(told.value) + repr(told.value.__cause__)
    assert len(stripe.asked) == 1


def test_an_unknown_host_is_told(tmp_path: Path) -> None:
    fake = Fake(stripe_list([]), url="https://shop.invalid")
    with pytest.raises(PullError, match=r"shop\.invalid.* failed 8 times, last: ConnectError"):
        pulled(fake, tmp_path)


def test_a_backfill_goes_in_slices_beside_the_running_cursor(tmp_path: Path) -> None:
    charges = events(100, first=NOW - 100 * DAY, step=DAY)
    with serving(Fake(stripe_list(charges))) as fake:
        options = {"mode": BACKFILL, "only": ("charges",), "since": NOW - 100 * DAY}
        counts = pulled(fake, tmp_path, **options)
        assert counts["streams"] == {"charges": 100}
        windows = {(a.params["created[gte]"], a.params["created[lt]"]) for a in fake.asked}
        assert len(windows) == 4, "30 days each"
    assert landed(tmp_path) == Counter(one["id"] for one in charges)
    assert not (tmp_path / "cursors" / "stripe" / "charges.json").exists()


def test_a_list_that_the_account_does_not_have_is_passed_over(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Any:
        if asked.path.endswith("/disputes"):
            return 403, {}, {}
        return stripe_list([])(asked)

    with serving(Fake(answer)) as fake:
        counts = pulled(fake, tmp_path, mode=BACKFILL, since=NOW - DAY)
    assert list(counts["unavailable"]) == ["disputes"]
    assert "answered 403" in counts["unavailable"]["disputes"]


def test_nothing_but_refusals_is_an_error(tmp_path: Path) -> None:
    with (
        serving(Fake(lambda asked: (403, {}, {}))) as fake,
        pytest.raises(PullError, match="answered 403: grant"),
    ):
        pulled(fake, tmp_path, mode=BACKFILL, since=NOW - DAY)


def test_a_mark_that_the_system_forgot_makes_the_slice_begin_anew(
    stripe: Fake, tmp_path: Path
) -> None:
    stripe.faults = ["", "", *["500"] * 8]
    with pytest.raises(PullError):
        pulled(stripe, tmp_path)
    path = tmp_path / "cursors" / "stripe" / "events.json"
    told = json.loads(path.read_text())
    assert (told["piece"]["page"], told["piece"]["token"]) == (2, "evt_0075")
    told["piece"]["token"] = "evt_gone"
    path.write_text(json.dumps(told))
    pulled(stripe, tmp_path)
    assert landed(tmp_path) == Counter(f"evt_{n:04d}" for n in range(95))


def test_the_open_file_of_a_listener_beside_is_left_alone(stripe: Fake, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "landing" / "billing" / "stripe", now=lambda: NOW, max_seconds=60)
    journal.append([b'{"waypost_delivery": 1, "document": {"data": [{"id": "pushed"}]}}\n'])
    pulled(stripe, tmp_path)
    journal.close()
    assert landed(tmp_path)["pushed"] == 1


def test_a_broken_cursor_says_what_to_do(stripe: Fake, tmp_path: Path) -> None:
    path = tmp_path / "cursors" / "stripe" / "events.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(PullError, match="delete it and pull again with --since"):
        pulled(stripe, tmp_path)


def test_an_unknown_stream_is_told_with_those_that_are(stripe: Fake, tmp_path: Path) -> None:
    with pytest.raises(PullError, match=r"no stream charges .* choose among events"):
        pulled(stripe, tmp_path, only=("charges",))
