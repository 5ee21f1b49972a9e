"""Payment intents of Stripe, to events: they count only where no charge exists."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Outcome, Unused
from ingestion.sources.stripe.payments import BY_CHARGE, METHODS, OPEN, paid
from ingestion.sources.stripe.values import (
    Obj,
    Telling,
    dig,
    event,
    items,
    mapping,
    moment,
    money,
    named,
    number,
    ref,
    text,
)

BY_FAILED_CHARGE = Unused("covered by charge.failed")


@named
def intent_succeeded(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """Counts only where no charge carried it."""
    if _has_charge(thing):
        yield BY_CHARGE
    else:
        received = number(thing.get("amount_received"))
        data = paid(telling, thing, identity)
        if received:
            data["amount"] = money(received, thing.get("currency"))
        at, subject = telling.told_at or moment(thing.get("created")), f"payment/{identity}"
        yield event(telling, "payment.succeeded", f"{identity}/succeeded", subject, at, data)


def _has_charge(thing: Obj) -> bool:
    """Also where the version tells nothing of charges: a payment has one, then."""
    if ref(thing.get("latest_charge")) or any(items(thing.get("charges"))):
        return True
    return "latest_charge" not in thing and "charges" not in thing


@named
def intent_failed(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """An attempt that failed before there was a charge, such as a refused authentication."""
    error = mapping(thing.get("last_payment_error"))
    if ref(error.get("charge")) or (not error and _has_charge(thing)):
        yield BY_FAILED_CHARGE
    else:
        code = text(error.get("decline_code")) or text(error.get("code")) or "unknown"
        data = paid(telling, thing, identity) | {"failure_code": code}
        data["method"] = METHODS.get(text(dig(error, "payment_method", "type")) or "")
        at, subject = telling.told_at or moment(thing.get("created")), f"payment/{identity}"
        yield event(telling, "payment.failed", f"{identity}/failed/{at}", subject, at, data)


@named
def booked(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """Which invoice a payment was for: told by itself since 2025, when charges no longer say it.

    Money that came by another way (a payment record) has no charge, so this is its payment.
    """
    payment = mapping(thing.get("payment"))
    paid_by = ref(payment.get("charge")) or ref(payment.get("payment_intent"))
    if text(thing.get("status")) != "paid":
        yield OPEN
    else:
        is_record = paid_by is None and ref(payment.get("payment_record")) is not None
        paid_id = identity if is_record else paid_by
        kind, fact = ("payment.succeeded", "paid") if is_record else ("payment.allocated", "booked")
        data = {
            "payment_id": paid_id,
            "invoice_id": ref(thing.get("invoice")),
            "amount": money(thing.get("amount_paid"), thing.get("currency")),
            "method": "other" if is_record else None,
        }
        at = moment(dig(thing, "status_transitions", "paid_at")) or moment(thing.get("created"))
        yield event(telling, kind, f"{identity}/{fact}", f"payment/{paid_id}", at, data)
