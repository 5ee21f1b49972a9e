"""Zendesk (Support, Talk, Chat, messaging): pages of its API, webhooks and table exports to events.

Audits are the authority on a ticket's history: `docs/sources.md` tells what each topic becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ingestion.sources.adapter import Delivery, Outcome, Unused, Wrong
from ingestion.sources.zendesk import (
    audits,
    calls,
    chats,
    comments,
    conversations,
    exports,
    merges,
    metrics,
    surveys,
    tickets,
    users,
    webhooks,
)
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.pages import deliveries
from ingestion.sources.zendesk.tables import TABLES, deliveries_of_tables
from ingestion.sources.zendesk.values import Record, record

__all__ = ["ABOUT", "NAME", "TABLES", "TOPICS", "VERSION", "deliveries", "deliveries_of_tables",
           "events"]  # fmt: skip

NAME = "zendesk"
VERSION = "1"
ABOUT: Mapping[str, str] = {
    "en": "Zendesk Support, Talk, Chat and messaging: tickets, audits, exports, webhooks, tables.",
    "de": "Zendesk Support, Talk, Chat und Messaging: Tickets, Audits, Exporte, Webhooks, Tabellen.",
}

_HISTORY = (
    "case.opened",
    "case.status_changed",
    "case.priority_changed",
    "case.assigned",
    "case.linked",
    "case.merged",
    "contact.message_sent",
    "survey.sent",
    "survey.answered",
)
TOPICS: Mapping[str, tuple[str, ...] | Unused] = {
    "tickets": ("case.opened", "case.linked", "case.status_changed", "case.priority_changed",
                "case.assigned"),
    "ticket_audits": _HISTORY,
    "ticket_events": _HISTORY,
    "ticket_comments": ("contact.message_sent",),
    "ticket_metric_events": ("sla.target_applied", "case.counters_reported"),
    "ticket_metrics": ("case.counters_reported",),
    "satisfaction_ratings": ("survey.sent", "survey.answered"),
    "survey_responses": ("survey.answered",),
    "users": ("party.identified",),
    "chats": (
        "contact.started",
        "contact.answered",
        "contact.abandoned",
        "contact.transferred",
        "contact.message_sent",
        "contact.ended",
        "survey.answered",
        "party.identified",
    ),
    "calls": (
        "contact.started",
        "contact.queued",
        "contact.answered",
        "contact.abandoned",
        "contact.ended",
    ),
    "legs": ("contact.transferred",),
    "ticket.created": ("case.opened", "case.status_changed", "case.priority_changed",
                       "case.assigned"),
    "ticket.status_changed": ("case.status_changed",),
    "ticket.priority_changed": ("case.priority_changed",),
    "ticket.group_assignment_changed": ("case.assigned",),
    "ticket.agent_assignment_changed": ("case.assigned",),
    "ticket.problem_link_changed": ("case.linked",),
    "ticket.comment_added": ("contact.message_sent",),
    "ticket.merged": ("case.merged",),
    "ticket.soft_deleted": ("case.status_changed",),
    "ticket.permanently_deleted": ("case.status_changed",),
    "ticket.marked_as_spam": ("case.status_changed",),
    "messaging_ticket.message_added": ("contact.message_sent",),
    "user.created": ("party.identified",),
    "deleted_tickets": ("case.status_changed",),
    **conversations.TOPICS,
    "organizations": Unused("topic not used: organizations"),
    "groups": Unused("topic not used: groups"),
}  # fmt: skip

_READERS: Mapping[str, Callable[[Record, Context], Iterator[Outcome]]] = {
    "ticket_audits": audits.events,
    "ticket_events": lambda told, context: audits.events(exports.audit_of(told), context),
    "deleted_tickets": lambda told, context: audits.events(
        exports.audit_of_deletion(told), context
    ),
    "tickets": tickets.of_ticket,
    "merges": merges.of_row,
    "ticket_comments": comments.of_comment,
    "ticket_metric_events": metrics.of_metric_event,
    "ticket_metrics": metrics.of_metrics,
    "satisfaction_ratings": surveys.of_rating,
    "survey_responses": surveys.of_response,
    "users": users.of_user,
    "chats": chats.of_chat,
    "calls": calls.of_call,
    "legs": calls.of_leg,
    "webhooks": webhooks.of_webhook,
    "conversations": conversations.of_event,
}


def events(delivery: Delivery) -> Iterator[Outcome]:
    """The outcomes of a delivery, at least one."""
    told = record(delivery.payload.get("record"))
    context = delivery.payload.get("context")
    reader = _READERS.get(delivery.topic)
    if reader:
        found = context if isinstance(context, Context) else Context()
        yield from reader(told, found)
    elif delivery.topic == "unknown":
        yield Wrong("bad_payload", "document")
    else:
        yield Unused(f"topic not used: {_plain(told.get('topic') or delivery.topic)}")


def _plain(topic: object) -> str:
    """A topic's name where it can be shown."""
    named = topic if isinstance(topic, str) else "unknown"
    return named if named.replace("_", "").isalpha() and len(named) < 41 else "unknown"
