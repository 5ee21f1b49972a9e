"""State becomes history: what changed, when, and nothing twice."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.sources.adapter import Outcome, Snapshot, Unused, Watched, Wrong
from ingestion.sources.differ import COVERED, OLDER, UNCHANGED, Known, diff
from ingestion.sources.states import opened

KEY = b"k" * 32
TEMPLATE = {"source": "/desk", "subject": "case/1", "data": {"case_id": "1"}}


def status(value: str | None, day: int, **more: Any) -> Snapshot:
    watched = Watched(
        value, "case.status_changed", {"to_status": value}, "from_status", more.pop("at", None)
    )
    return Snapshot(
        "ticket/1", f"2026-03-{day:02d}T10:00:00Z", {"status": watched}, TEMPLATE, **more
    )


def placed(total: int, day: int, **more: Any) -> Snapshot:
    fact = {
        "specversion": "1.0",
        "id": "order/1/placed",
        "source": "/shop",
        "type": "order.placed",
        "subject": "order/1",
        "time": "2026-03-01T00:00:00Z",
        "data": {"order_id": "1", "total": {"minor": total, "currency": "EUR"}},
        **more,
    }
    return Snapshot("order/1", f"2026-03-{day:02d}T10:00:00Z", facts=[fact])


def follow(*snapshots: Snapshot) -> list[Outcome]:
    """What the differ says of these, one after the other."""
    known: Known | None = None
    found: list[Outcome] = []
    for snapshot in snapshots:
        told, known = diff(known, snapshot, KEY)
        found += told
    return found


def test_the_first_sight_is_a_baseline_and_no_history() -> None:
    (event,) = follow(status("pending", 5))
    assert isinstance(event, dict)
    assert event["derivation"] == "baseline"
    assert event["time"] == "2026-03-05T10:00:00Z"
    assert event["data"] == {"case_id": "1", "to_status": "pending"}
    assert "timeuncertainty" not in event


def test_a_baseline_reaches_back_to_the_birth_of_its_object() -> None:
    (event,) = follow(status("pending", 5, since="2026-03-05T09:59:00+00:00"))
    assert isinstance(event, dict) and event["timeuncertainty"] == 60


def test_a_change_lies_between_the_two_sights() -> None:
    _, event = follow(status("open", 5), status("solved", 6))
    assert isinstance(event, dict)
    assert event["derivation"] == "snapshot_diff"
    assert event["data"] == {"case_id": "1", "to_status": "solved", "from_status": "open"}
    assert (event["time"], event["timeuncertainty"]) == ("2026-03-06T10:00:00Z", 86_400)


def test_the_time_that_the_source_tells_is_taken() -> None:
    _, event = follow(status("open", 5), status("solved", 6, at="2026-03-05T23:00:00+01:00"))
    assert isinstance(event, dict)
    assert event["time"] == "2026-03-05T22:00:00Z" and "timeuncertainty" not in event
    assert event["recordedtime"] == "2026-03-06T10:00:00Z"


def test_the_same_again_and_the_older_change_nothing() -> None:
    told = follow(status("open", 5), status("open", 5), status("new", 4), status("open", 6))
    assert told[1:] == [UNCHANGED, OLDER, UNCHANGED]


def test_two_states_of_one_second_both_count_and_neither_twice() -> None:
    told = follow(status("open", 5), status("solved", 5), status("open", 5), status("solved", 5))
    assert [isinstance(outcome, dict) for outcome in told] == [True, True, False, False]


def test_a_field_that_a_state_does_not_tell_stays_known() -> None:
    empty = Snapshot("ticket/1", "2026-03-06T10:00:00Z", {}, TEMPLATE)
    _, nothing, event = follow(status("open", 5), empty, status("solved", 7))
    assert nothing == UNCHANGED
    assert isinstance(event, dict) and event["data"]["from_status"] == "open"


def test_a_fact_told_anew_amends_the_first() -> None:
    first, again, edited = follow(placed(100, 1), placed(100, 2), placed(90, 3))
    assert isinstance(first, dict) and "derivation" not in first
    assert again == UNCHANGED
    assert isinstance(edited, dict)
    assert edited["amends"] == first["id"] != edited["id"]
    assert edited["time"] == first["time"]
    assert edited["recordedtime"] == "2026-03-03T10:00:00Z"
    assert edited["data"]["total"]["minor"] == 90


def test_a_fact_taken_back_is_retracted_once_and_only_if_it_was_told() -> None:
    assert follow(placed(100, 1, retracted=True)) == [UNCHANGED]
    told = follow(placed(100, 1), placed(100, 2, retracted=True), placed(100, 3, retracted=True))
    assert isinstance(told[1], dict) and told[1]["retracted"] is True
    assert told[2] == UNCHANGED


@pytest.mark.parametrize("seen_at", ["", "yesterday", "2026-03-01T10:00:00", "9999-99-99"])
def test_a_state_without_a_time_is_wrong(seen_at: str) -> None:
    assert follow(Snapshot("ticket/1", seen_at)) == [Wrong("bad_time", "seen_at")]


def test_hidden_values_are_kept_as_keyed_hashes_only() -> None:
    hidden = Watched("ann@example.com", "party.identified")
    _, known = diff(None, Snapshot("c/1", "2026-03-01T10:00:00Z", {"email": hidden}), KEY)
    assert known is not None and "ann" not in str(known)
    _, other = diff(None, Snapshot("c/1", "2026-03-01T10:00:00Z", {"email": hidden}), b"other")
    assert other is not None and other.values != known.values


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 28)), min_size=1))
def test_however_states_arrive_the_last_one_is_the_one_known(states: list[tuple[str, int]]) -> None:
    by_day = dict((day, value) for value, day in states)
    snapshots = [status(by_day[day], day) for _, day in states]
    events = [event for event in follow(*snapshots) if isinstance(event, dict)]
    assert len({event["id"] for event in events}) == len(events)
    known = None
    for snapshot in snapshots:
        _, known = diff(known, snapshot, KEY)
    assert known is not None and known.values == {"status": by_day[max(by_day)]}


def read(folder: Path, input_key: str, *snapshots: Snapshot, keep: bool = True) -> list[Outcome]:
    with opened(folder, "desk", input_key, KEY) as states:
        told = [outcome for snapshot in snapshots for outcome in states.outcomes(snapshot)]
        if keep:
            states.keep(lambda _: set())
    return told


def test_a_crash_before_the_state_was_kept_repeats_the_same_events(tmp_path: Path) -> None:
    read(tmp_path, "a", status("new", 1))
    lost = read(tmp_path, "b", status("open", 2), status("solved", 3), keep=False)
    assert read(tmp_path, "b", status("open", 2), status("solved", 3)) == lost
    assert read(tmp_path, "c", status("solved", 3)) == [UNCHANGED]


def test_an_input_read_again_tells_the_same_whatever_came_after(tmp_path: Path) -> None:
    first = read(tmp_path, "a", status("new", 1), placed(100, 1))
    second = read(tmp_path, "b", status("open", 2), placed(90, 2))
    assert read(tmp_path, "a", status("new", 1), placed(100, 1)) == first
    assert read(tmp_path, "b", status("open", 2), placed(90, 2)) == second
    assert read(tmp_path, "c", status("open", 2)) == [UNCHANGED]


def test_objects_of_two_accounts_are_two(tmp_path: Path) -> None:
    other = Snapshot("order/1", "2026-03-01T10:00:00Z", template={"source": "/shop/b"})
    read(tmp_path, "a", placed(100, 5))
    assert read(tmp_path, "b", other) == [UNCHANGED]  # not older: another object


def test_two_runs_at_once_lose_no_state(tmp_path: Path) -> None:
    def run(number: int) -> None:
        for day in range(1, 6):
            snapshot = Snapshot(
                f"ticket/{number}", f"2026-03-{day:02d}T10:00:00Z", status(f"s{day}", day).fields
            )
            told = read(tmp_path, f"{number}-{day}", snapshot)
            results.append(isinstance(told[0], dict))

    results: list[bool] = []
    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 20
    for number in range(4):
        last = Snapshot(f"ticket/{number}", "2026-03-05T10:00:00Z", status("s5", 5).fields)
        assert read(tmp_path, "after", last) == [Unused("state unchanged")]


def test_a_second_telling_of_the_same_time_amends_nothing_but_may_add_facts() -> None:
    other = {"id": "order/1/cancelled", "type": "order.cancelled", "data": {"reason": "other"}}
    poorer = placed(90, 1)
    richer = Snapshot(poorer.object_key, poorer.seen_at, facts=[*poorer.facts, other])
    first, nothing, added, later = follow(placed(100, 1), poorer, richer, placed(90, 2))
    assert isinstance(first, dict) and nothing == UNCHANGED
    assert added == other
    assert isinstance(later, dict) and later["amends"] == first["id"]


def test_a_state_of_an_object_with_a_history_says_nothing() -> None:
    mark = Snapshot("ticket/7", "2026-01-01T00:00:00Z", has_history=True)
    told, known = diff(None, mark, b"key")
    assert told == [] and known is not None
    state = Snapshot("ticket/7", "2027-01-01T00:00:00Z", {"status": Watched("open", "x")})
    assert diff(known, state, b"key") == ([COVERED], known)
    assert diff(known, mark, b"key") == ([], known)
