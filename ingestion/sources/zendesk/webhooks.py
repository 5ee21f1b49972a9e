"""Event webhooks (`zen:event-type:…`): the same facts as audits tell, in another dress.

A webhook is turned into the audit that it announces, so that both give one event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.sources.adapter import Outcome, Unused, Wrong
from ingestion.sources.zendesk import audits, merges, users
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import case_id, event
from ingestion.sources.zendesk.speakers import speaker
from ingestion.sources.zendesk.values import (
    Record,
    identity,
    instant,
    length,
    moment,
    record,
    second,
    word,
)

PREFIX = "zen:event-type:"
CHANGES = {
    "ticket.status_changed": "status",
    "ticket.priority_changed": "priority",
    "ticket.group_assignment_changed": "group_id",
    "ticket.agent_assignment_changed": "assignee_id",
    "ticket.problem_link_changed": "problem_id",
}
DELETIONS = ("ticket.soft_deleted", "ticket.permanently_deleted", "ticket.marked_as_spam")
_AT_CREATION = {"status": "status", "priority": "priority", "group_id": "group_id",
                "assignee_id": "assignee_id"}  # fmt: skip


_BRIDGED = {
    "Ticket Created": "ticket.created",
    "Status Changed": "ticket.status_changed",
    "Priority Changed": "ticket.priority_changed",
    "Group Assignment Changed": "ticket.group_assignment_changed",
    "Agent Assignment Changed": "ticket.agent_assignment_changed",
    "Problem Link Changed": "ticket.problem_link_changed",
    "Comment Created": "ticket.comment_added",
    "Ticket Merged": "ticket.merged",
    "Ticket Soft Deleted": "ticket.soft_deleted",
    "Ticket Permanently Deleted": "ticket.permanently_deleted",
    "Ticket Marked As Spam": "ticket.marked_as_spam",
}


def bridged(body: Record) -> Record | None:
    """The webhook that says what an event of the EventBridge connector says; None for another."""
    told = record(record(body.get("detail")).get("ticket_event"))
    if not told:
        return None
    around, topic = record(told.get("meta")), str(told.get("type"))
    return {
        "type": PREFIX + _BRIDGED.get(topic, "ticket.other"),
        "time": around.get("occurred_at") or body.get("time"),
        "detail": {**record(told.get("ticket")), "actor_id": around.get("actor_id")},
        "event": told,
    }


def of_webhook(body: Record, context: Context) -> Iterator[Outcome]:
    """The outcomes of an event webhook's body."""
    topic = str(body.get("type") or "").removeprefix(PREFIX)
    detail, told = record(body.get("detail")), record(body.get("event"))
    if topic.startswith("user."):
        yield from users.of_user({"updated_at": body.get("time"), **detail}, context)
    elif topic == "messaging_ticket.message_added":
        yield _message(body, told)
    elif topic == "ticket.merged":
        yield _merged(body, detail, told)
    elif entries := _entries(topic, detail, told):
        yield from audits.events(_audit(body, detail, entries), _around(detail, context))
    else:
        yield Unused(
            f"topic not used: {topic if topic.replace('_', '').replace('.', '').isalpha() else 'unknown'}"
        )


def _entries(topic: str, detail: Record, told: Record) -> list[dict[str, Any]]:
    """The events of the audit that the webhook announces; none for a topic that is not used."""
    if topic == "ticket.created":
        named = {key: detail.get(field) for key, field in _AT_CREATION.items()}
        named = {key: value for key, value in named.items() if word(value) or identity(value)}
        named["requester_id"] = detail.get("requester_id")
        return [{"type": "Create", "field_name": k, "value": v} for k, v in named.items()]
    if topic in CHANGES:
        values = {"previous_value": told.get("previous"), "value": told.get("current")}
        return [{"type": "Change", "field_name": CHANGES[topic], **values}]
    if topic in DELETIONS:
        return [{"type": "Change", "field_name": "status", "value": "deleted"}]
    if topic == "ticket.comment_added":
        comment = record(told.get("comment"))
        author = record(comment.get("author"))
        who = {"author_id": author.get("id"), "author": author}
        return [{**comment, "type": "Comment", "public": comment.get("is_public"), **who}]
    return []


def _audit(body: Record, detail: Record, entries: list[dict[str, Any]]) -> dict[str, Any]:
    is_new = entries[0]["type"] == "Create"
    return {
        "ticket_id": _ticket(body, detail),
        "created_at": detail.get("created_at") if is_new else _updated(body, detail),
        "author_id": detail.get("submitter_id" if is_new else "actor_id"),
        "via": detail.get("via") if is_new else {},
        "events": entries,
    }


def _ticket(body: Record, detail: Record) -> str | None:
    subject = str(body.get("subject") or "")
    named = subject.rpartition(":")[2] if subject.startswith("zen:ticket:") else None
    return identity(detail.get("id")) or identity(named)


def _updated(body: Record, detail: Record) -> str | None:
    """The audit's time: the ticket's last update where that is when the webhook was made."""
    sent, updated = instant(body.get("time")), instant(detail.get("updated_at"))
    if sent and updated and abs((sent - updated).total_seconds()) > 120:
        return second(body.get("time"))
    return second(detail.get("updated_at") or body.get("time"))


def _around(detail: Record, context: Context) -> Context:
    ticket, requester = identity(detail.get("id")), identity(detail.get("requester_id"))
    found = {ticket: [("", requester)]} if ticket and requester else {}
    return Context(context.base, context.roles, {**context.requesters, **found})


def _merged(body: Record, detail: Record, told: Record) -> Outcome:
    ticket, into = _ticket(body, detail), identity(told.get("target_ticket_id"))
    time = _updated(body, detail)
    if not ticket or not into or not time:
        return Wrong("missing_field", "event.target_ticket_id" if not into else "detail")
    return merges.merged(ticket, into, time)


def _message(body: Record, told: Record) -> Outcome:
    """A message of a messaging conversation; its case is the ticket of the conversation."""
    ticket, said = _ticket(body, record(body.get("detail"))), record(told.get("message"))
    named, time = identity(said.get("id")), moment(body.get("time"))
    actor = record(told.get("actor"))
    role = speaker({"actor_type": actor.get("type"), "actor_id": actor.get("id")})
    if not ticket or not named or not time or not role:
        return Wrong("missing_field", "event.message")
    data = {
        "message_id": f"zd-message-{named}",
        "case_id": case_id(ticket),
        "author_role": role,
        "is_public": True,
        "is_automated": role in ("bot", "system"),
        "text_length": length(said.get("body")),
        "channel": "messenger",
    }
    return event(
        "contact.message_sent", f"message/{named}", f"message/zd-message-{named}", time, data
    )
