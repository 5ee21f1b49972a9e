"""One order of an invented shop, as each way of Shopify tells it: webhooks, GraphQL, tables."""

from __future__ import annotations

import copy
import csv
from pathlib import Path
from typing import Any

from ingestion.sources import shopify
from ingestion.sources.adapter import Delivery, Outcome, Snapshot
from ingestion.sources.differ import Known, diff

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


def graphql() -> Json:
    """The same, as one answer of the GraphQL API."""

    def both(amount: str) -> Json:
        money = {"amount": amount, "currencyCode": "EUR"}
        return {"shopMoney": money, "presentmentMoney": money}

    def item(number: int, sku: str, price: str, qty: int, tax: str, discount: str = "") -> Json:
        return {
            "id": f"gid://shopify/LineItem/{number}",
            "sku": sku,
            "quantity": qty,
            "isGiftCard": False,
            "originalUnitPriceSet": both(price),
            "taxLines": [{"priceSet": both(tax)}],
            "discountAllocations": [{"allocatedAmountSet": both(discount)}] if discount else [],
        }

    def paid(number: int, kind: str, amount: str, at: str, parent: int | None) -> Json:
        return {
            "id": f"gid://shopify/OrderTransaction/{number}",
            "kind": kind,
            "status": "SUCCESS",
            "gateway": "paypal",
            "createdAt": at,
            "processedAt": at,
            "amountSet": both(amount),
            "parentTransaction": parent and {"id": f"gid://shopify/OrderTransaction/{parent}"},
        }

    lines = [item(11, "CHAIR", "119.0", 1, "19.0"), item(12, "LAMP", "23.8", 2, "6.84", "4.76")]
    goods = {
        "quantity": 1,
        "restockType": "RETURN",
        "lineItem": {"id": "gid://shopify/LineItem/12"},
    }
    node = {
        "id": "gid://shopify/Order/5001",
        "name": "#1001",
        "email": "kim@example.com",
        "createdAt": CREATED,
        "processedAt": "2026-03-01T08:59:59Z",
        "updatedAt": REFUNDED,
        "currencyCode": "EUR",
        "taxesIncluded": True,
        "test": False,
        "sourceName": "web",
        "statusPageUrl": "https://demo.myshopify.com/1/orders/abc/authenticate",
        "totalPriceSet": both("166.74"),
        "totalShippingPriceSet": both("4.9"),
        "customer": {"id": "gid://shopify/Customer/301"},
        "lineItems": {"edges": [{"node": one} for one in lines]},
        "transactions": [
            paid(901, "AUTHORIZATION", "166.74", CREATED, None),
            paid(902, "CAPTURE", "166.74", CREATED, 901),
            paid(903, "REFUND", "19.04", REFUNDED, 902),
        ],
        "fulfillments": [
            {
                "id": "gid://shopify/Fulfillment/701",
                "status": "SUCCESS",
                "createdAt": SHIPPED,
                "updatedAt": SHIPPED,
                "trackingInfo": [{"company": "DHL", "number": "00340434161"}],
                "events": {
                    "nodes": [
                        {
                            "id": "gid://shopify/FulfillmentEvent/7101",
                            "status": "DELIVERED",
                            "happenedAt": "2026-03-04T11:00:00Z",
                            "country": "DE",
                        }
                    ]
                },
            }
        ],
        "refunds": [
            {
                "id": "gid://shopify/Refund/801",
                "createdAt": REFUNDED,
                "totalRefundedSet": both("19.04"),
                "refundLineItems": {"edges": [{"node": goods}]},
                "transactions": {"nodes": [paid(903, "REFUND", "19.04", REFUNDED, 902)]},
            }
        ],
    }
    person = {
        "id": "gid://shopify/Customer/301",
        "defaultEmailAddress": {"emailAddress": "kim@example.com"},
        "defaultPhoneNumber": {"phoneNumber": "+4930123456"},
        "createdAt": "2026-02-01T00:00:00Z",
        "updatedAt": "2026-02-01T00:00:00Z",
    }
    return {"data": {"orders": {"edges": [{"node": node}]}, "customers": {"nodes": [person]}}}


def bulk() -> list[Json]:
    """The order of the GraphQL answer as the lines of a bulk operation."""
    node = copy.deepcopy(graphql()["data"]["orders"]["edges"][0]["node"])
    items = [edge["node"] for edge in node.pop("lineItems")["edges"]]
    return [node, *({**item, "__parentId": node["id"]} for item in items)]


def write_tables(folder: Path, family: str = "") -> None:
    """The same, as the tables of an export."""
    rows: dict[str, list[Json]] = {
        "order": [_flat(order(customer_id=301, total_shipping_price="4.90", updated_at=REFUNDED))],
        "order_line": [
            {"order_id": 5001, "id": 11, "sku": "CHAIR", "quantity": 1, "price": "119.00"},
            {"order_id": 5001, "id": 12, "sku": "LAMP", "quantity": 2, "price": "23.8"},
        ],
        "tax_line": [
            {"order_line_id": 11, "index": 1, "price": "19.0"},
            {"order_line_id": 12, "index": 1, "price": "6.84"},
        ],
        "discount_allocation": [{"order_line_id": 12, "index": 0, "amount": "4.76"}],
        "transaction": [
            _flat(transaction(901, "authorization", "166.74")),
            _flat(transaction(902, "capture", "166.74", parent_id=901)),
            _flat(refund()["transactions"][0] | {"refund_id": 801}),
        ],
        "refund": [_flat(refund())],
        "order_line_refund": [
            {
                "id": 1,
                "refund_id": 801,
                "order_line_id": 12,
                "quantity": 1,
                "restock_type": "return",
            }
        ],
        "fulfillment": [_flat(fulfillment())],
        "fulfillment_event": [_flat(step())],
        "customer": [_flat(customer())],
    }
    for name, found in rows.items():
        if family.endswith("gql_"):
            found = [_newer(name, row) for row in found]
        with (folder / f"{family}{name}_data.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, sorted({key for row in found for key in row}))
            writer.writeheader()
            writer.writerows(found)


def _newer(table: str, row: Json) -> Json:
    """A row as the GraphQL family of tables has it: money in sets, enumerations in capitals."""
    sides = {"transaction": "pres"}
    renamed: Json = {}
    for name, value in row.items():
        if name in ("total_price", "total_shipping_price", "total_discount"):
            renamed[f"{name}_set_shop_amount"] = value
        elif name == "price" and table == "order_line":
            gross = float(value) * row["quantity"]
            renamed["original_total_set_shop_amount"] = f"{gross:.2f}"
        elif name == "price":
            renamed["price_set_shop_amount"] = value
        elif name == "amount":
            prefix = "amount" if table in sides else "allocated_amount"
            renamed[f"{prefix}_set_{sides.get(table, 'shop')}_amount"] = value
        elif name == "currency" and table == "transaction":
            renamed["amount_set_pres_currency_code"] = value
        elif name in ("kind", "status", "restock_type"):
            renamed[name] = value.upper()
        else:
            renamed[{"currency": "currency_code"}.get(name, name)] = value
    return renamed


def _flat(record: Json) -> Json:
    """Plain values of a record as a table has them; times without their zone, in UTC."""
    plain = {k: v for k, v in record.items() if not isinstance(v, list | dict)}
    plain |= {k: v.replace("Z", "").replace("T", " ") for k, v in plain.items() if _is_utc(v)}
    return plain | {k: _to_utc(v) for k, v in plain.items() if str(v).endswith("+01:00")}


def _is_utc(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("Z") and value[:2] == "20"


def _to_utc(value: str) -> str:
    hour = int(value[11:13]) - 1
    return f"{value[:10]} {hour:02d}{value[13:19]}.000"


class Shop:
    """What becomes of deliveries one after the other, with the differ between."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}

    def told(self, document: Any, topic: str | None = None) -> list[Outcome]:
        return [
            outcome
            for delivery in shopify.deliveries(document, topic)
            for outcome in self.delivered(delivery)
        ]

    def delivered(self, delivery: Delivery) -> list[Outcome]:
        found: list[Outcome] = []
        for outcome in shopify.events(delivery):
            if not isinstance(outcome, Snapshot):
                found.append(outcome)
                continue
            changes, known = diff(self.known.get(outcome.object_key), outcome, b"key")
            found += changes
            if known:
                self.known[outcome.object_key] = known
        return found


def said(outcomes: list[Outcome]) -> dict[str, Json]:
    """Events by id, without how and when they were told."""
    events = [dict(outcome) for outcome in outcomes if isinstance(outcome, dict)]
    for event in events:
        event.pop("recordedtime")
        event.pop("derivation")
        event["data"] = {k: v for k, v in event["data"].items() if k != "source_url"}
    return {event["id"]: event for event in events}
