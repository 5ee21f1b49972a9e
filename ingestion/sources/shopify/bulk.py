"""Files of bulk operations: lines that name their parent, put into it; knows no event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.sources.shopify.values import gid_type

_HELD = (
    20_000  # records that wait for children: in a file that does not group them, these come late
)
# type of a line → the connection of its parent that it belongs to
_CONNECTION = {
    "LineItem": "lineItems",
    "OrderTransaction": "transactions",
    "Refund": "refunds",
    "RefundLineItem": "refundLineItems",
    "Fulfillment": "fulfillments",
    "FulfillmentEvent": "events",
    "ShippingLine": "shippingLines",
    "Order": "orders",
}


@dataclass
class _Waiting:
    """Records that children may still come for, by the ids of all that they hold."""

    roots: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def takes(self, document: Any) -> bool:
        """Put a line into its parent, when that waits here."""
        parent = self.members.get(str(document.get("__parentId"))) if _is_node(document) else None
        if parent is None:
            return False
        name = _CONNECTION.get(str(gid_type(document["id"])), "others")
        siblings = parent.setdefault(name, [])
        if isinstance(siblings, list):
            siblings.append(self._member(document))
        return True

    def add(self, place: int, document: dict[str, Any]) -> None:
        self.roots.append((place, self._member(document)))

    def leave(self) -> Iterator[tuple[int, Any]]:
        """All records, in the order in which they came; nothing waits any more."""
        roots, self.roots, self.members = self.roots, [], {}
        yield from roots

    def _member(self, document: dict[str, Any]) -> dict[str, Any]:
        own = self.members[str(document["id"])] = dict(document)
        return own


def gathered(lines: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """Documents of a file with their lines; those of a bulk operation put into their parents.

    A line of such a file has a global id, and `__parentId` where it belongs to an earlier one.
    """
    waiting = _Waiting()
    for place, document in lines:
        if waiting.takes(document):
            continue
        if not _is_node(document) or len(waiting.members) >= _HELD:
            yield from waiting.leave()
        if _is_node(document):
            waiting.add(place, document)
        else:
            yield place, document
    yield from waiting.leave()


def _is_node(document: Any) -> bool:
    return isinstance(document, dict) and gid_type(document.get("id")) is not None
