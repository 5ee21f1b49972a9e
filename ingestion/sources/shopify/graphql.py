"""GraphQL shapes to those of the REST API: names, connections, ids; knows no event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ingestion.sources.shopify.values import Json

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
_RENAMED = {
    "original_unit_price_set": "price_set",
    "original_price_set": "price_set",
    "allocated_amount_set": "amount_set",
    "is_gift_card": "gift_card",
    "status_page_url": "order_status_url",
    "parent_transaction": "parent",
    "default_email_address": "email",
    "default_phone_number": "phone",
}
# objects that stand for one value: the key inside
_WRAPPED = {"email": "email_address", "phone": "phone_number"}
TOPIC_OF_TYPE = {
    "Order": "orders",
    "OrderTransaction": "order_transactions",
    "Refund": "refunds",
    "Fulfillment": "fulfillments",
    "FulfillmentEvent": "fulfillment_events",
    "Customer": "customers",
    "ShopifyPaymentsDispute": "disputes",
}


def nodes(value: Any) -> Iterator[Json]:
    """The records of a connection, a list or a single node."""
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)
    elif isinstance(value, Mapping):
        listed = listed_nodes(value)
        if listed is None:
            yield value
        else:
            yield from (item for item in listed if isinstance(item, Mapping))


def listed_nodes(value: Json) -> list[Any] | None:
    """The nodes of a connection; None for what is none."""
    edges = value.get("edges")
    if isinstance(edges, list):
        return [edge.get("node") for edge in edges if isinstance(edge, Mapping)]
    found = value.get("nodes")
    return found if isinstance(found, list) else None


def record(value: Json) -> Json:
    """A record in the shape of the REST API; one with a number for its id has it already."""
    return value if isinstance(value.get("id"), int) else rest(value)


def rest(value: Any) -> Any:
    """The value with the names of the REST API; what has them already stays as it is."""
    if isinstance(value, list):
        return [rest(item) for item in value]
    if not isinstance(value, dict):
        return value
    listed = listed_nodes(value)
    if listed is not None:
        return [rest(item) for item in listed]
    found = {_named(str(key)): rest(item) for key, item in value.items()}
    for name, inside in _WRAPPED.items():
        if isinstance(found.get(name), dict):
            found[name] = found[name].get(inside)
    return found


@lru_cache(10_000)
def _named(key: str) -> str:
    plain = _HUMP.sub(r"_\1", key).lower()
    return _RENAMED.get(plain, plain)
