"""What was not let in: place and reason, never the line; one Parquet file an input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ingestion.parts import DamagedLogError

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
    "bad_text": (
        "schema",
        "{path} is not a short text, or holds an e-mail address or a telephone number.",
    ),
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


def files(folder: Path) -> list[Path]:
    """The quarantine files, one an input that has rejects; raises `DamagedLogError` for half a file."""
    return [path for path in sorted(folder.glob("*.parquet")) if _is_there(path)]


def _is_there(path: Path) -> bool:
    try:
        pq.read_metadata(path)
    except FileNotFoundError:  # its input was read again meanwhile, and nothing stays out
        return False
    except PermissionError:
        raise
    except (OSError, ValueError):
        raise _damaged(f"The quarantine file {path}") from None
    return True


def _damaged(what: str) -> DamagedLogError:
    remedy = "run `waypost doctor --repair`, which reads its input again."
    return DamagedLogError(f"{what} cannot be read: {remedy}")


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Raises `DamagedLogError` where DuckDB gives up at a bit that has flipped in a file."""
    try:
        yield
    except duckdb.Error as error:
        raise _damaged(f"A quarantine file in {folder}") from error


def places(folder: Path, input_key: str) -> list[tuple[int, str, str]]:
    """(line, code, path) of an input's rows."""
    with readable(folder), duckdb.connect() as con:
        found = con.execute(
            "select line_number, code, path from read_parquet(?) order by all",
            [str(folder / f"{input_key}.parquet")],
        )
        return [(int(line), str(code), str(path)) for line, code, path in found.fetchall()]
