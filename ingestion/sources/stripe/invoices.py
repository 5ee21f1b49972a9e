"""Invoices and credit notes of Stripe, to events; a draft is none, and payments are the charges'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.sources.adapter import Event, Outcome, Unused
from ingestion.sources.stripe.intents import BY_FAILED_CHARGE
from ingestion.sources.stripe.payments import BY_CHARGE
from ingestion.sources.stripe.values import (
    Obj,
    Telling,
    dig,
    event,
    items,
    link,
    moment,
    money,
    named,
    number,
    order_id,
    parties,
    ref,
    text,
)

DRAFT = Unused("a draft is no invoice yet")
BY_FINALIZED = Unused("covered by invoice.finalized")
BY_PAID = Unused("covered by invoice.paid")
FROM_BALANCE = Unused("settled by the customer's balance or nothing to pay: no payment")
_A_DAY = 86_400


@named
def issued(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """The invoice, once it is final."""
    if _is_draft(thing):
        yield DRAFT
    else:
        yield _issued(telling, thing, identity)


def created(telling: Telling) -> Iterator[Outcome]:
    """Before 2018 an invoice was final at once; later its finalisation tells it."""
    if _is_early(telling.object):
        yield from issued(telling)
    else:
        yield DRAFT if _is_draft(telling.object) else BY_FINALIZED


def invoice(telling: Telling) -> Iterator[Outcome]:
    """An invoice as it is: issued, voided, and paid where no charge tells that."""
    yield from issued(telling)
    status = text(telling.object.get("status"))
    if status == "void":
        yield from voided(telling)
    elif _is_paid(telling.object) and not _is_draft(telling.object):
        yield from paid(telling)


def _is_early(thing: Obj) -> bool:
    """An invoice of an API version without a status (before November 2018)."""
    return "status" not in thing and "status_transitions" not in thing


def _is_draft(thing: Obj) -> bool:
    return text(thing.get("status")) == "draft"


def _is_paid(thing: Obj) -> bool:
    return text(thing.get("status")) == "paid" or thing.get("paid") is True


def _issued(telling: Telling, thing: Obj, identity: str) -> Event:
    """The invoice as a document; where only its period is told, it is off by up to a day."""
    at = moment(dig(thing, "status_transitions", "finalized_at"))
    at = at or moment(thing.get("finalized_at")) or moment(thing.get("created"))
    at = at or moment(thing.get("date"))
    more: dict[str, Any] = {}
    if at is None:
        at, more = moment(thing.get("period_end")), {"timeuncertainty": _A_DAY}
    day = (at or "")[:10] or None
    gross = number(thing.get("total"))
    tax = _tax(thing)
    data = {
        "invoice_id": identity,
        "number": text(thing.get("number")) or identity,
        "type_code": "380",
        "issue_date": day,
        "due_date": (moment(thing.get("due_date")) or "")[:10] or day,
        "net": _money(thing, None if gross is None else gross - tax),
        "tax": _money(thing, tax),
        "gross": _money(thing, gross),
        "amount_due": _money(thing, number(thing.get("amount_due"))),
        "order_id": order_id(thing),
        "subscription_id": _subscription(thing),
        "period_start": (moment(thing.get("period_start")) or "")[:10] or None,
        "period_end": (moment(thing.get("period_end")) or "")[:10] or None,
        "source_url": link(telling, "invoices", identity),
        "party_refs": parties(thing),
    }
    subject = f"invoice/{identity}"
    return event(telling, "invoice.issued", f"{identity}/issued", subject, at, data, **more)


def _money(thing: Obj, amount: int | None) -> dict[str, Any] | None:
    return money(amount, thing.get("currency"))


def _tax(thing: Obj) -> int:
    """Tax of a document: one field, a list of taxes, or what lies above the total without tax."""
    told = number(thing.get("tax"))
    if told is not None:
        return told
    for key in ("total_taxes", "total_tax_amounts", "tax_amounts"):
        listed = [number(one.get("amount")) for one in items(thing.get(key))]
        if listed:
            return sum(amount or 0 for amount in listed)
    total, without = number(thing.get("total")), number(thing.get("total_excluding_tax"))
    return 0 if total is None or without is None else total - without


def _subscription(thing: Obj) -> str | None:
    """The subscription, at the top or (since 2025) below the parent."""
    return ref(thing.get("subscription")) or ref(
        dig(thing, "parent", "subscription_details", "subscription")
    )


@named
def voided(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """The invoice no longer counts."""
    at = moment(dig(thing, "status_transitions", "voided_at")) or moment(thing.get("voided_at"))
    data = {"invoice_id": identity, "source_url": link(telling, "invoices", identity)}
    at, subject = at or telling.told_at, f"invoice/{identity}"
    if at is None:
        yield Unused("invoice voided, at a time that it does not tell")
        return
    yield event(telling, "invoice.voided", f"{identity}/voided", subject, at, data)


@named
def paid(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """Money that no charge carried, such as a bank transfer noted by hand."""
    if not _is_uncharged(thing):
        yield BY_CHARGE
    else:
        amount = number(thing.get("amount_paid")) or 0
        if thing.get("paid_out_of_band") is True:
            amount = amount or number(thing.get("amount_due")) or 0
        yield _settled(telling, thing, identity, amount) if amount > 0 else FROM_BALANCE


def _is_uncharged(thing: Obj) -> bool:
    """No charge carried it; a version that tells nothing of charges leaves it to them."""
    if thing.get("paid_out_of_band") is True:
        return True
    if "charge" not in thing or ref(thing.get("charge")):
        return False
    return not ref(thing.get("payment_intent"))


def _settled(telling: Telling, thing: Obj, identity: str, amount: int) -> Event:
    data = {
        "payment_id": identity,
        "amount": money(amount, thing.get("currency")),
        "invoice_id": identity,
        "order_id": order_id(thing),
        "method": "other",
        "source_url": link(telling, "invoices", identity),
        "party_refs": parties(thing),
    }
    at = moment(dig(thing, "status_transitions", "paid_at")) or telling.told_at
    at, subject = at or moment(thing.get("created")), f"payment/{identity}"
    return event(telling, "payment.succeeded", f"{identity}/paid", subject, at, data)


def payment_succeeded(telling: Telling) -> Iterator[Outcome]:
    """The charge's fact again, or that of invoice.paid."""
    yield BY_PAID if _is_uncharged(telling.object) else BY_CHARGE


@named
def payment_failed(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """Counts only where nothing was there to be charged."""
    if not _is_uncharged(thing):
        yield BY_FAILED_CHARGE
    else:
        attempt = number(thing.get("attempt_count"))
        data = {
            "payment_id": identity,
            "amount": _money(thing, number(thing.get("amount_due"))),
            "failure_code": "no_payment_method",
            "invoice_id": identity,
            "attempt": attempt if attempt and attempt > 0 else None,
            "next_retry_at": moment(thing.get("next_payment_attempt")),
            "source_url": link(telling, "invoices", identity),
            "party_refs": parties(thing),
        }
        at, subject = telling.told_at, f"payment/{identity}"
        yield event(telling, "payment.failed", f"{identity}/failed/{at}", subject, at, data)


@named
def credit_note(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """A credit note: a document of type 381 with positive amounts, and its cancellation."""
    at = moment(thing.get("created"))
    gross, tax = number(thing.get("total")), _credit_tax(thing)
    credited = ref(thing.get("invoice"))
    data = {
        "invoice_id": identity,
        "number": text(thing.get("number")) or identity,
        "type_code": "381",
        "issue_date": (at or "")[:10] or None,
        "due_date": (at or "")[:10] or None,
        "net": _money(thing, None if gross is None else gross - tax),
        "tax": _money(thing, tax),
        "gross": _money(thing, gross),
        "amount_due": _money(thing, gross),
        "source_url": link(telling, "invoices", credited) if credited else None,
        "party_refs": parties(thing),
        "objects": [{"type": "invoice", "id": credited, "qualifier": "credits"}]
        if credited
        else None,
    }
    subject = f"invoice/{identity}"
    yield event(telling, "invoice.issued", f"{identity}/issued", subject, at, data)
    if text(thing.get("status")) == "void":
        yield from voided(telling)


def _credit_tax(thing: Obj) -> int:
    """Tax of a credit note: as of an invoice, else what lies above its subtotal."""
    tax = _tax(thing)
    total, subtotal = number(thing.get("total")), number(thing.get("subtotal_excluding_tax"))
    return total - subtotal if not tax and total is not None and subtotal is not None else tax
