"""A plain look at a payload: which tickets, orders, invoices and refunds stand in it.

Deliberately knows nothing of the adapters: what an adapter loses is still seen here. It finds the
objects wherever they are nested, and reads no more of them than id, time and amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.catalogue import load

Obj = Mapping[str, Any]
_IMPORTED = timedelta(days=1)  # processed so much before it was created: brought over later


@dataclass(frozen=True)
class Seen:
    """One object that a payload holds, with its amount in minor units where it is money.

    An amount that cannot be read is None; an object that was taken back later is withdrawn.
    """

    measure: str
    object_id: str
    occurred_at: datetime | None
    currency: str | None = None
    minor: int | None = None
    is_withdrawn: bool = False


Look = Callable[[Obj], Seen | None]


def moment(value: object) -> datetime | None:
    """A time in UTC from seconds since 1970 or ISO 8601 (without a zone: UTC)."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _first(thing: Obj, *names: str) -> Any:
    return next((thing[name] for name in names if thing.get(name) not in (None, "")), None)


def _minor(amount: object, currency: str | None) -> int | None:
    words = load().words
    units = 1 if currency in words["currencies_of_1"] else 100
    units = 1000 if currency in words["currencies_of_1000"] else units
    try:
        return _bounded(round(Decimal(str(amount)) * units))
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _whole(value: object) -> int | None:
    try:
        return _bounded(int(str(value)))
    except ValueError:
        return None


def _bounded(number: int) -> int | None:
    """A number that a column of 64 bits can hold."""
    return number if abs(number) < 2**63 else None


def _ticket(thing: Obj) -> Seen | None:
    """A ticket, the audit (or entry of the export) that opened it, or the webhook that told so."""
    identity, created = _opened(thing)
    if not identity or not created:
        return None
    return Seen("opened", str(identity), moment(created))


def _opened(thing: Obj) -> tuple[Any, Any]:
    """Number and opening of the ticket that a payload opens."""
    detail = thing.get("detail")
    if thing.get("type") == "zen:event-type:ticket.created" and isinstance(detail, dict):
        return detail.get("id"), detail.get("created_at")
    told = _first(thing, "events", "child_events")
    if isinstance(told, list) and _first(thing, "ticket_id"):
        kinds = {e.get("event_type", e.get("type")) for e in told if isinstance(e, dict)}
        return thing["ticket_id"] if "Create" in kinds else None, thing.get("created_at")
    is_request = "/requests/" in str(thing.get("url"))
    if {"requester_id", "subject"} <= set(thing) and not is_request:
        return thing.get("id"), thing.get("created_at")
    return None, None


def _shopify(thing: Obj) -> Seen | None:
    kind, identity = _named(thing)
    created = moment(_first(thing, "created_at", "createdAt"))
    processed = moment(_first(thing, "processed_at", "processedAt"))
    is_imported = created and processed and created - processed > _IMPORTED
    at = processed if is_imported else created or processed
    if kind == "Order" and _first(thing, "total_price", "totalPriceSet", "total_price_set"):
        return Seen("placed", identity, at)
    return _refund(thing, identity, at) if kind == "Refund" else None


def _named(thing: Obj) -> tuple[str, str]:
    """Kind and number by the global id; an old payload without one is told by what it holds."""
    given = str(_first(thing, "admin_graphql_api_id", "id") or "")
    parts = given.split("/")
    if len(parts) == 5 and parts[:3] == ["gid:", "", "shopify"]:
        return parts[3], parts[4].partition("?")[0]
    if {"refund_line_items", "transactions", "order_id"} <= set(thing):
        return "Refund", given
    return "Order" if {"line_items", "financial_status", "total_price"} <= set(thing) else "", given


def _refund(thing: Obj, identity: str, at: datetime | None) -> Seen | None:
    """The money that went back: of its own transactions, else as a whole; none while one is open."""
    listed = thing.get("transactions")
    given = [t for t in listed if isinstance(t, dict)] if isinstance(listed, list) else []
    sums: dict[str, int] = {}
    for one in given:
        words = str(one.get("kind") or "refund").lower(), str(one.get("status")).lower()
        currency = str(_first(one, "currency") or _currency(thing)).upper()
        amount = _minor(one.get("amount"), currency) if words == ("refund", "success") else None
        sums |= {currency: sums.get(currency, 0) - amount} if amount else {}
    whole = _first(thing, "total_refunded_set", "totalRefundedSet")
    if not given and isinstance(whole, dict):
        side = _first(whole, "presentment_money", "presentmentMoney")
        currency = _currency(side).upper()
        amount = _minor(side.get("amount"), currency) if isinstance(side, dict) else None
        sums = {currency: -amount} if amount else {}
    return next((Seen("refunded", identity, at, *pair) for pair in sums.items()), None)


def _currency(thing: Any) -> str:
    """The first currency charged that stands in a refund; empty where none does."""
    if isinstance(thing, dict):
        sides = (thing.get(name) for name in ("presentment_money", "presentmentMoney"))
        near = next((side for side in sides if isinstance(side, dict)), thing)
        own = _first(near, "currency_code", "currencyCode", "currency")
        found = (_currency(value) for value in near.values())
        return own if isinstance(own, str) else next(filter(None, found), "")
    return next(filter(None, map(_currency, thing)), "") if isinstance(thing, list) else ""


def _stripe_minor(amount: object, currency: str) -> int | None:
    """Minor units of ISO 4217: Stripe has its own for three currencies."""
    minor = _whole(amount)
    if minor is None:
        return None
    return minor // 100 if currency in ("ISK", "UGX") else minor * (100 if currency == "MGA" else 1)


def _stripe(thing: Obj) -> Seen | None:
    kind, identity, currency = thing.get("object"), thing.get("id"), thing.get("currency")
    if not identity or not isinstance(currency, str):
        return None
    if kind == "invoice" and thing.get("status") != "draft":
        steps = thing.get("status_transitions")
        final = steps.get("finalized_at") if isinstance(steps, dict) else None
        at = moment(final or _first(thing, "finalized_at", "created", "date", "period_end"))
        minor = _stripe_minor(thing.get("total"), currency.upper())
        return Seen("invoiced", str(identity), at, currency.upper(), minor)
    if kind == "refund" and thing.get("status") != "requires_action":
        amount = _stripe_minor(thing.get("amount"), currency.upper())
        at = moment(thing.get("created"))
        is_gone = thing.get("status") in ("failed", "canceled")
        minor = None if amount is None else -abs(amount)
        return Seen("refunded", str(identity), at, currency.upper(), minor, is_gone)
    return None


LOOKS: Mapping[str, Look] = {
    "zendesk": _ticket,
    "shopify": _shopify,
    "stripe": _stripe,
}


def everything(document: Any, look: Look) -> Iterator[Seen]:
    """What stands anywhere in a document; an object that was recognised is looked into as well."""
    waiting = [document]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, dict):
            seen = look(thing)
            if seen:
                yield seen
            waiting.extend(thing.values())
        elif isinstance(thing, list):
            waiting.extend(thing)
