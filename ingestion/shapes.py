"""Which keys a JSON-lines file really holds, by event type: one scan, so that the parse is narrow."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.catalogue import load
from ingestion.validation import fields_of

ENVELOPE_KEYS = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "data",
    "recordedtime",
    "dataschema",
    "datacontenttype",
    "sequence",
    "derivation",
    "timeuncertainty",
    "amends",
    "retracted",
    "causationid",
    "correlationid",
]
BLOCK_KEYS = ("party_refs", "objects", "actor", "ext")
ROW_KEY = "waypostrow"  # line of the table that a mapped event came from
MAX_OBJECT = 16 * 2**20  # bytes of one line; longer ones are split off before the parse
_MAX_SHAPES = 5_000
_MAX_UNKNOWN = 200
_KEY = re.compile(r"^[A-Za-z_][A-Za-z0-9_.-]{0,39}$")
_UNIT, _RECORD = chr(31), chr(30)


@dataclass
class Shapes:
    """Keys that occur: known and unknown fields by type, `ext` keys, and lines with a key twice."""

    types: set[str] = field(default_factory=set)
    envelope: set[str] = field(default_factory=set)
    data: set[str] = field(default_factory=set)
    unknown: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unknown_envelope: set[str] = field(default_factory=set)
    carriers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ext: set[str] = field(default_factory=set)
    has_double_keys: bool = False

    def add(self, kind: str, envelope: list[str], data: list[str]) -> None:
        """Take in one shape: the type's text, the envelope's keys, the keys of `data`."""
        for keys in (envelope, data):
            self.has_double_keys |= len(set(keys)) < len(keys)
        self.envelope |= set(envelope) & {*ENVELOPE_KEYS, ROW_KEY}
        self.unknown_envelope |= set(envelope) - {*ENVELOPE_KEYS, ROW_KEY}
        event_type = load().types.get(kind)
        if event_type is None:
            return
        self.types.add(kind)
        known = {*fields_of(event_type), *BLOCK_KEYS}
        self.data |= set(data) & known
        for key in data:
            self.carriers[key].add(kind)
        for key in set(data) - known:
            self.unknown[key].add(kind)

    def close(self) -> None:
        """Bound what a hostile file can ask for."""
        self.unknown = {k: self.unknown[k] for k in sorted(self.unknown)[:_MAX_UNKNOWN]}
        self.unknown_envelope = set(sorted(self.unknown_envelope)[:_MAX_UNKNOWN])
        self.data |= set(self.unknown)

    def owners(self, key: str) -> set[str]:
        """The types of the lines that carry a key."""
        return self.carriers[key]

    def has_unknown(self) -> bool:
        """Some line carries an attribute that the catalogue does not know."""
        return bool(self.unknown or self.unknown_envelope or self.ext)


def is_plain_key(key: str) -> bool:
    """A key that names an attribute and cannot hold a person's data."""
    return bool(_KEY.match(key))


def source_sql(path: Path) -> str:
    """SQL of the lines as JSON; a broken line is NULL, an empty one is not there."""
    name = str(path).replace("'", "''")
    return (
        f"read_ndjson_objects('{name}', ignore_errors = true, maximum_object_size = {MAX_OBJECT},"
        " compression = 'none')"
    )


def _split(keys: str) -> list[str]:
    return keys.split(_RECORD) if keys else []


def find(con: duckdb.DuckDBPyConnection, path: Path) -> Shapes:
    """Scan a JSON-lines file once for its distinct shapes."""
    shapes = Shapes()
    for kind, envelope, data in _distinct(con, path):
        shapes.add(kind, _split(envelope), _split(data))
    if "ext" in shapes.data:
        rows = con.execute(
            "select distinct unnest(json_keys(json, '$.data.ext')) as key "
            f"from {source_sql(path)} order by key limit {_MAX_UNKNOWN}"
        ).fetchall()
        shapes.ext = {key for (key,) in rows if is_plain_key(key)}
    shapes.close()
    return shapes


def _distinct(con: duckdb.DuckDBPyConnection, path: Path) -> Iterable[list[str]]:
    rows = con.execute(
        f"""select distinct concat_ws(chr(31), coalesce(json_extract_string(json, '$.type'), ''),
            array_to_string(json_keys(json), chr(30)),
            coalesce(array_to_string(json_keys(json, '$.data'), chr(30)), '')) as shape
        from {source_sql(path)} where json is not null limit {_MAX_SHAPES}"""
    ).fetchall()
    for (shape,) in rows:
        parts = shape.split(_UNIT)
        if len(parts) == 3:
            yield parts
