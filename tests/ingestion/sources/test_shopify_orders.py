"""What becomes of Shopify's orders, shipments and customers after they are made."""

from __future__ import annotations

from ingestion.sources import shopify
from ingestion.sources.adapter import Unused, Wrong
from tests.ingestion.sources import shop
from tests.ingestion.sources.shop_outcomes import Shop, said


def test_a_cancelled_order_and_a_cancelled_shipment() -> None:
    store = Shop()
    store.told(shop.order(fulfillments=[shop.fulfillment()]), "orders/create")
    undone = shop.fulfillment() | {"status": "cancelled", "updated_at": "2026-03-03T00:00:00Z"}
    gone = {"cancelled_at": "2026-03-03T00:00:00Z", "updated_at": "2026-03-03T00:00:00Z"}
    body = shop.order(**gone, cancel_reason="CUSTOMER", fulfillments=[undone])
    events = list(said(store.told(body, "orders/cancelled")).values())
    assert [event["type"] for event in events] == ["order.cancelled", "shipment.dispatched"]
    assert events[0]["data"] == {
        "order_id": "5001",
        "reason": "customer",
        "cancelled_by": "customer",
    }
    assert events[1]["amends"] == "fulfillment/701/dispatched" and events[1]["retracted"]


def test_a_new_address_of_a_customer_is_seen_between_two_states() -> None:
    store = Shop()
    first = store.told(shop.customer(), "customers/create")
    later = shop.customer(email="kim.new@example.com", updated_at="2026-02-02T00:00:00Z")
    (event,) = [e for e in store.told(later, "customers/update") if isinstance(e, dict)]
    assert sorted(said(first)[key]["type"] for key in said(first)) == [
        "account.created",
        "party.identified",
        "party.identified",
    ]
    assert event["derivation"] == "snapshot_diff" and event["timeuncertainty"] == 86_400
    assert {"id_type": "email", "id": "kim.new@example.com", "role": "customer"} in event["data"][
        "party_refs"
    ]
    assert "kim" not in event["id"]


def test_merged_customers_are_one_person() -> None:
    body = {
        "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
        "status": "completed",
    }
    (delivery,) = shopify.deliveries(body, "customers/merge")
    assert list(shopify.events(delivery)) == [Wrong("missing_field", "received_at")]
    assert Shop().told(body | {"status": "failed"}, "customers/merge") == [
        Unused("merge of customers is failed")
    ]


def test_a_webhook_of_chosen_fields_tells_what_it_can() -> None:
    body = {"id": 5001, "cancelled_at": "2026-03-03T00:00:00Z", "cancel_reason": "fraud"}
    wrong, cancelled = Shop().told(body, "orders/cancelled")
    assert wrong == Wrong("bad_time", "created_at")
    assert isinstance(cancelled, dict) and cancelled["type"] == "order.cancelled"


def test_an_order_brought_over_from_another_system_happened_when_it_was_processed() -> None:
    old = shop.order(processed_at="2019-06-01T08:00:00Z")
    assert said(Shop().told(old))["order/5001/placed"]["time"] == "2019-06-01T08:00:00Z"
