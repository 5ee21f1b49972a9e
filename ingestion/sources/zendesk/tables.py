"""Table exports of Zendesk (one table a resource, times in UTC) to the deliveries of its API.

What an audit tells stands here in two tables: the history of fields and the comments. Both become
deliveries with the same values, so that the same ticket gives the same events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from ingestion.sources import exports
from ingestion.sources.adapter import Delivery
from ingestion.sources.zendesk import flat, words
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.values import identity, listed

_COLUMNS = {
    "user": "id role email phone external_id shared_phone_number created_at updated_at",
    "ticket": "id created_at updated_at url requester_id submitter_id status group_id assignee_id "
    "priority via_channel via_source_rel via_followup_source_id merged_ticket_ids",
    "ticket_comment": "id ticket_id user_id public body created voice_comment",
    "ticket_field_history": "ticket_id field_name updated user_id value",
    "audit_log": "source_id source_type created_at change_description",
    "ticket_sla_policy": "ticket_id sla_policy_id policy_applied_at",
    "sla_policy_metric_history": "sla_policy_id sla_policy_updated_at business_hours metric "
    "priority target",
    "ticket_chat": "chat_id channel ticket_id user_id visitor_id",
    "ticket_chat_event": "chat_id created_at actor_id chat_index message message_id "
    "original_message type",
    "satisfaction_rating": "id ticket_id score comment requester_id created_at updated_at",
}
TABLES = (*_COLUMNS, *flat.PAGES)
# Query (beside this module) → topic of its rows, in the order in which they are told.
_QUERIES = {
    "users": "users",
    "field_history": "ticket_audits",
    "tickets": "tickets",
    "comments": "ticket_comments",
    "merges": "merges",
    "targets": "ticket_metric_events",
    "ratings": "satisfaction_ratings",
    "chats": "chats",
}


def deliveries_of_tables(
    con: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]
) -> Iterator[Delivery]:
    """The deliveries of an export; tables that are missing tell nothing."""
    for name, columns in _COLUMNS.items():
        exports.lay(con, f"zendesk_{name}", tables.get(name), columns.split())
    folder = resources.files(__package__) / "queries"
    for view in ("roles", "requesters"):
        con.execute((folder / f"{view}.sql").read_text("utf-8"))
    for name, topic in _QUERIES.items():
        for row in exports.rows(con, (folder / f"{name}.sql").read_text("utf-8")):
            yield from _of_row(topic, dict(row))
    yield from flat.deliveries(con, tables)


def _of_row(topic: str, row: dict[str, Any]) -> Iterator[Delivery]:
    """A delivery of a row: `told` is its record as JSON, the rest what a page would side-load."""
    told = json.loads(row["told"])
    author, ticket = identity(told.get("author_id")), identity(told.get("ticket_id"))
    role, requester = words.role(row.get("author_role")), identity(row.get("requester_id"))
    context = Context(
        roles={author: role} if author and role else {},
        requesters={ticket: [("", requester)]} if ticket and requester else {},
    )
    for record in _each(topic, told):
        payload = {"record": record, "context": context}
        yield Delivery(topic, payload, row=row["row_of_file"])


def _each(topic: str, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One record a row; a merge row names all the tickets that ended in it."""
    if topic != "merges":
        yield told
        return
    for ticket in listed(told.get("ticket_ids")):
        yield {**told, "ticket_id": ticket}
