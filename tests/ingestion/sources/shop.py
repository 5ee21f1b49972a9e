"""One order of an invented shop, its records as the webhooks of Shopify tell them."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
CREATED, SHIPPED, REFUNDED = "2026-03-01T09:00:00Z", "2026-03-02T15:00:00Z", "2026-03-09T08:30:00Z"


def order(**changes: Any) -> Json:
    """A gross-priced order of 166.74 EUR: 119.00 + 2 x 23.80 - 4.76 discount + 4.90 shipping."""
    return {
        "id": 5001,
        "admin_graphql_api_id": "gid://shopify/Order/5001",
        "name": "#1001",
        "email": "kim@example.com",
        "phone": None,
        "created_at": "2026-03-01T10:00:00+01:00",
        "processed_at": "2026-03-01T09:59:59+01:00",
        "updated_at": "2026-03-01T10:00:05+01:00",
        "cancelled_at": None,
        "cancel_reason": None,
        "currency": "EUR",
        "taxes_included": True,
        "test": False,
        "source_name": "web",
        "order_status_url": "https://demo.myshopify.com/1/orders/abc/authenticate",
        "financial_status": "paid",
        "total_price": "166.74",
        "total_shipping_price_set": {"shop_money": {"amount": "4.90", "currency_code": "EUR"}},
        "customer": {"id": 301, "email": "kim@example.com"},
        "line_items": [
            line(11, "CHAIR", "119.00", 1, "19.00"),
            line(12, "LAMP", "23.80", 2, "6.84", "4.76"),
        ],
        "fulfillments": [],
        "refunds": [],
    } | changes


def line(number: int, sku: str, price: str, qty: int, tax: str, discount: str = "") -> Json:
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{number}",
        "sku": sku,
        "price": price,
        "quantity": qty,
        "gift_card": False,
        "total_discount": "0.00",
        "tax_lines": [{"price": tax, "rate": 0.19}],
        "discount_allocations": [{"amount": discount}] if discount else [],
    }


def transaction(number: int, kind: str, amount: str, **changes: Any) -> Json:
    return {
        "id": number,
        "order_id": 5001,
        "kind": kind,
        "gateway": "paypal",
        "status": "success",
        "created_at": CREATED,
        "processed_at": CREATED,
        "amount": amount,
        "currency": "EUR",
        "parent_id": None,
        "error_code": None,
        "test": False,
    } | changes


def refund() -> Json:
    """19.04 EUR back for one of two lamps, which came back."""
    paid_back = transaction(903, "refund", "19.04", parent_id=902, created_at=REFUNDED)
    return {
        "id": 801,
        "order_id": 5001,
        "created_at": REFUNDED,
        "processed_at": REFUNDED,
        "refund_line_items": [
            {"id": 1, "line_item_id": 12, "quantity": 1, "restock_type": "return"}
        ],
        "transactions": [paid_back | {"processed_at": REFUNDED}],
    }


def fulfillment() -> Json:
    return {
        "id": 701,
        "order_id": 5001,
        "status": "success",
        "created_at": SHIPPED,
        "updated_at": SHIPPED,
        "tracking_company": "DHL",
        "tracking_number": "00340434161",
        "shipment_status": "delivered",
    }


def step() -> Json:
    return {
        "id": 7101,
        "fulfillment_id": 701,
        "order_id": 5001,
        "status": "delivered",
        "happened_at": "2026-03-04T11:00:00Z",
        "created_at": "2026-03-04T11:00:00Z",
        "country": "DE",
    }


def customer(**changes: Any) -> Json:
    return {
        "id": 301,
        "admin_graphql_api_id": "gid://shopify/Customer/301",
        "email": "kim@example.com",
        "phone": "+4930123456",
        "created_at": "2026-02-01T00:00:00Z",
        "updated_at": "2026-02-01T00:00:00Z",
        "verified_email": True,
        "tax_exempt": False,
    } | changes


def webhooks() -> list[tuple[str, Json]]:
    """The life of the order as its topics tell it, in order."""
    shipped = order(updated_at=SHIPPED, fulfillments=[fulfillment()])
    returned = order(updated_at=REFUNDED, fulfillments=[fulfillment()], refunds=[refund()])
    return [
        ("customers/create", customer()),
        ("orders/create", order()),
        ("order_transactions/create", transaction(901, "authorization", "166.74")),
        ("order_transactions/create", transaction(902, "capture", "166.74", parent_id=901)),
        ("orders/paid", order()),
        ("fulfillments/create", fulfillment()),
        ("orders/fulfilled", shipped),
        ("fulfillment_events/create", step()),
        ("refunds/create", refund()),
        ("orders/updated", returned),
    ]


def landed(*webhooks: tuple[str, Any]) -> str:
    """Webhooks as the lines of a landed file, all received at one time."""
    lines = (
        {"waypost_delivery": 1, "topic": topic, "received_at": REFUNDED, "document": body}
        for topic, body in webhooks
    )
    return "".join(json.dumps(line) + "\n" for line in lines)
