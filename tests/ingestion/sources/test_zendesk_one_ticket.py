"""One ticket by audits, export, tickets, webhooks and tables is one set of events, in any order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.sources import zendesk
from tests.ingestion.conftest import Home
from tests.ingestion.sources import zendesk_payloads as told

EXPECTED = sorted(
    [
        "ticket/7/opened",
        *(f"comment/{number}" for number in range(9001, 9007)),
        f"ticket/7/priority/{told.OPENED}/normal",
        f"ticket/7/group/{told.OPENED}/501",
        f"ticket/7/status/{told.ANSWERED}/pending",
        f"ticket/7/assignee/{told.ANSWERED}/20",
        f"ticket/7/group/{told.MOVED}/502",
        f"ticket/7/assignee/{told.MOVED}/21",
        f"ticket/7/priority/{told.MOVED}/high",
        f"ticket/7/status/{told.MOVED}/on_hold",
        f"ticket/7/status/{told.SOLVED}/solved",
        f"ticket/7/status/{told.REOPENED}/open",
        f"ticket/7/status/{told.CLOSED}/solved",
    ]
)


def _inputs(folder: Path) -> dict[str, Path]:
    documents: dict[str, Any] = {
        "audits": told.audits(),
        "export": told.export(),
        "webhooks": told.webhooks(),
    }
    folder.mkdir()
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    paths = {name: folder / f"{name}.json" for name in documents}
    return paths | {"tables": told.write_tables(folder / "tables")}


@pytest.mark.parametrize(
    "order",
    [
        ("audits", "export", "tables"),
        ("tables", "audits", "export"),
        ("export", "tables", "audits"),
    ],
)
def test_each_further_delivery_brings_duplicates_only(
    home: Home, tmp_path: Path, order: tuple[str, ...]
) -> None:
    paths = _inputs(tmp_path / "inputs")
    first = home.ingest(paths[order[0]], adapter="zendesk")
    assert first["quarantined"] == 0
    assert home.live() == EXPECTED
    for name in order[1:]:
        counts = home.ingest(paths[name], adapter="zendesk")
        assert counts["quarantined"] == counts["appended"] == 0, name
        assert counts["duplicates"] >= len(EXPECTED)
    assert home.live() == EXPECTED
    assert home.live("party") == ["user/10/identified/2026-01-02T00:00:00Z"]


@pytest.mark.parametrize("order", [("webhooks", "audits"), ("tables", "webhooks")])
def test_webhooks_tell_the_same_events(home: Home, tmp_path: Path, order: tuple[str, str]) -> None:
    paths = _inputs(tmp_path / "inputs")
    for name in order:
        counts = home.ingest(paths[name], adapter="zendesk")
        assert counts["quarantined"] == 0, home.reasons()
    assert home.live() == EXPECTED


def test_a_ticket_after_its_audits_tells_nothing_new(home: Home, tmp_path: Path) -> None:
    home.ingest(_inputs(tmp_path / "inputs")["audits"], adapter="zendesk")
    page = tmp_path / "tickets.json"
    page.write_text(json.dumps(told.cursor_page()), "utf-8")
    counts = home.ingest(page, adapter="zendesk")
    assert (counts["appended"], counts["quarantined"]) == (0, 0)
    assert home.live() == EXPECTED


def test_a_ticket_before_its_audits_leaves_its_state_as_baseline(
    home: Home, tmp_path: Path
) -> None:
    page = tmp_path / "tickets.json"
    page.write_text(json.dumps(told.cursor_page()), "utf-8")
    home.ingest(page, adapter="zendesk")
    known = dict(home.rows(columns="event_type, to_status"))
    assert known["case.status_changed"] == "solved"
    home.ingest(_inputs(tmp_path / "inputs")["audits"], adapter="zendesk")
    rows = home.rows(columns="event_id, derivation, to_status")
    assert sorted(name for name, how, _ in rows if how != "baseline") == EXPECTED
    assert {status for _, how, status in rows if how == "baseline"} == {None, "solved"}


def test_the_page_of_the_opening_and_the_actor_are_kept(home: Home, tmp_path: Path) -> None:
    home.ingest(_inputs(tmp_path / "inputs")["audits"], adapter="zendesk")
    links = [link for (link,) in home.rows(columns="source_url") if link]
    assert links == ["https://acme.zendesk.com/agent/tickets/7"]
    rows = home.rows(columns="event_id, actor_type, actor_ref_hash is not null")
    actors = {name: (kind, named) for name, kind, named in rows}
    assert actors[f"ticket/7/status/{told.SOLVED}/solved"] == ("agent", True)
    assert actors[f"ticket/7/status/{told.REOPENED}/open"] == ("customer", False)


def test_no_text_and_no_clear_identifier_leaves_the_adapter_but_as_a_party() -> None:
    for document in (told.audits(), told.export(), *told.webhooks()):
        for delivery in zendesk.deliveries(document, None):
            for outcome in zendesk.events(delivery):
                if not isinstance(outcome, dict):
                    continue
                refs = outcome["data"].pop("party_refs", None)
                assert outcome["type"] != "party.identified" or len(refs or []) == 4
                text = json.dumps(outcome)
                for clear in ("@example", "parcel", "Soon", "4930", "KD-1"):
                    assert clear not in text, outcome["id"]
