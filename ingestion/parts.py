"""Part files: what one is called, how it is sealed, whether it is whole; knows no table.

The name of a sealed part ends with the first 32 hex digits of the SHA-256 of its bytes, so the
commit that names the part is also the record of its checksum. Parts of the first release have none.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ingestion import quoting

if TYPE_CHECKING:  # the front door imports this module, and must stay quick
    import duckdb

_SEALED = re.compile(r"^part-\d{8}-[0-9a-z]+-[0-9a-f]{12}-(?P<checksum>[0-9a-f]{32})\.parquet$")

# How `COPY … TO` writes a part. A level above 1, or a dictionary of more values than a code list
# has, costs a third more time for a few per cent of size; the encodings of Parquet's second version
# spare both.
FORMAT = (
    "format parquet, parquet_version v2, compression 'zstd', compression_level 1, "
    "dictionary_size_limit 1000"
)


def event_key(named: str) -> str:
    """SQL of the 16 bytes that identify an event for ever, from SQL of its source, U+001F and its id."""
    return f"unhex(left(sha256({named}), 32))"


def key_prefix(key: str) -> str:
    """SQL of a key's first 63 bits: a column of the file alone, by which the key check finds its way."""
    return f"({key}::uuid::uhugeint >> 65)::bigint"


KEY_PREFIX = key_prefix("event_key")


def reader(parts: Iterable[Path | str], *, columns_differ: bool = True) -> str:
    """SQL of the rows of parts, with `filename` and `file_row_number`."""
    return (
        f"read_parquet([{quoting.texts(parts)}], filename = true, file_row_number = true, "
        f"union_by_name = {columns_differ})"
    )


def columns(con: duckdb.DuckDBPyConnection, rows: str) -> list[str]:
    """Columns of the parts, without those that a part only has on its way."""
    names = [str(name) for name, *_ in con.execute(f"describe select * from {rows}").fetchall()]
    return [n for n in names if n not in ("key_prefix", "filename", "file_row_number")]


class DamagedLogError(Exception):
    """Something of the log is not as it was written; the sentence says what and what to run."""


class DamagedPartError(DamagedLogError):
    """A part of the log is not what its commit says; takes the file and what is wrong with it."""

    def __init__(self, part: Path, damage: str) -> None:
        super().__init__(
            f"{part} {damage}: run `waypost doctor`, which says what is lost and repairs what it can."
        )


def unsealed(folder: Path, number: int, label: str) -> Path:
    """A name for a part that is about to be written; two processes never choose the same."""
    return folder / f"part-{number:08d}-{label[:12]}-{uuid4().hex[:12]}.parquet"


def seal(part: Path) -> Path:
    """Make a written part durable and put its checksum into its name; returns the new path."""
    from ingestion import privacy  # here, for the front door

    privacy.sync(part)
    return part.rename(part.with_name(f"{part.stem}-{checksum(part)}.parquet"))


def is_sealed(part: str | Path) -> bool:
    """True when the name tells the checksum; only such parts have the column `key_prefix`."""
    return promised(part) is not None


def promised(part: str | Path) -> str | None:
    """The checksum that a part's name promises; None in parts of the first release."""
    match = _SEALED.match(Path(part).name)
    return match["checksum"] if match else None


def checksum(part: Path) -> str:
    """First 32 hex digits of the SHA-256 of a file's bytes."""
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def damage(part: Path, size: int | None, *, deep: bool) -> str | None:
    """What is wrong with a committed part, as the end of a sentence; None when it is whole.

    Size and the marks at both ends always, the checksum only with `deep`.
    """
    if not part.exists():
        return "is missing"
    found = part.stat().st_size
    if size is not None and found != size:
        return f"has {found} bytes where its commit says {size}"
    if not _is_marked(part, found):
        return "is no whole Parquet file"
    wanted = promised(part)
    if deep and wanted is not None and checksum(part) != wanted:
        return "has another checksum than its commit says"
    return None


def _is_marked(part: Path, size: int) -> bool:
    """Parquet's mark at both ends, and a footer that fits between them."""
    if size < 12:
        return False
    with part.open("rb") as file:
        head = file.read(4)
        file.seek(-8, os.SEEK_END)
        footer, tail = int.from_bytes(file.read(4), "little"), file.read(4)
    return head == tail == b"PAR1" and footer <= size - 12
