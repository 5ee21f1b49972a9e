"""Shopify's transactions, refunds and disputes: what is a payment, and what has a reason not to be."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.sources.adapter import Unused, Wrong
from tests.ingestion.sources import shop
from tests.ingestion.sources.shop_outcomes import Shop, said


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"kind": "refund"}, Unused("covered by refunds/create")),
        ({"kind": "change"}, Unused("kind of transaction not used: change")),
        ({"status": "pending"}, Unused("transaction is not settled: pending")),
        ({"amount": "a lot"}, Wrong("bad_money", "amount")),
        ({"currency": "XXX"}, Wrong("bad_money", "amount")),
        ({"created_at": "soon", "processed_at": None}, Wrong("bad_time", "created_at")),
        ({"id": None}, Wrong("missing_field", "id")),
    ],
)
def test_what_is_no_payment_has_a_reason(changes: Any, outcome: Any) -> None:
    body = shop.transaction(902, "sale", "5.00") | changes
    assert Shop().told(body, "order_transactions/create") == [outcome]


def test_a_failed_attempt_is_a_failed_payment_also_when_it_only_authorised() -> None:
    body = shop.transaction(902, "authorization", "5", status="failure", error_code="card_declined")
    (event,) = said(Shop().told(body, "order_transactions/create")).values()
    assert event["type"] == "payment.failed"
    assert event["data"]["failure_code"] == "card_declined"


def test_an_authorisation_is_no_payment_and_a_void_lets_it_go() -> None:
    reserved = shop.transaction(901, "authorization", "5.00")
    void = shop.transaction(904, "void", "5.00", parent_id=901)
    store = Shop()
    (first,) = said(store.told(reserved, "order_transactions/create")).values()
    (second,) = said(store.told(void, "order_transactions/create")).values()
    assert (first["type"], first["subject"]) == ("payment.authorized", "payment/901")
    assert (second["type"], second["subject"]) == ("payment.expired", "payment/901")
    open_void = void | {"status": "pending"}
    assert Shop().told(open_void, "order_transactions/create") == [
        Unused("transaction is not settled: pending")
    ]


def test_a_dispute_opens_and_ends() -> None:
    store = Shop()
    body = {"id": 61, "order_id": 5001, "type": "chargeback", "amount": "11.50", "currency": "CAD"}
    body |= {"reason": "fraudulent", "status": "needs_response", "initiated_at": shop.CREATED}
    (opened,) = said(store.told(body, "disputes/create")).values()
    assert opened["data"]["amount"] == {"minor": 1150, "currency": "CAD"}
    assert opened["data"]["objects"] == [{"type": "order", "id": "5001", "qualifier": "disputed"}]
    ended = body | {"status": "accepted", "finalized_on": "2026-04-01T10:00:00Z"}
    (closed,) = said(store.told({"disputes": [ended]})).values()
    assert (closed["type"], closed["data"]["outcome"]) == ("dispute.closed", "lost")
    assert set(said(store.told(ended, "disputes/update"))) == set()


def test_a_dispute_of_the_graphql_api_tells_the_day_of_its_end() -> None:
    node = {
        "id": "gid://shopify/ShopifyPaymentsDispute/61",
        "initiatedAt": shop.CREATED,
        "finalizedOn": "2026-04-01",
        "status": "WON",
        "type": "CHARGEBACK",
        "amount": {"amount": "11.5", "currencyCode": "CAD"},
        "reasonDetails": {"reason": "FRAUDULENT"},
        "order": {"id": "gid://shopify/Order/5001"},
    }
    events = said(Shop().told({"data": {"dispute": node}}))
    closed = events["dispute/61/closed"]
    assert closed["timeuncertainty"] == 86_400 and closed["data"]["outcome"] == "won"
    assert events["dispute/61/opened"]["data"]["reason"] == "fraudulent"


def test_a_refund_waits_until_its_transactions_are_settled() -> None:
    store, body = Shop(), shop.refund()
    body["transactions"][0]["status"] = "pending"
    first = store.told(body, "refunds/create")
    assert first[0] == Unused("refund is not settled")
    assert set(said(first)) == {"refund/801/returned"}
    assert set(said(store.told(shop.refund(), "refunds/create"))) == {"refund/801/issued"}
