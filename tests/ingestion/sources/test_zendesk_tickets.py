"""Zendesk's tickets: each change once, merges and links, directions, the state of a bare ticket."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.sources.adapter import Snapshot
from tests.ingestion.sources.zendesk_outcomes import TIME, audit, comment, outcomes, told


def test_an_agent_and_a_trigger_change_a_field_once() -> None:
    rule = {"channel": "rule", "source": {"rel": "trigger"}}
    changed = [
        {"type": "Change", "field_name": "status", "previous_value": "new", "value": "open"},
        {"type": "Change", "field_name": "status", "previous_value": "open", "value": "hold"}
        | {"via": rule},
    ]
    found = told({"audits": [audit(changed)], "users": [{"id": 20, "role": "agent"}]})
    (event,) = found.values()
    assert (event["from_status"], event["to_status"]) == ("new", "on_hold")
    assert event["actor"] == {"type": "system"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [("hold", "on_hold"), ("on-hold", "on_hold"), ("OPEN", "open"), ("deleted", "closed")],
)
def test_statuses_are_in_the_catalogues_words(status: str, expected: str) -> None:
    changed = {"type": "Change", "field_name": "status", "previous_value": "new", "value": status}
    (event,) = told({"audits": [audit([changed])]}).values()
    assert event["to_status"] == expected


def _merge_via(**source: Any) -> dict[str, Any]:
    return {"channel": "system", "source": {"from": source, "to": {}, "rel": "merge"}}


def test_a_merge_is_told_once_by_the_ticket_that_ended() -> None:
    closing = {
        "type": "Change",
        "field_name": "status",
        "previous_value": "open",
        "value": "closed",
    }
    said = comment(20, public=False, body='This request was closed and merged into request #6 "x"')
    for events in ([closing], [said]):
        found = told({"audits": [audit(events, via=_merge_via(ticket_id=6))]})
        assert found["ticket/7/merged"]["into_case_id"] == "zd-6"
    surviving = audit([comment(20, public=False, body="Requests #7 were closed and merged into "
                                                      "this request.")],
                      ticket_id=6, via=_merge_via(ticket_ids=[7]))  # fmt: skip
    assert not any("merged" in name for name in told({"audits": [surviving]}))
    webhook = {"type": "zen:event-type:ticket.merged", "subject": "zen:ticket:7", "time": TIME,
               "detail": {"id": "7", "updated_at": TIME}, "event": {"target_ticket_id": "6"}}  # fmt: skip
    assert told(webhook)["ticket/7/merged"]["into_case_id"] == "zd-6"


def test_links_to_the_problem_and_to_the_ticket_followed_up() -> None:
    problem = {"type": "Change", "field_name": "problem_id", "previous_value": None, "value": "3"}
    (event,) = told({"audits": [audit([problem])]}).values()
    assert (event["object_id"], event["qualifier"]) == ("zd-3", "problem")
    ticket = {"id": 8, "created_at": TIME, "requester_id": 1, "submitter_id": 1,
              "via": {"channel": "web", "source": {"from": {"ticket_id": 7}, "rel": "follow_up"}}}  # fmt: skip
    assert told({"ticket": ticket})["ticket/8/follows/7"]["object_id"] == "zd-7"


def test_a_ticket_that_staff_opened_for_a_customer_goes_out() -> None:
    ticket = {"id": 8, "created_at": TIME, "requester_id": 1, "submitter_id": 2}
    found = {
        channel: told({"ticket": {**ticket, "via": {"channel": channel}}})["ticket/8/opened"]
        for channel in ("web", "email", "api")
    }
    assert {name: event["direction"] for name, event in found.items()} == {
        "web": "out",
        "email": "in",
        "api": "in",
    }


def test_a_bare_tickets_state_goes_to_the_differ() -> None:
    ticket = {"id": 8, "created_at": TIME, "updated_at": "2026-03-05T08:00:00Z", "requester_id": 1,
              "status": "hold", "priority": "urgent", "group_id": 5, "assignee_id": 6,
              "via": {"channel": "mobile_sdk"}}  # fmt: skip
    (state,) = [o for o in outcomes({"tickets": [ticket]}) if isinstance(o, Snapshot)]
    assert state.seen_at == "2026-03-05T08:00:00Z"
    assert {name: watched.value for name, watched in state.fields.items()} == {
        "status": "on_hold",
        "priority": "urgent",
        "group": "5",
        "assignee": "6",
    }
