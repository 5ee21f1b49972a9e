"""Values of Stripe's objects, read without trust: times, money, references, and events of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from ingestion.catalogue import load
from ingestion.sources.adapter import Event, Outcome, Wrong

Obj = Mapping[str, Any]

NO_ID = Wrong("missing_field", "data.object.id")

_NOTHING: Obj = {}
_LATEST = 4_102_444_800  # 2100: a greater number counts no seconds
_ORDER = re.compile(r"^[\w#/.-]{1,40}$", re.ASCII)
# What Stripe counts otherwise than ISO 4217: units of its amounts in one, by currency.
_HUNDREDS = frozenset({"ISK", "UGX"})
_ONES = frozenset({"MGA"})


@dataclass(frozen=True)
class Telling:
    """An object and how it was told: by an event (topic, its time, what changed), or as it is."""

    topic: str
    object: Obj
    source: str
    is_test: bool
    account: str | None = None
    told_at: str | None = None  # the event's own time; None for an object of a list or a table
    seen_at: str | None = None
    previous: Obj | None = None
    derivation: str = "webhook"


def mapping(value: Any) -> Obj:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else _NOTHING


def dig(value: Any, *path: str) -> Any:
    """The value at a path, None where there is none."""
    for key in path:
        value = mapping(value).get(key)
    return value


def text(value: Any) -> str | None:
    """The value when it is a text that says something."""
    return value if isinstance(value, str) and value.strip() else None


def ref(value: Any) -> str | None:
    """The id of an object, delivered as an id or expanded."""
    return text(value) or text(mapping(value).get("id"))


def items(value: Any) -> Iterator[Obj]:
    """The objects of a list, delivered bare or as a page."""
    listed = mapping(value).get("data") if isinstance(value, Mapping) else value
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping):
            yield one


def named(
    tell: Callable[[Telling, Obj, str], Iterator[Outcome]],
) -> Callable[[Telling], Iterator[Outcome]]:
    """A reader of objects that have an id, which it is given; one without is a named reason."""

    @wraps(tell)
    def told(telling: Telling) -> Iterator[Outcome]:
        identity = ref(telling.object)
        if identity is None:
            yield NO_ID
        else:
            yield from tell(telling, telling.object, identity)

    return told


def number(value: Any) -> int | None:
    """A whole number, also one written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    found = re.fullmatch(r"-?\d{1,18}", value.strip()) if isinstance(value, str) else None
    return int(found.group()) if found else None


def moment(value: Any) -> str | None:
    """A time in seconds since 1970 as RFC 3339 in UTC."""
    seconds = number(value)
    if seconds is None or not 0 < seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def money(amount: Any, currency: Any) -> dict[str, Any] | None:
    """Minor units as the catalogue counts them; None where amount or currency cannot be read.

    Stripe counts krónur and Ugandan shillings in hundredths and ariary in ones.
    """
    minor, code = number(amount), (text(currency) or "").upper()
    if minor is None or code not in load().words["currencies"]:
        return None
    if code in _HUNDREDS:
        if minor % 100:
            return None
        minor //= 100
    elif code in _ONES:
        minor *= 100
    return {"minor": minor, "currency": code}


def order_id(thing: Obj) -> str | None:
    """The order that a shop named in the metadata."""
    for key in ("order_id", "order_number", "order"):
        found = dig(thing, "metadata", key)
        if isinstance(found, str) and _ORDER.match(found):
            return found
    return None


def parties(thing: Obj) -> list[dict[str, str]] | None:
    """Whom it is about: the customer; of a guest, the e-mail address that the payment named."""
    customer = ref(thing.get("customer"))
    if customer:
        return [{"id_type": "stripe_customer", "id": customer, "role": "customer"}]
    email = (
        text(thing.get("receipt_email"))
        or text(dig(thing, "billing_details", "email"))
        or text(thing.get("customer_email"))
    )
    return [{"id_type": "email", "id": email, "role": "customer"}] if email else None


def link(telling: Telling, page: str, identity: str) -> str | None:
    """The record in Stripe's dashboard."""
    if not re.fullmatch(r"[\w-]{1,80}", identity, re.ASCII):
        return None
    parts = [telling.account, "test" if telling.is_test else None, page, identity]
    return "https://dashboard.stripe.com/" + "/".join(part for part in parts if part)


def event(
    telling: Telling,
    kind: str,
    identity: str,
    subject: str,
    time: str | None,
    data: Mapping[str, Any],
    **more: Any,
) -> Event:
    """A CloudEvent; parts that are None are left out, so that the door names what is missing.

    A time of telling that lies before the fact is of a made-up event: the fact's time stands in.
    """
    told: Event = {
        "specversion": "1.0",
        "id": identity,
        "source": telling.source,
        "type": kind,
        "subject": subject,
        "time": time,
        "recordedtime": max(telling.told_at, time or "") if telling.told_at else None,
        "derivation": telling.derivation,
        "data": {key: value for key, value in data.items() if value is not None},
        **more,
    }
    return {key: value for key, value in told.items() if value is not None}
