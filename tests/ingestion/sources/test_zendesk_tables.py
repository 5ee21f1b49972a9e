"""Table exports: roles from the account's audit log, targets, merges; and a real export."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests import real
from tests.ingestion.conftest import Home
from tests.ingestion.sources import zendesk_payloads as told
from tests.ingestion.sources.test_zendesk_one_ticket import EXPECTED


def _table(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.csv").write_text(text, "utf-8")


def test_an_agent_who_was_a_customer_then(home: Home, tmp_path: Path) -> None:
    folder = told.write_tables(tmp_path / "tables")
    change = (
        "Support role changed from not set to Admin\\\\nTalk role changed from not set to Agent"
    )
    _table(
        folder,
        "audit_log",
        "id,source_id,source_type,created_at,change_description\n"
        f'1,21,user,2026-03-03 20:00:00,"{change}"\n',
    )
    counts = home.ingest(folder, adapter="zendesk")
    assert counts["quarantined"] == 0
    found = home.rows(columns="event_id, author_role")
    roles = {name: role for name, role in found if name.startswith("comment/")}
    assert roles["comment/9004"] == "customer"  # written before the change
    assert roles["comment/9006"] == "agent"


def test_the_target_of_the_priority_and_policy_in_force(home: Home, tmp_path: Path) -> None:
    folder = told.write_tables(tmp_path / "tables")
    _table(
        folder,
        "ticket_sla_policy",
        "ticket_id,sla_policy_id,policy_applied_at\n7,31,2026-03-02 08:00:00\n",
    )
    head = "sla_policy_id,sla_policy_updated_at,business_hours,metric,priority,target\n"
    _table(
        folder,
        "sla_policy_metric_history",
        head + "31,2026-01-01 00:00:00,TRUE,first_reply_time,normal,60\n"
        "31,2026-02-01 00:00:00,TRUE,first_reply_time,normal,90\n"
        "31,2026-02-01 00:00:00,TRUE,first_reply_time,high,30\n"
        "31,2026-04-01 00:00:00,TRUE,first_reply_time,normal,10\n",
    )
    home.ingest(folder, adapter="zendesk")
    rows = home.rows(columns="event_id, metric, target_s, clock, policy_id")
    assert [row for row in rows if row[1]] == [
        (f"ticket/7/sla/first_reply/{told.OPENED}", "first_reply", 5400, "business", "31")
    ]


def test_a_merge_is_told_at_the_closing(home: Home, tmp_path: Path) -> None:
    folder = told.write_tables(tmp_path / "tables")
    path = folder / "ticket_data.csv"
    path.write_text(path.read_text("utf-8").replace('"[]"', '"[5]"'), "utf-8")
    history = folder / "ticket_field_history_data.csv"
    closed = '"status","5","2026-03-02 11:00:00","21","closed"\n'
    history.write_text(history.read_text("utf-8") + closed, "utf-8")
    home.ingest(folder, adapter="zendesk")
    rows = home.rows(columns="event_id, into_case_id, strftime(occurred_at, '%H:%M')")
    assert ("ticket/5/merged", "zd-7", "11:00") in rows


def test_a_public_export_goes_through(home: Home) -> None:
    """10 tickets, 20 comments (nobody knows their authors), 38 changes of fields, 10 chats."""
    counts = home.ingest(
        real.needed("zendesk_tables"), adapter="zendesk", recorded_as_occurred=True
    )
    assert counts["quarantined"] == 21
    reasons = [code for code, _, _ in home.reasons()]
    assert (reasons.count("unknown_author"), reasons.count("enum")) == (20, 1)
    rows = home.rows(columns="event_type, derivation")
    native = [kind for kind, how in rows if how == "native"]
    assert {kind: native.count(kind) for kind in sorted(set(native))} == {
        "case.assigned": 2,
        "case.merged": 1,
        "case.opened": 10,
        "case.priority_changed": 4,
        "case.status_changed": 27,
        "contact.ended": 9,
        "contact.message_sent": 9,
        "contact.started": 9,
        "sla.target_applied": 2,
    }
    # of nine tickets the export has no history: their last state is all that is known
    baseline = [kind for kind, how in rows if how == "baseline"]
    assert baseline.count("case.status_changed") == 9
    assert len(home.rows("party")) == 16


def test_tables_of_records_are_read_like_pages(home: Home, tmp_path: Path) -> None:
    """As extractors write them: `via` as JSON or as columns, events of an audit as JSON."""
    folder = tmp_path / "extract"
    folder.mkdir()
    events = {name: told.audits()[name] for name in ("audits", "users")}
    with (folder / "zendesk_ticket_audits.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "ticket_id", "created_at", "author_id", "via__channel", "events"])
        for audit in events["audits"]:
            cells = [audit[key] for key in ("id", "ticket_id", "created_at", "author_id")]
            rows.writerow([*cells, audit["via"]["channel"], json.dumps(audit["events"])])
    _table(folder, "users", "id,role,email,updated_at\n20,agent,,\n21,admin,,\n10,end-user,,\n")
    via = json.dumps(told.TICKET["via"]).replace('"', '""')
    _table(
        folder,
        "tickets",
        "id,created_at,updated_at,requester_id,submitter_id,status,via\n"
        f'7,{told.OPENED},{told.CLOSED},10,10,solved,"{via}"\n',
    )
    assert home.ingest(folder, adapter="zendesk")["quarantined"] == 0
    page = tmp_path / "audits.json"
    page.write_text(json.dumps(told.audits()), "utf-8")
    counts = home.ingest(page, adapter="zendesk")
    assert (counts["quarantined"], home.live()) == (0, EXPECTED)
