"""Subscriptions, their schedules and customers of Stripe, to events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.sources.adapter import Event, Outcome, Snapshot, Unused, Watched
from ingestion.sources.stripe.values import (
    Obj,
    Telling,
    dig,
    event,
    items,
    link,
    mapping,
    moment,
    money,
    named,
    number,
    parties,
    ref,
    text,
)

NOT_STARTED = Unused("subscription not started: its first payment is open")
SAME_TERMS = Unused("subscription told again with the same terms")
BY_SUBSCRIPTION = Unused("covered by customer.subscription.updated")
ONE_IDENTIFIER = Unused("the customer is named by one identifier only")

_OPEN = ("incomplete", "incomplete_expired")
_TERMS = ("items", "plan", "quantity")
_INTERVALS = ("day", "week", "month", "year")
_FAILURES = ("payment_failed", "payment_disputed")


@named
def created(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """A subscription that begins, unless its first payment is still open."""
    is_open = text(thing.get("status")) in _OPEN
    yield NOT_STARTED if is_open else _started(telling, thing, identity)


@named
def updated(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """Begun by its first payment, changed in plan or quantity, or nothing of that."""
    previous = mapping(telling.previous)
    status = text(thing.get("status"))
    if text(previous.get("status")) == "incomplete" and status not in _OPEN:
        yield _started(telling, thing, identity)
    elif _has_new_terms(previous) and status not in _OPEN:
        data = _data(telling, thing, identity)
        at, subject = telling.told_at, f"subscription/{identity}"
        yield event(telling, "subscription.changed", f"{identity}/changed/{at}", subject, at, data)
    else:
        yield SAME_TERMS


def _has_new_terms(previous: Obj) -> bool:
    """Plan or quantity were others; moved limits of a period are no terms."""
    told = {key: previous[key] for key in _TERMS if previous.get(key) is not None}
    listed = list(items(told.pop("items", None)))
    return bool(told) or any(one.get(key) is not None for one in listed
                             for key in ("plan", "price", "quantity"))  # fmt: skip


@named
def deleted(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """A subscription that ended."""
    is_open = text(thing.get("status")) in _OPEN
    yield NOT_STARTED if is_open else _ended(telling, thing, identity)


def subscription(telling: Telling) -> Iterator[Outcome]:
    """A subscription as it is: begun, and ended."""
    yield from created(telling)
    if text(telling.object.get("status")) in ("canceled", "cancelled"):
        yield from deleted(telling)


def _started(telling: Telling, thing: Obj, identity: str) -> Event:
    data = _data(telling, thing, identity)
    at = moment(thing.get("start_date")) or moment(thing.get("created"))
    at = at or moment(thing.get("start"))
    subject = f"subscription/{identity}"
    return event(telling, "subscription.started", f"{identity}/started", subject, at, data)


def _ended(telling: Telling, thing: Obj, identity: str) -> Event:
    at = moment(thing.get("ended_at")) or telling.told_at or moment(thing.get("canceled_at"))
    reason = text(dig(thing, "cancellation_details", "reason"))
    data = _data(telling, thing, identity) | {
        "reason": reason,
        "involuntary": reason in _FAILURES if reason else None,
    }
    subject = f"subscription/{identity}"
    return event(telling, "subscription.ended", f"{identity}/ended", subject, at, data)


def _data(telling: Telling, thing: Obj, identity: str) -> dict[str, Any]:
    return {
        "subscription_id": identity,
        "items": [_item(thing, one) for one in _terms(thing)],
        "source_url": link(telling, "subscriptions", identity),
        "party_refs": parties(thing),
    }


def _terms(thing: Obj) -> list[Obj]:
    """The items; early versions tell one plan and quantity of the whole subscription."""
    listed = list(items(thing.get("items")))
    return listed or ([thing] if mapping(thing.get("plan")) else [])


def _item(thing: Obj, one: Obj) -> dict[str, Any]:
    """Plan, quantity, unit price and rhythm of an item, by its price or (before 2020) its plan."""
    price, plan = mapping(one.get("price")), mapping(one.get("plan"))
    rhythm = mapping(price.get("recurring")) or plan
    amount = number(price.get("unit_amount"))
    currency = price.get("currency") or plan.get("currency") or thing.get("currency")
    interval = text(rhythm.get("interval"))
    told = {
        "plan": ref(one.get("price")) or ref(one.get("plan")),
        "qty": number(one.get("quantity")),
        "unit": money(amount if amount is not None else plan.get("amount"), currency),
        "interval": interval if interval in _INTERVALS else None,
        "interval_count": number(rhythm.get("interval_count")),
    }
    return {key: value for key, value in told.items() if value is not None}


@named
def customer(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """A customer's e-mail address and telephone belong to the customer's number."""
    addresses = [("email", text(thing.get("email"))), ("phone", text(thing.get("phone")))]
    refs = [{"id_type": "stripe_customer", "id": identity, "role": "customer"}]
    refs += [{"id_type": kind, "id": said, "role": "customer"} for kind, said in addresses if said]
    if len(refs) == 1:
        yield ONE_IDENTIFIER
        return
    begun = moment(thing.get("created"))
    is_new = any(key in mapping(telling.previous) for key in ("email", "phone"))
    identified = Watched(
        [said for _, said in addresses],
        "party.identified",
        {"strength": 1, "party_refs": refs},
        at=telling.told_at if is_new else begun,
    )
    template = {
        "source": telling.source,
        "subject": f"party/{identity}",
        "data": {"source_url": link(telling, "customers", identity)},
    }
    seen = max(telling.told_at or telling.seen_at or "", begun or "")
    yield Snapshot(identity, seen, {"identity": identified}, template, since=begun)
