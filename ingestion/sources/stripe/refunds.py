"""Refunds and disputes of Stripe, to events: money that went back, or that is fought over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.sources.adapter import Event, Outcome, Snapshot, Unused, Watched
from ingestion.sources.stripe.values import (
    NO_ID,
    Obj,
    Telling,
    event,
    link,
    moment,
    money,
    number,
    ref,
    text,
)

_OUTCOMES = {
    "won": "won",
    "lost": "lost",
    "warning_closed": "withdrawn",
    "charge_refunded": "withdrawn",
}


def refund(telling: Telling) -> Iterator[Outcome]:
    """A refund as it is."""
    yield from refund_of(telling, telling.object, None)


def refund_of(telling: Telling, thing: Obj, charge_id: str | None) -> Iterator[Outcome]:
    """The refund, and its withdrawal when the money came back."""
    identity = ref(thing)
    if identity is None:
        yield NO_ID
        return
    status = text(thing.get("status")) or "succeeded"
    if status == "requires_action":
        yield Unused("refund not issued yet: requires_action")
        return
    yield _issued(telling, thing, identity, charge_id)
    if status in ("failed", "canceled"):
        issued = _issued(telling, thing, identity, charge_id)
        told = {"id": f"{identity}/{status}", "amends": issued["id"], "retracted": True}
        yield {**issued, **told}


def _issued(telling: Telling, thing: Obj, identity: str, charge_id: str | None) -> Event:
    amount = number(thing.get("amount"))
    negative = None if amount is None else -abs(amount)
    paid_by = ref(thing.get("charge")) or charge_id or ref(thing.get("payment_intent"))
    data = {
        "refund_id": identity,
        "payment_id": paid_by,
        "amount": money(negative, thing.get("currency")),
        "reason": text(thing.get("reason")),
        "source_url": link(telling, "payments", paid_by) if paid_by else None,
    }
    at = moment(thing.get("created"))
    return event(telling, "refund.issued", f"{identity}/issued", f"refund/{identity}", at, data)


def dispute(telling: Telling) -> Iterator[Outcome]:
    """A dispute, one of several that a charge may have, and how it ended once it has."""
    thing = telling.object
    payment = ref(thing.get("charge"))
    identity = ref(thing) or (f"{payment}/dispute" if payment else None)  # none before 2014
    if identity is None:
        yield NO_ID
        return
    subject = f"dispute/{identity}"
    data = {
        "dispute_id": identity,
        "payment_id": payment or ref(thing.get("payment_intent")),
        "amount": money(thing.get("amount"), thing.get("currency")),
        "reason": text(thing.get("reason")),
        "source_url": link(telling, "payments", payment) if payment else None,
    }
    at = moment(thing.get("created"))
    yield event(telling, "dispute.opened", f"{identity}/opened", subject, at, data)
    outcome = _OUTCOMES.get(text(thing.get("status")) or "")
    if outcome:
        yield _closing(telling, subject, identity, outcome, data)


def _closing(
    telling: Telling, subject: str, identity: str, outcome: str, data: Mapping[str, Any]
) -> Snapshot:
    """The end of a dispute, as a state: a list tells it without its time."""
    opened = moment(telling.object.get("created"))
    held = {key: value for key, value in data.items() if value is not None}
    ended = Watched(
        outcome,
        "dispute.closed",
        {"outcome": outcome},
        at=max(telling.told_at or "", opened or "") if _is_closing(telling) else None,
    )
    seen = max(telling.told_at or telling.seen_at or "", opened or "")
    template = {"source": telling.source, "subject": subject, "data": held}
    return Snapshot(identity, seen, {"outcome": ended}, template, since=opened)


def _is_closing(telling: Telling) -> bool:
    return telling.topic == "charge.dispute.closed" and telling.told_at is not None


def dispute_opened(telling: Telling) -> Iterator[Outcome]:
    """A dispute as it began."""
    found = list(dispute(telling))
    yield found[0]
