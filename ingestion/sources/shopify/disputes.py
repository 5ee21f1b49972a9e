"""Disputes of Shopify Payments: a bank takes a payment back, or tries to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ingestion.sources.adapter import Event, Outcome, Unused
from ingestion.sources.shopify.events import event, extras, told
from ingestion.sources.shopify.values import (
    Json,
    UnreadableError,
    amount,
    code,
    currency_of,
    identifier,
    moment,
    money,
    reference,
)

_OUTCOMES = {"won": "won", "lost": "lost", "accepted": "lost", "charge_refunded": "withdrawn"}
_DAY = 86_400


def outcomes(dispute: Json, derivation: str) -> Iterator[Outcome]:
    """The dispute as it began, and as it ended once it has; Shopify names its order, no payment."""
    identity, opened_at = identifier(dispute), moment(dispute.get("initiated_at"))
    disputed = amount(dispute, "amount", currency_of(dispute, "currency"))
    if opened_at is None or disputed is None:
        raise UnreadableError(
            *(("bad_money", "amount") if opened_at else ("bad_time", "initiated_at"))
        )
    order_id = reference(dispute, "order")
    details = dispute.get("reason_details")
    reason = details.get("reason") if isinstance(details, dict) else dispute.get("reason")
    data = {
        "dispute_id": identity,
        "payment_id": f"dispute-{identity}",
        "amount": money(*disputed),
        "reason": (code(reason) or "").lower(),
        "objects": [{"type": "order", "id": order_id, "qualifier": "disputed"}] if order_id else [],
        "ext": extras(dispute, dispute_type=(code(dispute.get("type")) or "").lower()),
    }
    fact = ("dispute.opened", f"dispute/{identity}/opened", f"dispute/{identity}")
    facts = [event(*fact, opened_at, {k: v for k, v in data.items() if v != ""})]
    outcome = _OUTCOMES.get(str(dispute.get("status")).lower())
    if outcome:
        facts += _closed(dispute, facts[0], outcome)
    seen = max(datetime.fromisoformat(str(one["time"])) for one in facts)
    yield told(f"dispute/{identity}", seen, facts, derivation)
    if outcome and len(facts) == 1:
        yield Unused("end of a dispute without its time")


def _closed(dispute: Json, opened: Event, outcome: str) -> Iterator[Event]:
    """The end, at its time; the GraphQL API tells only the day."""
    told_as, subject = dispute.get("finalized_on"), str(opened["subject"])
    when = moment(told_as) or moment(f"{told_as}T00:00:00Z")
    if when is None:
        return
    data = {**opened["data"], "outcome": outcome}
    closed = event("dispute.closed", f"{subject}/closed", subject, when, data)
    yield closed if moment(told_as) else {**closed, "timeuncertainty": _DAY}
