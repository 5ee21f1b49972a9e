"""Stripe: events, objects of lists and table exports, to events of the catalogue.

Charges are the authority for payments; invoices and payment intents count where no charge exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from ingestion.sources.adapter import Delivery, Outcome, Unused, Wrong
from ingestion.sources.stripe import tables as stripe_tables
from ingestion.sources.stripe import topics
from ingestion.sources.stripe.values import Telling, dig, mapping, moment, ref, text

NAME = "stripe"
VERSION = "1"
ABOUT = {
    "en": "Stripe: payments, refunds, disputes, invoices, credit notes, subscriptions, customers.",
    "de": "Stripe: Zahlungen, Erstattungen, Rückbuchungen, Rechnungen, Gutschriften, Abonnements, Kunden.",
}
TOPICS = topics.TOPICS
TABLES = stripe_tables.TABLES

_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{1,40}", re.ASCII)
_TOPIC = re.compile(r"[a-z0-9_.]{1,80}", re.ASCII)


def deliveries(document: Any, topic: str | None) -> Iterator[Delivery]:
    """Events, the entries of a list, or one object; the document's own word for itself wins."""
    thing = mapping(document)
    if thing.get("object") == "list" or ("object" not in thing and _is_page(thing)):
        for one in thing["data"] if isinstance(thing.get("data"), list) else ():
            yield from deliveries(one, topic)
        return
    said = text(thing.get("type")) if _is_event(thing) else text(thing.get("object"))
    named = said or topic or ""
    yield Delivery(named if _TOPIC.fullmatch(named) else "unknown", thing)


def _is_page(thing: Mapping[str, Any]) -> bool:
    return isinstance(thing.get("data"), list)


def _is_event(thing: Mapping[str, Any]) -> bool:
    kind = text(thing.get("object"))
    if kind in ("event", "v2.core.event"):
        return True
    return kind is None and isinstance(dig(thing, "data", "object"), Mapping)


def events(delivery: Delivery) -> Iterator[Outcome]:
    """What an event, or an object as it is, says."""
    topic = delivery.topic
    if not _is_event(delivery.payload):
        handler = topics.OBJECTS.get(topic)
        if handler is None:
            yield Unused(f"object not used: {topic}")
        else:
            yield from handler(_of_object(delivery))
        return
    known = topics.HANDLERS.get(topic)
    if known is None:
        yield topics.unused(topic)
    elif isinstance(known, Unused):
        yield known
    elif not isinstance(dig(delivery.payload, "data", "object"), Mapping):
        yield Wrong("missing_field", "data.object")
    else:
        yield from known(_of_event(delivery))


def _of_event(delivery: Delivery) -> Telling:
    payload = delivery.payload
    return _telling(
        delivery,
        mapping(dig(payload, "data", "object")),
        is_test=payload.get("livemode") is False,
        told_at=moment(payload.get("created")) or delivery.received_at,
        previous=mapping(dig(payload, "data", "previous_attributes")),
        derivation="webhook",
    )


def _of_object(delivery: Delivery) -> Telling:
    is_rebuilt = delivery.row is not None
    return _telling(
        delivery,
        delivery.payload,
        is_test=delivery.payload.get("livemode") is False,
        derivation="backfill" if is_rebuilt else "poll",
    )


def _telling(
    delivery: Delivery, thing: Mapping[str, Any], *, is_test: bool, **more: Any
) -> Telling:
    account = ref(delivery.payload.get("account"))
    named = account if account and _ACCOUNT.fullmatch(account) else None
    parts = ["/stripe", named, "test" if is_test else None]
    return Telling(
        topic=delivery.topic,
        object=thing,
        source="/".join(part for part in parts if part),
        is_test=is_test,
        account=named,
        seen_at=delivery.received_at or text(delivery.payload.get(stripe_tables.SEEN_AT)),
        **more,
    )


def deliveries_of_tables(
    con: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]
) -> Iterator[Delivery]:
    """Objects of an export in the form in which the lists give them."""
    yield from stripe_tables.deliveries(con, tables)
