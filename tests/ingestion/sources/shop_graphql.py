"""The order of the invented shop as the GraphQL API tells it: one answer, or lines in bulk."""

from __future__ import annotations

import copy

from tests.ingestion.sources.shop import CREATED, REFUNDED, SHIPPED, Json


def answer() -> Json:
    """One answer of the GraphQL API: the order, with all that belongs to it, and its customer."""
    person = {
        "id": "gid://shopify/Customer/301",
        "defaultEmailAddress": {"emailAddress": "kim@example.com"},
        "defaultPhoneNumber": {"phoneNumber": "+4930123456"},
        "createdAt": "2026-02-01T00:00:00Z",
        "updatedAt": "2026-02-01T00:00:00Z",
    }
    return {"data": {"orders": {"edges": [{"node": _order()}]}, "customers": {"nodes": [person]}}}


def bulk() -> list[Json]:
    """The order of the GraphQL answer as the lines of a bulk operation."""
    node = copy.deepcopy(answer()["data"]["orders"]["edges"][0]["node"])
    items = [edge["node"] for edge in node.pop("lineItems")["edges"]]
    return [node, *({**item, "__parentId": node["id"]} for item in items)]


def _order() -> Json:
    lines = [
        _line(11, "CHAIR", "119.0", 1, "19.0"),
        _line(12, "LAMP", "23.8", 2, "6.84", "4.76"),
    ]
    return {
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
        "totalPriceSet": _both("166.74"),
        "totalShippingPriceSet": _both("4.9"),
        "customer": {"id": "gid://shopify/Customer/301"},
        "lineItems": {"edges": [{"node": one} for one in lines]},
        "transactions": [
            _transaction(901, "AUTHORIZATION", "166.74", CREATED, None),
            _transaction(902, "CAPTURE", "166.74", CREATED, 901),
            _transaction(903, "REFUND", "19.04", REFUNDED, 902),
        ],
        "fulfillments": [_fulfillment()],
        "refunds": [_refund()],
    }


def _both(amount: str) -> Json:
    """An amount in the shop's and in the buyer's currency, which are one."""
    money = {"amount": amount, "currencyCode": "EUR"}
    return {"shopMoney": money, "presentmentMoney": money}


def _line(number: int, sku: str, price: str, qty: int, tax: str, discount: str = "") -> Json:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "sku": sku,
        "quantity": qty,
        "isGiftCard": False,
        "originalUnitPriceSet": _both(price),
        "taxLines": [{"priceSet": _both(tax)}],
        "discountAllocations": [{"allocatedAmountSet": _both(discount)}] if discount else [],
    }


def _transaction(number: int, kind: str, amount: str, at: str, parent: int | None) -> Json:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "paypal",
        "createdAt": at,
        "processedAt": at,
        "amountSet": _both(amount),
        "parentTransaction": parent and {"id": f"gid://shopify/OrderTransaction/{parent}"},
    }


def _fulfillment() -> Json:
    step = {
        "id": "gid://shopify/FulfillmentEvent/7101",
        "status": "DELIVERED",
        "happenedAt": "2026-03-04T11:00:00Z",
        "country": "DE",
    }
    return {
        "id": "gid://shopify/Fulfillment/701",
        "status": "SUCCESS",
        "createdAt": SHIPPED,
        "updatedAt": SHIPPED,
        "trackingInfo": [{"company": "DHL", "number": "00340434161"}],
        "events": {"nodes": [step]},
    }


def _refund() -> Json:
    lamp = {"id": "gid://shopify/LineItem/12"}
    goods = {"quantity": 1, "restockType": "RETURN", "lineItem": lamp}
    return {
        "id": "gid://shopify/Refund/801",
        "createdAt": REFUNDED,
        "totalRefundedSet": _both("19.04"),
        "refundLineItems": {"edges": [{"node": goods}]},
        "transactions": {"nodes": [_transaction(903, "REFUND", "19.04", REFUNDED, 902)]},
    }
