"""The one list of event types: loads the YAML beside it; knows no file, no SQL engine, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

# the same safe loader in C, eight times as fast, where PyYAML was built with it
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DOMAINS = ("contact", "order", "billing", "feedback", "proactive", "party", "privacy")

_SCALAR_SQL = {
    "id": "varchar",
    "enum": "varchar",
    "code": "varchar",
    "link": "varchar",
    "boolean": "boolean",
}
_WORD_LISTS = (
    "identifier_roles",
    "actor_types",
    "derivations",
    "currencies",
    "currencies_of_1",
    "currencies_of_1000",
)
_NUMBER_SQL = {"integer": "bigint", "decimal": "decimal(18,6)"}
_TIME_SQL = {"timestamp": "timestamptz", "date": "date"}


@dataclass(frozen=True)
class Field:
    """One field of `data`: its name in the log (`name`), as delivered (`key`), and its class."""

    name: str
    key: str
    klass: str
    label: Mapping[str, str]
    type: str | None = None
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    personal: str | None = None
    of: str | Mapping[str, Field] | None = None

    def columns(self) -> dict[str, str]:
        """Log columns of the field with their SQL types; money gives two."""
        if self.klass == "money":
            return {f"{self.name}_minor": "bigint", f"{self.name}_currency": "varchar"}
        return {self.name: self.sql_type()}

    def sql_type(self) -> str:
        """SQL type of a field that fills one column."""
        if self.klass == "number":
            return _NUMBER_SQL[self.type or "integer"]
        if self.klass == "time":
            return _TIME_SQL[self.type or "timestamp"]
        if self.klass != "list":
            return _SCALAR_SQL[self.klass]
        if isinstance(self.of, str):
            return "varchar[]"
        assert self.of is not None
        inner = {c: t for item in self.of.values() for c, t in item.columns().items()}
        return "struct(" + ", ".join(f"{c} {t}" for c, t in inner.items()) + ")[]"


@dataclass(frozen=True)
class Check:
    """A rule over the typed columns of one event; `sql` is true when the event is sound."""

    code: str
    field: str
    sql: str
    sentence: str


@dataclass(frozen=True)
class Upcast:
    """How events of a version below `to` are read: column → SQL over the columns before the step."""

    to: int
    columns: Mapping[str, str]


@dataclass(frozen=True)
class EventType:
    """One event type: its domain, rank among equal times, subject, fields and major version."""

    name: str
    domain: str
    rank: int
    subject: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    any_of: tuple[str, ...]
    min_parties: int
    amount: str | None
    checks: tuple[Check, ...]
    label: Mapping[str, str]
    about: Mapping[str, str]
    version: int = 1
    upcasts: tuple[Upcast, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of all fields of the type, required first."""
        return (*self.required, *self.optional)


@dataclass(frozen=True)
class Catalogue:
    """All types and fields; `version` changes when any YAML file changes.

    `words` holds the closed lists that belong to no field: identifier_roles, actor_types,
    derivations, currencies, currencies_of_1 and currencies_of_1000 (minor units in one).
    """

    types: Mapping[str, EventType]
    fields: Mapping[str, Mapping[str, Field]]
    common: Mapping[str, Field]
    words: Mapping[str, frozenset[str]]
    version: str

    def field(self, domain: str, name: str) -> Field:
        """The field of that name in a domain, else the common one."""
        return self.fields[domain].get(name) or self.common[name]

    def domain_types(self, domain: str) -> list[EventType]:
        """Types of a domain by rank and name."""
        found = (t for t in self.types.values() if t.domain == domain)
        return sorted(found, key=lambda t: (t.rank, t.name))

    def columns(self, domain: str) -> dict[str, str]:
        """Log columns of a domain's own fields with their SQL types, without the envelope."""
        own = self.fields[domain].values()
        return {c: t for field in own for c, t in field.columns().items()}

    def closed(self, domain: str) -> dict[str, frozenset[str]]:
        """Columns of a domain, the envelope's among them, whose texts are of a closed list."""
        types = self.domain_types(domain)
        found = {
            "event_type": frozenset(kind.name for kind in types),
            "subject_type": frozenset(kind.subject for kind in types),
            "derivation": self.words["derivations"],
        }
        for field in {**self.common, **self.fields[domain]}.values():
            if field.klass == "enum" and not field.personal:
                found[field.name] = frozenset(field.values)
            elif field.klass == "money":
                found[f"{field.name}_currency"] = self.words["currencies"]
        return found


def _field(name: str, spec: Mapping[str, Any]) -> Field:
    of = spec.get("of")
    if isinstance(of, dict):
        of = {key: _field(key, item) for key, item in of.items()}
    return Field(
        name=name,
        key=spec.get("key", name),
        klass=spec["class"],
        label={"en": spec.get("en", name), "de": spec.get("de", name)},
        type=spec.get("type"),
        values=tuple(spec.get("values", ())),
        minimum=spec.get("min"),
        maximum=spec.get("max"),
        unit=spec.get("unit"),
        personal=spec.get("personal"),
        of=of,
    )


def _words(spec: str | list[str]) -> frozenset[str]:
    return frozenset(spec.split() if isinstance(spec, str) else spec)


def _type(name: str, domain: str, spec: Mapping[str, Any]) -> EventType:
    checks = (Check(c["code"], c["field"], c["sql"], c["en"]) for c in spec.get("checks", ()))
    return EventType(
        name=name,
        domain=domain,
        rank=spec["rank"],
        subject=spec["subject"],
        required=tuple(spec.get("required", ())),
        optional=tuple(spec.get("optional", ())),
        any_of=tuple(spec.get("any_of", ())),
        min_parties=spec.get("min_parties", 0),
        amount=spec.get("amount"),
        checks=tuple(checks),
        label={"en": spec["en"], "de": spec["de"]},
        about=spec["about"],
        version=spec.get("version", 1),
        upcasts=tuple(Upcast(u["to"], u["columns"]) for u in spec.get("upcasts", ())),
    )


@cache
def load() -> Catalogue:
    """Read the catalogue once; raises `KeyError` when an entry lacks a part it must have."""
    folder = Path(__file__).parent
    texts = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}
    parsed = {stem: yaml.load(text, _LOADER) for stem, text in texts.items()}
    return Catalogue(
        types={
            name: _type(name, domain, spec)
            for domain in DOMAINS
            for name, spec in parsed[domain]["types"].items()
        },
        fields={
            domain: {n: _field(n, s) for n, s in parsed[domain]["fields"].items()}
            for domain in DOMAINS
        },
        words={name: _words(parsed["common"][name]) for name in _WORD_LISTS},
        common={n: _field(n, s) for n, s in parsed["common"]["fields"].items()},
        version=sha256("\0".join(texts.values()).encode()).hexdigest()[:16],
    )
