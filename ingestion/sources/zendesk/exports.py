"""The incremental export of ticket events and deletions, as the audits that they repeat."""

from __future__ import annotations

from typing import Any

from ingestion.sources.zendesk.values import Record, listed, record

_AROUND = frozenset(
    "id via via_reference_id previous_value event_type type comment_present comment_public "
    "added_tags removed_tags audit_id created_at attachments metadata".split()
)


def audit_of(told: Record) -> dict[str, Any]:
    """The audit of a ticket event; comments are there when the export was asked for them."""
    children = [record(child) for child in listed(told.get("child_events"))]
    entries = [entry for child in children for entry in _entries(child)]
    return {
        "id": told.get("id"),
        "ticket_id": told.get("ticket_id"),
        "created_at": told.get("created_at") or told.get("timestamp"),
        "author_id": told.get("updater_id"),
        "via": _via(told.get("via")),
        "events": entries,
    }


def audit_of_deletion(told: Record) -> dict[str, Any]:
    """The audit of a ticket in the list of deleted ones."""
    before = told.get("previous_state")
    changed = {"type": "Change", "field_name": "status", "previous_value": before}
    return {
        "ticket_id": told.get("id"),
        "created_at": told.get("deleted_at"),
        "author_id": record(told.get("actor")).get("id"),
        "events": [{**changed, "value": "deleted"}],
    }


def _via(via: Any) -> Record:
    """The way, which exports tell as a name ("Web form") and audits as an object."""
    return record(via) if isinstance(via, dict) else {"channel": via}


def _entries(child: Record) -> list[dict[str, Any]]:
    kind = child.get("event_type") or child.get("type")
    if kind not in ("Create", "Change"):
        return [{**child, "type": kind, "via": _via(child.get("via"))}]
    around = {"type": kind, "via": _via(child.get("via"))}
    if isinstance(child.get("field_name"), str):
        return [{**child, **around}]
    before = {"previous_value": child.get("previous_value")} if "previous_value" in child else {}
    custom = record(child.get("custom_ticket_fields"))
    fields = {k: v for k, v in child.items() if k not in _AROUND | {"custom_ticket_fields"}}
    named = {**fields, **custom}
    return [{**around, "field_name": k, "value": v, **before} for k, v in named.items()]
