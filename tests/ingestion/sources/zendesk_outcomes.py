"""What Zendesk's adapter makes of a document, and small audits to tell it."""

from __future__ import annotations

from typing import Any

from ingestion.sources import zendesk
from ingestion.sources.adapter import Outcome, Snapshot

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
    """An audit of ticket 7 by user 20, in the web."""
    base = {"id": 5, "ticket_id": 7, "created_at": TIME, "author_id": 20, "via": {"channel": "web"}}
    return {**base, "events": events, **more}


def comment(author_id: Any, /, **more: Any) -> dict[str, Any]:
    """A public comment of three characters."""
    return {
        "type": "Comment",
        "id": 1,
        "author_id": author_id,
        "body": "abc",
        "public": True,
        **more,
    }


def created(requester: int) -> dict[str, Any]:
    """What an audit says of who asked for the ticket."""
    return {"type": "Create", "field_name": "requester_id", "value": str(requester)}
