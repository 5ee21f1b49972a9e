"""Shopify: webhooks, pages of the REST and GraphQL APIs and table exports, to events.

Order transactions are the authority on payments, refunds on money and goods that went back,
fulfilment events on what a carrier reports. An order's total and lines are in the shop's currency,
payments and refunds in the currency charged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ingestion.sources.adapter import Delivery, Outcome, Unused
from ingestion.sources.shopify import customers, disputes, orders, payments, refunds, shipments
from ingestion.sources.shopify.bulk import gathered
from ingestion.sources.shopify.documents import deliveries
from ingestion.sources.shopify.events import guarded
from ingestion.sources.shopify.tables import TABLES, deliveries_of_tables
from ingestion.sources.shopify.topics import KINDS, TOPICS, not_used

__all__ = [
    "ABOUT",
    "NAME",
    "TABLES",
    "TOPICS",
    "VERSION",
    "deliveries",
    "deliveries_of_tables",
    "events",
    "gathered",
]

NAME = "shopify"
VERSION = "1"
ABOUT = {
    "en": "Orders, payments, refunds, disputes, shipments and customers of a Shopify shop.",
    "de": "Bestellungen, Zahlungen, Erstattungen, Anfechtungen, Sendungen und Kunden eines Shopify-Shops.",
}
_READERS: dict[str, Callable[[Any, str], Iterator[Outcome]]] = {
    "order": orders.outcomes,
    "transaction": payments.outcomes,
    "refund": refunds.outcomes,
    "fulfillment": shipments.outcomes,
    "fulfillment_event": shipments.status_outcomes,
    "customer": customers.outcomes,
    "dispute": disputes.outcomes,
}


def events(delivery: Delivery) -> Iterator[Outcome]:
    """What a delivery says; a part that cannot be read is one `Wrong`, and ends it."""
    yield from guarded(_read(delivery))


def _read(delivery: Delivery) -> Iterator[Outcome]:
    kind = KINDS.get(delivery.topic)
    if kind == "merge":
        yield from customers.merged(delivery.payload, delivery.received_at)
    elif kind:
        yield from _READERS[kind](delivery.payload, _derivation(delivery))
        if delivery.topic == "orders/paid":
            yield Unused("payment covered by order_transactions/create")
    else:
        yield not_used(delivery.topic)


def _derivation(delivery: Delivery) -> str:
    if delivery.row is not None:
        return "backfill"
    return "webhook" if "/" in delivery.topic else "poll"
