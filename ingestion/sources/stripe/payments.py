"""Charges of Stripe, to events: the authority for what was paid, failed, reserved and let go."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Event, Outcome, Unused
from ingestion.sources.stripe.refunds import refund_of
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
    order_id,
    parties,
    ref,
    text,
)

BY_CHARGE = Unused("covered by charge.succeeded")
BY_REFUND = Unused("covered by refund.created: the charge lists no refunds in this API version")
OPEN = Unused("an open payment is no payment yet")

_DEBITS = ("sepa_debit", "bacs_debit", "au_becs_debit", "acss_debit", "us_bank_account",
           "ach_debit", "bank_account", "nz_bank_account")  # fmt: skip
_TRANSFERS = ("customer_balance", "ach_credit_transfer", "sepa_credit_transfer", "multibanco",
              "ideal", "giropay", "sofort", "bancontact", "eps", "p24", "blik", "fpx", "twint",
              "pay_by_bank")  # fmt: skip
METHODS = {
    **dict.fromkeys(("card", "card_present", "interac_present", "link"), "card"),
    **dict.fromkeys(_DEBITS, "direct_debit"),
    **dict.fromkeys(_TRANSFERS, "transfer"),
    "paypal": "paypal",
}


@named
def charge(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """A charge as it is: what became of the money, and the refunds that it lists."""
    yield _fate(telling, thing, identity)
    for one in items(thing.get("refunds")):
        yield from refund_of(telling, one, identity)


def _fate(telling: Telling, thing: Obj, identity: str) -> Outcome:
    status = _status(thing)
    if status == "failed":
        return _failed(telling, thing, identity)
    if status != "succeeded":
        return OPEN
    if _is_captured(thing):
        return _succeeded(telling, thing, identity)
    return _lapsed(telling, thing, identity) if thing.get("refunded") else _authorized(
        telling, thing, identity
    )  # fmt: skip


def _status(thing: Obj) -> str | None:
    """succeeded, failed or pending; early versions say `paid` alone."""
    said = text(thing.get("status"))
    if said in ("succeeded", "failed", "pending"):
        return said
    if thing.get("paid") is True or said == "paid":
        return "succeeded"
    return "failed" if text(thing.get("failure_code")) else said


def _is_captured(thing: Obj) -> bool:
    return thing.get("captured") is not False


@named
def charge_failed(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """A charge that did not go through."""
    yield _failed(telling, thing, identity)


@named
def charge_captured(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """Money that had been reserved was taken: the time is the event's."""
    yield _succeeded(telling, thing, identity, telling.told_at)


@named
def charge_expired(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """Reserved money was let go."""
    yield _lapsed(telling, thing, identity)


@named
def charge_succeeded(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """A charge went through: paid, or with the money only reserved."""
    yield _fate(telling, thing, identity)


@named
def charge_refunded(telling: Telling, thing: Obj, identity: str) -> Iterator[Outcome]:
    """The refunds that the charge lists; later API versions list none."""
    if not _is_captured(thing):
        yield _lapsed(telling, thing, identity)
        return
    listed = list(items(thing.get("refunds")))
    for one in listed:
        yield from refund_of(telling, one, identity)
    if not listed:
        yield BY_REFUND


def paid(telling: Telling, thing: Obj, identity: str) -> dict[str, object]:
    """What all events of a charge say."""
    intent = ref(thing.get("payment_intent"))
    objects = [{"type": "payment_intent", "id": intent, "qualifier": "of"}] if intent else None
    return {
        "payment_id": identity,
        "amount": money(thing.get("amount"), thing.get("currency")),
        "invoice_id": ref(thing.get("invoice")),
        "order_id": order_id(thing),
        "method": _method(thing),
        "source_url": link(telling, "payments", identity),
        "party_refs": parties(thing),
        "objects": objects,
    }


def _method(thing: Obj) -> str | None:
    """How it was paid, where the charge says it: by its method, or by its source before 2019."""
    source = mapping(thing.get("source") or thing.get("card"))
    said = (
        text(dig(thing, "payment_method_details", "type"))
        or text(source.get("type"))
        or text(source.get("object"))
    )
    return METHODS.get(said, "other") if said else None


def _succeeded(telling: Telling, thing: Obj, identity: str, time: str | None = None) -> Event:
    data = paid(telling, thing, identity)
    captured = number(thing.get("amount_captured"))
    if captured:
        data["amount"] = money(captured, thing.get("currency"))
    at = time or _captured_at(thing) or moment(thing.get("created"))
    return event(
        telling, "payment.succeeded", f"{identity}/succeeded", f"payment/{identity}", at, data
    )


def _captured_at(thing: Obj) -> str | None:
    """The time of the money's movement, where that record came along: later than a reservation."""
    return moment(dig(thing, "balance_transaction", "created"))


def _failed(telling: Telling, thing: Obj, identity: str) -> Event:
    code = text(thing.get("failure_code")) or text(dig(thing, "outcome", "reason")) or "unknown"
    data = paid(telling, thing, identity) | {"failure_code": code}
    at = moment(thing.get("created"))
    return event(telling, "payment.failed", f"{identity}/failed", f"payment/{identity}", at, data)


def _authorized(telling: Telling, thing: Obj, identity: str) -> Event:
    at, data = moment(thing.get("created")), paid(telling, thing, identity)
    subject = f"payment/{identity}"
    return event(telling, "payment.authorized", f"{identity}/authorized", subject, at, data)


def _lapsed(telling: Telling, thing: Obj, identity: str) -> Outcome:
    """A reservation that ended without payment; only an event tells when."""
    if telling.told_at is None:
        return Unused("reservation ended, at a time that the charge does not tell")
    data, subject = paid(telling, thing, identity), f"payment/{identity}"
    return event(telling, "payment.expired", f"{identity}/expired", subject, telling.told_at, data)
