"""Comments of tickets as messages: author's role at that time, publicity, length; never the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingestion.sources.adapter import Event, Outcome, Unused, Wrong
from ingestion.sources.zendesk import roles
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import case_id, event, person
from ingestion.sources.zendesk.values import (
    Record,
    flag,
    identity,
    length,
    listed,
    record,
    second,
)

if TYPE_CHECKING:
    from ingestion.sources.zendesk.audits import Update


def of_update(entry: Record, update: Update) -> Iterator[Outcome]:
    """The comment that came with an update."""
    author = identity(entry.get("author_id")) or update.author
    via = record(entry.get("via")) or update.via
    touched = update.touched if author == update.author else frozenset()
    role = roles.of_author(author, entry, via, update.context, update.requester, touched)
    yield _message(entry, update.ticket, update.time, author, role)


def of_comment(comment: Record, context: Context) -> Iterator[Outcome]:
    """A comment of its own, as the list of a ticket's comments or a table tells it."""
    ticket, time = identity(comment.get("ticket_id")), second(comment.get("created_at"))
    if not ticket or not time:
        yield Wrong("missing_field", "ticket_id" if not ticket else "created_at")
        return
    if comment.get("type") == "VoiceComment":
        yield Unused("voice comment: covered by Talk calls")
        return
    author, via = identity(comment.get("author_id")), record(comment.get("via"))
    requester = context.requester(ticket, time)
    role = roles.of_author(author, comment, via, context, requester)
    yield _message(comment, ticket, time, author, role)


def _message(told: Record, ticket: str, time: str, author: str | None, role: str | None) -> Outcome:
    named = identity(told.get("id"))
    is_public = flag(told.get("public"))
    if not named or is_public is None:
        return Wrong("missing_field", "id" if not named else "public")
    if role is None:
        return Wrong("unknown_author", "author_id")
    data = {
        "message_id": f"zd-{named}",
        "case_id": case_id(ticket),
        "author_role": role,
        "is_public": is_public,
        "is_automated": role in ("bot", "system"),
        "text_length": length(told.get("body")),
        "party_refs": person(author) if role == "customer" else None,
        "actor": roles.actor(role, author),
    }
    return event("contact.message_sent", f"comment/{named}", f"message/zd-{named}", time, data)


def is_acknowledgement(entry: Record, update: Update) -> bool:
    """A notice that a rule sent to the one whose request made the ticket."""
    recipients = [identity(r) for r in listed(entry.get("recipients"))]
    return bool(
        update.is_creation
        and update.requester
        and update.author == update.requester
        and update.requester in recipients
        and identity(entry.get("id"))
    )


def acknowledgement(entry: Record, update: Update) -> Event:
    """The automatic confirmation that a request arrived."""
    named = identity(entry.get("id"))
    data = {
        "message_id": f"zd-{named}",
        "case_id": case_id(update.ticket),
        "author_role": "system",
        "is_public": True,
        "is_automated": True,
        "text_length": length(entry.get("body")),
        "actor": {"type": "system"},
    }
    fact = f"notification/{named}"
    return event("contact.message_sent", fact, f"message/zd-{named}", update.time, data)
