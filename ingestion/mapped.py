"""Rows of a table to CloudEvents lines by a mapping, in SQL; what they hold is checked later.

A value that cannot be read as its field's class is passed on as it stands, so that the door
quarantines it with a reason instead of this step guessing.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion import cells, conditions, inputs, quoting, tables
from ingestion.mapping_file import MappingError, nearest
from ingestion.mapping_parts import PLACE, Actor, Mapping, Party, Rule, Value
from ingestion.shapes import ROW_KEY


def json_lines(
    con: duckdb.DuckDBPyConnection, path: Path, mapping: Mapping, work: Path
) -> tuple[inputs.Lines, int]:
    """Write the events of a table as JSON lines into `work`; returns them and the unused rows.

    Raises `MappingError` when the mapping names a column that the table does not have.
    """
    table = tables.in_utf8(inputs.unzipped(path, work), mapping.encoding, work)
    if table.stat().st_size == 0:
        empty = work / "mapped.jsonl"
        empty.touch()
        return inputs.Lines(empty), 0
    names, _ = tables.header(table, mapping.delimiter)
    used = mapping.columns() | set(mapping.unpivot.turned(names) if mapping.unpivot else ())
    for column in sorted(used - set(names)):
        raise MappingError(
            f"{mapping.path}: column '{column}' is not in {path.name}: {nearest(column, names)}."
        )
    read = tables.load(con, table, mapping.delimiter, mapping.nulls)
    _reshape(con, mapping, names)
    branches = "\nunion all by name\n".join(
        _branch(number, rule, mapping) for number, rule in enumerate(mapping.rules)
    )
    con.execute(f"create or replace temp table mapped as {branches}")
    target = work / "mapped.jsonl"
    con.execute(
        f"copy (select event::varchar from mapped order by line, rule) to {quoting.text(target)} "
        "(format csv, header false, quote '', escape '', delimiter '\x01')"
    )
    (unused,) = con.execute(
        "select count(distinct line) from cells where line not in (select line from mapped)"
    ).fetchone() or (0,)
    con.execute("drop table cells; drop table mapped")
    return inputs.Lines(target, read.rejected), int(unused)


def _reshape(con: duckdb.DuckDBPyConnection, mapping: Mapping, names: list[str]) -> None:
    """Turn columns into rows, then add the computed columns, each of which may use the earlier."""
    steps = [mapping.unpivot.sql("cells", names)] if mapping.unpivot else []
    steps += [f"select *, {c.sql()} as {quoting.name(c.name)} from cells" for c in mapping.computed]
    for step in steps:
        con.execute(f"create temp table reshaped as {step}")
        con.execute("drop table cells; alter table reshaped rename to cells")


def _window(mapping: Mapping) -> str:
    by = ", ".join(map(quoting.name, mapping.by))
    order = ", ".join([f"coalesce(try_cast({quoting.name(c)} as double), 0), {quoting.name(c)}"
                       for c in mapping.order] + ["line"])  # fmt: skip
    return f"partition by {by} order by {order}"


def _known(value: Value, cell: str) -> str:
    """SQL of the translated cell where the map knows it, else NULL: what changes are told from."""
    if not value.values or value.default is not None:
        return cells.translated(value, cell)
    listed = ", ".join(quoting.text(k) for k in value.values)
    return f"case when {cell} in ({listed}) then {cells.translated(value, cell)} end"


def _branch(number: int, rule: Rule, mapping: Mapping) -> str:
    """SQL of one rule's events: line, rule, event (JSON)."""
    where = conditions.sql(rule.when)
    rows, extra = "cells", ""
    if rule.changes or any(c.is_place for c in rule.when):
        rows = f"({_watched(rule, mapping)})"
        if rule.changes:
            extra = " and watched is not null and watched is distinct from previous"
            if not rule.first and rule.start is None:
                extra += " and previous is not null"
    return (
        f"select line, {number} as rule, {_event(rule, mapping)} as event "
        f"from {rows} as cells where {where}{extra}"
    )


def _watched(rule: Rule, mapping: Mapping) -> str:
    """SQL of the cells with `is_first`, `is_last`, and the watched value and the one before it."""
    window = _window(mapping)
    by = ", ".join(map(quoting.name, mapping.by))
    places = (
        f"row_number() over ({window}) = 1 as is_first, "
        f"row_number() over ({window}) = count(*) over (partition by {by}) as is_last"
    )
    if not rule.changes:
        return f"select *, {places} from cells"
    cell = quoting.name(rule.changes)
    meaning = next(
        (v for _, v in rule.fields.values() if v.column == rule.changes and not v.previous), Value()
    )
    start = "null" if rule.start is None else quoting.text(rule.start)
    before = f"last_value(known ignore nulls) over ({window} rows between unbounded preceding and 1 preceding)"
    return (
        f"select *, coalesce({before}, {start}) as previous from (select *, {places}, "
        f"{_known(meaning, cell)} as known, {cells.translated(meaning, cell)} as watched from cells) as known_cells"
    )


def _filled(template: str) -> str:
    """SQL of a template such as case/{number}; NULL when a column in it is empty."""
    parts = PLACE.split(template)
    pieces = [quoting.name(p) if n % 2 else quoting.text(p) for n, p in enumerate(parts) if p]
    return " || ".join(pieces)


def _event(rule: Rule, mapping: Mapping) -> str:
    """SQL of the CloudEvents object of a row."""
    fields = {key: cells.sql(field, value) for key, (field, value) in rule.fields.items()}
    data = [f"{quoting.text(key)}, {sql}" for key, sql in fields.items()]
    if rule.parties:
        listed = ", ".join(map(_party, rule.parties))
        data.append(f"'party_refs', list_filter([{listed}], lambda p: p is not null)")
    if rule.actor:
        data.append(f"'actor', {_actor(rule.actor)}")
    pairs = {
        "specversion": "'1.0'",
        "type": quoting.text(rule.type.name),
        "source": quoting.text(mapping.source),
        "subject": _filled(rule.subject),
        "time": cells.moment(rule.time, rule.time.column and quoting.name(rule.time.column)),
        "data": f"json_object({', '.join(data)})",
        ROW_KEY: "line",
    }
    if rule.recorded:
        pairs["recordedtime"] = cells.moment(
            rule.recorded, rule.recorded.column and quoting.name(rule.recorded.column)
        )
    if rule.derivation:
        pairs["derivation"] = quoting.text(rule.derivation)
    if rule.uncertainty:
        pairs["timeuncertainty"] = str(int(rule.uncertainty))
    pairs["id"] = _filled(rule.id) if rule.id else _content_id(rule, pairs)
    return "json_object(" + ", ".join(f"'{key}', {sql}" for key, sql in pairs.items()) + ")"


def _party(party: Party) -> str:
    given = f"{quoting.name(party.column)} is not null and {conditions.sql(party.when)}"
    return (
        f"case when {given} then json_object('id_type', {quoting.text(party.id_type)}, "
        f"'id', {quoting.name(party.column)}, 'role', {quoting.text(party.role)}) end"
    )


def _actor(actor: Actor) -> str:
    """SQL of the actor; an empty cell is left out, as the merge patch of JSON removes a null."""
    named = {"ref": actor.id, "team": actor.team}
    pairs = [f"'type', {quoting.text(actor.type)}"]
    pairs += [f"'{key}', {quoting.name(name)}" for key, name in named.items() if name]
    return f"json_merge_patch(json_object({', '.join(pairs)}), json_object({', '.join(pairs)}))"


def _content_id(rule: Rule, pairs: dict[str, str]) -> str:
    """An id for a row without one: a hash of what it says and a number among equal rows."""
    said = ", ".join(pairs[k] for k in ("source", "type", "subject", "time", "data"))
    hashed = f"left(sha256(concat_ws(chr(31), {said})), 32)"
    return f"{hashed} || '-' || row_number() over (partition by {hashed} order by line)"
