"""Fulfilments: what was dispatched, and what carriers report of it."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Event, Outcome, Unused
from ingestion.sources.shopify.events import event, told
from ingestion.sources.shopify.values import (
    Json,
    UnreadableError,
    code,
    exact,
    happened,
    identifier,
    moment,
    objects,
    reference,
    word,
)

_UNDONE = ("cancelled", "error", "failure")
_STATUSES = {
    "in_transit": "in_transit",
    "carrier_picked_up": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "attempted_delivery": "exception",
    "delayed": "exception",
    "failure": "exception",
    "delivered": "delivered",
    "picked_up": "delivered",
    "returned": "returned",
}


def outcomes(fulfillment: Json, derivation: str, order_id: str | None = None) -> Iterator[Outcome]:
    """The dispatch, taken back where the fulfilment was cancelled; and carrier events, if told."""
    identity, when = identifier(fulfillment), happened(fulfillment)
    order_id = order_id or reference(fulfillment, "order")
    if order_id is None:
        raise UnreadableError("rounded_id", "order_id")
    seen = max(moment(fulfillment.get("updated_at")) or when, when)
    data = {
        "shipment_id": identity,
        "order_id": order_id,
        "carrier": code(_first(fulfillment, "tracking_company", "company")),
        "tracking": exact(_first(fulfillment, "tracking_number", "number")),
    }
    fact: Event = event(
        "shipment.dispatched",
        f"fulfillment/{identity}/dispatched",
        f"shipment/{identity}",
        when,
        data,
    )
    if word(fulfillment, "status") in _UNDONE:
        fact["retracted"] = True
    yield told(f"fulfillment/{identity}", seen, [fact], derivation)
    for step in objects(fulfillment.get("events")):
        yield from status_outcomes(step, derivation, identity, order_id)


def status_outcomes(
    step: Json, derivation: str, shipment_id: str | None = None, order_id: str | None = None
) -> Iterator[Outcome]:
    """A carrier's status; a fulfilment's own `shipment_status` repeats the last of these."""
    status = word(step, "status")
    if status not in _STATUSES:
        yield Unused(f"status of fulfillment event not used: {status}")
        return
    identity, told_at = identifier(step), happened({"created_at": step.get("happened_at"), **step})
    when = moment(step.get("happened_at")) or told_at
    shipment_id = shipment_id or reference(step, "fulfillment")
    if shipment_id is None:
        raise UnreadableError("rounded_id", "fulfillment_id")
    country = step.get("country")
    data = {
        "shipment_id": shipment_id,
        "status": _STATUSES[status],
        "order_id": order_id or reference(step, "order"),
        "location": country if isinstance(country, str) and len(country.strip()) == 2 else None,
    }
    fact = event(
        "shipment.status_updated",
        f"fulfillment_event/{identity}",
        f"shipment/{shipment_id}",
        when,
        data,
    )
    yield told(f"fulfillment_event/{identity}", told_at, [fact], derivation)


def _first(fulfillment: Json, plain: str, inside: str) -> object:
    """A tracking value of its own field, else of the first of `tracking_info`."""
    infos = objects(fulfillment.get("tracking_info"))
    return fulfillment.get(plain) or next(infos, {}).get(inside)
