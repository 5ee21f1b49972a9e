"""What is wrong with an event: SQL conditions over its leaves and typed columns, with their codes.

Each check is (SQL that is true when the event is wrong, 'code|path'), most basic first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingestion import parties, plain, validation
from ingestion.catalogue import EventType, Field, load
from ingestion.shapes import Shapes
from ingestion.validation import leaf

_SKEW = "interval 5 minutes"
ALWAYS = ("specversion", "id", "source", "type", "subject", "time")


@dataclass(frozen=True)
class Clocks:
    """What stands in for a missing recordedtime: the start of the run, or the occurrence."""

    run_started_at: datetime
    recorded_at: datetime | None = None
    recorded_as_occurred: bool = False

    def default_sql(self) -> str:
        """SQL of the recorded_at of an event that carries none."""
        if self.recorded_as_occurred:
            return "occurred_at"
        moment = self.recorded_at or self.run_started_at
        return f"'{moment.isoformat()}'::timestamptz"


def fields_held(kind: EventType, shapes: Shapes) -> dict[str, Field]:
    """The fields of a type whose key occurs in its lines, by delivered key."""
    return {k: f for k, f in validation.fields_of(kind).items() if shapes.holds(kind.name, k)}


def present(shapes: Shapes, key: str) -> str:
    """SQL of an attribute's leaf, NULL where no line has it."""
    return leaf("e", key) if key in shapes.envelope else "null::varchar"


def _envelope_checks(shapes: Shapes) -> list[tuple[str, str]]:
    """(SQL that is true when the event is wrong, 'code|path'), most basic first."""
    time = leaf("e", "time")
    checks = [
        *((f"{leaf('e', key)} is null", f"'missing_field|{key}'") for key in ALWAYS),
        (f"{leaf('e', 'specversion')} <> '\"1.0\"'", "'bad_specversion|specversion'"),
        ("event_id is null", "'bad_text|id'"),
        ("source is null", "'bad_text|source'"),
        ("subject is null", "'bad_text|subject'"),
        (
            f"occurred_at is null and {validation.is_text(time)} and not ({validation.has_zone(time)})",
            "'time_without_zone|time'",
        ),
        ("occurred_at is null", "'bad_time|time'"),
    ]
    return checks + _optional_checks(shapes)


def _optional_checks(shapes: Shapes) -> list[tuple[str, str]]:
    """Checks of the attributes that an envelope need not have."""
    optional = {
        "recordedtime": ("given_recorded_at is null", "bad_time"),
        "derivation": ("derivation is null", "enum"),
        "retracted": (f"{present(shapes, 'retracted')} not in ('true', 'false')", "wrong_type"),
        "sequence": ("sequence is null", "wrong_type"),
        "timeuncertainty": ("time_uncertainty_seconds is null", "wrong_type"),
        "amends": ("amends_id is null", "bad_text"),
        "causationid": ("causation_id is null", "bad_text"),
        "correlationid": ("correlation_id is null", "bad_text"),
    }
    checks = [
        (f"{leaf('e', key)} is not null and {wrong}", f"'{code}|{key}'")
        for key, (wrong, code) in optional.items()
        if key in shapes.envelope
    ]
    if "retracted" in shapes.envelope:
        amends = "amends_id" if "amends" in shapes.envelope else "null"
        checks.append((f"is_retracted and {amends} is null", "'missing_field|amends'"))
    return checks


def _version_checks(kind: EventType, shapes: Shapes) -> list[tuple[str, str]]:
    """The door takes the catalogue's major version; 1 where none is told."""
    if "dataschema" not in shapes.envelope and kind.version == 1:
        return []
    return [(f"schema_version is distinct from {kind.version}", "'unknown_version|dataschema'")]


def clock_checks(clocks: Clocks) -> list[tuple[str, str]]:
    """Checks of the two clocks against each other and against the start of the run."""
    start = f"'{clocks.run_started_at.isoformat()}'::timestamptz"
    return [
        (f"recorded_at > {start} + {_SKEW}", "'recorded_in_future|recordedtime'"),
        (f"occurred_at > recorded_at + {_SKEW}", "'occurred_after_recorded|time'"),
    ]


def _double_checks(shapes: Shapes) -> list[tuple[str, str]]:
    return [("has_double_keys", "'double_key|'")] if shapes.has_double_keys else []


def _field_checks(kind: EventType, shapes: Shapes) -> list[tuple[str, str]]:
    """The checks of one type's fields and of its own rules."""
    required = {load().field(kind.domain, name).key for name in kind.required}
    checks = []
    for key in sorted(required - set(fields_held(kind, shapes))):
        checks.append(("true", f"'missing_field|data.{key}'"))
    for key, field in fields_held(kind, shapes).items():
        at, path = leaf("d", key), f"data.{key}"
        if key in required:
            checks.append((f"{at} is null", f"'missing_field|{path}'"))
        filled = validation.sound(field, at, [f'"{c}"' for c in field.columns()])
        checks.append((f"not {filled}", f"'{validation.wrong(field)}|{path}'"))
    return checks + _type_checks(kind, shapes)


def _type_checks(kind: EventType, shapes: Shapes) -> list[tuple[str, str]]:
    """The checks of a type that look at more than one field."""
    checks = []
    if kind.any_of:
        keys = [leaf("d", key) for key in kind.any_of if shapes.holds(kind.name, key)]
        none = " and ".join(f"{key} is null" for key in keys) or "true"
        checks.append((none, f"'missing_field|data.{kind.any_of[0]}'"))
    if kind.min_parties:
        few = (
            f"coalesce(party_count, 0) < {kind.min_parties}"
            if shapes.holds(kind.name, "party_refs")
            else "true"
        )
        checks.append((few, "'party_refs|data.party_refs'"))
    held = {c for field in fields_held(kind, shapes).values() for c in field.columns()}
    rules = (c for c in kind.checks if not _rule_columns(kind) - held - {"occurred_at"})
    return checks + [(f"not ({c.sql})", f"'{c.code}|data.{c.field}'") for c in rules]


def subject_checks(kind: EventType) -> list[tuple[str, str]]:
    """The subject names an object of the type that the catalogue says."""
    wrong = f"not starts_with(subject, '{kind.subject}/') or subject_id = ''"
    return [(wrong, "'subject|subject'")]


def _rule_columns(kind: EventType) -> set[str]:
    """Columns of required fields: where one is missing in a chunk, its rules have nothing to say."""
    fields = (load().field(kind.domain, name) for name in kind.required)
    return {column for field in fields for column in field.columns()} if kind.checks else set()


def plain_faults(kind: EventType, shapes: Shapes) -> str:
    """SQL of a number that is 0 when the shape of a row is plainly sound.

    A sum of integers and no chain of conditions: so each typed expression is computed once.
    """
    checks = [
        *_double_checks(shapes),
        *_optional_checks(shapes),
        *_version_checks(kind, shapes),
        *parties.checks(kind.name, shapes),
        *_type_checks(kind, shapes),
    ]
    terms = [*plain.envelope_faults(shapes), *plain.faults(kind, fields_held(kind, shapes))]
    terms += [f"coalesce(({condition})::int, 0)" for condition, _ in checks]
    return plain.total(terms)


def every(kind: EventType, shapes: Shapes, clocks: Clocks) -> list[tuple[str, str]]:
    """All checks of a type in the order in which a reason is looked for.

    They read, besides leaves and typed columns, `data_type` (the JSON type of data).
    """
    return [
        *_double_checks(shapes),
        *_envelope_checks(shapes),
        *_version_checks(kind, shapes),
        ("data_type is null", "'missing_field|data'"),
        ("data_type <> 'OBJECT'", "'wrong_type|data'"),
        *parties.checks(kind.name, shapes),
        *_field_checks(kind, shapes),
        *subject_checks(kind),
        *clock_checks(clocks),
    ]
