"""What arrived, to deliveries: pages of the API, single objects, webhooks, exports line by line.

A page's side-loads travel with each of its records, because a record alone does not tell roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.sources.adapter import Delivery
from ingestion.sources.zendesk import conversations
from ingestion.sources.zendesk.context import Context, around
from ingestion.sources.zendesk.values import Record, identity, record, text
from ingestion.sources.zendesk.webhooks import PREFIX, bridged

# Key of a page (or of a single object) → the topic of its records; histories before states.
KEYS = {
    "audits": "ticket_audits",
    "audit": "ticket_audits",
    "ticket_audits": "ticket_audits",
    "ticket_events": "ticket_events",
    "tickets": "tickets",
    "ticket": "tickets",
    "requests": "tickets",
    "request": "tickets",
    "deleted_tickets": "deleted_tickets",
    "ticket_metric_events": "ticket_metric_events",
    "ticket_metrics": "ticket_metrics",
    "ticket_metric": "ticket_metrics",
    "metric_sets": "ticket_metrics",
    "satisfaction_ratings": "satisfaction_ratings",
    "satisfaction_rating": "satisfaction_ratings",
    "survey_responses": "survey_responses",
    "survey_response": "survey_responses",
    "users": "users",
    "user": "users",
    "comments": "ticket_comments",
    "comment": "ticket_comments",
    "ticket_comments": "ticket_comments",
    "chats": "chats",
    "chat": "chats",
    "calls": "calls",
    "call": "calls",
    "legs": "legs",
    "leg": "legs",
}
TOPICS_OF_RECORDS = frozenset(KEYS.values())
# Keys that tell a bare record's topic, the most telling first.
_SIGNS = (
    ({"child_events"}, "ticket_events"),
    ({"events", "ticket_id"}, "ticket_audits"),
    ({"metric", "ticket_id", "type"}, "ticket_metric_events"),
    ({"reply_time_in_minutes"}, "ticket_metrics"),
    ({"assignee_stations"}, "ticket_metrics"),
    ({"score", "ticket_id"}, "satisfaction_ratings"),
    ({"answers", "survey_id"}, "survey_responses"),
    ({"author_id", "body"}, "ticket_comments"),
    ({"call_id", "id"}, "legs"),
    ({"direction", "completion_status"}, "calls"),
    ({"history", "visitor"}, "chats"),
    ({"visitor", "session"}, "chats"),
    ({"requester_id", "via"}, "tickets"),
    ({"requester_id", "status"}, "tickets"),
    ({"submitter_id"}, "tickets"),
    ({"role", "email"}, "users"),
    ({"role", "name"}, "users"),
)
_PAGING = frozenset(
    """count next_page previous_page end_of_stream end_time after_url before_url after_cursor
    before_cursor links meta url page per_page facets end_id next_page_start_time""".split()
)


def deliveries(document: Any, topic: str | None) -> Iterator[Delivery]:
    """The deliveries of one landed document; a topic from outside names what a bare record is."""
    page = record(document)
    if str(page.get("type") or "").startswith(PREFIX):
        yield _delivery("webhooks", page, Context())
    elif bus := bridged(page):
        yield _delivery("webhooks", bus, Context())
    elif conversations.is_ours(page):
        for told in page["events"]:
            yield _delivery("conversations", record(told), Context())
    elif isinstance(page.get("results"), list):
        yield from _of_search(page)
    elif keys := [key for key in KEYS if isinstance(page.get(key), list | dict)]:
        yield from _of_page(page, keys)
    elif isinstance(document, dict) and document:
        yield from _of_record(page, topic)
    else:
        yield _delivery("unknown", {}, Context())


def _of_page(page: Record, keys: list[str]) -> Iterator[Delivery]:
    context = around(page)
    for key in keys:
        found = page[key]
        for entry in found if isinstance(found, list) else [found]:
            kept = record(entry)
            yield from of_entry(_topic(KEYS[key], kept), kept, page, context)


def _of_search(page: Record) -> Iterator[Delivery]:
    """The results of a search, which say themselves what they are."""
    results = [record(entry) for entry in page["results"]]
    sorts = ("ticket", "user")
    found = {f"{s}s": [r for r in results if r.get("result_type") == s] for s in sorts}
    others = [r for r in results if r.get("result_type") not in sorts]
    yield from _of_page({**page, **found}, ["tickets", "users"])
    for _ in others:
        yield _delivery("unused", {"topic": "results"}, Context())


def of_entry(topic: str, entry: Record, page: Record, context: Context) -> Iterator[Delivery]:
    """The deliveries of one record of a page."""
    if topic == "tickets":
        yield from _with_nested(entry, context)
    elif topic == "ticket_comments" and not entry.get("ticket_id"):
        yield _delivery(topic, {**entry, "ticket_id": _ticket_of(page)}, context)
    else:
        yield _delivery(topic, entry, context)


def _topic(topic: str, entry: Record) -> str:
    """The page's topic; the export of ticket events may hold metric events."""
    is_metric = topic == "ticket_events" and "metric" in entry
    return "ticket_metric_events" if is_metric else topic


def _with_nested(ticket: Record, context: Context) -> Iterator[Delivery]:
    """A ticket, and what some exports put into it: audits, comments, metrics, users."""
    named = identity(ticket.get("id"))
    nested = {key: ticket[key] for key in _NESTED if isinstance(ticket.get(key), list | dict)}
    inner = around({**nested, "tickets": [ticket]}) if nested else context
    roles = {**context.roles, **inner.roles}
    merged = Context(inner.base or context.base, roles, {**context.requesters, **inner.requesters})
    for key, found in nested.items():
        for entry in found if isinstance(found, list) else [found]:
            told = {"ticket_id": named, **record(entry)}
            yield _delivery(KEYS.get(key, "ticket_metrics"), told, merged)
    yield _delivery("tickets", ticket, merged)


_NESTED = ("audits", "comments", "metric_set", "users")


def _ticket_of(page: Record) -> str | None:
    """The ticket of a page of comments, which only the page's address tells."""
    urls = [page.get("next_page"), page.get("previous_page"), page.get("url")]
    urls += record(page.get("links")).values()
    for url in filter(text, urls):
        _, found, rest = str(url).partition("/tickets/")
        if found:
            return identity(rest.partition("/")[0].partition(".")[0])
    return None


def _of_record(document: Record, topic: str | None) -> Iterator[Delivery]:
    """A bare record, or a page of something that is not used."""
    keys = set(document)
    signed = next((named for signs, named in _SIGNS if signs <= keys), None)
    named = topic if topic in TOPICS_OF_RECORDS else signed
    if named == "tickets":
        yield from _with_nested(document, around({"tickets": [document]}))
    elif named:
        yield _delivery(named, document, around({"audits": [document], "url": document.get("url")}))
    else:
        yield from _unused(document, topic)


def _unused(document: Record, topic: str | None) -> Iterator[Delivery]:
    lists = [key for key in document if key not in _PAGING and isinstance(document[key], list)]
    if not lists:
        yield _delivery("unknown", {"topic": topic}, Context())
    for key in lists:
        for _ in document[key]:
            yield _delivery("unused", {"topic": key}, Context())


def _delivery(topic: str, entry: Record, context: Context) -> Delivery:
    return Delivery(topic, {"record": entry, "context": context})
