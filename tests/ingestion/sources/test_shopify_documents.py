"""Shopify's payloads, documented, damaged or made up: events or a named reason, never an error."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import catalogue
from ingestion.quarantine import REASONS
from ingestion.sources import shopify
from ingestion.sources.adapter import Unused, Wrong
from tests import real
from tests.ingestion.sources import shop, shop_graphql
from tests.ingestion.sources.shop_outcomes import Shop


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
    topic, body = draw(st.sampled_from([*shop.webhooks(), (None, shop_graphql.answer())]))
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
