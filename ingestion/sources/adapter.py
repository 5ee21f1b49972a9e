"""The words that adapters and their reader share: what was delivered, and what became of it.

An adapter is a module of this package. It is pure: a delivery in, outcomes out; it knows no file,
no clock, no log. It has

- `NAME` ("stripe"), `VERSION` (raised when it reads the same payload otherwise) and `ABOUT`
  ({"en": …, "de": …}, one sentence);
- `TOPICS`: topic → event types, or `Unused` with the reason, for every topic it knows;
- `TABLES`: names of the tables of an export that it can read (without ending);
- `deliveries(document, topic)`: a landed JSON document (webhook body, API page, list) → deliveries;
- `events(delivery)`: a delivery → outcomes, at least one;
- `deliveries_of_tables(con, tables)`: paths of an export's tables → deliveries of the same form, so
  that one fact has one id however it arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]  # a CloudEvent as JSON, with `party_refs` still in the clear


@dataclass(frozen=True)
class Delivery:
    """One thing that a system told us: a webhook, an entry of a page, a row with its history."""

    topic: str
    payload: Mapping[str, Any]
    received_at: str | None = None  # RFC 3339; stands in where the payload tells no time of its own


@dataclass(frozen=True)
class Unused:
    """A candidate that says nothing we keep: "topic not used: app/uninstalled"."""

    reason: str


@dataclass(frozen=True)
class Wrong:
    """A candidate that cannot be read: a code of the quarantine and the place in the payload."""

    code: str
    path: str


@dataclass(frozen=True)
class Snapshot:
    """The whole state of an object; the differ turns it into events of what changed.

    `fields` are the watched values, `seen_at` the source's own time of this state. `template` is
    the CloudEvent that each change becomes, without id, time and data.
    """

    object_key: str
    seen_at: str
    fields: Mapping[str, Any]
    template: Event = field(default_factory=dict)


Outcome = Event | Unused | Wrong | Snapshot
