"""How facts of Zendesk look as events: source, subjects, parties, links; the ids name the fact.

A ticket is told by tickets, audits, exports, webhooks and tables. So nothing enters an id or a
payload that only one of them knows; the actor and the link, which the identity of an event does not
cover, are added where they are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingestion.sources.adapter import Event

SOURCE = "/zendesk"


def case_id(ticket: str) -> str:
    """The case of a ticket."""
    return f"zd-{ticket}"


def event(
    kind: str, fact: str, subject: str, time: str, data: Mapping[str, Any], **more: Any
) -> Event:
    """A CloudEvent; fields of `data` without a value are left out."""
    return {
        "specversion": "1.0",
        "id": fact,
        "source": SOURCE,
        "type": kind,
        "subject": subject,
        "time": time,
        **{key: value for key, value in more.items() if value is not None},
        "data": {key: value for key, value in data.items() if value is not None},
    }


def of_case(kind: str, fact: str, ticket: str, time: str, data: Mapping[str, Any]) -> Event:
    """An event about a ticket."""
    case = case_id(ticket)
    return event(kind, fact, f"case/{case}", time, {"case_id": case, **data})


def person(user: str | None, id_type: str = "zendesk_user") -> list[dict[str, str]] | None:
    """The customer as a party; e-mail and phone are joined to the user by `party.identified`."""
    return [{"id_type": id_type, "id": user, "role": "customer"}] if user else None


def link(base: str | None, ticket: str) -> str | None:
    """The ticket's page in the agents' interface."""
    return f"{base}/agent/tickets/{ticket}" if base else None
