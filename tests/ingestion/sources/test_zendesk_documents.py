"""Zendesk's documents of any wrapping or none: events or named reasons, never an error."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.catalogue import load
from ingestion.quarantine import REASONS
from ingestion.sources import zendesk
from ingestion.sources.adapter import Snapshot, Unused, Wrong
from tests.ingestion.sources.zendesk_outcomes import TIME, audit, outcomes, told


def test_what_is_not_used_is_named() -> None:
    assert (
        outcomes({"organizations": [{"id": 1}, {"id": 2}], "count": 2})
        == [Unused("topic not used: organizations")] * 2
    )
    webhook = {"type": "zen:event-type:ticket.tags_changed", "detail": {"id": 7}, "event": {}}
    assert outcomes(webhook) == [Unused("topic not used: ticket.tags_changed")]
    assert outcomes({"hello": 1}) == [Wrong("bad_payload", "document")]
    reasons = [o for o in outcomes({"audit": audit([{"type": "Push", "value": "x"}])})]
    assert reasons == [Unused("audit event not used: Push")]


_KEYS = st.sampled_from(
    """id ticket_id events type field_name value previous_value created_at updated_at author_id via
    channel source from rel body public requester_id submitter_id status audits tickets users chats
    calls legs ticket_events child_events satisfaction_ratings score history timestamp visitor email
    role metric sla target instance_id time ticket_metric_events direction completion_status
    duration talk_time detail event current previous comment answers rating url comments chat_id
    engagements agent_id call_id transferred_to policy merged_ticket_ids updater_id""".split()
)

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["Create", "Change", "Comment", "status", "open", "7", TIME, "apply_sla", "web",
                     "zen:event-type:ticket.status_changed", "inbound", "2026-03-02 08:00:00",
                     "chat.msg", "good", "merge", "reply_time", "https://a.zendesk.com/api/v2/x"]),
)  # fmt: skip

_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=8),
    max_leaves=40,
)


@settings(max_examples=300, deadline=None)
@given(_JSON, st.sampled_from([None, "tickets", "chats", "odd topic", *zendesk.TOPICS]))
def test_any_document_ends_as_events_or_named_reasons(document: Any, topic: str | None) -> None:
    for delivery in zendesk.deliveries(document, topic):
        found = list(zendesk.events(delivery))
        assert found
        found += [fact for o in found if isinstance(o, Snapshot) for fact in o.facts]
        for outcome in found:
            if isinstance(outcome, Wrong):
                assert outcome.code in REASONS
            elif isinstance(outcome, dict):
                json.dumps(outcome)
                kind = load().types[outcome["type"]]
                assert outcome["subject"].startswith(f"{kind.subject}/")
                assert outcome["id"] and outcome["time"]


def test_the_topics_name_types_of_the_catalogue() -> None:
    for types in zendesk.TOPICS.values():
        assert isinstance(types, Unused) or set(types) <= set(load().types)


def test_deletions_searches_and_the_event_bus() -> None:
    deleted = {"id": 7, "deleted_at": TIME, "previous_state": "open", "actor": {"id": 20}}
    (event,) = told({"deleted_tickets": [deleted], "count": 1}).values()
    assert (event["from_status"], event["to_status"]) == ("open", "closed")
    ticket = {"id": 7, "result_type": "ticket", "created_at": TIME, "via": {"channel": "chat"}}
    found = outcomes({"results": [ticket, {"result_type": "group", "id": 1}], "count": 2})
    assert [o["id"] if isinstance(o, dict) else o for o in found] == [
        "ticket/7/opened",
        Unused("topic not used: results"),
    ]
    bus = {"detail-type": "Support Ticket: Status Changed", "detail": {"ticket_event": {
        "meta": {"occurred_at": TIME, "actor_id": 20}, "type": "Status Changed",
        "previous": "open", "current": "solved", "ticket": {"id": 7, "updated_at": TIME}}}}  # fmt: skip
    assert list(told(bus)) == [f"ticket/7/status/{TIME}/solved"]
