"""SQL of one cell read as its field's class: words, numbers, money, times; knows no event.

A value that cannot be read as its class is passed on as it stands, so that the door quarantines it
with a reason instead of this step guessing.
"""

from __future__ import annotations

from ingestion import quoting
from ingestion.catalogue import Field, load
from ingestion.mapping_parts import TimeFormat, Value
from ingestion.validation import quoted


def translated(value: Value, cell: str) -> str:
    """SQL of a cell after its value map; unmapped words pass unless there is a default."""
    if not value.values:
        return cell
    branches = " ".join(
        f"when {quoting.text(k)} then {quoting.text(plain(v))}" for k, v in value.values.items()
    )
    otherwise = cell if value.default is None else quoting.text(plain(value.default))
    return f"case {cell} {branches} when null then null else {otherwise} end"


def plain(value: object) -> str:
    """A word as the table spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def sql(field: Field, value: Value) -> str:
    """SQL of the JSON value of a field."""
    if value.const is not None:
        return _constant(value.const, field, value)
    assert value.column is not None
    cell = "previous" if value.previous else translated(value, quoting.name(value.column))
    if field.klass == "number":
        return _number(f"replace({cell}, ',', '.')" if value.decimal == "," else cell)
    if field.klass == "boolean":
        return f"case when lower({cell}) in ('true', 'false') then lower({cell})::json else to_json({cell}) end"
    if field.klass == "money":
        return _money(cell, value)
    if field.klass == "time":
        return _date(cell, value.time) if field.type == "date" else moment(value, cell)
    return cell


def _number(cell: str) -> str:
    pattern = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
    return f"case when regexp_matches({cell}, '{pattern}') then ({cell})::json else to_json({cell}) end"


def _constant(const: object, field: Field, value: Value) -> str:
    if isinstance(const, bool | int | float):
        return (
            f"{str(const).lower()}::json"
            if not isinstance(const, bool)
            else f"'{plain(const)}'::json"
        )
    return _money(quoting.text(const), value) if field.klass == "money" else quoting.text(const)


def _money(cell: str, value: Value) -> str:
    """SQL of minor units and currency; major units are exact decimals."""
    currency = value.currency or ""
    code = quoting.name(currency[1:-1]) if currency.startswith("{") else quoting.text(currency)
    amount = _amount(cell, value)
    if value.unit == "minor":
        minor = _number(amount)
    else:
        words = load().words
        units = (
            f"case when {code} in ({quoted(words['currencies_of_1'])}) then 1 "
            f"when {code} in ({quoted(words['currencies_of_1000'])}) then 1000 else 100 end"
        )
        scaled = f"(try_cast({amount} as decimal(28, 6)) * {units})"
        minor = (
            f"case when {scaled} = trunc({scaled}) then {scaled}::bigint::varchar::json "
            f"else to_json({cell}) end"
        )
    return (
        f"case when {cell} is not null then json_object('minor', {minor}, 'currency', {code}) end"
    )


def _amount(cell: str, value: Value) -> str:
    """SQL of an amount as a plain decimal text: decimal comma, points of thousands, 12,50-."""
    signed = f"regexp_replace({cell}, '^([^-]*)-$', '-\\1')"
    if value.decimal == ",":
        grouped = "^-?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]+)?$"
        dotless = f"replace(replace({signed}, '.', ''), ',', '.')"
        signed = f"case when regexp_matches({signed}, '{grouped}') then {dotless} end"
    return f"('-' || ltrim({signed}, '-'))" if value.negative else signed


def moment(value: Value, cell: str | None) -> str:
    """SQL of an RFC 3339 time in UTC from a local time; text that does not fit ends in a bad time."""
    if cell is None:
        return quoting.text(value.const)
    time = value.time or TimeFormat()
    if time.format is None:
        has_offset = f"regexp_matches({cell}, '(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"
        given = f"case when {has_offset} then timezone('UTC', try_cast({cell} as timestamptz)) end"
        zoned = f"coalesce({given}, {_utc(f'try_cast({cell} as timestamp)', time.zone)})"
    elif "%z" in time.format:
        zoned = f"timezone('UTC', try_strptime({cell}, {quoting.text(time.format)})::timestamptz)"
    else:
        zoned = _utc(f"try_strptime({cell}, {quoting.text(time.format)})", time.zone)
    if value.plus:
        zoned = f"({zoned} + to_seconds(try_cast({quoting.name(value.plus)} as double)))"
    written = f"strftime({zoned}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"case when {cell} is not null then coalesce({written}, 'unread    T' || left({cell}, 20) || 'Z') end"


def _utc(local: str, zone: str) -> str:
    return local if zone == "UTC" else f"timezone('UTC', timezone({quoting.text(zone)}, {local}))"


def _date(cell: str, time: TimeFormat | None) -> str:
    pattern = (time or TimeFormat()).format
    parsed = (
        f"try_strptime({cell}, {quoting.text(pattern)})"
        if pattern
        else f"try_cast({cell} as timestamp)"
    )
    return f"coalesce(strftime({parsed}, '%Y-%m-%d'), {cell})"
