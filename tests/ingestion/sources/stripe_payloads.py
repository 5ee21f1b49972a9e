"""Small payloads as Stripe sends them, of several API versions, written by hand."""

from __future__ import annotations

from typing import Any

CREATED = 1_767_261_600  # 2026-01-01T10:00:00Z
AT = "2026-01-01T10:00:00Z"


def event(topic: str, thing: dict[str, Any], created: int = CREATED, **more: Any) -> dict[str, Any]:
    """A webhook's body; `previous` is what changed."""
    data = {"object": thing}
    if "previous" in more:
        data["previous_attributes"] = more.pop("previous")
    body = {"id": f"evt_{topic}", "object": "event", "type": topic, "livemode": True}
    return body | {"created": created, "data": data, **more}


def charge(**more: Any) -> dict[str, Any]:
    """A paid charge of version 2022-11-15."""
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 1190,
        "amount_captured": 1190,
        "amount_refunded": 0,
        "balance_transaction": "txn_1",
        "billing_details": {"email": "anna@example.org", "name": "Anna"},
        "captured": True,
        "created": CREATED,
        "currency": "eur",
        "customer": "cus_1",
        "failure_code": None,
        "invoice": "in_1",
        "livemode": True,
        "metadata": {"order_id": "A-17"},
        "paid": True,
        "payment_intent": "pi_1",
        "payment_method_details": {"type": "sepa_debit"},
        "refunded": False,
        "status": "succeeded",
    } | more


def refund(**more: Any) -> dict[str, Any]:
    """A refund of a part of the charge."""
    return {
        "id": "re_1",
        "object": "refund",
        "amount": 190,
        "charge": "ch_1",
        "created": CREATED + 60,
        "currency": "eur",
        "metadata": {},
        "payment_intent": "pi_1",
        "reason": "requested_by_customer",
        "status": "succeeded",
    } | more


def dispute(**more: Any) -> dict[str, Any]:
    """A dispute that waits for an answer."""
    return {
        "id": "du_1",
        "object": "dispute",
        "amount": 1190,
        "charge": "ch_1",
        "created": CREATED + 120,
        "currency": "eur",
        "livemode": True,
        "reason": "fraudulent",
        "status": "needs_response",
    } | more


def invoice(**more: Any) -> dict[str, Any]:
    """A paid invoice of version 2020-08-27."""
    return {
        "id": "in_1",
        "object": "invoice",
        "amount_due": 1190,
        "amount_paid": 1190,
        "charge": "ch_1",
        "created": CREATED - 3600,
        "currency": "eur",
        "customer": "cus_1",
        "due_date": None,
        "livemode": True,
        "number": "R-1",
        "paid": True,
        "payment_intent": "pi_1",
        "period_end": CREATED - 3600,
        "period_start": CREATED - 3600 - 30 * 86400,
        "status": "paid",
        "status_transitions": {"finalized_at": CREATED - 10, "paid_at": CREATED},
        "subscription": "sub_1",
        "tax": 190,
        "total": 1190,
    } | more


def basil(thing: dict[str, Any]) -> dict[str, Any]:
    """An invoice as versions since 2025-03-31 give it."""
    gone = ("charge", "paid", "payment_intent", "subscription", "tax")
    parent = {"subscription_details": {"subscription": "sub_1"}, "type": "subscription_details"}
    kept = {key: value for key, value in thing.items() if key not in gone}
    return kept | {"parent": parent, "total_taxes": [{"amount": 190}], "total_excluding_tax": 1000}


def intent(**more: Any) -> dict[str, Any]:
    """A payment intent whose charge succeeded."""
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 1190,
        "amount_received": 1190,
        "created": CREATED - 5,
        "currency": "eur",
        "customer": "cus_1",
        "last_payment_error": None,
        "latest_charge": "ch_1",
        "livemode": True,
        "status": "succeeded",
    } | more


def subscription(**more: Any) -> dict[str, Any]:
    """An active subscription with one price, two seats."""
    recurring = {"interval": "month", "interval_count": 1}
    price = {"id": "price_1", "currency": "eur", "unit_amount": 500, "recurring": recurring}
    return {
        "id": "sub_1",
        "object": "subscription",
        "created": CREATED,
        "customer": "cus_1",
        "items": {"object": "list", "data": [{"id": "si_1", "price": price, "quantity": 2}]},
        "livemode": True,
        "start_date": CREATED,
        "status": "active",
    } | more


def customer(**more: Any) -> dict[str, Any]:
    """A customer with an e-mail address."""
    return {
        "id": "cus_1",
        "object": "customer",
        "created": CREATED - 7200,
        "email": "anna@example.org",
        "livemode": True,
        "phone": None,
    } | more


def credit_note(**more: Any) -> dict[str, Any]:
    """A credit note over a part of the invoice."""
    return {
        "id": "cn_1",
        "object": "credit_note",
        "created": CREATED + 90,
        "currency": "eur",
        "customer": "cus_1",
        "invoice": "in_1",
        "livemode": True,
        "number": "R-1-CN-01",
        "status": "issued",
        "subtotal_excluding_tax": 160,
        "tax_amounts": [{"amount": 30}],
        "total": 190,
    } | more


def invoice_payment(**more: Any) -> dict[str, Any]:
    """What versions since 2025-03-31 say of an invoice's payment."""
    return {
        "id": "inpay_1",
        "object": "invoice_payment",
        "amount_paid": 1190,
        "created": CREATED,
        "currency": "eur",
        "invoice": "in_1",
        "livemode": True,
        "payment": {"payment_intent": "pi_1", "type": "payment_intent"},
        "status": "paid",
        "status_transitions": {"paid_at": CREATED + 1},
    } | more
