"""Stripe's subscriptions and customers: begun, changed, ended; identified once."""

from __future__ import annotations

from tests.ingestion.conftest import Home
from tests.ingestion.sources import stripe_payloads as payloads
from tests.ingestion.sources.stripe_outcomes import only, reasons
from tests.ingestion.sources.stripe_payloads import AT, CREATED


def test_a_subscription_begins_changes_and_ends() -> None:
    started = only("customer.subscription.created", payloads.subscription())
    item = {"plan": "price_1", "qty": 2, "unit": {"minor": 500, "currency": "EUR"}}
    assert started["data"]["items"] == [item | {"interval": "month", "interval_count": 1}]
    for previous in ({"quantity": 1}, {"items": {"data": [{"quantity": 1}]}}, {"plan": {"id": 1}}):
        told = only("customer.subscription.updated", payloads.subscription(), previous=previous)
        assert told["id"] == f"sub_1/changed/{AT}"
    moved = {"items": {"data": [{"current_period_end": 1}]}, "latest_invoice": "in_0"}
    assert reasons("customer.subscription.updated", payloads.subscription(), previous=moved) == [
        "subscription told again with the same terms"
    ]
    ended = payloads.subscription(
        status="canceled", ended_at=CREATED + 60, cancellation_details={"reason": "payment_failed"}
    )
    told = only("customer.subscription.deleted", ended, created=CREATED + 61)
    assert (told["time"], told["data"]["involuntary"]) == ("2026-01-01T10:01:00Z", True)


def test_an_incomplete_subscription_begins_with_its_first_payment() -> None:
    waiting = payloads.subscription(status="incomplete")
    assert "not started" in reasons("customer.subscription.created", waiting)[0]
    told = only(
        "customer.subscription.updated",
        payloads.subscription(),
        previous={"status": "incomplete"},
    )
    assert told["id"] == "sub_1/started"
    lapsed = payloads.subscription(status="incomplete_expired")
    assert "not started" in reasons("customer.subscription.deleted", lapsed)[0]


def test_a_subscription_of_2017_has_one_plan() -> None:
    plan = {"id": "gold", "amount": 900, "currency": "eur", "interval": "year", "interval_count": 1}
    early = {k: v for k, v in payloads.subscription().items() if k not in ("items", "start_date")}
    told = only("customer.subscription.created", early | {"plan": plan, "quantity": 3})
    unit = {"minor": 900, "currency": "EUR"}
    assert told["data"]["items"] == [
        {"plan": "gold", "qty": 3, "unit": unit, "interval": "year", "interval_count": 1}
    ]


def test_a_customer_is_identified_once_and_again_with_a_new_address(home: Home) -> None:
    new = payloads.customer(email="anna@example.com")
    told = [
        payloads.event("customer.created", payloads.customer(), created=CREATED - 7200),
        payloads.event("customer.updated", payloads.customer(), created=CREATED),
        payloads.event("customer.updated", new, created=CREATED + 9, previous={"email": "x"}),
        payloads.event("customer.created", payloads.customer(id="cus_2", email=None)),
    ]
    counts = home.ingest(home.write("a.jsonl", told), adapter="stripe")
    assert (counts["appended"], counts["unused"]) == (2, 2)
    rows = home.rows("party", "occurred_at::varchar, len(party_refs)")
    assert sorted(rows) == [("2026-01-01 08:00:00+00", 2), ("2026-01-01 10:00:09+00", 2)]
