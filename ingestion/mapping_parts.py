"""What a mapping consists of, once it is read: rules, values, parties; knows no YAML and no SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.catalogue import EventType
from ingestion.catalogue import Field as CatalogueField
from ingestion.conditions import Condition
from ingestion.reshaping import Computed, Unpivot

PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class TimeFormat:
    """How a local time is written: a strptime format (none: ISO 8601) and its zone."""

    format: str | None = None
    zone: str = "UTC"


@dataclass(frozen=True)
class Value:
    """Where a field's value comes from, and how it is read."""

    column: str | None = None
    const: Any = None
    previous: bool = False
    values: Dict[str, Any] = field(default_factory=dict)
    default: Any = None
    time: TimeFormat | None = None
    currency: str | None = None
    decimal: str = "."
    unit: str = "major"
    plus: str | None = None  # a column of seconds that are added to a time
    negative: bool = False  # an amount that always counts as negative, whatever its sign

    def columns(self) -> set[str]:
        """Columns of the table that the value is made of."""
        named = {self.column, self.plus}
        if self.currency and self.currency.startswith("{"):
            named.add(self.currency[1:-1])
        return {name for name in named if name}


@dataclass(frozen=True)
class Party:
    """A reference to a person in a column; left out where the column is empty."""

    id_type: str
    column: str
    role: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Actor:
    """Who did it: a type of the catalogue, and columns of the person and of the team."""

    type: str
    id: str | None
    team: str | None


@dataclass(frozen=True)
class Rule:
    """One event type out of a row: when, and with which values."""

    type: EventType
    when: tuple[Condition, ...]
    changes: str | None
    start: str | None
    first: bool
    id: str
    subject: str
    time: Value
    recorded: Value | None
    parties: tuple[Party, ...]
    actor: Actor | None
    fields: Dict[str, tuple[CatalogueField, Value]]
    derivation: str | None
    uncertainty: int | None

    def columns(self) -> set[str]:
        """Columns of the table that the rule reads."""
        values = [value for _, value in self.fields.values()]
        values += [self.time, *([self.recorded] if self.recorded else [])]
        found = set().union(*(value.columns() for value in values))
        conditions = [*self.when, *(c for party in self.parties for c in party.when)]
        found |= {c.column for c in conditions if not c.is_place}
        found |= set(PLACE.findall(self.id)) | set(PLACE.findall(self.subject))
        found |= {party.column for party in self.parties}
        named = (self.changes, self.actor and self.actor.id, self.actor and self.actor.team)
        return found | {name for name in named if name}


@dataclass(frozen=True)
class Mapping:
    """A mapping file, checked against the catalogue."""

    path: Path
    key: str
    source: str
    delimiter: str | None
    nulls: tuple[str, ...]
    encoding: str | None
    unpivot: Unpivot | None
    computed: tuple[Computed, ...]
    country: str | None
    by: tuple[str, ...]
    order: tuple[str, ...]
    rules: tuple[Rule, ...]

    def columns(self) -> set[str]:
        """Columns of the table that any rule reads, computed ones by what they are made of."""
        found = {*self.by, *self.order}.union(*(rule.columns() for rule in self.rules))
        for part in reversed(self.computed):
            found = found - {part.name} | set(part.columns) if part.name in found else found
        return found - {self.unpivot.name, self.unpivot.value} if self.unpivot else found
