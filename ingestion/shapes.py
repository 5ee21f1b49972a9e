"""Which keys the lines of a chunk really hold, by event type, so that the parse is narrow."""

from __future__ import annotations

import re
from collections import defaultdict
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
# a name that spells a telephone number or an e-mail address
_TELLING = re.compile(r"([0-9][._-]*){8}|[._-]at[._-].*(\.|[._-]dot[._-])[a-z]{2,}$", re.IGNORECASE)


@dataclass
class Shapes:
    """Keys that occur: known and unknown ones by type, `ext` keys, and lines with a key twice."""

    types: set[str] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)
    envelope: set[str] = field(default_factory=set)
    data: set[str] = field(default_factory=set)
    unknown: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unknown_envelope: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    carriers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ext: set[str] = field(default_factory=set)
    has_double_keys: bool = False
    is_whole: bool = False

    def add(self, kind: str, envelope: list[str], data: list[str]) -> None:
        """Take in one shape: the known type or '', the envelope's keys, the keys of `data`."""
        for keys in (envelope, data):
            self.has_double_keys |= len(set(keys)) < len(keys)
        self.envelope |= set(envelope) & {*ENVELOPE_KEYS, ROW_KEY}
        if not kind:
            return
        for key in set(envelope) - {*ENVELOPE_KEYS, ROW_KEY}:
            self.unknown_envelope[key].add(kind)
        self.types.add(kind)
        known = {*fields_of(load().types[kind]), *BLOCK_KEYS}
        self.data |= set(data) & known
        for key in data:
            self.carriers[key].add(kind)
            if key not in known:
                self.unknown[key].add(kind)

    def close(self) -> None:
        """Bound what a hostile file can ask for."""
        self.unknown = _first(self.unknown)
        self.unknown_envelope = _first(self.unknown_envelope)

    def holds(self, kind: str, key: str) -> bool:
        """Some line of the type carries the key in its data."""
        return kind in self.carriers.get(key, ())

    def has_unknown(self) -> bool:
        """Some line carries an attribute that the catalogue does not know."""
        return bool(self.unknown or self.unknown_envelope or self.ext)


def _first(keys: dict[str, set[str]]) -> dict[str, set[str]]:
    return {key: keys[key] for key in sorted(keys)[:_MAX_UNKNOWN]}


def is_plain_key(key: str) -> bool:
    """A key that names an attribute and cannot hold a person's data."""
    return bool(_KEY.match(key)) and not _TELLING.search(key)


def load_lines(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Read a JSON-lines file into table `lines(json, key_count, event_type)`.

    A broken line has a NULL json, empty lines are not there; `rowid` counts the others from 0.
    `key_count` is the number of keys of the envelope and of data; unknown types are NULL.
    """
    # no `in (…)`: a list that long becomes a join, and a join does not keep the order of lines
    known = "\n".join(["", *sorted(load().types), ""])
    is_known = f"not contains(kind, chr(10)) and contains('{known}', chr(10) || kind || chr(10))"
    name = str(path).replace("'", "''")
    con.execute(
        f"""create or replace table lines as
        with parsed as (
            select json, json_extract_string(json, '$.type') as kind
            from read_ndjson_objects('{name}', ignore_errors = true, compression = 'none',
                maximum_object_size = {MAX_OBJECT})
        )
        select json, case when {is_known} then kind end as event_type,
            len(flatten(json_keys(json, ['$', '$.data']))) as key_count
        from parsed"""
    )


def find(con: duckdb.DuckDBPyConnection, first: int | None = None) -> Shapes:
    """The distinct shapes of `lines`; with `first`, of the first lines only (and every type)."""
    shapes = Shapes()
    sample = f"and rowid < {first}" if first else ""
    rows = con.execute(
        f"""select distinct coalesce(event_type, ''), json_keys(json), json_keys(json, '$.data')
        from lines where json is not null {sample}
        limit {_MAX_SHAPES}"""
    ).fetchall()
    for kind, envelope, data in rows:
        shapes.add(kind, envelope or [], data or [])
    kinds = con.execute(
        "select event_type, count(*) from lines where event_type is not null group by event_type"
    )
    for kind, number in kinds.fetchall():
        shapes.rows[kind] = number
        # more shapes than are looked at: take every known key to occur, and any key twice
        is_cut = len(rows) == _MAX_SHAPES
        known = [*fields_of(load().types[kind]), *BLOCK_KEYS]
        shapes.add(kind, ENVELOPE_KEYS if is_cut else [], known if is_cut else [])
        shapes.has_double_keys |= is_cut
    if "ext" in shapes.data:
        found = con.execute(
            "select distinct unnest(json_keys(json, '$.data.ext')) as key from lines "
            f"order by key limit {_MAX_UNKNOWN}"
        ).fetchall()
        shapes.ext = {key for (key,) in found if is_plain_key(key)}
    shapes.is_whole = first is None
    shapes.close()
    return shapes
