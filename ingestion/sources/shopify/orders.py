"""The full state of an order: placed, cancelled, and what hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from ingestion.sources.adapter import Event, Outcome, Wrong
from ingestion.sources.shopify import payments, refunds, shipments
from ingestion.sources.shopify.events import event, extras, guarded, told
from ingestion.sources.shopify.values import (
    Json,
    UnreadableError,
    admin_url,
    amount,
    code,
    currency_of,
    exact,
    happened,
    identifier,
    is_true,
    minor,
    moment,
    money,
    number,
    objects,
    party_refs,
    reference,
    whole,
)

_TIMES = ("created_at", "processed_at", "updated_at", "cancelled_at")
_CANCELLED_BY = {"customer": "customer", "declined": "system"}


def outcomes(order: Json, derivation: str) -> Iterator[Outcome]:
    """The order itself, then its shipments, refunds and transactions, as far as it tells them."""
    order_id = identifier(order)
    currency = currency_of(order, "currency", "currency_code")
    yield from guarded(_states(order, order_id, currency, derivation))
    for part in objects(order.get("fulfillments")):
        yield from guarded(shipments.outcomes(part, derivation, order_id), "fulfillments.")
    for part in objects(order.get("refunds")):
        yield from guarded(refunds.outcomes(part, derivation, order_id, currency), "refunds.")
    for part in objects(order.get("transactions")):
        yield from guarded(payments.outcomes(part, derivation, order_id, currency), "transactions.")


def _states(order: Json, order_id: str, currency: str | None, derivation: str) -> Iterator[Outcome]:
    """Placed and cancelled as far as they are told: some webhooks carry chosen fields only."""
    cancelled_at = moment(order.get("cancelled_at"))
    facts: list[Event] = []
    try:
        facts.append(_placed(order, order_id, currency))
    except UnreadableError as error:
        yield Wrong(error.code, error.path)
    if cancelled_at:
        facts.append(_cancelled(order, order_id, cancelled_at))
    if facts:
        seen = max(filter(None, (moment(order.get(name)) for name in _TIMES)))
        yield told(f"order/{order_id}", seen, facts, derivation)


def _placed(order: Json, order_id: str, currency: str | None) -> Event:
    """Total and lines in the shop's currency; the parties as the order itself names them."""
    when, total = happened(order), amount(order, "total_price", currency)
    if total is None:
        raise UnreadableError("bad_money", "total_price")
    if not isinstance(order.get("line_items"), list):
        raise UnreadableError("missing_field", "line_items")
    currency = total[1]
    data = {
        "order_id": order_id,
        "total": money(*total),
        "shipping": _shipping(order, currency),
        "sales_channel": code(order.get("source_name")),
        "source_url": admin_url(order, f"orders/{order_id}"),
        "party_refs": party_refs(
            reference(order, "customer"),
            order.get("email") or order.get("contact_email"),
            order.get("phone"),
        ),
        "ext": extras(order, order_name=code(order.get("name"))),
    }
    placed = event("order.placed", f"order/{order_id}/placed", f"order/{order_id}", when, data)
    is_net = not is_true(order.get("taxes_included"))
    placed["data"]["lines"] = [_line(o, currency, is_net) for o in objects(order["line_items"])]
    return placed


def _shipping(order: Json, currency: str) -> dict[str, Any] | None:
    """What the customer paid for delivery before discounts, as told or summed over its lines."""
    whole_fee = amount(order, "total_shipping_price", currency)
    if whole_fee:
        return money(*whole_fee)
    lines = list(objects(order.get("shipping_lines")))
    fees = [fee[0] for line in lines if (fee := amount(line, "price", currency))]
    return money(sum(fees, Decimal(0)), currency) if fees else None


def _line(line: Json, currency: str, is_net: bool) -> dict[str, Any]:
    """A line whose qty × unit_net - discount is its net to the minor unit, also of gross prices."""
    qty = whole(line.get("quantity")) or 0
    price = amount(line, "price", currency)
    tax, discount = _tax(line, currency), _discount(line, currency)
    found: dict[str, Any] = {
        "line_id": exact(line.get("admin_graphql_api_id")) or exact(line.get("id")),
        "sku": code(line.get("sku")),
        "qty": qty,
        "tax": money(tax, currency),
        "is_gift_card": is_true(line.get("gift_card")),
    }
    if price:
        net = price[0] * qty - discount - (0 if is_net else tax)
        found |= _priced(price[0], qty, discount, net, currency)
    return {name: value for name, value in found.items() if value is not None}


def _priced(
    price: Decimal, qty: int, discount: Decimal, net: Decimal, currency: str
) -> dict[str, Any]:
    gross = price * qty - discount
    unit = minor(price * net / gross if gross else price, currency)
    return {
        "unit_net": {"minor": unit, "currency": currency},
        "discount": {"minor": unit * qty - minor(net, currency), "currency": currency},
    }


def _tax(line: Json, currency: str) -> Decimal:
    taxes = (amount(tax, "price", currency) for tax in objects(line.get("tax_lines")))
    return sum((tax[0] for tax in taxes if tax), Decimal(0))


def _discount(line: Json, currency: str) -> Decimal:
    """Parts of all discounts that fall on the line, else the one told for the line alone."""
    shares = [
        amount(share, "amount", currency) for share in objects(line.get("discount_allocations"))
    ]
    if shares:
        return sum((share[0] for share in shares if share), Decimal(0))
    own = amount(line, "total_discount", currency)
    return own[0] if own else number(line.get("total_discount")) or Decimal(0)


def _cancelled(order: Json, order_id: str, when: datetime) -> Event:
    reason = (code(order.get("cancel_reason")) or "other").lower()
    data = {
        "order_id": order_id,
        "reason": reason,
        "cancelled_by": _CANCELLED_BY.get(reason, "agent"),
        "source_url": admin_url(order, f"orders/{order_id}"),
    }
    identity, subject = f"order/{order_id}/cancelled", f"order/{order_id}"
    return event("order.cancelled", identity, subject, when, data)
