"""Which keys the lines of a chunk really hold, by event type, so that the parse is narrow."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion import quoting
from ingestion.catalogue import load
from ingestion.side_by_side import threads
from ingestion.validation import fields_of, quoted

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
# DuckDB reads as many bytes at a time as a line may have at most. Where these hold about as many lines
# as a row group has (122,880), their rows stay where they are; fewer are copied together once more.
# Each thread keeps memory for twice as many.
_LINES_READ, _MOST_READ = 120_000, 128 * 2**20  # of a thread; of all together
_MAX_KEYS = 20_000  # pairs of type and key that are looked at
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

    def add_envelope(self, kind: str, key: str) -> None:
        """Take in a key of the envelope of a known type, or of '' for the others."""
        if key in (*ENVELOPE_KEYS, ROW_KEY):
            self.envelope.add(key)
        elif kind:
            self.unknown_envelope[key].add(kind)

    def add_data(self, kind: str, key: str) -> None:
        """Take in a key of the data of a known type."""
        if not kind:
            return
        self.carriers[key].add(kind)
        if key in fields_of(load().types[kind]) or key in BLOCK_KEYS:
            self.data.add(key)
        else:
            self.unknown[key].add(kind)

    def close(self) -> None:
        """Bound what a hostile file can ask for."""
        self.unknown = _first(self.unknown)
        self.unknown_envelope = _first(self.unknown_envelope)

    def holds(self, kind: str, key: str) -> bool:
        """Some line of the type carries the key in its data."""
        return kind in self.carriers.get(key, ())


def _first(keys: dict[str, set[str]]) -> dict[str, set[str]]:
    return {key: keys[key] for key in sorted(keys)[:_MAX_UNKNOWN]}


def is_plain_key(key: str) -> bool:
    """A key that names an attribute and cannot hold a person's data."""
    return bool(_KEY.match(key)) and not _TELLING.search(key)


def load_lines(con: duckdb.DuckDBPyConnection, paths: Sequence[Path], mean: int) -> None:
    """Read JSON-lines files, one after the other, into `next_lines(json, shape, event_type, party_refs, actor)`.

    A broken line has a NULL json, empty lines are not there; `rowid` counts the others from 0.
    `shape` is equal for lines with the same keys in the envelope and in data; unknown types are
    NULL; the blocks that name people are JSON texts. `mean` is the length of a line in bytes, about.
    """
    read = max(MAX_OBJECT, min(mean * _LINES_READ, _MOST_READ // threads(con)))
    known = f"enum({quoted(load().types)})"
    con.execute(
        f"""create or replace table next_lines as
        with parsed as (
            select json, hash(json_keys(json, ['$', '$.data'])) as shape, json_extract(json,
                ['$.type', '$.data.party_refs', '$.data.actor'])::varchar[] as found
            from read_ndjson_objects([{quoting.texts(paths)}], ignore_errors = true, compression = 'none',
                maximum_object_size = {read})
        )
        select json, shape,
            try_cast(substr(found[1], 2, strlen(found[1]) - 2) as {known}) as event_type,
            nullif(found[2], 'null') as party_refs, nullif(found[3], 'null') as actor
        from parsed"""
    )


def find(con: duckdb.DuckDBPyConnection) -> Shapes:
    """The keys of `lines` by type, from one line of each distinct shape."""
    shapes = Shapes()
    con.execute("""
        create or replace temp table examples as
        select event_type, count(*) as number, any_value(json) as json
        from lines where json is not null group by event_type, shape""")
    kinds = con.execute("""
        select coalesce(event_type::varchar, ''), sum(number)::bigint, bool_or(
            len(list_distinct(json_keys(json))) < len(json_keys(json))
            or len(list_distinct(json_keys(json, '$.data'))) < len(json_keys(json, '$.data')))
        from examples group by event_type""")
    for kind, number, has_double_keys in kinds.fetchall():
        shapes.rows[kind] = number
        shapes.types |= {kind} - {""}
        shapes.has_double_keys |= bool(has_double_keys)
    for place, add in (("$", shapes.add_envelope), ("$.data", shapes.add_data)):
        for kind, key in _keys(con, place):
            add(kind, key)
    if "ext" in shapes.data:
        found = con.execute(
            "select distinct unnest(json_keys(json, '$.data.ext')) as key from lines "
            f"order by key limit {_MAX_UNKNOWN}"
        ).fetchall()
        shapes.ext = {key for (key,) in found if is_plain_key(key)}
    con.execute("drop table examples")
    shapes.close()
    return shapes


def _keys(con: duckdb.DuckDBPyConnection, place: str) -> list[tuple[str, str]]:
    """Type ('' for an unknown one) and key at a place, those of the catalogue before all others."""
    known = {*ENVELOPE_KEYS, ROW_KEY, *BLOCK_KEYS}
    known |= {key for kind in load().types.values() for key in fields_of(kind)}
    return con.execute(
        f"""select distinct coalesce(event_type::varchar, ''), unnest(json_keys(json, '{place}')) as key
        from examples order by key not in ({quoted(known)}), key limit {_MAX_KEYS}"""
    ).fetchall()
