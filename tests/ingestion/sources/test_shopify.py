"""What Shopify sends, to events: ids, money, people, and the same facts whichever way they come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import catalogue
from ingestion.quarantine import REASONS
from ingestion.sources import exports, shopify
from ingestion.sources.adapter import Unused, Wrong
from ingestion.sources.shopify.values import exact
from tests import real
from tests.ingestion.sources import shop
from tests.ingestion.sources.shop import Shop, said

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


def by_webhook() -> dict[str, Any]:
    store = Shop()
    return said([out for topic, body in shop.webhooks() for out in store.told(body, topic)])


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


def test_lines_of_gross_prices_add_up_to_their_net_to_the_cent() -> None:
    lines = by_webhook()["order/5001/placed"]["data"]["lines"]
    nets = [li["qty"] * li["unit_net"]["minor"] - li["discount"]["minor"] for li in lines]
    assert nets == [10000, 3600]


def test_the_graphql_answer_tells_the_same_facts() -> None:
    assert facts(said(Shop().told(shop.graphql()))) == facts(by_webhook())


def test_a_bulk_file_that_does_not_group_its_lines_tells_every_order() -> None:
    first, *children = shop.bulk()
    other = first | {"id": "gid://shopify/Order/5002"}
    lines = [first, other, *children, {"note": "no record"}]
    documents = [document for _, document in shopify.gathered(enumerate(lines, 1))]
    assert [len(document.get("lineItems", [])) for document in documents] == [2, 0, 0]
    assert documents[2] == {"note": "no record"}
    alone = [document for _, document in shopify.gathered(enumerate(children, 1))]
    assert Shop().told(alone[0]) == [Unused("topic not used: record of type LineItem")]


def test_a_bulk_file_tells_the_same_order() -> None:
    lines = shopify.gathered(enumerate(shop.bulk(), 1))
    documents = [document for _, document in lines]
    assert len(documents) == 1
    events = facts(by_webhook())
    del events["customer/301/created"]
    assert said(Shop().told(documents[0])) == events


@pytest.mark.parametrize("prefix", ["", "shopify_", "shopify_gql_"])
def test_the_tables_tell_the_same_facts(tmp_path: Path, prefix: str) -> None:
    shop.write_tables(tmp_path, prefix)
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
    shop.write_tables(tmp_path)
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


def test_topics_name_types_of_the_catalogue() -> None:
    for topic, types in shopify.TOPICS.items():
        if not isinstance(types, Unused):
            assert set(types) <= set(catalogue.load().types), topic
    assert shopify.TOPICS["app/uninstalled"] == Unused("topic not used: app/uninstalled")
    assert Shop().told({"id": 1}, "made/up") == [Unused("topic not used: made/up")]
    assert Shop().told(shop.order(), "ORDERS_CREATE") == Shop().told(shop.order(), "orders/create")


def test_every_documented_payload_ends_as_events_or_a_named_reason() -> None:
    examples = real.needed("shopify_webhooks")
    files = sorted(path for path in examples.rglob("*.json") if path.parent != examples)
    assert len(files) == 396
    for path in files:
        document = json.loads(path.read_text("utf-8"))
        outcomes = Shop().told(document)
        assert outcomes, path
        assert document["name"] in shopify.TOPICS, path
        for outcome in outcomes:
            if isinstance(outcome, Wrong):
                assert outcome.code == "rounded_id", path
                assert document["name"].startswith(("fulfillments/", "disputes/")), path
            assert isinstance(outcome, dict | Unused | Wrong)
        text = json.dumps([event for event in outcomes if isinstance(event, dict)])
        for rounded in ("820982911946154500", "890088186047892400", "115310627314723950"):
            assert rounded not in text, path


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str | None, Any]:
    """A webhook with one to four of its values, anywhere in it, replaced by something else."""
    topic, body = draw(st.sampled_from([*shop.webhooks(), (None, shop.graphql())]))
    body = json.loads(json.dumps(body))
    for _ in range(draw(st.integers(1, 4))):
        place: Any = body
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = draw(st.sampled_from(keys))
            inside = place[key]
            if not (isinstance(inside, dict | list) and inside) or draw(st.booleans()):
                place[key] = draw(JSON)
                break
            place = inside
        if not body:
            break
    return topic, body


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_no_payload_makes_it_raise(delivered: tuple[str | None, Any]) -> None:
    topic, body = delivered
    for outcome in Shop().told(body, topic):
        assert isinstance(outcome, dict | Unused | Wrong)
        if isinstance(outcome, Wrong):
            assert outcome.code in REASONS
        if isinstance(outcome, dict):
            assert outcome["type"] in catalogue.load().types
            json.dumps(outcome, allow_nan=False).encode()


@settings(max_examples=100, deadline=None)
@given(JSON, st.sampled_from([None, *sorted(shopify.KINDS)]))
def test_nothing_makes_it_raise(document: Any, topic: str | None) -> None:
    for outcome in Shop().told(document, topic):
        assert isinstance(outcome, dict | Unused | Wrong)
