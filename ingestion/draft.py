"""JSON lines to typed, checked, hashed events in memory; knows no log, no lock.

A chunk is parsed once into the temp table `leaves` (the JSON text of every key that occurs). One
statement a domain turns its lines into `draft_<domain>`: the columns of the log, `row` (the line's
place) and `problem` ('code|path', NULL when the event is sound). Soundness is told by a cheap sum;
only the rows that fail it are looked at again for the reason. Lines of no known type end in
`draft_others`. Nothing clear is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion import parties, payload, validation
from ingestion.catalogue import EventType, Field, load
from ingestion.log import ENVELOPE, columns
from ingestion.shapes import MAX_OBJECT, ROW_KEY, Shapes
from ingestion.validation import leaf

_SKEW = "interval 5 minutes"
_ALWAYS = ("specversion", "id", "source", "type", "subject", "time")
# Columns that are NULL in most files: they are left out of a part where no line has their key.
_KEYED = {
    "sequence": "sequence",
    "time_uncertainty_seconds": "timeuncertainty",
    "amends_id": "amends",
    "causation_id": "causationid",
    "correlation_id": "correlationid",
}


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


def load_chunk(
    con: duckdb.DuckDBPyConnection, path: Path, shapes: Shapes, clocks: Clocks, country: str
) -> list[str]:
    """Fill `draft_<domain>` of every domain that occurs, and `draft_others`; returns the domains."""
    known = validation.quoted(load().types, "'\"{}\"'")
    con.execute(
        f"""create or replace temp table leaves as
        select *, case when {leaf("e", "type")} in ({known})
            then json_extract_string({leaf("e", "type")}, '$') end as event_type
        from ({_read_json(path, shapes)})"""
    )
    parties.prepare(con, shapes, country)
    kinds = [load().types[name] for name in sorted(shapes.types)]
    domains = sorted({kind.domain for kind in kinds})
    for domain in domains:
        own = [kind for kind in kinds if kind.domain == domain]
        con.execute(_create_draft(domain, shapes, own))
        con.execute(f"insert into draft_{domain} by name {_domain_sql(own, shapes, clocks)}")
        for (name,) in con.execute(
            f"select distinct event_type from draft_{domain} where problem = '?'"
        ).fetchall():
            con.execute(_reasons_sql(load().types[name], shapes, clocks))
    con.execute(f"create or replace temp table draft_others as {_others_sql(shapes)}")
    con.execute("drop table leaves")
    return domains


def _case(pairs: Iterable[tuple[str, str]], otherwise: str = "null") -> str:
    listed = " ".join(f"when {condition} then {value}" for condition, value in pairs)
    return f"case {listed} else {otherwise} end" if listed else otherwise


def _read_json(path: Path, shapes: Shapes) -> str:
    """SQL of the leaves: `e_<attribute>` for the envelope, `d_<key>` for the fields of data."""
    envelope = [
        *sorted((shapes.envelope | {*_ALWAYS}) - {"data"}),
        *sorted(shapes.unknown_envelope),
    ]
    data = sorted(shapes.data) or ["none"]
    struct = ", ".join(f'"{_escape(key)}" JSON' for key in data)
    spec = [f"\"{_escape(key)}\": 'JSON'" for key in envelope] + [f"\"data\": 'STRUCT({struct})'"]
    leaves = [f'"{_escape(k)}"::varchar as {leaf("e", k)}' for k in envelope]
    leaves += [f'data."{_escape(k)}"::varchar as {leaf("d", k)}' for k in data]
    name = str(path).replace("'", "''")
    return (
        f"select {', '.join(leaves)} from read_json('{name}', format = 'newline_delimited', "
        f"columns = {{{', '.join(spec)}}}, ignore_errors = true, compression = 'none', "
        f"maximum_object_size = {MAX_OBJECT})"
    )


def _escape(key: str) -> str:
    return key.replace('"', '""').replace("'", "''")


def _create_draft(domain: str, shapes: Shapes, kinds: list[EventType]) -> str:
    """SQL of the empty draft table: only columns that the chunk can fill."""
    held = {c for k in kinds for f in _fields(k, shapes).values() for c in f.columns()}
    absent = {c for c, key in _KEYED.items() if key not in shapes.envelope and c != "amends_id"}
    absent |= {"commit_no", "input_key"}
    absent |= set() if "actor" in shapes.data else {c for c in ENVELOPE if c.startswith("actor_")}
    absent |= set() if "objects" in shapes.data else {"objects"}
    absent |= set() if shapes.has_unknown() else {"extra"}
    envelope = {c: t for c, t in ENVELOPE.items() if c not in absent and c not in _COMMON}
    own = {c: t for c, t in (columns(domain)).items() if c in held}
    typed = {"row": "bigint", "problem": "varchar", "line_number": "bigint", "dropped": "varchar[]"}
    listed = ", ".join(f'"{c}" {t}' for c, t in (typed | envelope | own).items())
    return f"create or replace temp table draft_{domain} ({listed})"


_HELPERS = {"subject", "given_recorded_at", "party_digest", "are_refs_sound", "party_count"}
_COMMON = ("channel", "service_mode", "language", "source_url")


def _fields(kind: EventType, shapes: Shapes) -> dict[str, Field]:
    """The fields of a type whose key occurs in the chunk, by delivered key."""
    return {k: f for k, f in validation.fields_of(kind).items() if k in shapes.data}


def _present(shapes: Shapes, key: str) -> str:
    return leaf("e", key) if key in shapes.envelope else "null::varchar"


def _envelope(shapes: Shapes) -> dict[str, str]:
    """SQL of the envelope's typed columns."""

    def at(key: str) -> str:
        return _present(shapes, key)

    words = load().words["derivations"]
    found = {
        "event_id": validation.identifier(leaf("e", "id")),
        "source": validation.identifier(leaf("e", "source")),
        "subject": validation.identifier(leaf("e", "subject")),
        "occurred_at": validation.moment(leaf("e", "time")),
        "given_recorded_at": validation.moment(at("recordedtime")),
        "schema_version": "1",
        "derivation": "'native'",
        "is_retracted": "false",
        "line_number": f"try_cast({at(ROW_KEY)} as bigint)",
    }
    if "dataschema" in shapes.envelope:
        version = f"regexp_extract({validation.text(at('dataschema'))}, '/([0-9]+)$', 1)"
        found["schema_version"] = (
            f"case when {at('dataschema')} is null then 1 else try_cast({version} as integer) end"
        )
    if "derivation" in shapes.envelope:
        word = validation.one_of(at("derivation"), words)
        found["derivation"] = f"case when {at('derivation')} is null then 'native' else {word} end"
    if "retracted" in shapes.envelope:
        found["is_retracted"] = f"coalesce({validation.boolean(at('retracted'))}, false)"
    numbers = {
        "sequence": f"trim({at('sequence')}, '\"')",
        "time_uncertainty_seconds": at("timeuncertainty"),
    }
    for column, key in _KEYED.items():
        if key in shapes.envelope:
            found[column] = (
                validation.integer(numbers[column])
                if column in numbers
                else validation.identifier(at(key))
            )
    return found


def _envelope_checks(shapes: Shapes) -> list[tuple[str, str]]:
    """(SQL that is true when the event is wrong, 'code|path'), most basic first."""
    time = leaf("e", "time")
    checks = [
        *((f"{leaf('e', key)} is null", f"'missing_field|{key}'") for key in _ALWAYS),
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
        "retracted": (f"{_present(shapes, 'retracted')} not in ('true', 'false')", "wrong_type"),
        "dataschema": ("schema_version is distinct from 1", "unknown_version"),
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


def _clock_checks(clocks: Clocks) -> list[tuple[str, str]]:
    start = f"'{clocks.run_started_at.isoformat()}'::timestamptz"
    return [
        (f"recorded_at > {start} + {_SKEW}", "'recorded_in_future|recordedtime'"),
        (f"occurred_at > recorded_at + {_SKEW}", "'occurred_after_recorded|time'"),
    ]


def _field_checks(kind: EventType, shapes: Shapes) -> list[tuple[str, str]]:
    """The checks of one type's fields and of its own rules."""
    required = {load().field(kind.domain, name).key for name in kind.required}
    checks = []
    for key in sorted(required - shapes.data):
        checks.append(("true", f"'missing_field|data.{key}'"))
    for key, field in _fields(kind, shapes).items():
        at, path = leaf("d", key), f"data.{key}"
        if key in required:
            checks.append((f"{at} is null", f"'missing_field|{path}'"))
        filled = validation.sound(field, at, [f'"{c}"' for c in field.columns()])
        checks.append((f"not {filled}", f"'{validation.wrong(field)}|{path}'"))
    if kind.any_of:
        keys = [leaf("d", key) for key in kind.any_of if key in shapes.data]
        none = " and ".join(f"{key} is null" for key in keys) or "true"
        checks.append((none, f"'missing_field|data.{kind.any_of[0]}'"))
    if kind.min_parties:
        few = (
            f"coalesce(party_count, 0) < {kind.min_parties}"
            if "party_refs" in shapes.data
            else "true"
        )
        checks.append((few, "'party_refs|data.party_refs'"))
    return checks + _rules(kind, shapes)


def _rules(kind: EventType, shapes: Shapes) -> list[tuple[str, str]]:
    """The checks of a type over its typed columns."""
    held = {c for field in _fields(kind, shapes).values() for c in field.columns()}
    rules = (c for c in kind.checks if not _rule_columns(kind) - held - {"occurred_at"})
    return [(f"not ({c.sql})", f"'{c.code}|data.{c.field}'") for c in rules]


def _subject_checks(kind: EventType) -> list[tuple[str, str]]:
    wrong = f"not starts_with(subject, '{kind.subject}/') or subject_id = ''"
    return [(wrong, "'subject|subject'")]


def _rule_columns(kind: EventType) -> set[str]:
    """Columns of required fields: where one is missing in a chunk, its rules have nothing to say."""
    fields = (load().field(kind.domain, name) for name in kind.required)
    return {column for field in fields for column in field.columns()} if kind.checks else set()


def _columns_sql(kinds: list[EventType], shapes: Shapes) -> dict[str, str]:
    """Column → SQL of the typed rows of these types; a leaf counts only for a type that owns it."""
    found = _envelope(shapes) | parties.select(shapes) | payload.extra(kinds, shapes)
    for key, (field, names) in _owners(kinds, shapes).items():
        found |= validation.typed(field, _owned(key, names, shapes))
    return found


def _owners(kinds: list[EventType], shapes: Shapes) -> dict[str, tuple[Field, list[str]]]:
    """Field name → the field and the types that have it."""
    owners: dict[str, tuple[Field, list[str]]] = {}
    for kind in kinds:
        for field in _fields(kind, shapes).values():
            owners.setdefault(field.name, (field, []))[1].append(kind.name)
    return owners


def _owned(name: str, types: list[str], shapes: Shapes) -> str:
    """SQL of a field's leaf; guarded where types without the field carry the same key."""
    field = next(
        f for n in types for f in validation.fields_of(load().types[n]).values() if f.name == name
    )
    at = leaf("d", field.key)
    if shapes.owners(field.key) <= set(types):
        return at
    return f"case when event_type in ({validation.quoted(types)}) then {at} end"


def _misfits(kinds: list[EventType], shapes: Shapes) -> str:
    """SQL of the number of values that are present and do not fit, whatever the type.

    A sum of integers and no chain of conditions: so each typed expression is computed once.
    """
    terms = [f"({leaf('e', 'specversion')} is distinct from '\"1.0\"')::int"]
    for name, (field, types) in _owners(kinds, shapes).items():
        given = f"({_owned(name, types, shapes)} is not null)::int"
        terms += [f'{given} - ("{column}" is not null)::int' for column in field.columns()]
    checks = [*_optional_checks(shapes), *parties.checks(shapes)]
    terms += [f"coalesce(({condition})::int, 0)" for condition, _ in checks]
    return " + ".join(terms)


def _missing(kind: EventType, shapes: Shapes) -> str:
    """SQL of the number of required things that a row of the type lacks."""
    terms = []
    for name in kind.required:
        field = load().field(kind.domain, name)
        column = next(iter(field.columns()))
        terms.append(f'("{column}" is null)::int' if field.key in shapes.data else "1")
    if kind.any_of:
        held = [f'"{n}"' for n in kind.any_of if load().field(kind.domain, n).key in shapes.data]
        terms.append(f"(coalesce({', '.join(['null', *held])}) is null)::int")
    if kind.min_parties:
        counted = "party_count" if "party_refs" in shapes.data else "null::int"
        terms.append(f"(coalesce({counted}, 0) < {kind.min_parties})::int")
    terms += [
        f"coalesce(({c})::int, 0)" for c, _ in [*_rules(kind, shapes), *_subject_checks(kind)]
    ]
    return " + ".join(terms)


def _domain_sql(kinds: list[EventType], shapes: Shapes, clocks: Clocks) -> str:
    """SQL of the draft rows of a domain; `problem` is only '?' where something is wrong."""
    found = _columns_sql(kinds, shapes)
    own = [name for name in found if name not in _HELPERS]
    basic = " + ".join(
        f"({name} is null)::int" for name in ("event_id", "source", "subject", "occurred_at")
    )
    late = " + ".join(f"coalesce(({c})::int, 0)" for c, _ in _clock_checks(clocks))
    missing = _case((f"event_type = '{k.name}'", _missing(k, shapes)) for k in kinds)
    listed = validation.quoted([kind.name for kind in kinds])
    said = _case(
        (f"event_type = '{k.name}'", payload.hashed(k.name, _fields(k, shapes), own)) for k in kinds
    )
    return f"""
    with typed as materialized (
        select leaves.rowid as row, event_type, {_listed(found)},
            {_misfits(kinds, shapes)} as misfits{_list_leaves(kinds, shapes)}
        from leaves{parties.join(shapes)} where event_type in ({listed})
    ),
    {_dated(clocks, "typed")}
    select row, case when misfits + {basic} + {late} + {missing} > 0 then '?' end as problem,
        {", ".join(f'"{n}"' for n in own)}, event_type, recorded_at, subject_type, subject_id,
        unhex(left(sha256(source || chr(31) || event_id), 32)) as event_key,
        unhex(left(sha256({said}), 32)) as payload_hash
    from dated"""


def _list_leaves(kinds: list[EventType], shapes: Shapes) -> str:
    """Leaves of list fields, which payload_hash takes as they stand."""
    owners = _owners(kinds, shapes).values()
    return "".join(f", {leaf('d', f.key)}" for f, _ in owners if f.klass == "list")


def _dated(clocks: Clocks, rows: str) -> str:
    return f"""dated as (
        select *, coalesce(given_recorded_at, {clocks.default_sql()}) as recorded_at,
            split_part(subject, '/', 1) as subject_type,
            substr(subject, strpos(subject, '/') + 1) as subject_id
        from {rows}
    )"""


def _reasons_sql(kind: EventType, shapes: Shapes, clocks: Clocks) -> str:
    """SQL that says of each row with a problem what it is: the first check that fails."""
    found = _columns_sql([kind], shapes)
    checks = [
        *_envelope_checks(shapes),
        *parties.checks(shapes),
        *_field_checks(kind, shapes),
        *_subject_checks(kind),
        *_clock_checks(clocks),
    ]
    return f"""
    with typed as (
        select leaves.rowid as row, leaves.*, {_listed(found)}
        from leaves{parties.join(shapes)}
        where leaves.rowid in (select row from draft_{kind.domain} where problem = '?')
            and event_type = '{kind.name}'
    ),
    {_dated(clocks, "typed")}
    update draft_{kind.domain} as rows set problem = reasons.problem
    from (select row, {_case(checks, "'invalid|'")} as problem from dated) as reasons
    where rows.row = reasons.row"""


def _others_sql(shapes: Shapes) -> str:
    """SQL of the lines without a known type: row, source, line_number, problem."""
    nothing = " and ".join(f"{leaf('e', key)} is null" for key in _ALWAYS)
    checks = [
        (nothing, "'not_json|'"),
        *((f"{leaf('e', key)} is null", f"'missing_field|{key}'") for key in _ALWAYS),
    ]
    return (
        f"select rowid as row, {validation.identifier(leaf('e', 'source'))} as source, "
        f"try_cast({_present(shapes, ROW_KEY)} as bigint) as line_number, "
        f"{_case(checks, chr(39) + 'unknown_type|type' + chr(39))} as problem "
        "from leaves where event_type is null"
    )


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f'{sql} as "{name}"' for name, sql in columns.items())
