"""Stripe's charges, intents and paid invoices: one payment has one authority and one id."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ingestion.conftest import Home
from tests.ingestion.sources import stripe_payloads as payloads
from tests.ingestion.sources.stripe_outcomes import only, reasons
from tests.ingestion.sources.stripe_payloads import AT, CREATED, basil


def test_a_charge_is_a_payment_with_all_that_it_names() -> None:
    assert only("charge.succeeded", payloads.charge(), created=CREATED + 2) == {
        "specversion": "1.0",
        "id": "ch_1/succeeded",
        "source": "/stripe",
        "type": "payment.succeeded",
        "subject": "payment/ch_1",
        "time": AT,
        "recordedtime": "2026-01-01T10:00:02Z",
        "derivation": "webhook",
        "data": {
            "payment_id": "ch_1",
            "amount": {"minor": 1190, "currency": "EUR"},
            "invoice_id": "in_1",
            "order_id": "A-17",
            "method": "direct_debit",
            "source_url": "https://dashboard.stripe.com/payments/ch_1",
            "party_refs": [{"id_type": "stripe_customer", "id": "cus_1", "role": "customer"}],
            "objects": [{"type": "payment_intent", "id": "pi_1", "qualifier": "of"}],
        },
    }


def test_test_mode_and_a_connected_account_are_sources_of_their_own() -> None:
    told = only("charge.succeeded", payloads.charge(), livemode=False, account="acct_9")
    assert told["source"] == "/stripe/acct_9/test"
    assert told["data"]["source_url"] == "https://dashboard.stripe.com/acct_9/test/payments/ch_1"


def test_a_guest_is_known_by_the_address_that_the_payment_named() -> None:
    told = only("charge.succeeded", payloads.charge(customer=None))
    assert told["data"]["party_refs"] == [
        {"id_type": "email", "id": "anna@example.org", "role": "customer"}
    ]


@pytest.mark.parametrize(
    ("currency", "amount", "money"),
    [
        ("jpy", 500, {"minor": 500, "currency": "JPY"}),
        ("kwd", 5120, {"minor": 5120, "currency": "KWD"}),
        ("isk", 50000, {"minor": 500, "currency": "ISK"}),
        ("ugx", 50000, {"minor": 500, "currency": "UGX"}),
        ("mga", 500, {"minor": 50000, "currency": "MGA"}),
        ("eur", "1190", {"minor": 1190, "currency": "EUR"}),
        ("isk", 50050, None),
        ("xyz", 100, None),
        ("eur", True, None),
        (None, 100, None),
    ],
)
def test_amounts_are_minor_units_of_their_currency(
    currency: Any, amount: Any, money: dict[str, Any] | None
) -> None:
    thing = payloads.charge(currency=currency, amount=amount, amount_captured=None)
    assert only("charge.succeeded", thing)["data"].get("amount") == money


def test_an_open_authorisation_is_no_failed_payment() -> None:
    held = payloads.charge(captured=False, amount_captured=0)
    assert only("charge.succeeded", held)["type"] == "payment.authorized"
    taken = payloads.charge(amount_captured=1000)
    told = only("charge.captured", taken, created=CREATED + 86400)
    assert (told["id"], told["time"]) == ("ch_1/succeeded", "2026-01-02T10:00:00Z")
    assert told["data"]["amount"]["minor"] == 1000
    let_go = payloads.charge(captured=False, refunded=True, amount_captured=0)
    for topic in ("charge.expired", "charge.refunded"):
        assert only(topic, let_go)["type"] == "payment.expired"
    assert reasons("payment_intent.amount_capturable_updated", payloads.intent()) == [
        "covered by charge.succeeded"
    ]
    assert reasons("charge.pending", payloads.charge(status="pending")) == [
        "an open payment is no payment yet"
    ]


@pytest.mark.parametrize(
    ("thing", "code"),
    [
        ({"status": "failed", "failure_code": "card_declined"}, "card_declined"),
        ({"status": "failed", "outcome": {"reason": "highest_risk_level"}}, "highest_risk_level"),
        ({"status": None, "paid": False, "failure_code": "expired_card"}, "expired_card"),
        ({"status": "failed"}, "unknown"),
    ],
)
def test_a_failed_charge_says_why(thing: dict[str, Any], code: str) -> None:
    told = only("charge.failed", payloads.charge(**{"captured": False, "paid": False} | thing))
    assert (told["id"], told["type"]) == ("ch_1/failed", "payment.failed")
    assert told["data"]["failure_code"] == code


def test_the_topics_of_one_payment_give_one_event(home: Home) -> None:
    told = [
        payloads.event("charge.succeeded", payloads.charge()),
        payloads.event("payment_intent.succeeded", payloads.intent()),
        payloads.event("invoice.paid", payloads.invoice()),
        payloads.event("invoice.payment_succeeded", payloads.invoice()),
        payloads.event("invoice.paid", basil(payloads.invoice())),
        payloads.event("charge.succeeded", payloads.charge(), created=CREATED + 5),
    ]
    counts = home.ingest(home.write("billing/stripe/a.jsonl", told), adapter="stripe")
    assert (counts["appended"], counts["duplicates"], counts["unused"]) == (1, 1, 4)
    assert home.rows("billing", "event_id, amount_minor, invoice_id") == [
        ("ch_1/succeeded", 1190, "in_1")
    ]


def test_invoices_and_intents_count_where_no_charge_exists() -> None:
    by_hand = payloads.invoice(charge=None, payment_intent=None, paid_out_of_band=True)
    told = only("invoice.paid", by_hand)
    assert (told["id"], told["data"]["payment_id"]) == ("in_1/paid", "in_1")
    assert reasons("invoice.payment_succeeded", by_hand) == ["covered by invoice.paid"]
    credit = payloads.invoice(charge=None, payment_intent=None, amount_paid=0)
    assert "no payment" in reasons("invoice.paid", credit)[0]
    alone = payloads.intent(latest_charge=None)
    assert only("payment_intent.succeeded", alone)["id"] == "pi_1/succeeded"
    refused = payloads.intent(
        latest_charge=None, last_payment_error={"code": "payment_intent_authentication_failure"}
    )
    told = only("payment_intent.payment_failed", refused)
    assert told["data"]["failure_code"] == "payment_intent_authentication_failure"
    charged = payloads.intent(last_payment_error={"code": "card_declined", "charge": "ch_1"})
    assert reasons("payment_intent.payment_failed", charged) == ["covered by charge.failed"]
    unpayable = payloads.invoice(
        charge=None, payment_intent=None, paid=False, status="open", attempt_count=2,
        next_payment_attempt=CREATED + 86400,
    )  # fmt: skip
    told = only("invoice.payment_failed", unpayable)
    assert (told["data"]["failure_code"], told["data"]["attempt"]) == ("no_payment_method", 2)
    assert told["data"]["next_retry_at"] == "2026-01-02T10:00:00Z"


def test_a_payment_since_2025_is_booked_to_its_invoice_by_a_fact_of_its_own() -> None:
    told = only("invoice_payment.paid", payloads.invoice_payment())
    assert (told["id"], told["type"]) == ("inpay_1/booked", "payment.allocated")
    assert told["data"] == {
        "payment_id": "pi_1",
        "invoice_id": "in_1",
        "amount": {"minor": 1190, "currency": "EUR"},
    }
    record = {"payment_record": "pr_1", "type": "payment_record"}
    told = only("invoice_payment.paid", payloads.invoice_payment(payment=record))
    assert (told["type"], told["data"]["payment_id"]) == ("payment.succeeded", "inpay_1")
    assert reasons("invoice_payment.paid", payloads.invoice_payment(status="open")) == [
        "an open payment is no payment yet"
    ]
