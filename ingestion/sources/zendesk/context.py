"""What a page tells around its records: users' roles, requesters, the account's address.

Knows no event. A role is that of the page's time; who asked is told by the tickets' own history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.sources.zendesk import words
from ingestion.sources.zendesk.values import Record, identity, listed, record, second

_BASE = re.compile(r"https://[A-Za-z0-9.-]+(?=/(?:api/v2|agent|hc|requests)/)")
_SIDE_LOADED = ("users", "requesters", "submitters", "authors")


@dataclass(frozen=True)
class Context:
    """Around a record: the account's address, users' roles, and per ticket who asked since when."""

    base: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    requesters: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)

    def requester(self, ticket: str, time: str) -> str | None:
        """Who asked in the ticket at that time; the first known one for a time before all."""
        found = self.requesters.get(ticket, [])
        past = [user for since, user in found if since <= time]
        return past[-1] if past else (found[0][1] if found else None)


def around(document: Record) -> Context:
    """The context of all records of a page."""
    people = [u for key in _SIDE_LOADED for u in listed(document.get(key))]
    people.append(document.get("user"))
    roles = {
        user: role
        for person in map(record, people)
        if (user := identity(person.get("id"))) and (role := words.role(person.get("role")))
    }
    return Context(_base(document), roles, _requesters(document))


def base_of(url: Any) -> str | None:
    """The account's address out of the address of one of its records."""
    found = _BASE.match(url) if isinstance(url, str) else None
    return found[0] if found else None


def _base(document: Record) -> str | None:
    urls = [document.get(key) for key in ("url", "next_page", "after_url", "before_url", "end_url")]
    urls += record(document.get("links")).values()
    for value in document.values():
        entries = value if isinstance(value, list) else [value]
        urls += [record(entry).get("url") for entry in entries[:50]]
    return next((base for url in urls if (base := base_of(url))), None)


def _requesters(document: Record) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for ticket, since, user in sorted({*_from_audits(document)}):
        found.setdefault(ticket, []).append((since, user))
    for entry in [*listed(document.get("tickets")), document.get("ticket")]:
        named, asked = (identity(record(entry).get(key)) for key in ("id", "requester_id"))
        if named and asked:
            found.setdefault(named, [("", asked)])
    return found


def _from_audits(document: Record) -> Iterator[tuple[str, str, str]]:
    for entry in [*listed(document.get("audits")), document.get("audit")]:
        audit = record(entry)
        ticket, time = identity(audit.get("ticket_id")), second(audit.get("created_at"))
        for told in map(record, listed(audit.get("events"))):
            user = identity(told.get("value"))
            is_named = told.get("field_name") == "requester_id"
            if is_named and ticket and time and user:
                yield ticket, time, user
