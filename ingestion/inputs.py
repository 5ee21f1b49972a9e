"""Files as delivered: their key, their form, and a JSON-lines file that DuckDB can read."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from ingestion import documents
from ingestion.forms import is_lines, is_object, is_one_object
from ingestion.shapes import MAX_OBJECT

_BOM = b"\xef\xbb\xbf"
BLOCK = 8 * 2**20
_STEP = 2**18  # bytes that are looked at at a time, few enough to stay near the processor
TABLES = (".csv", ".tsv", ".parquet", ".zip", ".csv.gz", ".tsv.gz")


class InputError(Exception):
    """A file cannot be read at all; the sentence names it and what to do."""


@dataclass
class Lines:
    """JSON lines of one input: where they stand, and what was left out before (line, offset, code)."""

    path: Path
    rejected: list[tuple[int, int, str]] = field(default_factory=list)

    @cached_property
    def size(self) -> int:
        """Bytes of the file when it was first looked at: what is written later is not read."""
        return self.path.stat().st_size

    @cached_property
    def ends(self) -> list[int]:
        """How many line ends stand in each block of the file, the last of which may be short."""
        step = min(_STEP, BLOCK)
        found = [
            int(np.count_nonzero(np.frombuffer(piece, np.uint8) == 10))
            for piece in pieces(self.path, 0, self.size, step)
        ]
        return [sum(found[at : at + BLOCK // step]) for at in range(0, len(found), BLOCK // step)]


def is_table(path: Path) -> bool:
    """A file that needs a mapping: CSV, TSV, Parquet or a zip of one."""
    return path.name.lower().endswith(TABLES)


def input_key(path: Path) -> str:
    """32 hex digits of the SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def json_lines(path: Path, work: Path) -> Lines:
    """The events of a CloudEvents file as JSON lines; the file itself where it already is that.

    Gzip is unpacked, an array or a lone object is split, a line above 16 MiB is left out, and a
    truncated gzip keeps the whole lines before the break.
    """
    lines = Lines(path)
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if head[:2] == b"\x1f\x8b":
        lines = _unpacked(path, work / "unpacked.jsonl")
        with lines.path.open("rb") as file:
            head = file.read(64 * 1024)
    if b"\0" in head and not any(is_object(line) for line in head.split(b"\n")):
        return _refused(work, "binary_file", lines)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(_BOM):
        lines = _without_mark(lines, work / "unmarked.jsonl")
    if start[:1] == b"[" and not is_lines(head):
        target = work / "array.jsonl"
        lines = Lines(target, lines.rejected + documents.write_array(lines.path, target))
        return _without_long_lines(lines, work / "short.jsonl")
    if start[:1] == b"{" and not is_lines(head) and is_one_object(lines.path):
        target = work / "object.jsonl"
        documents.write_object(lines.path, target)
        return Lines(target, lines.rejected)
    return _without_long_lines(lines, work / "short.jsonl")


def _without_mark(lines: Lines, target: Path) -> Lines:
    """A copy without the byte order mark, which is no part of JSON."""
    with lines.path.open("rb") as file, target.open("wb") as out:
        file.seek(len(_BOM))
        shutil.copyfileobj(file, out, BLOCK)
    return Lines(target, lines.rejected)


def _refused(work: Path, code: str, lines: Lines) -> Lines:
    empty = work / "empty.jsonl"
    empty.write_bytes(b"")
    return Lines(empty, [*lines.rejected, (1, 0, code)])


def _unpacked(path: Path, target: Path) -> Lines:
    """Unpack gzip; when it breaks off, keep the whole lines and reject the rest as one candidate.

    Where it is damaged, only those lines are kept whose checksum fitted: the others may be wrong.
    """
    count, whole, checked = 0, 0, (0, 0)
    is_broken = False
    with target.open("wb") as file:
        try:
            for block, is_checked in _inflated(path):
                cut = block.rfind(b"\n")
                whole = file.tell() + cut + 1 if cut >= 0 else whole
                count += block.count(b"\n")
                file.write(block)
                checked = (count, whole) if is_checked else checked
        except EOFError:
            is_broken = True
        except zlib.error:
            is_broken, (count, whole) = True, checked
        if is_broken:
            file.truncate(whole)
    return Lines(target, [(count + 1, whole, "truncated_gzip")] if is_broken else [])


def _inflated(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Unpacked blocks of a gzip file, and whether one ends a member whose checksum fits.

    Raises `EOFError` where the file breaks off, `zlib.error` where it is damaged.
    """
    packed, is_open = zlib.decompressobj(wbits=31), False
    for piece in pieces(path, 0, path.stat().st_size):
        rest = bytes(piece)
        while rest:
            is_open = True
            yield packed.decompress(rest, BLOCK), packed.eof
            rest = packed.unused_data if packed.eof else packed.unconsumed_tail
            if packed.eof:
                packed, is_open = zlib.decompressobj(wbits=31), False
    if is_open:
        yield packed.flush(), False
        raise EOFError(path)


def pieces(path: Path, start: int, end: int, step: int = _STEP) -> Iterator[memoryview]:
    """The bytes of a stretch, each piece to be used before the next one takes its place.

    Raises `InputError` when the file has become shorter.
    """
    held = memoryview(bytearray(step))  # new memory for each would cost more than the reading
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            count = file.readinto(held[: end - start])
            if not count:
                raise InputError(f"{path} became shorter while it was read: ingest it again.")
            start += count
            yield held[:count]


def _without_long_lines(lines: Lines, target: Path) -> Lines:
    """Leave out lines above 16 MiB; only a block without a line end can belong to one."""
    if all(lines.ends[: lines.size // BLOCK]):
        return lines
    rejected = list(lines.rejected)
    number, offset = 1, 0
    with lines.path.open("rb") as file, target.open("wb") as out:
        while line := file.readline(MAX_OBJECT):
            length = len(line)
            if line.endswith(b"\n") or length < MAX_OBJECT:
                out.write(line)
            else:
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_OBJECT)
                    length += len(line)
                rejected.append((number, offset, "line_too_long"))
                out.write(b"\n")
            number, offset = number + 1, offset + length
    return Lines(target, rejected)


def unzipped(path: Path, work: Path) -> Path:
    """The one table in a zip, unpacked into `work`; other files are returned as they are."""
    if path.suffix.lower() != ".zip":
        return path
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                n for n in archive.namelist() if n.lower().endswith((".csv", ".tsv", ".parquet"))
            ]
            if len(names) != 1:
                raise InputError(
                    f"{path} holds {len(names)} tables: unpack it and name the one to read."
                )
            return Path(archive.extract(names[0], work))
    except zipfile.BadZipFile as error:
        raise InputError(f"{path} is not a readable zip file: deliver it again.") from error
