"""How Stripe's lists are pulled: events of the last 30 days, and lists of objects for a backfill.

A list comes newest first; `starting_after` names the last object of the page before.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from ingestion.transport.streams import (
    BACKFILL,
    INCREMENTAL,
    Access,
    Page,
    Request,
    Slice,
    Stream,
    System,
    records_in,
)

KEPT_DAYS = 30  # of events; objects stay
LISTS = (
    "customers",
    "charges",
    "refunds",
    "disputes",
    "invoices",
    "credit_notes",
    "payment_intents",
    "subscriptions",
    "subscription_schedules",
)


def _request(name: str, piece: Slice) -> Request:
    params = {
        "limit": "100",
        "created[gte]": str(piece.since),
        "created[lt]": str(piece.until),
    }
    if name == "subscriptions":
        params["status"] = "all"  # without it, cancelled ones are left out
    if piece.token:
        params["starting_after"] = piece.token
    return Request(f"/v1/{name}", params)


def _following(page: Page, _piece: Slice) -> str | None:
    entries = page.document.get("data") or []
    return str(entries[-1]["id"]) if page.document.get("has_more") and entries else None


def _stream(name: str, mode: str) -> Stream:
    return Stream(
        name,
        request=lambda piece: _request(name, piece),
        count=records_in("data"),
        following=_following,
        modes=(mode,),
        kept_days=KEPT_DAYS if name == "events" else None,
        is_optional=mode == BACKFILL,
    )


def _headers(access: Access) -> Mapping[str, str]:
    pair = base64.b64encode(f"{access.secret}:".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


SYSTEM = System(
    name="stripe",
    folder="billing/stripe",
    streams=(
        _stream("events", INCREMENTAL),
        *(_stream(name, BACKFILL) for name in LISTS),
    ),
    headers=_headers,
    pause=lambda page: 0.0,
    permissions="the restricted key read access to events and the objects of this list",
)
