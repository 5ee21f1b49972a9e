"""What control totals and last known states say of an erased person goes, and does not come back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion import log, person, privacy, receipts, side_books, traces
from ingestion import parts as part_files
from ingestion.catalogue import DOMAINS
from ingestion.sources import states
from tests import real
from tests.ingestion.conftest import Home
from tests.ingestion.sources import shop
from tests.ingestion.sources import zendesk_payloads as desk
from tests.ingestion.sources.test_coverage import deliveries
from waypost import erasure
from waypost.settings import Settings

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
OPENED_7 = ("opened", "7")


@pytest.fixture
def settings(home: Home) -> Settings:
    return home.settings()


def totals(settings: Settings) -> list[tuple[str, str]]:
    """Measure and object of the readings that count, each object once."""
    from waypost import control_view

    with duckdb.connect() as con:
        con.execute("create schema log")
        control_view.lay(con, settings.log / "controls", None)
        rows = "select distinct measure, object_id from log.controls order by all"
        return con.execute(rows).fetchall()


def known(settings: Settings, name: str) -> set[str]:
    with closing(sqlite3.connect(settings.log / "states" / f"{name}.sqlite")) as con:
        return {str(key) for (key,) in con.execute("select object_key from states")}


def forget(settings: Settings, id_type: str, value: str) -> dict[str, Any]:
    id_hash = erasure.hash_of(settings, id_type, value)
    return erasure.erase(settings, id_hash, now=NOW, salt="0" * 64)


def every_trace(folder: Path) -> set[str]:
    """All that the log names, as an erasure would find it."""
    found: set[str] = set()
    with person.opened(folder, []) as con:
        for domain in DOMAINS:
            if parts := log.parts(folder, domain):
                rows = part_files.reader(part.path for part in parts)
                named = traces.every(part_files.columns(con, rows))
                found |= {
                    t for (t,) in con.execute(f"select unnest({named}) from {rows}").fetchall()
                }
    return found


def test_a_ticket_is_forgotten_and_its_total_stays_whoever_delivers_it_again(
    home: Home, settings: Settings
) -> None:
    first = home.write("contact/zendesk/audits.json", json.dumps(desk.audits()))
    home.ingest(first, adapter="zendesk")
    assert totals(settings) == [OPENED_7]
    assert known(settings, "zendesk") == {"/zendesk\x1fticket/7"}
    (settings.log / "controls" / ".x.parquet.77.part").write_bytes(b"what a crash left of totals")
    forget(settings, "zendesk_user", "10")
    assert privacy.drafts(settings.log / "controls") == []
    ((measure, stand_in),) = totals(settings)
    assert (measure, len(stand_in)) == ("opened", 32)
    assert known(settings, "zendesk") == set()
    again = home.write("contact/zendesk/again.json", json.dumps(desk.export()))
    assert home.ingest(again, adapter="zendesk")["refused"] > 5
    assert totals(settings) == [("opened", stand_in)]
    assert known(settings, "zendesk") == set()


def test_the_same_input_read_again_keeps_the_totals_of_the_erased(
    home: Home, settings: Settings
) -> None:
    other = json.loads(json.dumps(desk.audits()).replace('"ticket_id": 7', '"ticket_id": 8'))
    file = home.write("contact/zendesk/both.jsonl", [desk.audits()])
    home.ingest(file, adapter="zendesk")
    (key,) = receipts.names(settings.log)
    kept = file.read_bytes()
    forget(settings, "zendesk_user", "10")
    before = totals(settings)
    receipts.set_back(settings.log, key)
    counts = home.ingest(home.write("contact/zendesk/both.jsonl", kept), adapter="zendesk")
    assert counts["appended"] == 0 < counts["refused"]
    assert totals(settings) == before
    home.ingest(home.write("contact/zendesk/new.jsonl", [other]), adapter="zendesk")
    assert totals(settings) == before, "a ticket of the same people that nobody knew is refused"
    assert known(settings, "zendesk") == set()


def test_an_order_with_its_refund_and_account_is_forgotten(home: Home, settings: Settings) -> None:
    placed = {"topic": "orders/create", "document": shop.order()}
    line = {"waypost_delivery": 1, "received_at": shop.CREATED, **placed}
    home.ingest(home.write("order/shopify/a.jsonl", [line]), adapter="shopify")
    assert totals(settings) == [("placed", "5001")]
    assert known(settings, "shopify") >= {"/shopify\x1forder/5001"}
    forget(settings, "email", "kim@example.com")
    assert [len(name) for _, name in totals(settings)] == [32]
    assert known(settings, "shopify") == set()
    line["received_at"] = shop.SHIPPED
    counts = home.ingest(home.write("order/shopify/b.jsonl", [line]), adapter="shopify")
    assert counts["refused"] == counts["read"] > 0
    assert [len(name) for _, name in totals(settings)] == [32]
    assert known(settings, "shopify") == set()


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("stripe", "stripe_events"),
        ("stripe", "stripe_tables"),
        ("shopify", "shopify_webhooks"),
        ("shopify", "shopify_tables"),
        ("zendesk", "zendesk_tables"),
    ],
)
def test_whatever_stands_beside_the_log_can_be_found_from_it(
    name: str, folder: str, home: Home, settings: Settings
) -> None:
    """An erasure follows the log: what it could not reach would stay for ever."""
    place = real.needed(folder)
    if not folder.endswith("_tables"):
        place = home.write("all.jsonl", list(deliveries(place)))
    home.ingest(place, adapter=name)
    found = every_trace(settings.log)
    told = side_books._beginnings(found)
    with closing(sqlite3.connect(settings.log / "states" / f"{name}.sqlite")) as con:
        rows = con.execute("select object_key, known from states").fetchall()
    lost = []
    for key, text in rows:
        state = json.loads(text)
        has_told = bool(state["facts"] or state["values"])  # else nothing leads to anybody
        if has_told and key not in told:
            lost += [key] if found.isdisjoint(states.traces_of(key, state["facts"])) else []
    assert rows and lost == []
    unheard = [
        (row["measure"], row["object_id"])
        for path in (settings.log / "controls").glob("*.parquet")
        for row in pq.read_table(path).to_pylist()
        if found.isdisjoint(traces.of_object(row["measure"], row["object_id"]))
    ]
    assert unheard == []
