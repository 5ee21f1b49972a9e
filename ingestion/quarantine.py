"""What was not let in: place and reason, never the line; one Parquet file an input."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from ingestion import privacy, quoting

# of the files, with their SQL types
COLUMNS = {
    "quarantine_id": "varchar",
    "input_key": "varchar",
    "source": "varchar",
    "line_number": "bigint",
    "byte_offset": "bigint",
    "stage": "varchar",
    "code": "varchar",
    "path": "varchar",
    "reason": "varchar",
    "shape": "varchar",
    "first_seen_at": "timestamptz",
}
_BATCH = 5_000  # rejected lines that are held in memory at a time, of up to 64 KiB each

# code → (stage, sentence); {path} is the place in the event
REASONS = {
    "not_json": ("parse", "The line is not a JSON object."),
    "binary_file": ("parse", "The file is binary, not JSON text."),
    "truncated_gzip": ("parse", "The gzip file breaks off here; deliver it again."),
    "broken_array": ("parse", "The JSON array is broken here; the elements before it were kept."),
    "line_too_long": ("parse", "The line is longer than 16 MiB."),
    "bad_encoding": ("parse", "The row is not valid UTF-8."),
    "bad_row": ("parse", "The row does not have the columns of the header."),
    "bad_payload": ("parse", "The adapter could not read {path}: its form is not one it knows."),
    "double_key": ("parse", "The object names a key twice."),
    "missing_field": ("schema", "{path} is missing."),
    "bad_specversion": ("schema", "{path} is not 1.0."),
    "unknown_type": ("schema", "The event type in {path} is not in the catalogue."),
    "unknown_version": ("schema", "The major version in {path} is not known."),
    "subject": ("schema", "{path} does not name the object of this event type."),
    "bad_text": ("schema", "{path} is not a short text, or holds an e-mail address."),
    "wrong_type": ("schema", "{path} is not a value of its type, or lies outside its limits."),
    "enum": ("schema", "{path} is not one of the listed values."),
    "rounded_id": (
        "schema",
        "{path} is a number above 2^53 that a writer has rounded, and no exact id stands beside it.",
    ),
    "bad_time": ("schema", "{path} is not a time in RFC 3339."),
    "bad_date": ("schema", "{path} is not a date yyyy-mm-dd."),
    "time_without_zone": ("schema", "{path} has no time zone."),
    "bad_money": ("schema", "{path} is not whole minor units with a known currency."),
    "bad_list": ("schema", "{path} is not a list of the elements described."),
    "party_refs": ("schema", "{path} does not name the parties with id_type, id and role."),
    "actor": ("schema", "{path} is not an actor of a known type."),
    "objects": ("schema", "{path} is not a list of type, id and qualifier."),
    "unknown_author": (
        "semantic",
        "Nothing tells whether {path} was a customer or staff; deliver the users with it.",
    ),
    "recorded_in_future": ("semantic", "{path} lies more than 5 minutes after this run."),
    "occurred_after_recorded": ("semantic", "{path} lies more than 5 minutes after the recording."),
    "due_before_made": ("semantic", "{path} lies before the promise."),
    "gross_mismatch": ("semantic", "{path} is not net plus tax."),
    "refund_not_negative": ("semantic", "{path} of a refund is not negative."),
    "rate_not_positive": ("semantic", "{path} of an exchange rate is not above zero."),
    "score_out_of_scale": ("semantic", "{path} lies outside its scale."),
    "conflicting_duplicate": (
        "duplicate",
        "The log has this source and id with another payload; correct it with `amends`.",
    ),
}


@dataclass(frozen=True)
class Reject:
    """A candidate that stays out: why, and where it stands in its input."""

    code: str
    path: str
    source: str | None
    line_number: int
    byte_offset: int | None
    shape: str | None


def shapes(
    con: duckdb.DuckDBPyConnection, path: Path, offsets: np.ndarray, lengths: np.ndarray
) -> list[str | None]:
    """Shape of the lines at these places, without values; keys that could tell something masked."""
    if not len(offsets):
        return []
    found: list[str | None] = []
    few: dict[str | None, str | None] = {}  # many lines have one shape, which is kept once
    # a database of its own would empty every allocator when it closes
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        con.cursor() as own,
    ):
        for at in range(0, len(offsets), _BATCH):
            places = zip(offsets[at : at + _BATCH], lengths[at : at + _BATCH], strict=True)
            lines = [_shown(data[int(o) : int(o + n)]) for o, n in places]
            rows = own.execute(_SHAPES, [lines]).fetchall()
            found += [few.setdefault(shape, shape) for (shape,) in rows]
    return found


_SHAPES = """
    select left(regexp_replace(case when json_valid(line)
        then json_structure(line::json)::varchar end,
        '"([^"]*[^A-Za-z_"][^"]*|[^"]{41,})":', '"…":', 'g'), 2000)
    from (select unnest($1::varchar[]) as line)"""


def _shown(line: bytes) -> str | None:
    """A line whose shape DuckDB can tell: it gives up at 128 levels, and says so for all lines."""
    if len(line) > 65_536 or line.count(b"[") + line.count(b"{") > 100:
        return None
    return line.decode("utf-8", "replace") or None


def write(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    input_key: str,
    rejects: list[Reject],
    seen_at: datetime,
) -> Path:
    """Replace the input's quarantine file in one rename; an input without rejects has none."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{input_key}.parquet"
    if not rejects:
        target.unlink(missing_ok=True)
        return target
    rejects = sorted(rejects, key=lambda r: (r.line_number, r.path))
    held = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"create or replace temp table rejected ({held})")
    rows = ", ".join(f"unnest(${name}::{kind}[])" for name, kind in COLUMNS.items())
    for at in range(0, len(rejects), _BATCH):
        columns = _columns(rejects[at : at + _BATCH], at, input_key, seen_at)
        con.execute(f"insert into rejected select {rows}", columns)
    with privacy.replacing(target) as draft:  # two may read the same input
        con.execute(f"copy rejected to {quoting.text(draft)} (format parquet)")
    con.execute("drop table rejected")
    return target


def _columns(
    rejects: list[Reject], first: int, input_key: str, seen_at: datetime
) -> dict[str, list[Any]]:
    """The values of rows by column, the first of which has that number."""
    return {
        "quarantine_id": [f"{input_key[:12]}-{first + k}" for k in range(len(rejects))],
        "input_key": [input_key] * len(rejects),
        "source": [r.source for r in rejects],
        "line_number": [r.line_number for r in rejects],
        "byte_offset": [r.byte_offset for r in rejects],
        "stage": [REASONS[r.code][0] for r in rejects],
        "code": [r.code for r in rejects],
        "path": [r.path for r in rejects],
        "reason": [REASONS[r.code][1].format(path=r.path) for r in rejects],
        "shape": [r.shape for r in rejects],
        "first_seen_at": [seen_at] * len(rejects),
    }


def files(folder: Path) -> list[Path]:
    """The quarantine files, one an input that has rejects."""
    return sorted(folder.glob("*.parquet"))


def places(folder: Path, input_key: str) -> list[tuple[int, str, str]]:
    """(line, code, path) of an input's rows."""
    with duckdb.connect() as con:
        found = con.execute(
            "select line_number, code, path from read_parquet(?) order by all",
            [str(folder / f"{input_key}.parquet")],
        )
        return [(int(line), str(code), str(path)) for line, code, path in found.fetchall()]
