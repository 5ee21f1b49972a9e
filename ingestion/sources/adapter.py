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
  that one fact has one id however it arrived;
- where lines of one file belong together, `gathered(documents)`: pairs of line and document → the
  same with what belongs into a document put there (lines of a Shopify bulk operation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

Event = dict[str, Any]  # a CloudEvent as JSON, with `party_refs` still in the clear


@dataclass(frozen=True)
class Delivery:
    """One thing that a system told us: a webhook, an entry of a page, a row with its history."""

    topic: str
    payload: Mapping[str, Any]
    received_at: str | None = None  # RFC 3339; stands in where the payload tells no time of its own
    row: int | None = None  # line of its table, for a delivery rebuilt from an export


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
class Watched:
    """A value of an object's state, and the event that tells that it has become this value.

    `data` is the event's whole data besides what the template has; `before` names the field of it
    that takes the value before ("from_status"), if there is one: such a value is kept as it is, of
    all others only a keyed hash. `at` is the source's own time of the change, where it tells one.
    """

    value: Any
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    before: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """The whole state of an object as of `seen_at`; the differ turns it into what changed.

    `fields`: values whose change is an event. At first sight they give `baseline` events; one of
    value None is remembered, and tells nothing. A field that this state does not tell is left out.
    `facts`: whole events with ids and times of their own whose content the source may tell anew
    (an edited order): told again with other content, they become an event that amends the first.
    A fact with `retracted` true takes the first back.
    `template` is the CloudEvent of a change without id, time and data (but with what each event's
    data has in common); `since` is when the object came to be, if known.
    `has_history`: the source tells this object's changes one by one, so that its states, which
    another delivery may bring, say nothing new; a mark that becomes no event itself.
    """

    object_key: str
    seen_at: str
    fields: Mapping[str, Watched] = field(default_factory=dict)
    template: Event = field(default_factory=dict)
    facts: Sequence[Event] = ()
    since: str | None = None
    has_history: bool = False


# things by name, with what the log may call them → names of those that are of erased people
Refused = Callable[[Mapping[str, Iterable[str]]], set[str]]
Outcome = Event | Unused | Wrong | Snapshot


class Differ(Protocol):
    """What remembers the last state of each object and tells what changed since."""

    def outcomes(self, snapshot: Snapshot) -> Iterator[Outcome]:
        """Events of what changed, or one `Unused` when nothing did; raises nothing."""

    def keep(self, refused: Refused) -> None:
        """Make what was seen since the start durable; called once the events are in the log."""


class Adapter(Protocol):
    """A module of this package that reads one system."""

    NAME: str
    VERSION: str
    ABOUT: Mapping[str, str]
    TOPICS: Mapping[str, tuple[str, ...] | Unused]
    TABLES: tuple[str, ...]

    def deliveries(self, document: Any, topic: str | None) -> Iterator[Delivery]:
        """The deliveries of a landed document; `topic` as told from outside, if it was."""

    def events(self, delivery: Delivery) -> Iterator[Outcome]:
        """What a delivery says."""

    def deliveries_of_tables(
        self, con: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]
    ) -> Iterator[Delivery]:
        """Deliveries rebuilt from an export; `tables` has names of `TABLES` alone."""
