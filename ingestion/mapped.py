"""Rows of a table to CloudEvents lines by a mapping, in SQL; what they hold is checked later.

A value that cannot be read as its field's class is passed on as it stands, so that the door
quarantines it with a reason instead of this step guessing.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion import inputs, tables
from ingestion.catalogue import Field, load
from ingestion.mapping import PLACE, Mapping, MappingError, Rule, TimeFormat, Value, nearest
from ingestion.shapes import ROW_KEY
from ingestion.validation import quoted


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def json_lines(
    con: duckdb.DuckDBPyConnection, path: Path, mapping: Mapping, work: Path
) -> tuple[inputs.Lines, int]:
    """Write the events of a table as JSON lines into `work`; returns them and the unused rows.

    Raises `MappingError` when the mapping names a column that the table does not have.
    """
    table = inputs.unzipped(path, work)
    if table.stat().st_size == 0:
        empty = work / "mapped.jsonl"
        empty.touch()
        return inputs.Lines(empty), 0
    names, _ = tables.header(table, mapping.delimiter)
    for column in sorted(mapping.columns() - set(names)):
        raise MappingError(
            f"{mapping.path}: column '{column}' is not in {path.name}: {nearest(column, names)}."
        )
    read = tables.load(con, table, mapping.delimiter, mapping.nulls)
    branches = "\nunion all by name\n".join(
        _branch(number, rule, mapping) for number, rule in enumerate(mapping.rules)
    )
    con.execute(f"create or replace temp table mapped as {branches}")
    target = work / "mapped.jsonl"
    con.execute(
        f"copy (select event::varchar from mapped order by line, rule) to '{_quoted(target)}' "
        "(format csv, header false, quote '', escape '', delimiter '\x01')"
    )
    (unused,) = con.execute(
        "select count(*) from cells where line not in (select line from mapped)"
    ).fetchone() or (0,)
    con.execute("drop table cells; drop table mapped")
    return inputs.Lines(target, read.rejected), int(unused)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _window(mapping: Mapping) -> str:
    by = ", ".join(map(_column, mapping.by))
    order = ", ".join([f"coalesce(try_cast({_column(c)} as double), 0), {_column(c)}"
                       for c in mapping.order] + ["line"])  # fmt: skip
    return f"partition by {by} order by {order}"


def _translated(value: Value, cell: str) -> str:
    """SQL of a cell after its value map; unmapped words pass unless there is a default."""
    if not value.values:
        return cell
    branches = " ".join(f"when {_text(k)} then {_text(_plain(v))}" for k, v in value.values.items())
    otherwise = cell if value.default is None else _text(_plain(value.default))
    return f"case {cell} {branches} when null then null else {otherwise} end"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _known(value: Value, cell: str) -> str:
    """SQL of the translated cell where the map knows it, else NULL: what changes are told from."""
    if not value.values or value.default is not None:
        return _translated(value, cell)
    listed = ", ".join(_text(k) for k in value.values)
    return f"case when {cell} in ({listed}) then {_translated(value, cell)} end"


def _branch(number: int, rule: Rule, mapping: Mapping) -> str:
    """SQL of one rule's events: line, rule, event (JSON)."""
    conditions = [_condition(column, wanted, mapping) for column, wanted in rule.when.items()]
    where = " and ".join(c for c in conditions if c) or "true"
    rows, extra = "cells", ""
    if rule.changes or "row" in rule.when:
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
    by = ", ".join(map(_column, mapping.by))
    places = (
        f"row_number() over ({window}) = 1 as is_first, "
        f"row_number() over ({window}) = count(*) over (partition by {by}) as is_last"
    )
    if not rule.changes:
        return f"select *, {places} from cells"
    cell = _column(rule.changes)
    meaning = next(
        (v for _, v in rule.fields.values() if v.column == rule.changes and not v.previous), Value()
    )
    start = "null" if rule.start is None else _text(rule.start)
    before = f"last_value(known ignore nulls) over ({window} rows between unbounded preceding and 1 preceding)"
    return (
        f"select *, coalesce({before}, {start}) as previous from (select *, {places}, "
        f"{_known(meaning, cell)} as known, {_translated(meaning, cell)} as watched from cells) as known_cells"
    )


def _condition(column: str, wanted: object, mapping: Mapping) -> str:
    if column == "row":
        return {"first": "is_first", "last": "is_last"}.get(str(wanted), "false")
    cell = _column(column)
    if wanted in ("present", "absent"):
        return f"{cell} is {'not ' if wanted == 'present' else ''}null"
    listed = wanted if isinstance(wanted, list) else [wanted]
    return f"{cell} in ({', '.join(_text(_plain(w)) for w in listed)})"


def _filled(template: str) -> str:
    """SQL of a template such as case/{number}; NULL when a column in it is empty."""
    parts = PLACE.split(template)
    pieces = [_column(p) if n % 2 else _text(p) for n, p in enumerate(parts) if p]
    return " || ".join(pieces)


def _event(rule: Rule, mapping: Mapping) -> str:
    """SQL of the CloudEvents object of a row."""
    fields = {key: _value(field, value) for key, (field, value) in rule.fields.items()}
    data = [f"{_text(key)}, {sql}" for key, sql in fields.items()]
    if rule.parties:
        listed = ", ".join(
            f"case when {_column(p.column)} is not null then json_object('id_type', {_text(p.id_type)},"
            f" 'id', {_column(p.column)}, 'role', {_text(p.role)}) end"
            for p in rule.parties
        )
        data.append(f"'party_refs', list_filter([{listed}], lambda p: p is not null)")
    pairs = {
        "specversion": "'1.0'",
        "type": _text(rule.type.name),
        "source": _text(mapping.source),
        "subject": _filled(rule.subject),
        "time": _time(rule.time, rule.time.column and _column(rule.time.column)),
        "data": f"json_object({', '.join(data)})",
        ROW_KEY: "line",
    }
    if rule.recorded:
        pairs["recordedtime"] = _time(
            rule.recorded, rule.recorded.column and _column(rule.recorded.column)
        )
    if rule.derivation:
        pairs["derivation"] = _text(rule.derivation)
    if rule.uncertainty:
        pairs["timeuncertainty"] = str(int(rule.uncertainty))
    pairs["id"] = _filled(rule.id) if rule.id else _content_id(rule, pairs)
    return "json_object(" + ", ".join(f"'{key}', {sql}" for key, sql in pairs.items()) + ")"


def _content_id(rule: Rule, pairs: dict[str, str]) -> str:
    """An id for a row without one: a hash of what it says and a number among equal rows."""
    said = ", ".join(pairs[k] for k in ("source", "type", "subject", "time", "data"))
    hashed = f"left(sha256(concat_ws(chr(31), {said})), 32)"
    return f"{hashed} || '-' || row_number() over (partition by {hashed} order by line)"


def _value(field: Field, value: Value) -> str:
    """SQL of the JSON value of a field."""
    if value.const is not None:
        return _constant(value.const, field, value)
    assert value.column is not None
    cell = "previous" if value.previous else _translated(value, _column(value.column))
    if field.klass == "number":
        plain = f"replace({cell}, ',', '.')" if value.decimal == "," else cell
        return _number(plain)
    if field.klass == "boolean":
        return f"case when lower({cell}) in ('true', 'false') then lower({cell})::json else to_json({cell}) end"
    if field.klass == "money":
        return _money(cell, value)
    if field.klass == "time":
        return _date(cell, value.time) if field.type == "date" else _time(value, cell)
    return cell


def _number(cell: str) -> str:
    pattern = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
    return f"case when regexp_matches({cell}, '{pattern}') then ({cell})::json else to_json({cell}) end"


def _constant(const: object, field: Field, value: Value) -> str:
    if isinstance(const, bool | int | float):
        return (
            f"{str(const).lower()}::json"
            if not isinstance(const, bool)
            else f"'{_plain(const)}'::json"
        )
    return _money(_text(const), value) if field.klass == "money" else _text(const)


def _money(cell: str, value: Value) -> str:
    """SQL of minor units and currency; major units are exact decimals."""
    currency = value.currency or ""
    code = _column(currency[1:-1]) if currency.startswith("{") else _text(currency)
    plain = f"replace(replace({cell}, '.', ''), ',', '.')" if value.decimal == "," else cell
    if value.unit == "minor":
        minor = _number(plain)
    else:
        words = load().words
        units = (
            f"case when {code} in ({quoted(words['currencies_of_1'])}) then 1 "
            f"when {code} in ({quoted(words['currencies_of_1000'])}) then 1000 else 100 end"
        )
        scaled = f"(try_cast({plain} as decimal(18, 3)) * {units})"
        minor = (
            f"case when {scaled} = trunc({scaled}) then {scaled}::bigint::varchar::json "
            f"else to_json({cell}) end"
        )
    return (
        f"case when {cell} is not null then json_object('minor', {minor}, 'currency', {code}) end"
    )


def _time(value: Value, cell: str | None) -> str:
    """SQL of an RFC 3339 time in UTC from a local time; text that does not fit ends in a bad time."""
    if cell is None:
        return _text(value.const)
    time = value.time or TimeFormat()
    if time.format is None:
        has_offset = f"regexp_matches({cell}, '(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"
        given = f"case when {has_offset} then timezone('UTC', try_cast({cell} as timestamptz)) end"
        zoned = f"coalesce({given}, {_utc(f'try_cast({cell} as timestamp)', time.zone)})"
    elif "%z" in time.format:
        zoned = f"timezone('UTC', try_strptime({cell}, {_text(time.format)})::timestamptz)"
    else:
        zoned = _utc(f"try_strptime({cell}, {_text(time.format)})", time.zone)
    written = f"strftime({zoned}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"case when {cell} is not null then coalesce({written}, 'unread    T' || left({cell}, 20) || 'Z') end"


def _utc(local: str, zone: str) -> str:
    return local if zone == "UTC" else f"timezone('UTC', timezone({_text(zone)}, {local}))"


def _date(cell: str, time: TimeFormat | None) -> str:
    pattern = (time or TimeFormat()).format
    parsed = (
        f"try_strptime({cell}, {_text(pattern)})" if pattern else f"try_cast({cell} as timestamp)"
    )
    return f"coalesce(strftime({parsed}, '%Y-%m-%d'), {cell})"
