"""Tickets merged into another: told by the update of the ticket that ended, once.

The update of the surviving ticket tells the same and is left out: its time may be another second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingestion.sources.adapter import Event, Outcome, Unused, Wrong
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import case_id, of_case
from ingestion.sources.zendesk.values import (
    Record,
    identity,
    instant,
    listed,
    record,
    second,
    whole,
    word,
)

if TYPE_CHECKING:
    from ingestion.sources.zendesk.audits import Update

_INTO = re.compile(r"merged into (?:request|ticket) #(\d+)", re.IGNORECASE)


def of_update(update: Update) -> Iterator[Outcome]:
    """The merge that an update is part of, if it is."""
    source = next((found for via in _vias(update) if (found := _merge(via)) is not None), None)
    if source is None:
        return
    into = _survivor(update, source)
    if into and into != update.ticket:
        yield merged(update.ticket, into, update.time, update.actor())
    else:
        yield Unused("merge: covered by the merged ticket's audit")


def merged(ticket: str, into: str, time: str, actor: dict[str, str] | None = None) -> Event:
    """The ticket ended in another."""
    data = {"into_case_id": case_id(into), "actor": actor}
    return of_case("case.merged", f"ticket/{ticket}/merged", ticket, time, data)


def of_row(told: Record, context: Context) -> Iterator[Outcome]:
    """A merge as a table tells it: at the closing, else at some time up to the last update."""
    ticket, into = identity(told.get("ticket_id")), identity(told.get("into_ticket_id"))
    closed, before = second(told.get("closed_at")), second(told.get("before_at"))
    time = closed or before
    if not ticket or not into or not time:
        yield Wrong("missing_field", "merged_ticket_ids" if not ticket else "updated_at")
        return
    event = merged(ticket, into, time)
    since, until = instant(told.get("after_at")), instant(before)
    if not closed and since and until and since < until:
        event["timeuncertainty"] = whole((until - since).total_seconds())
    yield event


def _vias(update: Update) -> list[Record]:
    return [update.via, *(record(entry.get("via")) for entry in update.entries)]


def _merge(via: Record) -> Record | None:
    source = record(via.get("source"))
    is_merge = word(source.get("rel")) == "merge" or word(via.get("channel")) == "merge"
    return source if is_merge else None


def _survivor(update: Update, source: Record) -> str | None:
    """The ticket that goes on, where this one ended: it was closed, or its comment says so."""
    bodies = [e.get("body") for e in update.entries if isinstance(e.get("body"), str)]
    said = next((m[1] for body in bodies if (m := _INTO.search(str(body)))), None)
    if said:
        return said
    to, origin = record(source.get("to")), record(source.get("from"))
    if target := identity(to.get("ticket_id")):
        return target
    return identity(origin.get("ticket_id")) if _is_closed(update) else None


def _is_closed(update: Update) -> bool:
    found = {name: setting.after for name, setting in update.fields.items()}
    return word(found.get("status")) == "closed" or "closed_by_merge" in listed(found.get("tags"))
