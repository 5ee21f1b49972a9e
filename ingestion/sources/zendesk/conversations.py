"""Webhooks of Zendesk's conversations platform (messaging): conversations begun and messages."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Outcome, Unused, Wrong
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import event, person
from ingestion.sources.zendesk.values import Record, identity, length, listed, moment, record, word

PREFIX = "conversation:"
TOPICS = {
    "conversation:create": ("contact.started", "party.identified"),
    "conversation:message": ("contact.message_sent",),
}


def is_ours(document: Record) -> bool:
    """The document is a webhook of the conversations platform."""
    found = [record(told).get("type") for told in listed(document.get("events"))]
    return bool(found) and all(isinstance(t, str) and t.startswith(PREFIX) for t in found)


def of_event(told: Record, context: Context) -> Iterator[Outcome]:
    """One event of such a webhook."""
    payload, topic = record(told.get("payload")), str(told.get("type"))
    talk = identity(record(payload.get("conversation")).get("id"))
    time = moment(told.get("createdAt") or record(payload.get("message")).get("received"))
    if topic not in TOPICS:
        yield Unused("topic not used: other events of conversations")
    elif not talk or not time:
        yield Wrong("missing_field", "payload.conversation.id" if not talk else "createdAt")
    elif topic == "conversation:create":
        yield from _created(payload, talk, time)
    else:
        yield _said(payload, talk, time)


def _created(payload: Record, talk: str, time: str) -> Iterator[Outcome]:
    contact, user = f"zd-conversation-{talk}", record(payload.get("user"))
    named = identity(user.get("id"))
    reason = word(payload.get("creationReason"))
    data = {
        "contact_id": contact,
        "channel": "messenger",
        "direction": "out" if reason in ("notification", "api_call", "prompt") else "in",
        "party_refs": person(named, "zendesk_conversation_user"),
    }
    yield event("contact.started", f"conversation/{talk}/started", f"contact/{contact}", time, data)
    known = identity(user.get("zendeskId")) or identity(user.get("externalId"))
    if named and known:
        id_type = "zendesk_user" if identity(user.get("zendeskId")) else "customer_number"
        refs = [
            *(person(named, "zendesk_conversation_user") or []),
            *(person(known, id_type) or []),
        ]
        fact = f"conversation/{talk}/identified"
        subject = f"party/zd-conversation-{named}"
        yield event("party.identified", fact, subject, time, {"strength": 1, "party_refs": refs})


def _said(payload: Record, talk: str, time: str) -> Outcome:
    message = record(payload.get("message"))
    author = record(message.get("author"))
    named, role = identity(message.get("id")), _role(author, record(message.get("source")))
    if not named or not role:
        return Wrong("missing_field", "payload.message." + ("author" if named else "id"))
    user = identity(author.get("userId"))
    data = {
        "message_id": f"zd-message-{named}",
        "contact_id": f"zd-conversation-{talk}",
        "author_role": role,
        "is_public": True,
        "is_automated": role in ("bot", "system"),
        "text_length": length(record(message.get("content")).get("text")),
        "party_refs": person(user, "zendesk_conversation_user") if role == "customer" else None,
    }
    fact, subject = f"conversation_message/{named}", f"message/zd-message-{named}"
    return event("contact.message_sent", fact, subject, time, data)


def _role(author: Record, source: Record) -> str | None:
    """customer, agent, or bot: a business writes through the agents' workspace or by a program."""
    kind, way = word(author.get("type")), str(source.get("type") or "")
    if kind == "user":
        return "customer"
    if kind != "business":
        return None
    subtypes = [word(subtype) for subtype in listed(author.get("subtypes"))]
    return "agent" if way == "zd:agentWorkspace" and "ai" not in subtypes else "bot"
