"""One order of a shop is the same facts whichever way, how often and in which order it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.sources import exports, shopify
from ingestion.sources.adapter import Unused
from tests.ingestion.sources import shop, shop_graphql, shop_tables
from tests.ingestion.sources.shop_outcomes import Shop, by_webhook, said

FACTS = {
    "customer/301/created",
    "order/5001/placed",
    "transaction/901/authorized",
    "transaction/902/succeeded",
    "fulfillment/701/dispatched",
    "fulfillment_event/7101",
    "refund/801/issued",
    "refund/801/returned",
}


def facts(events: dict[str, Any]) -> dict[str, Any]:
    """Those with an id of their own; the differ's baselines are named by the time they were seen."""
    return {key: event for key, event in events.items() if event["type"] != "party.identified"}


def by_tables(folder: Path) -> dict[str, Any]:
    tables = exports.named(exports.table_files(folder), shopify.TABLES, folder)
    store = Shop()
    with duckdb.connect() as con:
        found = list(shopify.deliveries_of_tables(con, tables))
    assert all(delivery.row for delivery in found)
    return said([outcome for delivery in found for outcome in store.delivered(delivery)])


def test_the_life_of_an_order_by_its_webhooks() -> None:
    events = by_webhook()
    assert set(facts(events)) == FACTS
    assert events["order/5001/placed"]["data"]["total"] == {"minor": 16674, "currency": "EUR"}
    assert events["order/5001/placed"]["time"] == shop.CREATED
    paid = events["transaction/902/succeeded"]["data"]
    assert paid["amount"] == {"minor": 16674, "currency": "EUR"} and paid["method"] == "paypal"
    back = events["refund/801/issued"]["data"]
    assert back["amount"] == {"minor": -1904, "currency": "EUR"} and back["payment_id"] == "902"
    assert events["refund/801/returned"]["data"]["lines"] == [{"line_id": "12", "qty": 1}]
    assert events["fulfillment_event/7101"]["data"]["status"] == "delivered"


def test_the_graphql_answer_tells_the_same_facts() -> None:
    assert facts(said(Shop().told(shop_graphql.answer()))) == facts(by_webhook())


def test_a_bulk_file_that_does_not_group_its_lines_tells_every_order() -> None:
    first, *children = shop_graphql.bulk()
    other = first | {"id": "gid://shopify/Order/5002"}
    lines = [first, other, *children, {"note": "no record"}]
    documents = [document for _, document in shopify.gathered(enumerate(lines, 1))]
    assert [len(document.get("lineItems", [])) for document in documents] == [2, 0, 0]
    assert documents[2] == {"note": "no record"}
    alone = [document for _, document in shopify.gathered(enumerate(children, 1))]
    assert Shop().told(alone[0]) == [Unused("topic not used: record of type LineItem")]


def test_a_bulk_file_tells_the_same_order() -> None:
    lines = shopify.gathered(enumerate(shop_graphql.bulk(), 1))
    documents = [document for _, document in lines]
    assert len(documents) == 1
    events = facts(by_webhook())
    del events["customer/301/created"]
    assert said(Shop().told(documents[0])) == events


@pytest.mark.parametrize("prefix", ["", "shopify_", "shopify_gql_"])
def test_the_tables_tell_the_same_facts(tmp_path: Path, prefix: str) -> None:
    shop_tables.write(tmp_path, prefix)
    assert facts(by_tables(tmp_path)) == facts(by_webhook())


def test_pages_of_the_api_and_single_records_tell_the_same_order() -> None:
    wanted = said(Shop().told(shop.order(), "orders/create"))
    page = {"orders": [shop.order()]}
    for document in (page, {"order": shop.order()}, [shop.order()], shop.order()):
        assert said(Shop().told(document)) == wanted
    example = {"name": "orders/create", "response": shop.order(), "description": "…"}
    bus = {"detail": {"metadata": {"X-Shopify-Topic": "orders/create"}, "payload": shop.order()}}
    for document in (example, bus):
        assert said(Shop().told(document)) == wanted


def test_a_page_brings_many_kinds_of_records() -> None:
    document = {"transactions": [shop.transaction(902, "sale", "5")]}
    assert set(said(Shop().told(document))) == {"transaction/902/succeeded"}
    assert Shop().told({"checkouts": [{"id": 1}]}) == [Unused("topic not used: checkouts")]
    assert Shop().told({"orders": []}) == []


def test_an_answer_that_failed_has_no_record() -> None:
    errors = [{"message": "Throttled"}]
    for document in ({"data": None, "errors": errors}, {"data": {"orders": {"edges": []}}}):
        assert Shop().told(document) == []
    other = {"data": {"products": {"nodes": [{"id": "gid://shopify/Product/1"}]}}}
    assert Shop().told(other) == [Unused("topic not used: record of type Product")]


def test_lines_without_their_orders_are_named(tmp_path: Path) -> None:
    shop_tables.write(tmp_path)
    for path in tmp_path.iterdir():
        if path.name != "order_line_data.csv":
            path.unlink()
    tables = exports.named(exports.table_files(tmp_path), shopify.TABLES, tmp_path)
    with duckdb.connect() as con:
        (delivery,) = shopify.deliveries_of_tables(con, tables)
    reason = Unused("topic not used: table order_line without its order")
    assert list(shopify.events(delivery)) == [reason]


def test_the_same_again_changes_nothing() -> None:
    store = Shop()
    for topic, body in shop.webhooks():
        store.told(body, topic)
    again = [out for topic, body in shop.webhooks() for out in store.told(body, topic)]
    assert all(isinstance(outcome, Unused) for outcome in again)


@settings(max_examples=40, deadline=None)
@given(st.permutations(shop.webhooks() * 2))
def test_deliveries_in_any_order_and_twice_give_the_same_events(
    deliveries: list[tuple[str, dict[str, Any]]],
) -> None:
    store = Shop()
    events = said([out for topic, body in deliveries for out in store.told(body, topic)])
    assert events == by_webhook()


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(4)))
def test_edits_in_any_order_end_in_the_last_state(order: list[int]) -> None:
    states = [
        shop.order(updated_at=f"2026-03-0{day + 1}T12:00:00Z", total_price=f"{100 + day}.00")
        for day in range(4)
    ]
    store = Shop()
    events = [out for n in order for out in store.told(states[n], "orders/updated")]
    placed = [event for event in events if isinstance(event, dict)]
    assert {event.get("amends", event["id"]) for event in placed} == {"order/5001/placed"}
    last = max(placed, key=lambda event: event["recordedtime"])
    assert last["data"]["total"]["minor"] == 10300
    assert placed[0]["time"] == last["time"] == shop.CREATED
