"""JSON lines to a draft: one pass of SQL that types, checks, hashes; knows no log, no lock.

The draft is a Parquet file with one row per line in the order of the lines: the columns of the
log, and `problem` ('code|path', NULL when the event is sound). Personal data is hashed inside
that one statement, so that nothing clear is ever written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion import parties, payload, validation
from ingestion.catalogue import EventType, Field, load
from ingestion.log import ENVELOPE
from ingestion.shapes import MAX_OBJECT, ROW_KEY, Shapes

_SKEW = "interval 5 minutes"
# Columns of the envelope that the draft does not hold: they are known when the part is written.
_LATER = {"commit_no", "input_key", "payload_hash", "event_key", "party_refs", "party_hash"}


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


def _case(pairs: Iterable[tuple[str, str]], otherwise: str = "null") -> str:
    listed = " ".join(f"when {condition} then {value}" for condition, value in pairs)
    return f"case {listed} else {otherwise} end" if listed else otherwise


def _read_json(path: Path, shapes: Shapes) -> str:
    """SQL of the leaves: `e_<attribute>` for the envelope, `d_<key>` for the fields of data."""
    envelope = sorted(
        (shapes.envelope | {"specversion", "id", "source", "type", "subject", "time"}) - {"data"}
    )
    extra = sorted(shapes.unknown_envelope)
    data = sorted(shapes.data) or ["none"]
    spec = [f"\"{key}\": 'JSON'" for key in (*envelope, *map(_escape, extra))]
    struct = ", ".join(f'"{_escape(key)}" JSON' for key in data)
    spec.append(f"\"data\": 'STRUCT({struct})'".replace("\\", "\\\\"))
    name = str(path).replace("'", "''")
    leaves = [f'"{_escape(k)}"::varchar as {leaf("e", k)}' for k in (*envelope, *extra)]
    leaves += [f'data."{_escape(k)}"::varchar as {leaf("d", k)}' for k in data]
    return (
        f"select {', '.join(leaves)} from read_json('{name}', format = 'newline_delimited', "
        f"columns = {{{', '.join(spec)}}}, ignore_errors = true, compression = 'none', "
        f"maximum_object_size = {MAX_OBJECT})"
    )


def _escape(key: str) -> str:
    return key.replace('"', '""').replace("'", "''")


def leaf(prefix: str, key: str) -> str:
    """Name of the column that holds the JSON text of a key."""
    return '"' + f"{prefix}_{key}".replace('"', '""') + '"'


def _present(shapes: Shapes, key: str) -> str:
    return leaf("e", key) if key in shapes.envelope else "null::varchar"


@dataclass(frozen=True)
class Column:
    """A column of the draft: its name, the field, its leaf and the types that carry it."""

    name: str
    field: Field
    sql: str
    types: tuple[str, ...]


def columns_of(shapes: Shapes) -> list[Column]:
    """Columns of the fields that occur; a leaf is read only for types that own the key."""
    catalogue = load()
    owners: dict[tuple[str, str], tuple[Field, list[str]]] = {}
    for name in sorted(shapes.types):
        for key, field in validation.fields_of(catalogue.types[name]).items():
            if key in shapes.data:
                owners.setdefault((field.name, repr(field)), (field, []))[1].append(name)
    found = []
    for field, types in owners.values():
        text = leaf("d", field.key)
        if set(types) < shapes.types:
            text = f"case when event_type in ({validation.quoted(types)}) then {text} end"
        for column, sql in validation.typed(field, text).items():
            found.append(Column(column, field, sql, tuple(types)))
    return found


def _merged(columns: list[Column]) -> dict[str, str]:
    """Column name → SQL; a name that several definitions share takes the first that is filled."""
    merged: dict[str, list[str]] = {}
    for column in columns:
        merged.setdefault(column.name, []).append(column.sql)
    return {n: s[0] if len(s) == 1 else f"coalesce({', '.join(s)})" for n, s in merged.items()}


def _envelope(shapes: Shapes) -> dict[str, str]:
    def at(key: str) -> str:
        return _present(shapes, key)

    subject = validation.identifier(leaf("e", "subject"))
    schema = f"regexp_extract({validation.text(at('dataschema'))}, '/([0-9]+)$', 1)"
    return {
        "event_id": validation.identifier(leaf("e", "id")),
        "source": validation.identifier(leaf("e", "source")),
        "subject": subject,
        "occurred_at": validation.moment(leaf("e", "time")),
        "given_recorded_at": validation.moment(at("recordedtime")),
        "sequence": validation.integer(f"trim({at('sequence')}, '\"')"),
        "schema_version": f"case when {at('dataschema')} is null then 1 "
        f"else try_cast({schema} as integer) end",
        "derivation": f"coalesce({validation.one_of(at('derivation'), load().words['derivations'])}, "
        f"case when {at('derivation')} is null then 'native' end)",
        "time_uncertainty_seconds": validation.integer(at("timeuncertainty")),
        "amends_id": validation.identifier(at("amends")),
        "is_retracted": f"coalesce({validation.boolean(at('retracted'))}, false)",
        "causation_id": validation.identifier(at("causationid")),
        "correlation_id": validation.identifier(at("correlationid")),
        "line_number": f"try_cast({at(ROW_KEY)} as bigint)",
    }


def _envelope_checks(shapes: Shapes) -> list[tuple[str, str]]:
    """(SQL that is true when the event is wrong, 'code|path'), most basic first."""

    def missing(key: str) -> tuple[str, str]:
        return f"{leaf('e', key)} is null", f"'missing_field|{key}'"

    def bad(key: str, column: str, code: str) -> tuple[str, str]:
        return f"{_present(shapes, key)} is not null and {column} is null", f"'{code}|{key}'"

    names = ("specversion", "id", "source", "type", "subject", "time")
    nothing = " and ".join(f"{leaf('e', key)} is null" for key in names)
    zone = f"{validation.is_text(leaf('e', 'time'))} and not ({validation.has_zone(leaf('e', 'time'))})"
    return [
        (nothing, "'not_json|'"),
        *(missing(key) for key in names),
        (f"{leaf('e', 'specversion')} <> '\"1.0\"'", "'bad_specversion|specversion'"),
        ("event_type is null", "'unknown_type|type'"),
        bad("id", "event_id", "bad_text"),
        bad("source", "source", "bad_text"),
        bad("subject", "subject", "bad_text"),
        (f"occurred_at is null and {zone}", "'time_without_zone|time'"),
        bad("time", "occurred_at", "bad_time"),
        bad("recordedtime", "given_recorded_at", "bad_time"),
        bad("sequence", "sequence", "wrong_type"),
        bad("derivation", "derivation", "enum"),
        bad("timeuncertainty", "time_uncertainty_seconds", "wrong_type"),
        bad("amends", "amends_id", "bad_text"),
        (
            f"{_present(shapes, 'retracted')} not in ('true', 'false')",
            "'wrong_type|retracted'",
        ),
        ("schema_version is distinct from 1", "'unknown_version|dataschema'"),
        ("subject_type <> expected_subject or coalesce(subject_id, '') = ''", "'subject|subject'"),
    ]


def _clock_checks(clocks: Clocks) -> list[tuple[str, str]]:
    start = f"'{clocks.run_started_at.isoformat()}'::timestamptz"
    return [
        (f"recorded_at > {start} + {_SKEW}", "'recorded_in_future|recordedtime'"),
        (f"occurred_at > recorded_at + {_SKEW}", "'occurred_after_recorded|time'"),
    ]


def _field_checks(kind: EventType, shapes: Shapes) -> list[tuple[str, str]]:
    """The checks of one type's fields and of its own rules."""
    checks = []
    required = {load().field(kind.domain, name).key for name in kind.required}
    for key, field in validation.fields_of(kind).items():
        path = f"data.{key}"
        if key not in shapes.data:
            if key in required:
                checks.append(("true", f"'missing_field|{path}'"))
            continue
        at = leaf("d", key)
        if key in required:
            checks.append((f"{at} is null", f"'missing_field|{path}'"))
        filled = validation.sound(field, at, [f'"{c}"' for c in field.columns()])
        checks.append((f"not {filled}", f"'{validation.wrong(field)}|{path}'"))
    if kind.any_of:
        keys = [leaf("d", key) for key in kind.any_of if key in shapes.data]
        none = " and ".join(f"{key} is null" for key in keys) or "true"
        checks.append((none, f"'missing_field|data.{kind.any_of[0]}'"))
    if kind.min_parties:
        checks.append(
            (f"{parties.count_sql(shapes)} < {kind.min_parties}", "'party_refs|data.party_refs'")
        )
    checks += [(f"not ({c.sql})", f"'{c.code}|data.{c.field}'") for c in kind.checks]
    return checks


def _rule_columns_missing(kind: EventType, shapes: Shapes) -> dict[str, str]:
    """NULL columns that a type's rules name and the file does not hold."""
    catalogue = load()
    fields = (catalogue.field(kind.domain, name) for name in kind.fields)
    return {
        column: sql_type
        for field in fields
        if field.key not in shapes.data
        for column, sql_type in field.columns().items()
        if kind.checks
    }


def sql(path: Path, shapes: Shapes, clocks: Clocks) -> str:
    """The one statement that turns the lines of `path` into draft rows."""
    catalogue = load()
    kinds = [catalogue.types[name] for name in sorted(shapes.types)]
    columns = columns_of(shapes)
    fields = _merged(columns)
    absent = {c: t for kind in kinds for c, t in _rule_columns_missing(kind, shapes).items()}
    nulls = "".join(f', null::{t} as "{c}"' for c, t in absent.items() if c not in fields)
    known = validation.quoted(catalogue.types, "'\"{}\"'")
    domains = _by(kinds, lambda kind: kind.domain)
    subjects = _by(kinds, lambda kind: kind.subject)
    by_type = _case(
        (f"event_type = '{kind.name}'", _case(_field_checks(kind, shapes))) for kind in kinds
    )
    basic = _case([*_envelope_checks(shapes), *parties.checks(shapes)])
    late = _case(_clock_checks(clocks))
    names = [n for n in fields if n not in ENVELOPE]
    envelope = {n: n for n in ENVELOPE if n not in _LATER}
    envelope |= {
        n: "null" for n in ("channel", "service_mode", "language", "source_url") if n not in fields
    }
    listed = ", ".join(f"{s}::{ENVELOPE[n]} as {n}" for n, s in envelope.items())
    own = "".join(f', "{n}"' for n in names)
    return f"""
    with leaves as ({_read_json(path, shapes)}),
    kinds as (
        select *, case when {leaf("e", "type")} in ({known})
            then trim({leaf("e", "type")}, '"') end as event_type
        from leaves
    ),
    typed as (
        select *, {_listed(_envelope(shapes) | fields)}{nulls},
            {parties.select(shapes)}, {payload.extra(shapes)}
        from kinds
    ),
    dated as (
        select *, coalesce(given_recorded_at, {clocks.default_sql()}) as recorded_at,
            split_part(subject, '/', 1) as subject_type,
            substr(subject, strlen(split_part(subject, '/', 1)) + 2) as subject_id,
            {_case(domains)} as domain, {_case(subjects)} as expected_subject
        from typed
    ),
    checked as (
        select *, coalesce({basic}, {by_type}, {late}) as problem from dated
    )
    select problem, domain, line_number, dropped,
        unhex(left(sha256(source || chr(31) || event_id), 32)) as event_key,
        left(sha256({payload.hashed(kinds, columns)}), 32) as base_hash, refs_key,
        {listed}{own}
    from checked"""


def _by(kinds: Iterable[EventType], pick: object) -> list[tuple[str, str]]:
    groups: dict[str, list[str]] = {}
    for kind in kinds:
        groups.setdefault(pick(kind), []).append(kind.name)  # type: ignore[operator]
    return [(f"event_type in ({validation.quoted(t)})", f"'{name}'") for name, t in groups.items()]


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f'{sql} as "{name}"' for name, sql in columns.items())


def write(
    con: duckdb.DuckDBPyConnection, path: Path, shapes: Shapes, clocks: Clocks, draft: Path
) -> None:
    """Write the draft of `path` and lay two views over it.

    `draft_rows`: row, problem, domain, source, event_key of every line. `draft_events`: the sound
    lines with all columns of the log but commit_no and input_key, and `row`, `domain`.
    """
    target = str(draft).replace("'", "''")
    con.execute(f"copy ({sql(path, shapes, clocks)}) to '{target}' (format parquet)")
    rows = f"read_parquet('{target}', file_row_number = true)"
    con.execute(
        f"""create or replace temp view draft_rows as
        select file_row_number as row, domain, source, event_key, line_number, dropped,
            coalesce(problem, case when refs_key in
                (select refs_key from party_lists where not is_sound)
                then 'party_refs|data.party_refs' end) as problem
        from {rows}"""
    )
    con.execute(
        f"""create or replace temp view draft_events as
        select lines.* exclude (problem, base_hash, refs_key, file_row_number, line_number, dropped),
            file_row_number as row, party_refs, party_hash,
            unhex(case when party_digest is null then base_hash
                else left(sha256(base_hash || party_digest), 32) end) as payload_hash
        from {rows} as lines left join party_lists using (refs_key)
        where problem is null and coalesce(is_sound, true)"""
    )
