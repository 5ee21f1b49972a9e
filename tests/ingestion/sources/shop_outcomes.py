"""What Shopify's adapter and the differ make of deliveries, told one after the other."""

from __future__ import annotations

from typing import Any

from ingestion.sources import shopify
from ingestion.sources.adapter import Delivery, Outcome, Snapshot
from ingestion.sources.differ import Known, diff
from tests.ingestion.sources import shop
from tests.ingestion.sources.shop import Json


class Shop:
    """What becomes of deliveries one after the other, with the differ between."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}

    def told(self, document: Any, topic: str | None = None) -> list[Outcome]:
        return [
            outcome
            for delivery in shopify.deliveries(document, topic)
            for outcome in self.delivered(delivery)
        ]

    def delivered(self, delivery: Delivery) -> list[Outcome]:
        found: list[Outcome] = []
        for outcome in shopify.events(delivery):
            if not isinstance(outcome, Snapshot):
                found.append(outcome)
                continue
            changes, known = diff(self.known.get(outcome.object_key), outcome, b"key")
            found += changes
            if known:
                self.known[outcome.object_key] = known
        return found


def said(outcomes: list[Outcome]) -> dict[str, Json]:
    """Events by id, without how and when they were told."""
    events = [dict(outcome) for outcome in outcomes if isinstance(outcome, dict)]
    for event in events:
        event.pop("recordedtime")
        event.pop("derivation")
        event["data"] = {k: v for k, v in event["data"].items() if k != "source_url"}
    return {event["id"]: event for event in events}


def by_webhook() -> dict[str, Json]:
    """The events of the order of which its webhooks tell, in order."""
    store = Shop()
    return said([out for topic, body in shop.webhooks() for out in store.told(body, topic)])
