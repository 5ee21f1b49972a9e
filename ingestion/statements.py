"""The statements of a draft: for each event type the plain one and the exact one; runs nothing.

Both read the JSON texts of the keys that occur (`leaves`) in one parse and end in the same columns.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from ingestion import parties, payload, plain, validation
from ingestion.catalogue import EventType, load
from ingestion.checks import (
    ALWAYS,
    Clocks,
    clock_checks,
    every,
    fields_held,
    plain_faults,
    present,
    subject_checks,
)
from ingestion.parts import KEY_PREFIX, event_key
from ingestion.shapes import ROW_KEY, Shapes, is_plain_key
from ingestion.validation import leaf

# Columns that are NULL in most files: they are left out of a part where no line has their key.
_KEYED = {
    "sequence": "sequence",
    "time_uncertainty_seconds": "timeuncertainty",
    "amends_id": "amends",
    "causation_id": "causationid",
    "correlation_id": "correlationid",
}

# Blocks of data that are still in the line: who is named was taken out before (`load_lines`).
_BLOCKS = ("objects", "ext")

# Columns that are only needed on the way to the draft.
_HELPERS = {"subject", "given_recorded_at", "party_digest", "are_refs_sound", "party_count"}


def _leaves_sql(
    kind: EventType, shapes: Shapes, lines: str, more: str = "", values: Collection[str] = ()
) -> str:
    """SQL of the JSON texts of lines of a type: `e_<attribute>`, `d_<key>`, and `row`; one parse.

    `more` adds columns that are taken from the line as a whole; the leaves `values` are no JSON
    texts but what these say.
    """
    attributes = sorted((shapes.envelope | {*ALWAYS}) - {"data"})
    keys = [*fields_held(kind, shapes), *(k for k in _BLOCKS if shapes.holds(kind.name, k))]
    places = [*(("e", name) for name in attributes), *(("d", key) for key in keys)]
    names = [leaf(prefix, key) for prefix, key in places]
    unknown = payload.unknown(kind.name, shapes)
    names += payload.texts(len(unknown))
    form, found = _form([*places, *unknown], values)
    columns = ", ".join(f"{sql} as {name}" for name, sql in zip(names, found, strict=True))
    if any(not is_plain_key(k) and kind.name in t for k, t in shapes.unknown.items()):
        more += ", json_keys(json, '$.data') as data_keys"
    if shapes.has_double_keys:
        more += f", {_DOUBLE} as has_double_keys"
    return f"""
    with extracted as (
        select row, json, party_refs as {leaf("d", "party_refs")}, actor as {leaf("d", "actor")},
            from_json(json, '{form}') as found{more}
        from {lines}
    ),
    texts as (select * exclude (json, found), {columns} from extracted)
    select *{payload.kept(kind.name, shapes)} from texts"""


def _form(places: list[tuple[str, str]], values: Collection[str]) -> tuple[str, list[str]]:
    """The form by which `from_json` takes a line apart, and SQL of the text of each place from it.

    A form cannot hold two names that differ in case alone: the second is taken from the line.
    """
    held: dict[str, dict[str, str]] = {"e": {"data": ""}, "d": {}}
    found = []
    for prefix, key in places:
        place = "found" if prefix == "e" else "found.data"
        text = f'{place}."{key}"'
        if key.lower() in (name.lower() for name in held[prefix]):
            path = f'$."{key}"' if prefix == "e" else f'$.data."{key}"'
            extract = "json_extract_string" if leaf(prefix, key) in values else "json_extract"
            text = f"{extract}(json, '{path}')"
        else:
            held[prefix][key] = "VARCHAR" if leaf(prefix, key) in values else "JSON"
        found.append(f"{text}::varchar")
    return json.dumps({**held["e"], "data": held["d"] or "JSON"}), found


_DOUBLE = (
    "(len(list_distinct(json_keys(json))) < len(json_keys(json)) or "
    "len(list_distinct(json_keys(json, '$.data'))) < len(json_keys(json, '$.data')))"
)


def _case(pairs: Iterable[tuple[str, str]], otherwise: str = "null") -> str:
    listed = " ".join(f"when {condition} then {value}" for condition, value in pairs)
    return f"case {listed} else {otherwise} end" if listed else otherwise


def _envelope(shapes: Shapes) -> dict[str, str]:
    """SQL of the envelope's typed columns."""

    def at(key: str) -> str:
        return present(shapes, key)

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


def _columns_sql(kind: EventType, shapes: Shapes) -> dict[str, str]:
    """Column → SQL of the typed rows of a type; NULL where a value does not fit."""
    found = _envelope(shapes) | parties.select(kind.name, shapes) | payload.extra(kind.name, shapes)
    for key, field in fields_held(kind, shapes).items():
        found |= validation.typed(field, leaf("d", key))
    return found


def _plain_columns_sql(kind: EventType, shapes: Shapes) -> dict[str, str]:
    """The same for rows that are plainly sound; anything at all in the others."""
    found = _columns_sql(kind, shapes) | plain.envelope(shapes)
    for key, field in fields_held(kind, shapes).items():
        found |= plain.typed(field, leaf("d", key))
    return found


def plain_sql(kind: EventType, shapes: Shapes, clocks: Clocks, lines: str) -> str:
    """SQL of the draft rows of lines of a type; `problem` is '?' where a closer look is needed."""
    found = _plain_columns_sql(kind, shapes)
    late = [condition for condition, _ in [*clock_checks(clocks), *subject_checks(kind)]]
    late += [f"contains(said, '{sign}')" for sign in plain.SIGNS]
    doubts = plain.total(["faults", *(f"coalesce(({condition})::int, 0)" for condition in late)])
    values = plain.values(fields_held(kind, shapes))
    return f"""
    with leaves as ({_leaves_sql(kind, shapes, lines, values=values)}),
    typed as (
        select row, {_listed(found)}, {plain_faults(kind, shapes)} as faults
        from leaves{parties.join(kind.name, shapes)}
    ),
    {_said(kind, shapes, clocks, list(found))}
    select row, case when {doubts} = 0 then null else '?' end as problem,
        {_final(list(found))} from said"""


def exact_sql(kind: EventType, shapes: Shapes, clocks: Clocks, lines: str) -> str:
    """SQL of the draft rows of lines of a type, each with the first check that it fails."""
    found = _columns_sql(kind, shapes)
    data_type = ", json_type(json, '$.data') as data_type"
    return f"""
    with leaves as ({_leaves_sql(kind, shapes, lines, data_type)}),
    typed as (
        select leaves.*, {_listed(found)} from leaves{parties.join(kind.name, shapes)}
    ),
    {_said(kind, shapes, clocks, list(found))}
    select row, {_case(every(kind, shapes, clocks))} as problem,
        {_final(list(found))} from said"""


def _said(kind: EventType, shapes: Shapes, clocks: Clocks, columns: list[str]) -> str:
    """The CTE `said`: the clocks, the subject's parts and the text that payload_hash covers.

    The parts are those of the type's own object, because a subject of another is refused.
    """
    own = [name for name in columns if name not in _HELPERS]
    return f"""dated as (
        select *, coalesce(given_recorded_at, {clocks.default_sql()}) as recorded_at,
            '{kind.subject}' as subject_type, substr(subject, {len(kind.subject) + 2}) as subject_id
        from typed
    ),
    said as (
        select *, {payload.said(kind.name, fields_held(kind, shapes), own)} as said from dated
    )"""


def _final(columns: list[str]) -> str:
    """The columns of a draft after `row` and `problem`."""
    own = ", ".join(f'"{name}"' for name in columns if name not in _HELPERS)
    return f"""{own}, recorded_at, subject_type, subject_id,
        {event_key("source || chr(31) || event_id")} as event_key, {KEY_PREFIX} as key_prefix,
        unhex(md5(said)) as payload_hash"""


def others_sql() -> str:
    """SQL of the lines without a known type: row, source, line_number, problem."""
    keys = (*ALWAYS, ROW_KEY)
    at = {key: f"nullif(found[{number}], 'null')" for number, key in enumerate(keys, 1)}
    checks = [
        ("coalesce(kind, '') <> 'OBJECT'", "'not_json|'"),
        *((f"{at[key]} is null", f"'missing_field|{key}'") for key in ALWAYS),
    ]
    paths = ", ".join(f"'$.{key}'" for key in keys)
    # one look at a line for all keys: each look takes memory of its own for 2,048 lines
    return (
        f"select row, {validation.identifier(at['source'])} as source, "
        f"try_cast({at[ROW_KEY]} as bigint) as line_number, "
        f"{_case(checks, chr(39) + 'unknown_type|type' + chr(39))} as problem from ("
        f"select rowid as row, json_type(json) as kind, json_extract(json, [{paths}])::varchar[] as found "
        "from lines where event_type is null)"
    )


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f'{sql} as "{name}"' for name, sql in columns.items())
