"""Refunds: money that went back, and goods that came back with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.sources.adapter import Event, Outcome, Unused
from ingestion.sources.shopify.events import event, extras, told
from ingestion.sources.shopify.payments import charged
from ingestion.sources.shopify.values import (
    Json,
    amount,
    currency_of,
    exact,
    happened,
    identifier,
    money,
    objects,
    reference,
    whole,
    word,
)

_OPEN = ("pending", "awaiting_response", "unknown")


def outcomes(
    refund: Json, derivation: str, order_id: str | None = None, currency: str | None = None
) -> Iterator[Outcome]:
    """One refund.issued of the money that went back, once it is settled; goods as returned."""
    order_id = order_id or reference(refund, "order")
    facts = [*_returned(refund, order_id)]
    given = [t for t in objects(refund.get("transactions")) if word(t, "kind") in ("", "refund")]
    if any(word(transaction, "status") in _OPEN for transaction in given):
        yield Unused("refund is not settled")
    elif data := _money(refund, given, currency):
        facts.append(_issued(refund, data, given, order_id))
    else:
        yield Unused("refund moved no money")
    if facts:
        yield told(f"refund/{identifier(refund)}", happened(refund), facts, derivation)


def _money(refund: Json, given: list[Json], currency: str | None) -> dict[str, Any] | None:
    """The negative sum of the transactions that succeeded; without any, the total that is told."""
    nearby = _currency(refund) or currency
    if given:
        done = [charged(t, nearby) for t in given if word(t, "status") == "success"]
        total = -sum(int(str(part["minor"])) for part in done)
        return {"minor": total, "currency": done[0]["currency"]} if total else None
    whole_sum = amount(refund, "total_refunded", nearby, "presentment_money")
    found = money(-whole_sum[0], whole_sum[1]) if whole_sum else None
    return found if found and found["minor"] else None


def _currency(refund: Json) -> str | None:
    """A currency that stands anywhere in the refund, for transactions that tell none."""
    if own := currency_of(refund, "currency"):
        return own
    places = [refund.get("total_duties_set"), refund.get("total_refunded_set")]
    places += [line.get("subtotal_set") for line in objects(refund.get("refund_line_items"))]
    for both in places:
        side = both.get("presentment_money") if isinstance(both, dict) else None
        found = currency_of(side, "currency_code", "currency") if isinstance(side, dict) else None
        if found:
            return found
    return None


def _issued(refund: Json, paid: dict[str, Any], given: list[Json], order_id: str | None) -> Event:
    identity, when = identifier(refund), happened(refund)
    parents = [found for t in given if (found := reference(t, "parent"))]
    data = {
        "refund_id": identity,
        "amount": paid,
        # no transaction names the payment that was refunded: the refund stands for itself
        "payment_id": parents[0] if parents else f"refund-{identity}",
        "order_id": order_id,
        "ext": extras(given[0] if given else {}),
    }
    subject = f"refund/{identity}"
    return event("refund.issued", f"refund/{identity}/issued", subject, when, data)


def _returned(refund: Json, order_id: str | None) -> Iterator[Event]:
    """Lines that were put back to stock as returned; cancelled or lost ones did not come back."""
    lines = [
        {"line_id": line_id, "qty": whole(item.get("quantity")) or 0}
        for item in objects(refund.get("refund_line_items"))
        if word(item, "restock_type") == "return" and (line_id := _line_id(item))
    ]
    if not lines or not order_id:
        return
    identity, when = identifier(refund), happened(refund)
    return_id = reference(refund, "return") or f"refund-{identity}"
    data = {"return_id": return_id, "order_id": order_id, "lines": lines}
    subject = f"return/{return_id}"
    yield event("return.received", f"refund/{identity}/returned", subject, when, data)


def _line_id(item: Json) -> str | None:
    return reference(item, "line_item") or exact(item.get("order_line_id"))
