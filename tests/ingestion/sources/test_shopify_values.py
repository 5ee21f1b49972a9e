"""Shopify's ids and amounts: exact or none, to the cent, in the currency that counts."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.sources.adapter import Wrong
from ingestion.sources.shopify.values import exact
from tests.ingestion.sources import shop
from tests.ingestion.sources.shop_outcomes import Shop, by_webhook, said


def test_lines_of_gross_prices_add_up_to_their_net_to_the_cent() -> None:
    lines = by_webhook()["order/5001/placed"]["data"]["lines"]
    nets = [li["qty"] * li["unit_net"]["minor"] - li["discount"]["minor"] for li in lines]
    assert nets == [10000, 3600]


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (820982911946154500, None),  # as a writer with doubles spells …154508
        (820982911946154508, "820982911946154508"),
        (2**53, "9007199254740992"),
        (450789469, "450789469"),
        (450789469.0, "450789469"),
        (8.209829119461545e17, None),
        ("gid://shopify/Order/820982911946154508?key=1", "820982911946154508"),
        ("5001", "5001"),
        ("2.67E+12", None),
        (True, None),
        ({}, None),
        (None, None),
    ],
)
def test_an_id_is_exact_or_none(number: Any, found: str | None) -> None:
    assert exact(number) == found


def test_the_id_is_taken_from_beside_a_rounded_number() -> None:
    rounded = shop.order(
        id=820982911946154500, admin_graphql_api_id="gid://shopify/Order/820982911946154508"
    )
    assert set(said(Shop().told(rounded, "orders/create"))) == {"order/820982911946154508/placed"}
    lost = shop.fulfillment() | {"order_id": 820982911946154500}
    assert Shop().told(lost, "fulfillments/create") == [Wrong("rounded_id", "order_id")]
    loose = shop.transaction(902, "sale", "5.00", order_id=820982911946154500)
    (event,) = said(Shop().told(loose, "order_transactions/create")).values()
    assert "order_id" not in event["data"]


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "EUR", 1234),
        (12.34, "EUR", 1234),
        ("1500", "JPY", 1500),
        ("1500.00", "JPY", 1500),
        ("1.234", "KWD", 1234),
        (0.1, "USD", 10),
        ("1e2", "USD", 10000),
        (7, "USD", 700),
    ],
)
def test_money_as_text_or_number_in_the_currencys_own_units(
    amount: Any, currency: str, minor: int
) -> None:
    paid = shop.transaction(902, "sale", amount, currency=currency)
    (event,) = said(Shop().told(paid, "order_transactions/create")).values()
    assert event["data"]["amount"] == {"minor": minor, "currency": currency}


def test_an_order_counts_in_shop_money_and_a_payment_in_the_currency_charged() -> None:
    two = {
        "shop_money": {"amount": "100.00", "currency_code": "EUR"},
        "presentment_money": {"amount": "108.00", "currency_code": "USD"},
    }
    placed = said(Shop().told(shop.order(total_price_set=two), "orders/create"))
    assert placed["order/5001/placed"]["data"]["total"] == {"minor": 10000, "currency": "EUR"}
    paid = {**shop.transaction(1, "sale", "0"), "amount_set": two, "currency": None}
    (event,) = said(Shop().told({"transactions": [paid]})).values()
    assert event["data"]["amount"] == {"minor": 10800, "currency": "USD"}
