"""An erasure finds landed files that gave no row of the person to the log, and tell of them all the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.ingestion.conftest import Home, event
from tests.ingestion.erasure.conftest import NOW, REFUNDS, forget, lay, refunds
from tests.ingestion.people import ADA, BEA, case, files_with, order, refs
from waypost import erasure, retention
from waypost.cli import WaypostError

MINE = order(7001, refs(("email", ADA)))
TICKET = {
    "id": 35,
    "created_at": "2026-05-01T10:00:00Z",
    "updated_at": "2026-05-01T10:00:00Z",
    "status": "new",
    "requester_id": 10,
    "via": {"channel": "email"},
}


@pytest.fixture
def told(home: Home) -> Home:
    """Ada is known by one event of one file."""
    home.settings()
    assert home.ingest(home.write("order/1.jsonl", [MINE]))["appended"] == 1
    return home


@pytest.mark.parametrize(
    ("line", "fate"),
    [
        (MINE, "duplicates"),
        (order(7002, refs(("email", ADA))) | {"time": "yesterday"}, "quarantined"),
        (order(7003, refs(("email", ADA), ("email", ADA))) | {"id": ""}, "quarantined"),
        (MINE | {"time": "2026-05-02T10:00:00Z"}, "quarantined"),
        (order(7004, [*refs(("email", ADA)), {"id_type": "E-Mail", "id": BEA}]), "quarantined"),
    ],
    ids=["again", "bad time", "no id", "conflict", "unsound reference beside"],
)
def test_a_file_that_gave_no_row_of_the_person_goes_too(
    told: Home, line: dict[str, object], fate: str
) -> None:
    settings = told.settings()
    others = order(8001, refs(("email", BEA)))
    file = told.write("order/2.jsonl", [line, others])
    kept = told.write("order/3.jsonl", [others, order(8002, []) | {"time": "yesterday"}])
    assert told.ingest(file)[fate] == 1
    assert told.ingest(kept)["duplicates"] == 1
    counts = forget(settings)
    assert (counts["landing_deleted"], counts["landing_waiting"]) == (2, [])
    assert files_with(settings, ADA) == []
    assert not file.exists() and kept.exists()
    assert len(told.rows("order")) == 2, "a look at landed files adds nothing"
    assert not list((settings.landing / ".work").glob("*/"))


def test_a_table_is_read_by_the_mapping_of_its_receipt(told: Home) -> None:
    settings = told.settings()
    rules = told.write("map.yaml", REFUNDS)
    file = told.write("billing/a.csv", refunds(("r-1", ADA, "ten"), ("r-2", BEA, "20.00")))
    kept = told.write("billing/b.csv", refunds(("r-3", BEA, "ten")))
    assert told.ingest(file, kept, mapping_file=rules)["quarantined"] == 2
    rules.rename(moved := rules.with_name("moved.yaml"))
    assert forget(settings)["landing_waiting"] == ["billing/a.csv", "billing/b.csv"]
    with pytest.raises(WaypostError, match=r"stays open.*billing/a\.csv"):
        erasure.erase_people(settings, now=NOW)
    moved.rename(rules)
    assert erasure.erase_people(settings, now=NOW) == {"people": 1, "events": 0}
    assert not file.exists() and kept.exists()


def test_a_state_that_is_delivered_again_unchanged_goes_too(home: Home) -> None:
    settings = home.settings()
    first = home.write("contact/zendesk/tickets.json", json.dumps({"tickets": [TICKET]}))
    again = home.write("contact/zendesk/again.json", json.dumps({"tickets": [TICKET, TICKET]}))
    assert home.ingest(first, adapter="zendesk")["appended"] > 0
    assert home.ingest(again, adapter="zendesk")["appended"] == 0
    forget(settings, "10", "zendesk_user")
    assert not first.exists() and not again.exists()


def test_a_file_whose_events_have_lost_their_people_meanwhile_goes_too(told: Home) -> None:
    """Retention lets the person go from old events, while the file that told them still lies there."""
    settings = told.settings()
    rule = "people: [{source: /shop*, days: 30}]"
    (settings.config / "retention.yaml").write_text(rule, "utf-8")
    retention.apply(settings, as_of=datetime(2026, 7, 15, tzinfo=UTC), salt="1" * 64)
    young = case(7005, refs(("email", ADA)))
    told.ingest(told.write("contact/young.jsonl", [young]))
    assert forget(settings)["landing_deleted"] == 2
    assert files_with(settings, ADA) == []


def test_a_file_delivered_after_an_erasure_goes_when_it_is_run_again(home: Home) -> None:
    settings = lay(home)
    forget(settings)
    late = home.write("order/late.jsonl", [MINE, event(9)])
    assert home.ingest(late)["refused"] == 1
    assert late.exists()
    assert forget(settings)["landing_deleted"] == 1
    assert not late.exists()


def test_the_door_refuses_a_row_of_theirs_that_is_wrong_as_well(home: Home) -> None:
    """So that nobody is asked to correct it."""
    settings = lay(home)
    forget(settings)
    wrong = order(7009, refs(("email", ADA))) | {"time": "yesterday"}
    other = order(8009, refs(("email", BEA))) | {"time": "yesterday"}
    counts = home.ingest(home.write("order/wrong.jsonl", [wrong, other]))
    assert (counts["refused"], counts["quarantined"]) == (1, 1)
    assert [line for _, _, line in home.reasons()] == [2]
