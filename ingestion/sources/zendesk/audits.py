"""One update of a ticket, as an audit tells it, to events; exports, webhooks and tables follow it.

An update that sets a field twice (an agent, then a trigger) changed it once, from the first value
to the last: that is what the history of fields in a table tells, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ingestion.sources.adapter import Outcome, Snapshot, Unused, Wrong
from ingestion.sources.zendesk import changes, chats, comments, merges, roles
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import SOURCE
from ingestion.sources.zendesk.tickets import opened, state_key
from ingestion.sources.zendesk.values import Record, identity, listed, record, second

_COMMENTS = ("Comment", "FacebookComment")
_SETTING = ("Create", "Change")


@dataclass(frozen=True)
class Setting:
    """A field's value before (None at creation or where it is not told) and after, and how set."""

    before: Any
    after: Any
    via: Record


@dataclass(frozen=True)
class Update:
    """An audit with what its events need: the ticket, the time, who, how, who had asked."""

    audit: Record
    ticket: str
    time: str
    author: str | None
    via: Record
    requester: str | None
    context: Context
    entries: list[Record]

    @cached_property
    def is_creation(self) -> bool:
        """The update made the ticket."""
        return any(entry.get("type") == "Create" for entry in self.entries)

    @cached_property
    def fields(self) -> dict[str, Setting]:
        """The fields that the update set."""
        found: dict[str, Setting] = {}
        for entry in self.entries:
            name = entry.get("field_name")
            if entry.get("type") in _SETTING and isinstance(name, str):
                before = found[name].before if name in found else entry.get("previous_value")
                found[name] = Setting(before, entry.get("value"), record(entry.get("via")))
        return found

    @cached_property
    def touched(self) -> frozenset[str]:
        """The fields that the author changed; at creation a customer's request sets some, too."""
        return frozenset() if self.is_creation else frozenset(self.fields)

    def actor(self, via: Record | None = None) -> dict[str, str] | None:
        """Who made the update, or that part of it which has a way of its own (a trigger)."""
        touched = self.touched
        role = roles.of_author(
            self.author, self.audit, via or self.via, self.context, self.requester, touched
        )
        return roles.actor(role, self.author)


def events(audit: Record, context: Context) -> Iterator[Outcome]:
    """Outcomes of an audit, one for each of its events that is or is not used."""
    ticket, time = identity(audit.get("ticket_id")), second(audit.get("created_at"))
    if not ticket or not time:
        yield _incomplete(audit, ticket)
        return
    update = _update(audit, ticket, time, context)
    if "status" in update.fields:
        yield Snapshot(state_key(ticket), time, template={"source": SOURCE}, has_history=True)
    if update.is_creation:
        yield from _creation(update)
    yield from changes.of_update(update)
    yield from _others(update)
    if not update.entries:
        yield Unused("audit without events")


def _incomplete(audit: Record, ticket: str | None) -> Wrong:
    if not ticket:
        return Wrong("missing_field", "ticket_id")
    return Wrong("bad_time" if audit.get("created_at") else "missing_field", "created_at")


def _update(audit: Record, ticket: str, time: str, context: Context) -> Update:
    entries = [record(entry) for entry in listed(audit.get("events"))]
    author = identity(audit.get("author_id"))
    named = [e.get("value") for e in entries if e.get("field_name") == "requester_id"]
    requester = identity(named[-1]) if named else context.requester(ticket, time)
    return Update(
        audit, ticket, time, author, record(audit.get("via")), requester, context, entries
    )


def _creation(update: Update) -> Iterator[Outcome]:
    """The opening, told by the audit that made the ticket."""
    told = {
        "id": update.ticket,
        "created_at": update.time,
        "via": update.via,
        "requester_id": update.requester or update.author,
        "submitter_id": update.author,
    }
    yield from opened(told, update.context, update.actor())


def _others(update: Update) -> Iterator[Outcome]:
    """What an audit tells besides changed fields."""
    merged = merges.of_update(update)
    yield from merged
    for entry in update.entries:
        kind = entry.get("type")
        if kind in _COMMENTS and "comment_present" in entry:
            yield Unused("comment without its content: export it with include=comment_events")
        elif kind in _COMMENTS:
            yield from comments.of_update(entry, update)
        elif kind == "Notification" and comments.is_acknowledgement(entry, update):
            yield comments.acknowledgement(entry, update)
        elif kind == "ChatStartedEvent":
            yield from chats.of_chat(_session(entry, update), update.context)
        elif kind == "SatisfactionRating":
            yield from changes.rated(entry.get("score"), entry.get("body"), update)
        elif kind not in _SETTING:
            yield Unused(_reason(kind))


def _session(entry: Record, update: Update) -> Record:
    """The chat or messaging session that a ticket came from, as its audit tells it."""
    session = record(entry.get("value"))
    undated = {} if listed(session.get("history")) else {"timestamp": update.time}
    named = {"id": session.get("chat_id"), "ticket_id": update.ticket}
    return {**session, **undated, **named}


def _reason(kind: object) -> str:
    if kind == "VoiceComment":
        return "voice comment: covered by Talk calls"
    named = kind if isinstance(kind, str) and kind.isalnum() and len(kind) < 41 else "unknown"
    return f"audit event not used: {named}"
