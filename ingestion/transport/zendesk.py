"""How Zendesk's exports are pulled: by cursor, by time, or by pages of a list.

Exports know a start and no end: they are read to `end_of_stream`, in the order of change.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ingestion.transport.streams import (
    Access,
    Page,
    PullError,
    Request,
    Slice,
    Stream,
    System,
    records_in,
)

PAGE_SIZE = 500  # of 1,000: a page is one landed line, which should stay below 16 MiB
FULL_PAGE = 1000  # records of a time-based page that is not the last
MANY = 100  # ids that one request may name
_MINUTE = 60


def _by_cursor(name: str, path: str) -> Stream:
    """An export that gives a cursor: exact, without repetition."""

    def request(piece: Slice) -> Request:
        start = {"cursor": piece.token} if piece.token else {"start_time": _start(piece)}
        return Request(path, {**start, "per_page": str(PAGE_SIZE)})

    def following(page: Page, piece: Slice) -> str | None:
        if page.document.get("end_of_stream") or not page.document.get("after_cursor"):
            return None
        times = [one.get("generated_timestamp") or 0 for one in page.document.get(name) or []]
        return None if times and min(times) >= piece.until else str(page.document["after_cursor"])

    return Stream(name, request, records_in(name), following, slice_days=None)


def _by_time(
    name: str,
    path: str,
    *,
    include: Mapping[str, str] | None = None,
    beside: Callable[[Any], list[tuple[str, Request]]] = lambda document: [],
    is_optional: bool = False,
) -> Stream:
    """An export that tells the next start: the record at a border may come twice.

    The token is the query of the next page's address, as the system wrote it.
    """

    def request(piece: Slice) -> Request:
        start = dict(parse_qsl(piece.token)) if piece.token else {"start_time": _start(piece)}
        return Request(path, {**(include or {}), **start})

    def following(page: Page, piece: Slice) -> str | None:
        token = _next_query(page.document, records_in(name)(page.document))
        told = dict(parse_qsl(token or ""))
        start = told.get("start_time", "")
        if not start.isdigit() or int(start) >= piece.until:
            return None
        if told.items() <= request(piece).params.items():
            raise PullError(
                f"{path} does not get past {start}: more records of one second than fit on a page; "
                "delete the cursor of this stream and pull with a later --since."
            )
        return token

    return Stream(
        name,
        request,
        records_in(name),
        following,
        beside=beside,
        slice_days=None,
        is_optional=is_optional,
    )


def _start(piece: Slice) -> str:
    """An export refuses a start within the last minute."""
    return str(min(piece.since, piece.until - 2 * _MINUTE))


def _next_query(document: Any, count: int) -> str | None:
    """Query of the next page's address; None at the end of the stream."""
    is_last = document.get("end_of_stream", count < FULL_PAGE)
    return None if is_last else urlsplit(str(document.get("next_page") or "")).query


def _people_and_tickets(document: Any) -> list[tuple[str, Request]]:
    """Who wrote and who asked: without users' roles a comment is neither customer's nor agent's.

    The export of ticket events side-loads neither; a hundred ids go into one request.
    """
    told = [one for one in document.get("ticket_events") or [] if isinstance(one, dict)]
    children = [child for one in told for child in one.get("child_events") or []]
    people = {one.get("updater_id") for one in told}
    people |= {child.get("author_id") for child in children if isinstance(child, dict)}
    return [
        *_by_id("users", people),
        *_by_id("tickets", {one.get("ticket_id") for one in told}),
    ]


def _by_id(name: str, ids: set[Any]) -> list[tuple[str, Request]]:
    wanted = sorted(one for one in ids if isinstance(one, int) and one > 0)
    chunks = (wanted[start : start + MANY] for start in range(0, len(wanted), MANY))
    path = f"/api/v2/{name}/show_many.json"
    return [(name, Request(path, {"ids": ",".join(map(str, chunk))})) for chunk in chunks]


def _ratings() -> Stream:
    def request(piece: Slice) -> Request:
        page = {"page[after]": piece.token} if piece.token else {}
        window = {"start_time": str(piece.since), "end_time": str(piece.until)}
        return Request("/api/v2/satisfaction_ratings.json", {**window, "page[size]": "100", **page})

    def following(page: Page, _piece: Slice) -> str | None:
        meta = page.document.get("meta") or {}
        return str(meta["after_cursor"]) if meta.get("has_more") else None

    count = records_in("satisfaction_ratings")
    return Stream("satisfaction_ratings", request, count, following, is_optional=True)


def _headers(access: Access) -> Mapping[str, str]:
    if not access.user:  # an OAuth token
        return {"Authorization": f"Bearer {access.secret}"}
    pair = base64.b64encode(f"{access.user}/token:{access.secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


TALK = "/api/v2/channels/voice/stats/incremental"
SYSTEM = System(
    name="zendesk",
    folder="contact/zendesk",
    streams=(
        _by_cursor("users", "/api/v2/incremental/users/cursor.json"),
        _by_cursor("tickets", "/api/v2/incremental/tickets/cursor.json"),
        _by_time(
            "ticket_events",
            "/api/v2/incremental/ticket_events.json",
            include={"include": "comment_events"},
            beside=_people_and_tickets,
        ),
        _by_time("ticket_metric_events", "/api/v2/incremental/ticket_metric_events.json"),
        _ratings(),
        _by_time(
            "chats",
            "/api/v2/chat/incremental/chats",
            include={"fields": "chats(*)"},
            is_optional=True,
        ),
        _by_time("calls", f"{TALK}/calls.json", is_optional=True),
        _by_time("legs", f"{TALK}/legs.json", is_optional=True),
    ),
    headers=_headers,
    pause=lambda page: 0.0,
    per_minute=10,
    paced="/incremental/",
    permissions="the token's user the role of an administrator",
)
