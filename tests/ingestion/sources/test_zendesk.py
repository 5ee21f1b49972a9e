"""Zendesk's payloads, each in its documented shape, to events: roles, merges, surveys, contacts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.catalogue import load
from ingestion.quarantine import REASONS
from ingestion.sources import zendesk
from ingestion.sources.adapter import Outcome, Snapshot, Unused, Wrong

TIME = "2026-03-02T08:00:00Z"


def outcomes(document: Any, topic: str | None = None) -> list[Outcome]:
    """What a document says; a mark that a ticket has a history is left out."""
    found = [o for d in zendesk.deliveries(document, topic) for o in zendesk.events(d)]
    return [o for o in found if not (isinstance(o, Snapshot) and o.has_history)]


def told(document: Any, topic: str | None = None) -> dict[str, dict[str, Any]]:
    """Event id → its data with its type and time."""
    return {
        o["id"]: {**o["data"], "type": o["type"], "time": o["time"]}
        for outcome in outcomes(document, topic)
        for o in (outcome.facts if isinstance(outcome, Snapshot) else [outcome])
        if isinstance(o, dict)
    }


def audit(events: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    base = {"id": 5, "ticket_id": 7, "created_at": TIME, "author_id": 20, "via": {"channel": "web"}}
    return {**base, "events": events, **more}


def comment(author_id: Any, /, **more: Any) -> dict[str, Any]:
    return {
        "type": "Comment",
        "id": 1,
        "author_id": author_id,
        "body": "abc",
        "public": True,
        **more,
    }


def created(requester: int) -> dict[str, Any]:
    return {"type": "Create", "field_name": "requester_id", "value": str(requester)}


def role(page: dict[str, Any]) -> Any:
    """The author's role of the page's only comment; None where it is in doubt."""
    found = told(page).get("comment/1")
    return found["author_role"] if found else None


@pytest.mark.parametrize(
    ("events", "more", "users", "expected"),
    [
        # a requester who has become an agent since then was the customer of his ticket
        ([created(20), comment(20)], {}, [{"id": 20, "role": "agent"}], "customer"),
        ([comment(20)], {}, [{"id": 20, "role": "agent"}], "agent"),
        ([comment(20)], {}, [{"id": 20, "role": "end-user"}], "customer"),
        ([comment(20, public=False)], {}, [], "agent"),
        ([comment(-1)], {"author_id": -1}, [], "system"),
        ([comment(20)], {"via": {"channel": "rule"}}, [{"id": 20, "role": "admin"}], "system"),
        ([comment(20)], {"via": {"channel": "answer_bot_api"}}, [], "bot"),
        ([comment(20)], {"via": {"channel": "email"}}, [], "customer"),
        ([comment(20, author={"id": 20, "is_staff": True})], {}, [], "agent"),
        (
            [comment(20), {"type": "Change", "field_name": "group_id", "value": "5"}],
            {},
            [],
            "agent",
        ),
        ([comment(20)], {}, [], None),
    ],
)
def test_the_role_of_an_author_is_the_one_at_that_time(
    events: list[dict[str, Any]], more: dict[str, Any], users: list[Any], expected: str | None
) -> None:
    assert role({"audits": [audit(events, **more)], "users": users}) == expected


def test_an_author_whom_nobody_knows_is_a_named_reason() -> None:
    assert Wrong("unknown_author", "author_id") in outcomes({"audit": audit([comment(20)])})


def test_automatic_messages_are_marked() -> None:
    page = {"audits": [audit([comment(-1)], author_id=-1)]}
    assert told(page)["comment/1"]["is_automated"] is True
    notice = {"type": "Notification", "id": 77, "recipients": [10], "body": "We have it."}
    opening = audit([created(10), comment(10), notice], author_id=10, via={"channel": "email"})
    found = told({"audits": [opening]})
    assert found["notification/77"]["author_role"] == "system"
    assert found["notification/77"]["text_length"] == 11
    assert found["ticket/7/opened"]["channel"] == "email"
    assert found["ticket/7/opened"]["direction"] == "in"


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


def test_ratings_and_audits_tell_one_survey() -> None:
    rating = {"id": 1, "ticket_id": 7, "requester_id": 10, "assignee_id": 20, "group_id": 5}
    page = {
        "satisfaction_ratings": [
            {**rating, "score": "offered", "created_at": TIME, "updated_at": TIME},
            {**rating, "score": "good_with_comment", "comment": "Danke!", "created_at": TIME,
             "updated_at": "2026-03-03T08:00:00Z"},
        ]
    }  # fmt: skip
    offered = {"type": "Change", "field_name": "satisfaction_score", "value": "offered"}
    rated = [
        {"type": "Change", "field_name": "satisfaction_score", "value": "good"},
        {"type": "Change", "field_name": "satisfaction_comment", "value": "Danke!"},
    ]
    answered = audit(rated, created_at="2026-03-03T08:00:00Z")
    by_rating = told(page)
    assert by_rating == told({"audits": [audit([offered]), answered]})
    assert by_rating["ticket/7/survey/offered"]["type"] == "survey.sent"
    good = by_rating["ticket/7/survey/good"]
    assert (good["score"], good["scale_min"], good["scale_max"]) == (1, 0, 1)
    assert good["comment_length"] == 6
    bad = {**rating, "score": "bad", "created_at": TIME}
    assert told(bad, "satisfaction_ratings")["ticket/7/survey/bad"]["score"] == 0


def test_a_survey_response_keeps_its_scale() -> None:
    response = {"id": "01H", "survey_id": "S1", "responder_id": 10,
                "subjects": [{"type": "ticket", "zrn": "zen:ticket:7", "id": "7"}],
                "answers": [{"type": "rating_scale", "rating": 4, "created_at": TIME},
                            {"type": "open_ended", "value": "Gut"}]}  # fmt: skip
    (event,) = told({"survey_responses": [response]}).values()
    assert (event["score"], event["scale_min"], event["scale_max"]) == (4, 1, 5)
    assert (event["case_id"], event["comment_length"]) == ("zd-7", 3)


def test_metric_events_become_targets_and_breaches() -> None:
    base = {"id": 1, "ticket_id": 7, "metric": "reply_time", "instance_id": 1, "time": TIME}
    sla = {"target": 480, "business_hours": True, "policy": {"id": 31, "title": "Gold"}}
    page = {
        "ticket_metric_events": [
            {**base, "type": "activate"},
            {**base, "type": "apply_sla", "sla": sla},
            {**base, "type": "apply_sla", "instance_id": 2, "sla": {**sla, "target": 60}},
            {**base, "type": "breach", "metric": "requester_wait_time"},
            {**base, "type": "breach", "deleted": True},
            {**base, "type": "apply_sla", "metric": "periodic_update_time", "sla": sla},
            {**base, "type": "pause"}, {**base, "type": "fulfill"},
            {**base, "type": "update_status", "status": {"calendar": 5, "business": 0}},
        ]
    }  # fmt: skip
    found = told(page)
    first = found[f"ticket/7/sla/first_reply/{TIME}"]
    assert (first["target_s"], first["clock"], first["policy_id"]) == (28_800, "business", "31")
    assert found[f"ticket/7/sla/next_reply/{TIME}"]["target_s"] == 3_600
    assert found[f"ticket/7/sla/requester_wait/{TIME}/breached"]["sla_made"] is False
    assert len(found) == 3
    assert sum(isinstance(o, Unused) for o in outcomes(page)) == 6


def test_ticket_metrics_are_the_sources_own_counters() -> None:
    metric = {"id": 1, "ticket_id": 7, "reopens": 2, "assignee_stations": 3, "group_stations": 2,
              "created_at": TIME, "updated_at": TIME}  # fmt: skip
    (event,) = told({"ticket_metrics": [metric]}).values()
    assert (event["reopen_count"], event["reassignment_count"]) == (2, 2)


def test_users_are_identified_and_staff_is_not() -> None:
    page = {
        "users": [
            {"id": 10, "role": "end-user", "email": "kim@example.com", "phone": "+49301234567",
             "shared_phone_number": True, "external_id": None, "updated_at": TIME},
            {"id": 20, "role": "agent", "email": "a@example.org", "updated_at": TIME},
            {"id": 30, "role": "end-user", "email": None, "updated_at": TIME},
        ]
    }  # fmt: skip
    (event,) = told(page).values()
    assert [ref["id_type"] for ref in event["party_refs"]] == ["zendesk_user", "email"]
    reasons = [o.reason for o in outcomes(page) if isinstance(o, Unused)]
    assert reasons == ["user is staff", "user without identifiers"]


def test_a_page_of_comments_belongs_to_the_ticket_of_its_address() -> None:
    page = {"comments": [{**comment(10), "created_at": TIME, "via": {"channel": "email"}}],
            "next_page": "https://acme.zendesk.com/api/v2/tickets/7/comments.json?page=2"}  # fmt: skip
    assert told(page)["comment/1"]["case_id"] == "zd-7"


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
    assert [o if isinstance(o, Unused) else o["id"] for o in found] == [  # type: ignore[index]
        "ticket/7/opened",
        Unused("topic not used: results"),
    ]
    bus = {"detail-type": "Support Ticket: Status Changed", "detail": {"ticket_event": {
        "meta": {"occurred_at": TIME, "actor_id": 20}, "type": "Status Changed",
        "previous": "open", "current": "solved", "ticket": {"id": 7, "updated_at": TIME}}}}  # fmt: skip
    assert list(told(bus)) == [f"ticket/7/status/{TIME}/solved"]


def test_a_comment_that_is_only_announced() -> None:
    child = {"id": 1, "event_type": "Comment", "comment_present": True, "comment_public": True}
    page = {"ticket_events": [{"ticket_id": 7, "created_at": TIME, "child_events": [child]}]}
    (found,) = outcomes(page)
    assert isinstance(found, Unused) and "include=comment_events" in found.reason
