"""Stripe's refunds and disputes: money that goes back, told by the charge or by themselves."""

from __future__ import annotations

from typing import Any

from tests.ingestion.conftest import Home
from tests.ingestion.sources import stripe_payloads as payloads
from tests.ingestion.sources.stripe_outcomes import only, outcomes, reasons
from tests.ingestion.sources.stripe_payloads import CREATED


def test_refunds_by_charge_and_by_refund_are_the_same_event() -> None:
    listed = {"object": "list", "data": [payloads.refund(), payloads.refund(id="re_2")]}
    by_charge = outcomes(payloads.event("charge.refunded", payloads.charge(refunds=listed)))
    by_refund = only("refund.created", payloads.refund())
    assert by_charge[0] == by_refund
    assert by_refund["data"]["amount"] == {"minor": -190, "currency": "EUR"}
    assert [one["id"] for one in by_charge if isinstance(one, dict)] == [
        "re_1/issued",
        "re_2/issued",
    ]
    (reason,) = reasons("charge.refunded", payloads.charge(amount_refunded=190))
    assert reason.startswith("covered by refund.created")


def test_a_refund_that_failed_takes_itself_back(home: Home) -> None:
    told = [
        payloads.event("refund.created", payloads.refund(status="pending")),
        payloads.event("refund.failed", payloads.refund(status="failed"), created=CREATED + 999),
    ]
    counts = home.ingest(home.write("a.jsonl", told), adapter="stripe")
    assert (counts["appended"], counts["duplicates"]) == (2, 1)
    assert home.rows("billing", "event_id, amends_id, is_retracted") == [
        ("re_1/failed", "re_1/issued", True),
        ("re_1/issued", None, False),
    ]


def test_a_charge_has_several_disputes_each_with_its_own_end(home: Home) -> None:
    def told(identity: str, topic: str, status: str) -> dict[str, Any]:
        thing = payloads.dispute(id=identity, status=status)
        return payloads.event(f"charge.dispute.{topic}", thing, created=CREATED + 5000)

    listed = {"object": "list", "data": [payloads.dispute(status="lost")]}
    lines = [
        told("du_1", "created", "needs_response"),
        told("du_2", "created", "warning_needs_response"),
        told("du_1", "funds_withdrawn", "needs_response"),
        told("du_1", "closed", "lost"),
        told("du_2", "closed", "warning_closed"),
        listed,
    ]
    counts = home.ingest(home.write("a.jsonl", lines), adapter="stripe")
    assert counts["quarantined"] == 0
    rows = home.rows("billing", "event_type, dispute_id, outcome, payment_id, occurred_at::varchar")
    opened, closed = "2026-01-01 10:02:00+00", "2026-01-01 11:23:20+00"
    assert sorted(rows) == [
        ("dispute.closed", "du_1", "lost", "ch_1", closed),
        ("dispute.closed", "du_2", "withdrawn", "ch_1", closed),
        ("dispute.opened", "du_1", None, "ch_1", opened),
        ("dispute.opened", "du_2", None, "ch_1", opened),
    ]
