"""What Stripe's adapter makes of a payload: all outcomes, the only event, or the reasons."""

from __future__ import annotations

from typing import Any

from ingestion.sources import stripe
from ingestion.sources.adapter import Outcome, Unused
from tests.ingestion.sources import stripe_payloads as payloads


def outcomes(document: Any) -> list[Outcome]:
    """All that the adapter says of a document, which is never nothing."""
    found = [o for d in stripe.deliveries(document, None) for o in stripe.events(d)]
    assert found
    return found


def only(topic: str, thing: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The one event of a webhook."""
    (found,) = outcomes(payloads.event(topic, thing, **more))
    assert isinstance(found, dict), found
    return found


def reasons(topic: str, thing: dict[str, Any], **more: Any) -> list[str]:
    """Why a webhook is no event."""
    found = outcomes(payloads.event(topic, thing, **more))
    assert all(isinstance(one, Unused) for one in found), found
    return [one.reason for one in found if isinstance(one, Unused)]
