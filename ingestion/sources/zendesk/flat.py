"""Tables whose rows are records of the API: nested values as JSON text or as `via__channel`.

So write the common extractors; a page of such rows is read like a page of the API.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from ingestion import tables
from ingestion.sources import exports
from ingestion.sources.adapter import Delivery
from ingestion.sources.zendesk import words
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.pages import of_entry
from ingestion.sources.zendesk.values import identity

# Table → topic of its rows; histories before states.
PAGES = {
    "ticket_audits": "ticket_audits",
    "ticket_events": "ticket_events",
    "deleted_tickets": "deleted_tickets",
    "users": "users",
    "tickets": "tickets",
    "ticket_comments": "ticket_comments",
    "ticket_metric_events": "ticket_metric_events",
    "ticket_metrics": "ticket_metrics",
    "satisfaction_ratings": "satisfaction_ratings",
    "chats": "chats",
    "calls": "calls",
    "legs": "legs",
}


def deliveries(con: duckdb.DuckDBPyConnection, found: Mapping[str, Path]) -> Iterator[Delivery]:
    """The deliveries of the rows; users and tickets tell the others' roles and requesters."""
    held = [name for name in PAGES if name in found]
    for name in held:
        columns = [column.lower() for column in tables.header(found[name])[0]]
        exports.lay(con, f"rows_{name}", found[name], columns)
    context = Context(roles=_roles(con, held), requesters=_requesters(con, held))
    for name in held:
        for row in exports.rows(con, f'select * from "rows_{name}" order by row_of_file'):
            place = row["row_of_file"]
            entry = record_of({k: v for k, v in row.items() if k != "row_of_file"})
            for delivery in of_entry(PAGES[name], entry, {}, context):
                yield Delivery(
                    delivery.topic, delivery.payload, row=place if isinstance(place, int) else None
                )


def record_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record out of flat columns; a column that is another's child goes into it."""
    made: dict[str, Any] = {}
    for column, value in row.items():
        *path, last = column.replace(".", "__").split("__")
        at = made
        for part in path:
            inner = at.setdefault(part, {})
            at = inner if isinstance(inner, dict) else {}
        if value is not None:
            at[last] = _parsed(value)
    return made


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _pairs(
    con: duckdb.DuckDBPyConnection, held: list[str], table: str, column: str
) -> Iterator[tuple[str, Any]]:
    """Id and value of a column of a table, where it has both."""
    if table not in held:
        return
    columns = {str(row[0]).lower() for row in con.execute(f"describe rows_{table}").fetchall()}
    if {"id", column} <= columns:
        for named, value in con.execute(f'select id, "{column}" from rows_{table}').fetchall():
            if found := identity(named):
                yield found, value


def _roles(con: duckdb.DuckDBPyConnection, held: list[str]) -> dict[str, str]:
    pairs = _pairs(con, held, "users", "role")
    return {user: role for user, told in pairs if (role := words.role(told))}


def _requesters(
    con: duckdb.DuckDBPyConnection, held: list[str]
) -> dict[str, list[tuple[str, str]]]:
    pairs = _pairs(con, held, "tickets", "requester_id")
    return {ticket: [("", user)] for ticket, told in pairs if (user := identity(told))}
