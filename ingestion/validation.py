"""A row's shape: SQL that turns a JSON leaf into a typed value and tells what is wrong with it.

Knows the catalogue's classes, not files. A *leaf* is the JSON text of one value (`"abc"`, `12`),
so that nothing is coerced unseen: every rule looks at the text before it casts.
"""

from __future__ import annotations

from collections.abc import Collection

from ingestion import quoting
from ingestion.catalogue import EventType, Field, load

SAFE_INTEGER = 2**53  # above it, JSON writers that use doubles have already rounded
ID_BYTES, CODE_BYTES, CODE_WORDS, LINK_BYTES = 200, 64, 4, 2000
# an e-mail address, also as a URL writes it; a telephone number with its country's code, at the
# beginning or as a part of a link
_MAIL = r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}|%(25)*40"
_PHONE = r"(^\"|[/:=,])(\+|%(25)*2[bB])[0-9]{7,15}([^0-9]|$)"
ADDRESS_SIGNS = "@%+"  # without any of them it holds neither


def quoted(words: Collection[str]) -> str:
    """SQL list of string literals in sorted order."""
    return quoting.texts(sorted(words))


def leaf(prefix: str, key: str) -> str:
    """Name of the column with the JSON text of a key: `e_` for the envelope, `d_` for data."""
    return quoting.name(f"{prefix}_{key}")


def is_text(leaf: str) -> str:
    """SQL: the leaf is a JSON string (by its first character, an inlined comparison)."""
    return f"({leaf} >= '\"' and {leaf} < '#')"


def text(leaf: str) -> str:
    """SQL: the value of a string leaf."""
    return f"json_extract_string({leaf}, '$')"


def _bare(leaf: str) -> str:
    """SQL: an ASCII string leaf without its quotes (much cheaper than trim, which decodes UTF-8)."""
    return f"substr({leaf}, 2, strlen({leaf}) - 2)"


def _short(leaf: str, limit: int, extra: str = "") -> str:
    """A string of 1 to `limit` bytes."""
    return (
        f"case when {is_text(leaf)} and strlen({leaf}) between 3 and {limit + 2}{extra} "
        f"then {text(leaf)} end"
    )


def _plain(leaf: str, limit: int, extra: str = "") -> str:
    """A short string that holds no e-mail address and no telephone number."""
    return _short(leaf, limit, f"{extra} and not {holds_address(leaf)}")


def holds_address(leaf: str, pattern: str = f"{_MAIL}|{_PHONE}") -> str:
    """SQL: a string leaf holds an e-mail address or a telephone number such as +4930…"""
    signs = " or ".join(f"contains({leaf}, '{sign}')" for sign in ADDRESS_SIGNS)
    return f"(({signs}) and regexp_matches({leaf}, '{pattern}'))"


def identifier(leaf: str) -> str:
    """SQL: an id, at most 200 bytes without an address of a person, else NULL."""
    return _plain(leaf, ID_BYTES)


def code(leaf: str) -> str:
    """SQL: a code, at most 64 bytes and four words without an e-mail address, else NULL.

    A code may be a telephone number: the company's own one that was called.
    """
    words = f" and strlen({leaf}) - strlen(replace({leaf}, ' ', '')) < {CODE_WORDS}"
    return _short(leaf, CODE_BYTES, f"{words} and not {holds_address(leaf, _MAIL)}")


def link(leaf: str) -> str:
    """SQL: an http(s) address without one of a person, else NULL."""
    begins = f"(starts_with({leaf}, '\"https://') or starts_with({leaf}, '\"http://'))"
    return _plain(leaf, LINK_BYTES, f" and {begins}")


def one_of(leaf: str, values: Collection[str]) -> str:
    """SQL: a string out of a closed list, else NULL."""
    if len(values) > 50:  # a long list: all words of one length, found in one string
        (length,) = {len(value) for value in values}
        listed = "".join(f'"{value}"' for value in sorted(values))
        return (
            f"case when strlen({leaf}) = {length + 2} and {is_text(leaf)} "
            f"and contains('{listed}', {leaf}) then {_bare(leaf)} end"
        )
    escaped = f"contains({leaf}, '\\') and {is_text(leaf)} and {text(leaf)} in ({quoted(values)})"
    listed = quoted([f'"{value}"' for value in values])
    return f"case when {leaf} in ({listed}) then {_bare(leaf)} when {escaped} then {text(leaf)} end"


def integer(leaf: str) -> str:
    """SQL: a whole number written as such within ±2^53 (not 1.7, "12", true or 1e3), else NULL."""
    number = f"try_cast({leaf} as bigint)"
    return (
        f"case when {number} between -{SAFE_INTEGER} and {SAFE_INTEGER} "
        f"and {number}::varchar = {leaf} then {number} end"
    )


def decimal(leaf: str) -> str:
    """SQL: a JSON number as decimal(18,6), rounded to six places, else NULL."""
    return f"case when {leaf} >= '-' and {leaf} < ':' then try_cast({leaf} as decimal(18,6)) end"


def boolean(leaf: str) -> str:
    """SQL: true or false, else NULL."""
    return f"case {leaf} when 'true' then true when 'false' then false end"


def has_zone(leaf: str) -> str:
    """SQL: the string ends with Z or an offset such as +02:00 (RFC 3339)."""
    return (
        f"(ends_with({leaf}, 'Z\"') or substr({leaf}, strlen({leaf}) - 6, 1) in ('+', '-')) "
        f"and substr({leaf}, 12, 1) in ('T', ' ')"
    )


def moment(leaf: str) -> str:
    """SQL: an RFC 3339 time with offset as TIMESTAMPTZ (the session is in UTC), else NULL.

    The two common spellings in UTC are read by their format, which is much cheaper than a cast. A
    cast to TIMESTAMP would drop the offset unseen.
    """
    plain = "['\"%Y-%m-%dT%H:%M:%SZ\"', '\"%Y-%m-%dT%H:%M:%S.%fZ\"']"
    cast = f"try_cast({_bare(leaf)} as timestamptz)"
    other = f"case when {is_text(leaf)} and {has_zone(leaf)} then {cast} end"
    # the session is in UTC; a cast to TIMESTAMPTZ would ask the time zone's calendar for each value
    read = f"make_timestamptz(epoch_us(try_strptime({leaf}, {plain})))"
    # the bare words Infinity and -Infinity are no text, but strptime reads them as times
    return f"case when {is_text(leaf)} then coalesce({read}, {other}) end"


def day(leaf: str) -> str:
    """SQL: a date yyyy-mm-dd, else NULL."""
    return f"case when {is_text(leaf)} and strlen({leaf}) = 12 then try_cast({_bare(leaf)} as date) end"


def _number(field: Field, leaf: str) -> str:
    value = integer(leaf) if field.type != "decimal" else decimal(leaf)
    limits = [
        f"({value}) {sign} {limit}"
        for sign, limit in ((">=", field.minimum), ("<=", field.maximum))
        if limit is not None
    ]
    return f"case when {' and '.join(limits)} then {value} end" if limits else value


def _scalar(field: Field, leaf: str) -> str:
    if field.personal:
        return f"keyed_hash('{field.personal}', {_short(leaf, ID_BYTES)})"
    if field.klass == "enum":
        return one_of(leaf, field.values)
    if field.klass == "number":
        return _number(field, leaf)
    if field.klass == "time":
        return day(leaf) if field.type == "date" else moment(leaf)
    return {"id": identifier, "code": code, "link": link, "boolean": boolean}[field.klass](leaf)


def _money(field: Field, leaf: str) -> dict[str, str]:
    minor = f"json_extract({leaf}, '$.minor')::varchar"
    currency = f"json_extract({leaf}, '$.currency')::varchar"
    return {
        f"{field.name}_minor": integer(minor),
        f"{field.name}_currency": one_of(currency, load().words["currencies"]),
    }


def _part(item: Field) -> str:
    """SQL of the leaf of a list element's part; null is as good as absent, as everywhere."""
    return f"nullif(json_extract(e, '$.{item.key}')::varchar, 'null')"


def _element(field: Field) -> str:
    """SQL of one list element `e` (a JSON text) as its typed value."""
    if isinstance(field.of, str):
        return _scalar(Field(field.name, field.key, field.of, {}), "e")
    assert field.of is not None
    parts = [
        f"{column} := {sql}"
        for item in field.of.values()
        for column, sql in typed(item, _part(item)).items()
    ]
    return f"struct_pack({', '.join(parts)})"


def _element_is_sound(field: Field) -> str:
    if isinstance(field.of, str):
        return f"({_element(field)}) is not null"
    assert field.of is not None
    checks = [
        sound(item, leaf, list(typed(item, leaf).values()))
        for item in field.of.values()
        for leaf in [_part(item)]
    ]
    return f"json_type(e) = 'OBJECT' and {' and '.join(checks)}"


def _elements(leaf: str) -> str:
    return f"json_extract({leaf}, '$[*]')::varchar[]"


def typed(field: Field, leaf: str) -> dict[str, str]:
    """SQL of each log column of a field from its leaf; NULL where the leaf does not fit."""
    if field.klass == "money":
        return _money(field, leaf)
    if field.klass == "list":
        items = _elements(leaf)
        good = (
            f"json_type({leaf}) = 'ARRAY' and len(list_filter({items}, "
            f"lambda e: not coalesce({_element_is_sound(field)}, false))) = 0"
        )
        listed = f"list_transform({items}, lambda e: {_element(field)})"
        return {field.name: f"case when {good} then {listed} end"}
    return {field.name: _scalar(field, leaf)}


def sound(field: Field, leaf: str, values: Collection[str], *, required: bool = False) -> str:
    """SQL: every column of the field is filled, or the field is absent and may be."""
    filled = " and ".join(f"({value}) is not null" for value in values)
    return filled if required else f"({leaf} is null or ({filled}))"


def wrong(field: Field) -> str:
    """The code of the reason when a field is present and does not fit its class."""
    if field.klass == "enum":
        return "enum"
    if field.klass == "time":
        return "bad_date" if field.type == "date" else "bad_time"
    if field.klass in ("id", "code", "link"):
        return "bad_text"
    return {"money": "bad_money", "list": "bad_list"}.get(field.klass, "wrong_type")


def fields_of(event_type: EventType) -> dict[str, Field]:
    """All fields that events of the type may carry, by delivered key: its own and the common."""
    catalogue = load()
    own = [catalogue.field(event_type.domain, n) for n in event_type.fields]
    return {field.key: field for field in (*own, *catalogue.common.values())}
