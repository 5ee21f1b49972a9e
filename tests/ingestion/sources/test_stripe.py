"""Stripe's payloads of several API versions: one fact has one authority and one id."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.sources import stripe
from ingestion.sources.adapter import Delivery, Outcome, Snapshot, Unused, Wrong
from tests import real
from tests.ingestion.conftest import Home
from tests.ingestion.sources import stripe_payloads as payloads
from tests.ingestion.sources.stripe_payloads import AT, CREATED, basil


def outcomes(document: Any) -> list[Outcome]:
    found = [o for d in stripe.deliveries(document, None) for o in stripe.events(d)]
    assert found
    return found


def only(topic: str, thing: dict[str, Any], **more: Any) -> dict[str, Any]:
    (found,) = outcomes(payloads.event(topic, thing, **more))
    assert isinstance(found, dict), found
    return found


def reasons(topic: str, thing: dict[str, Any], **more: Any) -> list[str]:
    found = outcomes(payloads.event(topic, thing, **more))
    assert all(isinstance(one, Unused) for one in found), found
    return [one.reason for one in found if isinstance(one, Unused)]


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


def test_an_invoice_says_the_same_in_every_version() -> None:
    old = only("invoice.finalized", payloads.invoice(status="open"))
    new = only("invoice.finalized", basil(payloads.invoice(status="open")))
    assert old == new
    assert old["time"] == "2026-01-01T09:59:50Z"
    data = old["data"]
    assert (data["net"]["minor"], data["tax"]["minor"], data["gross"]["minor"]) == (1000, 190, 1190)
    assert (data["number"], data["type_code"]) == ("R-1", "380")
    assert (data["issue_date"], data["due_date"]) == ("2026-01-01", "2026-01-01")
    assert data["subscription_id"] == "sub_1"


def test_an_invoice_before_the_states_of_2018_is_issued_when_it_is_made() -> None:
    early = {k: v for k, v in payloads.invoice().items() if not k.startswith("status")}
    early |= {"date": early.pop("created"), "closed": False}
    assert only("invoice.created", early)["time"] == "2026-01-01T09:00:00Z"
    assert reasons("invoice.created", payloads.invoice(status="draft")) == [
        "a draft is no invoice yet"
    ]
    assert reasons("invoice.created", payloads.invoice(status="open")) == [
        "covered by invoice.finalized"
    ]


def test_a_void_invoice_and_a_credit_note_are_documents() -> None:
    passed = {"finalized_at": CREATED, "voided_at": CREATED + 60}
    void = payloads.invoice(status="void", status_transitions=passed)
    told = only("invoice.voided", void)
    assert (told["id"], told["time"]) == ("in_1/voided", "2026-01-01T10:01:00Z")
    note = only("credit_note.created", payloads.credit_note())
    assert note["data"]["type_code"] == "381"
    assert (note["data"]["net"]["minor"], note["data"]["gross"]["minor"]) == (160, 190)
    assert note["data"]["objects"] == [{"type": "invoice", "id": "in_1", "qualifier": "credits"}]
    ended = payloads.credit_note(status="void", voided_at=CREATED + 300)
    assert only("credit_note.voided", ended)["subject"] == "invoice/cn_1"


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


def test_what_nothing_reads_is_named() -> None:
    assert reasons("issuing_card.created", {"id": "ic_1"}) == [
        "topic not used: issuing_card.created"
    ]
    assert outcomes({"object": "v2.core.event", "type": "v1.billing.meter.error"}) == [
        Unused("topic not used: v1.billing.meter.error")
    ]
    assert outcomes({"object": "payout", "id": "po_1"}) == [Unused("object not used: payout")]
    assert outcomes({"object": "event", "type": "charge.succeeded"}) == [
        Wrong("missing_field", "data.object")
    ]
    assert outcomes({"id": 1}) == [Unused("object not used: unknown")]


def test_every_real_payload_ends_as_an_event_or_a_named_reason(home: Home) -> None:
    files = sorted(real.needed("stripe_events").glob("*.json"))
    assert len(files) == 88
    # the files share their ids: each gets ids of its own
    lines = [path.read_text().replace("0000000", f"{n:07}") for n, path in enumerate(files)]
    bodies = [json.loads(line) for line in lines]
    counts = home.ingest(home.write("a.jsonl", bodies), adapter="stripe")
    assert (counts["read"], counts["quarantined"]) == (89, 0)
    rows = home.rows("billing", "event_type, count(*) over (partition by event_type)")
    assert dict(rows) == {
        "dispute.closed": 1,
        "dispute.opened": 2,
        "invoice.issued": 1,
        "payment.failed": 1,
        "payment.succeeded": 2,
        "refund.issued": 2,
        "subscription.ended": 1,
        "subscription.started": 1,
    }


ODD = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
        st.sampled_from(["cus_1", "succeeded", "2026-01-01", "eur", [], {}, -1, 10**400]),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
WHOLE = [
    payloads.event("charge.refunded", payloads.charge(refunds={"data": [payloads.refund()]})),
    payloads.event("charge.dispute.closed", payloads.dispute(status="won")),
    payloads.event("invoice.finalized", payloads.invoice()),
    payloads.event("invoice.paid", payloads.invoice(charge=None, payment_intent=None)),
    payloads.event("payment_intent.payment_failed", payloads.intent(latest_charge=None)),
    payloads.event("credit_note.created", payloads.credit_note()),
    payloads.event("invoice_payment.paid", payloads.invoice_payment()),
    payloads.event(
        "customer.subscription.updated", payloads.subscription(), previous={"items": {"data": [{}]}}
    ),
    payloads.event("customer.updated", payloads.customer(), previous={"email": "x"}),
    payloads.charge(refunds={"data": [payloads.refund()]}),
    {"object": "list", "data": [payloads.invoice(status="void"), payloads.subscription()]},
]


def places(thing: Any) -> list[tuple[Any, ...]]:
    if not isinstance(thing, dict | list):
        return []
    found: list[tuple[Any, ...]] = []
    for key, value in thing.items() if isinstance(thing, dict) else enumerate(thing):
        found += [(key,), *((key, *rest) for rest in places(value))]
    return found


def changed(thing: Any, place: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(thing))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return copy


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_payload_however_odd_raises(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(WHOLE))
    for _ in range(data.draw(st.integers(1, 3))):
        all_places = places(document)
        if not all_places:
            break
        place = data.draw(st.sampled_from(all_places))
        document = changed(document, place, data.draw(st.just(...) | ODD))
    for delivery in stripe.deliveries(document, None):
        assert isinstance(delivery, Delivery)
        for outcome in stripe.events(delivery):
            assert isinstance(outcome, dict | Unused | Wrong | Snapshot)


HOSTILE = [..., None, True, -1, 10**400, 10**25, 1e300, "", [], {}, [1], {"a": 1}, "2026-13-45",
           "anna@example.org", "\ud800", "\0", "9" * 30, [[]], "x" * 5000]  # fmt: skip


def test_odd_payloads_stop_no_ingest_and_are_all_accounted_for(home: Home) -> None:
    chance = random.Random(7)
    bodies = []
    for _ in range(400):
        body = chance.choice(WHOLE)
        for _ in range(chance.randint(1, 3)):
            found = places(body)
            body = changed(body, chance.choice(found), chance.choice(HOSTILE)) if found else body
        bodies.append(body)
    counts = home.ingest(home.write("a.jsonl", list(map(json.dumps, bodies))), adapter="stripe")
    assert counts["read"] >= len(bodies)
    assert min(counts[name] for name in ("appended", "quarantined", "unused")) > 10
