"""What a landed document is: a webhook, a page of the API, a GraphQL answer; knows no event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.sources.adapter import Delivery
from ingestion.sources.shopify import graphql, topics
from ingestion.sources.shopify.values import Json, gid_type

# key of a page, or of a single record of the REST API → the name of its list
_PAGES = {
    "order": "orders",
    "orders": "orders",
    "transaction": "order_transactions",
    "transactions": "order_transactions",
    "refund": "refunds",
    "refunds": "refunds",
    "fulfillment": "fulfillments",
    "fulfillments": "fulfillments",
    "fulfillment_events": "fulfillment_events",
    "customer": "customers",
    "customers": "customers",
    "checkouts": "checkouts",
    "disputes": "disputes",
    "products": "products",
    "draft_orders": "draft_orders",
    "tender_transactions": "tender_transactions/create",
    "returns": "returns",
}
_BESIDE = {"errors", "extensions", "pageInfo", "page_info"}
# keys that only records of one kind have together, the most telling first
_SIGNS = (
    ({"order_edit"}, "orders/edited"),
    ({"kind", "gateway", "status"}, "order_transactions"),
    ({"refund_line_items"}, "refunds"),
    ({"fulfillment_id", "happened_at"}, "fulfillment_events"),
    ({"initiated_at", "evidence_due_by"}, "disputes/update"),
    ({"line_items", "financial_status"}, "orders"),
    ({"line_items", "total_price", "order_number"}, "orders"),
    ({"tracking_number", "order_id"}, "fulfillments"),
    ({"verified_email", "tax_exempt"}, "customers"),
)


def deliveries(document: Any, topic: str | None) -> Iterator[Delivery]:
    """The records of a document, each in the shape of the REST API, under its topic."""
    if isinstance(document, list):
        for item in document:
            yield from deliveries(item, topic)
        return
    if not isinstance(document, dict):
        return
    document, topic = _opened(document, topics.known(topic))
    if "data" in document and not set(document) - _BESIDE - {"data"}:
        yield from _answered(document["data"])
    elif page := _page(document):
        for record in graphql.nodes(document[page]):
            yield _delivery(record, _PAGES[page])
    else:
        yield _delivery(document, topic or _told_by(document))


def _opened(document: Json, topic: str | None) -> tuple[Json, str | None]:
    """The payload inside a documented example or an event of a bus, and the topic beside it."""
    payload, name = document.get("response"), document.get("name")
    if isinstance(payload, dict) and isinstance(name, str):
        return payload, topics.known(name)
    detail = document.get("detail")
    if isinstance(detail, dict) and isinstance(detail.get("payload"), Mapping):
        meta = detail.get("metadata")
        name = meta.get("X-Shopify-Topic") if isinstance(meta, dict) else None
        return detail["payload"], topics.known(name if isinstance(name, str) else None) or topic
    return document, topic


def _page(document: Json) -> str | None:
    """The one key of a page or a wrapped record; None for a record itself."""
    keys = [key for key in document if key not in _BESIDE]
    is_page = len(keys) == 1 and keys[0] in _PAGES
    return keys[0] if is_page and isinstance(document[keys[0]], list | Mapping) else None


def _answered(data: Any) -> Iterator[Delivery]:
    """The records of a GraphQL answer; one that failed has none."""
    for name, value in data.items() if isinstance(data, dict) else ():
        for record in graphql.nodes(value):
            yield _delivery(record, _told_by(record, f"graphql {name}"))


def _delivery(record: Json, topic: str) -> Delivery:
    return Delivery(topic, graphql.record(record))


def _told_by(record: Json, otherwise: str = "unknown") -> str:
    """The topic of a record that came without one: by its global id, else by its keys."""
    kind = gid_type(record.get("admin_graphql_api_id")) or gid_type(record.get("id"))
    if kind:
        return graphql.TOPIC_OF_TYPE.get(kind, f"record of type {kind}")
    return next((topic for signs, topic in _SIGNS if signs <= set(record)), otherwise)
