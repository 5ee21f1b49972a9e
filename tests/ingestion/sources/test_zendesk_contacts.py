"""Calls of Talk, chats and messaging as contacts and messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingestion.sources.adapter import Unused, Wrong
from tests.ingestion.conftest import Home
from tests.ingestion.sources.zendesk_outcomes import TIME, audit, outcomes, told

CALL: dict[str, Any] = {
    "id": 300, "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:20:00Z",
    "direction": "inbound", "completion_status": "completed", "agent_id": 20, "customer_id": 10,
    "ticket_id": 7, "duration": 400, "ivr_time_spent": 20, "wait_time": 40, "time_to_answer": 65,
    "talk_time": 300, "hold_time": 30, "wrap_up_time": 25, "phone_number": "+4930999999",
    "ivr_destination_group_name": "Billing", "voicemail": False, "callback": False,
    "consultation_time": 0, "line": "Main", "call_charge": "0.01",
}  # fmt: skip


def test_an_answered_call_has_queue_wait_talk_and_end() -> None:
    found = told({"calls": [CALL], "count": 1, "next_page": "x"})
    assert {name: event["time"] for name, event in found.items()} == {
        "call/300/started": "2026-03-02T08:00:00Z",
        "call/300/queued": "2026-03-02T08:00:20Z",
        "call/300/answered": "2026-03-02T08:01:05Z",
        "call/300/ended": "2026-03-02T08:06:40Z",
    }
    started, answered, ended = (
        found[f"call/300/{name}"] for name in ("started", "answered", "ended")
    )
    assert (started["channel"], started["direction"], started["case_id"]) == ("phone", "in", "zd-7")
    assert started["party_refs"] == [{"id_type": "zendesk_user", "id": "10", "role": "customer"}]
    assert (answered["queue"], answered["wait_s"]) == ("Billing", 40)
    assert (ended["talk_s"], ended["hold_s"], ended["acw_s"]) == (300, 30, 25)


def test_a_caller_who_gave_up_and_one_who_left_a_voicemail() -> None:
    gone = {**CALL, "completion_status": "abandoned_in_queue", "agent_id": None, "talk_time": 0}
    found = told({"calls": [gone]})
    assert found["call/300/abandoned"]["wait_s"] == 40
    assert found["call/300/abandoned"]["time"] == "2026-03-02T08:01:00Z"
    assert "call/300/answered" not in found
    voicemail = {**gone, "completion_status": "abandoned_in_voicemail", "voicemail": True}
    found = told({"calls": [voicemail]})
    assert "call/300/abandoned" not in found
    assert found["call/300/ended"]["wrapup_code"] == "voicemail"


def test_an_outbound_call_does_not_wait() -> None:
    found = told({"calls": [{**CALL, "direction": "outbound"}]})
    assert found["call/300/started"]["direction"] == "out"
    assert "call/300/queued" not in found


def test_a_call_that_goes_on_is_left_for_later() -> None:
    going = {**CALL, "completion_status": None, "duration": None}
    assert outcomes({"calls": [going]}) == [Unused("call not ended yet")]
    assert outcomes({"calls": [{**CALL, "direction": "sideways"}]}) == [Wrong("enum", "direction")]


def test_a_leg_tells_the_transfer_only() -> None:
    leg = {"id": 1, "call_id": 300, "agent_id": 20, "type": "agent", "duration": 60,
           "created_at": TIME, "transferred_to": None, "consultation_time": 0}  # fmt: skip
    page = {"legs": [leg, {**leg, "id": 2, "transferred_to": 21, "consultation_time": 9}]}
    (event,) = told(page).values()
    assert (event["contact_id"], event["to_queue"], event["kind"]) == (
        "zd-call-300",
        "agent",
        "consult",
    )
    assert Unused("leg: covered by its call") in outcomes(page)


def _chat(**more: Any) -> dict[str, Any]:
    says = {"type": "chat.msg", "name": "x"}
    return {
        "id": "1904.x.Sfi", "type": "chat", "timestamp": "2026-03-02T08:00:00Z", "duration": 120,
        "visitor": {"id": "v-1", "email": "kim@example.com", "phone": "", "name": "Kim"},
        "session": {"id": "s", "start_date": "2026-03-02T07:59:00Z"}, "started_by": "visitor",
        "department_name": "Sales", "zendesk_ticket_id": 7, "rating": "good", "comment": "ok!",
        "history": [
            {"type": "chat.memberjoin", "timestamp": "2026-03-02T08:00:30Z", "nick": "agent:20"},
            {**says, "timestamp": "2026-03-02T08:00:00Z", "nick": "visitor:1", "msg": "Hallo",
             "sender_type": "Visitor", "msg_id": "m1"},
            {**says, "timestamp": "2026-03-02T08:00:40Z", "nick": "agent:20", "msg": "Guten Tag",
             "sender_type": "Agent", "msg_id": "m2"},
            {**says, "timestamp": "2026-03-02T08:00:10Z", "nick": "agent:trigger", "msg": "Moment",
             "sender_type": "Trigger", "msg_id": "m3"},
        ],
        "engagements": [
            {"id": "e1", "agent_id": 20, "timestamp": "2026-03-02T08:00:30Z",
             "department_name": "Sales"},
            {"id": "e2", "agent_id": 21, "timestamp": "2026-03-02T08:01:00Z",
             "department_name": "Billing"},
        ],
        **more,
    }  # fmt: skip


def test_a_chat_is_a_contact_with_its_messages_and_rating() -> None:
    found = told({"chats": [_chat()], "count": 1, "end_time": 1})
    at = "chat/1904.x.Sfi"
    roles = {m: found[f"{at}/message/{m}"]["author_role"] for m in ("m1", "m2", "m3")}
    assert roles == {"m1": "customer", "m2": "agent", "m3": "system"}
    assert found[f"{at}/message/m2"]["text_length"] == 9
    assert found[f"{at}/message/m3"]["is_automated"] is True
    assert (found[f"{at}/answered"]["time"], found[f"{at}/answered"]["wait_s"]) == (
        "2026-03-02T08:00:30Z",
        30,
    )
    moved = found[f"{at}/transferred/e2"]
    assert (moved["from_queue"], moved["to_queue"]) == ("Sales", "Billing")
    assert found[f"{at}/ended"]["time"] == "2026-03-02T08:02:00Z"
    assert found[f"{at}/survey/good"]["comment_length"] == 3
    assert [ref["id_type"] for ref in found[f"{at}/identified"]["party_refs"]] == [
        "zendesk_visitor",
        "email",
    ]


def test_a_missed_chat_is_abandoned_and_an_offline_message_is_its_ticket() -> None:
    missed = _chat(missed=True, engagements=[], rating=None,
                   history=_chat()["history"][1:2])  # fmt: skip
    found = told({"chats": [missed]})
    assert found["chat/1904.x.Sfi/abandoned"]["wait_s"] == 120
    assert "chat/1904.x.Sfi/answered" not in found
    offline = {"chats": [_chat(type="offline_msg")]}
    assert outcomes(offline) == [Unused("offline message: covered by its ticket")]


def test_a_message_of_messaging_belongs_to_its_ticket() -> None:
    body = {"type": "zen:event-type:messaging_ticket.message_added", "subject": "zen:ticket:141",
            "time": "2026-02-11T14:32:05.254571515Z", "detail": {"id": "141"},
            "event": {"actor": {"id": "zd:answerBot", "type": "system", "name": "x"},
                      "conversation_id": "c1", "message": {"id": "m9", "body": "Hi there"}}}  # fmt: skip
    (event,) = told(body).values()
    assert (event["case_id"], event["author_role"], event["is_automated"]) == (
        "zd-141",
        "bot",
        True,
    )
    person = {**body, "event": {**body["event"], "actor": {"id": "10", "type": "end_user"}}}
    assert next(iter(told(person).values()))["author_role"] == "customer"


def test_what_is_told_of_a_call_later_amends_it(home: Home, tmp_path: Path) -> None:
    early = {**CALL, "ticket_id": None, "wrap_up_time": 0, "updated_at": "2026-03-02T08:07:00Z"}
    for number, call in enumerate((early, CALL, early)):
        page = tmp_path / f"calls-{number}.json"
        page.write_text(json.dumps({"calls": [call], "page": number}), "utf-8")
        counts = home.ingest(page, adapter="zendesk")
        assert counts["quarantined"] == 0
    rows = home.rows(columns="event_type, case_id, acw_s, amends_id is not null")
    assert [row for row in rows if row[3]] == [
        ("contact.ended", None, 25, True),
        ("contact.started", "zd-7", None, True),
    ]
    assert len(rows) == 6


def test_a_messaging_session_in_an_audit_is_the_chat_of_the_tables() -> None:
    lines = [
        {"chat_index": 0, "type": "ChatMessage", "message": "Hi", "actor_id": "10",
         "actor_type": "end-user", "timestamp": 1_772_438_400_000},
        {"chat_index": 1, "type": "ChatMessage", "message": "Hello", "actor_id": "agent:20",
         "actor_type": "agent", "timestamp": 1_772_438_460_500},
    ]  # fmt: skip
    session = {"chat_id": "c.1", "visitor_id": "v-1", "user_id": 10, "history": lines,
               "channel": "native_messaging"}  # fmt: skip
    found = told({"audits": [audit([{"type": "ChatStartedEvent", "value": session}])]})
    started = found["chat/c.1/started"]
    assert (started["channel"], started["case_id"]) == ("messenger", "zd-7")
    assert started["time"] == "2026-03-02T08:00:00Z"
    said = [e["author_role"] for e in found.values() if e["type"] == "contact.message_sent"]
    assert said == ["customer", "agent"]
    assert found["chat/c.1/answered"]["wait_s"] == 60


def test_a_call_of_a_partners_telephony() -> None:
    call = {"id": "p1", "app_id": 1, "call_started_at": "2026-03-02T08:00:00Z",
            "call_ended_at": "2026-03-02T08:05:00Z", "direction": "inbound", "agent_id": 20}  # fmt: skip
    found = told({"call": call})
    assert found["call/p1/ended"]["time"] == "2026-03-02T08:05:00Z"


def test_a_conversation_of_messaging_is_a_contact() -> None:
    talk = {"id": "c9", "type": "personal"}
    user = {"id": "u9", "externalId": "KD-9", "profile": {"givenName": "x"}}

    def said(number: int, author: dict[str, Any], way: str) -> dict[str, Any]:
        message = {"id": f"m{number}", "received": TIME, "author": author,
                   "content": {"type": "text", "text": "Hallo"}, "source": {"type": way}}  # fmt: skip
        return {"id": f"e{number}", "type": "conversation:message", "createdAt": TIME,
                "payload": {"conversation": talk, "message": message}}  # fmt: skip

    begun = {"id": "e0", "type": "conversation:create", "createdAt": TIME,
             "payload": {"conversation": talk, "creationReason": "message", "user": user}}  # fmt: skip
    body = {"app": {"id": "a"}, "webhook": {"id": "w", "version": "v2"}, "events": [
        begun,
        said(1, {"type": "user", "userId": "u9"}, "web"),
        said(2, {"type": "business", "displayName": "Bot"}, "zd:answerBot"),
        said(3, {"type": "business", "displayName": "A."}, "zd:agentWorkspace"),
        {"id": "e4", "type": "conversation:read", "createdAt": TIME, "payload": {}},
    ]}  # fmt: skip
    found = told(body)
    assert found["conversation/c9/started"]["direction"] == "in"
    roles = [found[f"conversation_message/m{n}"]["author_role"] for n in (1, 2, 3)]
    assert roles == ["customer", "bot", "agent"]
    assert len(found["conversation/c9/identified"]["party_refs"]) == 2
    assert Unused("topic not used: other events of conversations") in outcomes(body)
