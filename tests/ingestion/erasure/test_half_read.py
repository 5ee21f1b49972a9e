"""An erasure meets landed inputs that were not read to their end: what others have in them stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ingestion.reading import Reading
from tests.ingestion.conftest import NOW as RUN
from tests.ingestion.conftest import Home
from tests.ingestion.erasure.conftest import NOW, REFUNDS, forget, lay, refunds
from tests.ingestion.people import ADA, BEA, case, order, refs
from tests.interruptions import stopped_at
from waypost import erasure
from waypost.cli import WaypostError

TICKETS = """id,created_at,requester_id,status,via_channel
1,2026-05-01T10:00:00Z,10,new,email
2,2026-05-01T10:00:00Z,11,new,email
"""
COMMENTS = "id,created,user_id,ticket_id,public,body\n5,2026-05-01T11:00:00Z,10,1,true,hello\n"
OPENED = """
  - type: case.opened
    id: "c{id}"
    subject: case/{id}
    time: at
    fields: {case_id: id, channel: {const: email}, direction: {const: in}, case_type: {const: info}}
"""


@pytest.fixture
def tables(home: Home) -> Path:
    """A landed export folder, taken in."""
    folder = home.write("contact/zendesk/ticket.csv", TICKETS).parent
    home.ingest(folder, adapter="zendesk")
    return folder


def test_a_file_stays_until_it_is_read_to_its_end(home: Home) -> None:
    settings = lay(home)
    lines = [case(7003, refs(("email", ADA))), case(9003, []), order(9005, [])]
    file = home.write("order/half.jsonl", lines)
    with stopped_at(2, Reading, "commit"):
        home.ingest(file)
    assert forget(settings)["landing_waiting"] == ["order/half.jsonl"]
    settings.warehouse.write_bytes(b"built since")
    with pytest.raises(WaypostError, match=r"stays open.*ingest order/half\.jsonl"):
        erasure.erase_people(settings, now=NOW)
    assert file.exists() and settings.warehouse.exists()
    counts = home.ingest(file)
    assert (counts["appended"], counts["duplicates"], counts["refused"]) == (1, 1, 1)
    assert erasure.erase_people(settings, now=NOW) == {"people": 1, "events": 0}
    assert not file.exists()
    assert erasure.erase_people(settings, now=NOW) is None
    assert "ord-9005" in {name for (name,) in home.rows("order", "order_id")}


def test_a_file_that_is_read_anew_is_not_whole_before_its_end(home: Home) -> None:
    """The corrected mapping gives refunds as well, of which none was committed."""
    settings = home.settings()
    file = home.write("billing/a.csv", refunds(("r-1", ADA, "10.00"), ("r-2", BEA, "20.00")))
    head, _ = REFUNDS.split("\n  - ")
    home.ingest(file, mapping_file=home.write("map.yaml", head + OPENED))
    corrected = home.write("corrected.yaml", REFUNDS.rstrip() + OPENED)
    later = {"mapping_file": corrected, "run_started_at": RUN + timedelta(days=1)}
    with stopped_at(3, Reading, "commit"):
        home.ingest(file, **later)
    assert forget(settings)["landing_waiting"] == ["billing/a.csv"]
    home.ingest(file, **later)
    assert home.rows("billing", "refund_id") == [("r-2",)]
    erasure.erase_people(settings, now=NOW)
    assert not file.exists()


def test_a_folder_and_a_table_in_it_go_once(home: Home, tables: Path) -> None:
    home.ingest(tables / "ticket.csv", adapter="zendesk")
    (tables / "ticket_comment.csv").write_text(COMMENTS, "utf-8")
    home.ingest(tables, adapter="zendesk", run_started_at=RUN + timedelta(days=1))
    assert forget(home.settings(), "10", "zendesk_user")["landing_waiting"] == []
    assert not tables.exists()


def test_of_a_folder_only_the_tables_go(home: Home, tables: Path) -> None:
    lines = [case(7003, refs(("zendesk_user", "10"))), case(9003, []), order(9005, [])]
    half, unread = home.write("contact/zendesk/half.jsonl", lines), tables / "unread.jsonl"
    unread.write_text("{}\n", "utf-8")
    with stopped_at(2, Reading, "commit"):
        home.ingest(half)
    counts = forget(home.settings(), "10", "zendesk_user")
    assert (counts["landing_deleted"], counts["landing_waiting"]) == (
        1,
        ["contact/zendesk/half.jsonl"],
    )
    assert sorted(tables.iterdir()) == [half, unread]
