"""Retention and erasure of the same rows: who stands beside an erased person is let go in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ingestion import traces
from tests.ingestion.conftest import Home
from tests.ingestion.erasure.conftest import forget
from tests.ingestion.people import ADA, BEA, files_with, hash_of, order, refs
from waypost import retention, upkeep
from waypost.settings import Settings

MARCH = "2026-03-01T10:00:00Z"
BESIDE = [*refs(("email", ADA)), {"id_type": "email", "id": BEA, "role": "recipient"}]


@pytest.fixture
def settings(home: Home) -> Settings:
    """An order of Ada that Bea received, past its time; an order of Bea that is not."""
    found = home.settings()
    rule = "people: [{source: /shop*, days: 60}]"
    (found.config / "retention.yaml").write_text(rule, "utf-8")
    home.ingest(
        home.write("order/a.jsonl", [old(order(1, BESIDE)), order(2, refs(("email", BEA)))])
    )
    return found


def old(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"time": MARCH, "recordedtime": MARCH}


def let_go(settings: Settings, salt: str = "1") -> int:
    """How many events lose their people."""
    moment = datetime(2026, 6, 15, tzinfo=UTC)
    return int(retention.apply(settings, as_of=moment, salt=salt * 64)["events"])


def named(home: Home) -> list[set[str]]:
    rows = home.rows("order", "party_refs, occurred_at")
    return [{r["id_hash"] for r in refs} for refs, _ in sorted(rows, key=lambda row: row[1])]


def test_who_stands_beside_an_erased_person_is_let_go_all_the_same(
    home: Home, settings: Settings
) -> None:
    forget(settings)
    first, second = named(home)
    assert hash_of(settings, BEA) in first, "Bea is somebody else"
    assert let_go(settings) == 1
    first, second = named(home)
    assert hash_of(settings, BEA) not in first and second == {hash_of(settings, BEA)}
    assert let_go(settings, "2") == 0, "once, though stand-ins look like people"
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []


def test_what_was_let_go_stays_done_when_it_is_erased_then(home: Home, settings: Settings) -> None:
    assert let_go(settings) == 1
    late = order(1, refs(("email", ADA))) | {"id": "again"}  # leads by its number to the old one
    home.ingest(home.write("order/late.jsonl", [late]))
    assert forget(settings)["events"] == 2
    assert let_go(settings, "2") == 0
    assert files_with(settings, hash_of(settings)) == []


def test_what_was_let_go_before_there_was_a_mark_is_done(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setitem(traces._ANONYMOUS, "input_key", "null")
        assert let_go(settings) == 1
    kept = home.rows("order", "input_key, party_refs")
    assert kept[0][0] is None and kept[1][0]
    assert let_go(settings, "2") == 0
    assert home.rows("order", "input_key, party_refs") == kept
