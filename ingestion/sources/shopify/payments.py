"""Order transactions: the authority on what was paid; refunds tell what went back."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Event, Outcome, Unused
from ingestion.sources.shopify.events import event, extras, told
from ingestion.sources.shopify.values import (
    Json,
    UnreadableError,
    amount,
    code,
    currency_of,
    happened,
    identifier,
    money,
    reference,
    word,
)

_ATTEMPTS = ("sale", "capture", "authorization", "emv_authorization")
_FAILED = ("failure", "error")
_ENDINGS = {
    "sale": "succeeded",
    "capture": "succeeded",
    "authorization": "authorized",
    "emv_authorization": "authorized",
    "void": "expired",
}
# words of a gateway's name → method
_METHODS = {
    "paypal": "paypal",
    "klarna": "invoice",
    "afterpay": "invoice",
    "invoice": "invoice",
    "sepa": "direct_debit",
    "debit": "direct_debit",
    "bank": "transfer",
    "transfer": "transfer",
    "wire": "transfer",
    "sofort": "transfer",
    "card": "card",
    "visa": "card",
    "mastercard": "card",
    "amex": "card",
    "stripe": "card",
    "shopify_payments": "card",
}


def outcomes(
    transaction: Json, derivation: str, order_id: str | None = None, currency: str | None = None
) -> Iterator[Outcome]:
    """What became of an attempt to pay, or why it is none; order and currency as told around it.

    An authorisation is no payment, its void lets it go. The amount is native to the charge: the
    customer's currency, not the shop's.
    """
    kind, status = (word(transaction, name) for name in ("kind", "status"))
    if kind in _ATTEMPTS and status in _FAILED:
        yield _told(transaction, "failed", derivation, order_id, currency)
    elif kind in _ENDINGS and status == "success":
        yield _told(transaction, _ENDINGS[kind], derivation, order_id, currency)
    elif kind in _ENDINGS:
        yield Unused(f"transaction is not settled: {status or 'no status'}")
    elif kind == "refund":
        yield Unused("covered by refunds/create")
    else:
        yield Unused(f"kind of transaction not used: {kind or 'none'}")


def charged(transaction: Json, currency: str | None) -> dict[str, object]:
    """The transaction's money in the currency charged. Raises `UnreadableError` without one."""
    unsettled = transaction.get("total_unsettled_set")
    sides = unsettled if isinstance(unsettled, dict) else {}
    nearby = sides.get("presentment_money")
    code_of = currency_of(transaction, "currency", "currency_code") or (
        currency_of(nearby, "currency", "currency_code") if isinstance(nearby, dict) else None
    )
    found = amount(transaction, "amount", code_of or currency, "presentment_money")
    if found is None:
        raise UnreadableError("bad_money", "amount")
    return money(*found)


def _told(
    transaction: Json, ending: str, derivation: str, order_id: str | None, currency: str | None
) -> Outcome:
    identity, when = identifier(transaction), happened(transaction)
    payment_id = reference(transaction, "parent") if ending == "expired" else None
    data = {
        "payment_id": payment_id or identity,
        "amount": charged(transaction, currency),
        "order_id": order_id or reference(transaction, "order"),
        "method": _method(transaction),
        "ext": extras(transaction),
    }
    if ending == "failed":
        data["failure_code"] = code(transaction.get("error_code")) or word(transaction, "status")
    fact: Event = event(
        f"payment.{ending}",
        f"transaction/{identity}/{ending}",
        f"payment/{payment_id or identity}",
        when,
        data,
    )
    return told(f"transaction/{identity}", when, [fact], derivation)


def _method(transaction: Json) -> str:
    gateway = word(transaction, "gateway")
    return next((method for word, method in _METHODS.items() if word in gateway), "other")
