"""How a Shopify shop is pulled: REST lists by time of change, their next page in a Link header."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ingestion.transport.streams import (
    Access,
    Page,
    Request,
    Slice,
    Stream,
    System,
    records_in,
)

API_VERSION = "2026-07"
LEAK_PER_SECOND = 2.0  # requests that leave the bucket of a standard plan
ORDERS = 50  # a page: each order costs one more request
SPARE = 4  # requests left in the bucket for others
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')


def _list(
    name: str,
    path: str,
    extra: Mapping[str, str] | None = None,
    size: int = 250,
    *,
    is_optional: bool = False,
) -> Stream:
    def request(piece: Slice) -> Request:
        window = {"updated_at_min": _time(piece.since), "updated_at_max": _time(piece.until)}
        return _request(path, piece, {**window, **(extra or {})}, size)

    return Stream(name, request, records_in(name), _following, is_optional=is_optional)


def _orders() -> Stream:
    """Orders, each with its transactions: an order does not tell its payments."""
    listed = _list("orders", "orders.json", {"status": "any", "order": "updated_at asc"}, ORDERS)
    return replace(listed, parts=_transactions)


def _transactions(document: Any) -> list[tuple[str, Request]]:
    ids = [one["id"] for one in document["orders"] if isinstance(one.get("id"), int)]
    paths = [f"/admin/api/{API_VERSION}/orders/{one}/transactions.json" for one in ids]
    return [("order_transactions", Request(path)) for path in paths]


def _whole(name: str, path: str) -> Stream:
    """A short list that cannot be asked by time of change."""

    def request(piece: Slice) -> Request:
        return _request(path, piece, {})

    return Stream(
        name,
        request,
        records_in(name),
        _following,
        slice_days=None,
        is_whole=True,
        is_optional=True,
    )


def _request(path: str, piece: Slice, filters: Mapping[str, str], size: int = 250) -> Request:
    """Beside the mark of a page nothing but the size may stand."""
    chosen = {"page_info": piece.token} if piece.token else filters
    return Request(f"/admin/api/{API_VERSION}/{path}", {"limit": str(size), **chosen})


def _following(page: Page, _piece: Slice) -> str | None:
    found = _NEXT.search(page.headers.get("Link", ""))
    tokens = parse_qs(urlsplit(found[1]).query).get("page_info") if found else None
    return tokens[0] if tokens else None


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def pause(page: Page) -> float:
    """Seconds until the bucket has room again, from its level "39/40"."""
    used, _, size = page.headers.get("X-Shopify-Shop-Api-Call-Limit", "").partition("/")
    if not (used.isdigit() and size.isdigit()):
        return 0.0
    return max(0.0, (int(used) - int(size) + SPARE) / LEAK_PER_SECOND)


def _headers(access: Access) -> Mapping[str, str]:
    return {"X-Shopify-Access-Token": access.secret}


SYSTEM = System(
    name="shopify",
    folder="order/shopify",
    streams=(
        _list("customers", "customers.json"),
        _orders(),
        _list("checkouts", "checkouts.json", {"status": "any"}, is_optional=True),
        _whole("disputes", "shopify_payments/disputes.json"),
    ),
    headers=_headers,
    pause=pause,
    permissions="the app the scopes read_orders, read_all_orders and read_customers",
)
