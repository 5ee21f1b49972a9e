"""A ticket as an object: how it was opened, and what it follows. Its history is told by audits.

A ticket object shows the values of today, so only what never changes enters the opening.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.sources.adapter import Outcome, Snapshot, Watched, Wrong
from ingestion.sources.zendesk import words
from ingestion.sources.zendesk.context import Context, base_of
from ingestion.sources.zendesk.facts import SOURCE, case_id, link, of_case, person
from ingestion.sources.zendesk.values import Record, identity, instant, moment, record, second, word


def opened(
    ticket: Record, context: Context, actor: dict[str, str] | None = None
) -> Iterator[Outcome]:
    """The opening of a ticket, and the link to the one it follows up."""
    named, time = identity(ticket.get("id")), second(ticket.get("created_at"))
    via = record(ticket.get("via"))
    channel = words.channel(via.get("channel"))
    if not named or not time:
        yield Wrong("missing_field", "id" if not named else "created_at")
    elif channel is None:
        yield Wrong("enum" if via.get("channel") else "missing_field", "via.channel")
    else:
        requester = identity(ticket.get("requester_id"))
        data: dict[str, Any] = {
            "channel": channel,
            "direction": _direction(via, requester, identity(ticket.get("submitter_id"))),
            "case_type": "support",
            "party_refs": person(requester),
            "source_url": link(base_of(ticket.get("url")) or context.base, named),
            "actor": actor,
        }
        yield of_case("case.opened", f"ticket/{named}/opened", named, time, data)
        yield from _followed(named, time, via)


def _direction(via: Record, requester: str | None, submitter: str | None) -> str:
    """Out where staff opened the ticket in its own interface, or called; else in."""
    way = word(record(via.get("source")).get("rel")) or word(via.get("channel"))
    if "outbound" in way:
        return "out"
    is_own = requester is None or submitter is None or requester == submitter
    is_interface = word(via.get("channel")) in ("web", "web_form", "lotus")
    return "out" if is_interface and not is_own else "in"


def _followed(ticket: str, time: str, via: Record) -> Iterator[Outcome]:
    source = record(via.get("source"))
    origin = identity(record(source.get("from")).get("ticket_id"))
    is_follow_up = word(source.get("rel")) == "follow_up"
    if is_follow_up and origin:
        data = {"object_type": "case", "object_id": case_id(origin), "qualifier": "follow_up"}
        yield of_case("case.linked", f"ticket/{ticket}/follows/{origin}", ticket, time, data)


def of_ticket(ticket: Record, context: Context) -> Iterator[Outcome]:
    """A ticket object: its opening, and its state, which says nothing where audits were told."""
    yield from opened(ticket, context)
    if word(ticket.get("status")) in words.STATUSES and instant(ticket.get("updated_at")):
        yield from of_state(ticket, context)


def state_key(ticket: str) -> str:
    """The ticket as the differ knows it."""
    return f"ticket/{ticket}"


def of_state(ticket: Record, context: Context) -> Iterator[Outcome]:
    """The state of a ticket whose history nobody tells, for the differ."""
    named, seen = identity(ticket.get("id")), moment(ticket.get("updated_at"))
    if not named or not seen:
        yield Wrong("missing_field", "id" if not named else "updated_at")
        return
    case = case_id(named)
    template = {
        "specversion": "1.0",
        "source": SOURCE,
        "subject": f"case/{case}",
        "data": {"case_id": case},
    }
    since = moment(ticket.get("created_at"))
    yield Snapshot(state_key(named), seen, dict(_watched(ticket)), template, since=since)


def _watched(ticket: Record) -> Iterator[tuple[str, Watched]]:
    """The watched fields that the ticket has; a new ticket's status says nothing new."""
    status = words.STATUSES.get(word(ticket.get("status")))
    priority = words.PRIORITIES.get(word(ticket.get("priority")))
    group, agent = identity(ticket.get("group_id")), identity(ticket.get("assignee_id"))
    if status and status != "new":
        told = {"to_status": status}
        yield "status", Watched(status, "case.status_changed", told, before="from_status")
    if priority:
        told = {"to_priority": priority}
        yield "priority", Watched(priority, "case.priority_changed", told, before="from_priority")
    if group:
        yield "group", Watched(group, "case.assigned", {"to_group": group}, before="from_group")
    if agent:
        yield "assignee", Watched(agent, "case.assigned", {"to_agent": agent})
