"""Files as delivered: their key, their form, and a JSON-lines file that DuckDB can read whole."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ingestion import documents
from ingestion.forms import is_lines, is_object, is_one_object
from ingestion.shapes import MAX_OBJECT

_BOM = b"\xef\xbb\xbf"
_CHUNK = 8 * 2**20
# Of JSON text: a chunk and the next one are held in memory at a time, or a whole file of twice the
# size. With larger chunks DuckDB puts tables aside on the disk, smaller ones plan more statements.
CHUNK_BYTES = 256 * 2**20
# DuckDB works on 2,048 lines at a time: of blocks with lines this long, a chunk has only a few
_FEW_ENDS, _MOST_HEAVY = _CHUNK // 2**14, 4
TABLES = (".csv", ".tsv", ".parquet", ".zip", ".csv.gz", ".tsv.gz")


class InputError(Exception):
    """A file cannot be read at all; the sentence names it and what to do."""


@dataclass
class Lines:
    """JSON lines of one input: where they stand, and what was left out before (line, offset, code)."""

    path: Path
    rejected: list[tuple[int, int, str]] = field(default_factory=list)
    is_heavy: bool = False  # lines of 16 KiB and more on an average of eight megabytes


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
        shutil.copyfileobj(file, out, _CHUNK)
    return Lines(target, lines.rejected)


def _refused(work: Path, code: str, lines: Lines) -> Lines:
    empty = work / "empty.jsonl"
    empty.write_bytes(b"")
    return Lines(empty, [*lines.rejected, (1, 0, code)])


def _unpacked(path: Path, target: Path) -> Lines:
    """Unpack gzip; when it breaks off, keep the whole lines and reject the rest as one candidate."""
    count, whole = 0, 0
    is_broken = False
    with target.open("wb") as file:
        try:
            for block in _inflated(path):
                cut = block.rfind(b"\n")
                whole = file.tell() + cut + 1 if cut >= 0 else whole
                count += block.count(b"\n")
                file.write(block)
        except (EOFError, zlib.error):
            is_broken = True
            file.truncate(whole)
    return Lines(target, [(count + 1, whole, "truncated_gzip")] if is_broken else [])


def _inflated(path: Path) -> Iterator[bytes]:
    """Unpacked blocks of a gzip file, as far as it goes; raises `EOFError` where it breaks off."""
    packed, is_open = zlib.decompressobj(wbits=31), False
    for chunk in _chunks(path):
        rest = chunk
        while rest:
            is_open = True
            yield packed.decompress(rest)
            rest = packed.unused_data
            if packed.eof:
                packed, is_open = zlib.decompressobj(wbits=31), False
    if is_open:
        raise EOFError(path)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _without_long_lines(lines: Lines, target: Path) -> Lines:
    """Leave out lines above 16 MiB; only a chunk without a line end can belong to one."""
    ends = [chunk.count(b"\n") for chunk in _chunks(lines.path) if len(chunk) == _CHUNK]
    is_heavy = any(count < _FEW_ENDS for count in ends)
    if all(ends):
        return replace(lines, is_heavy=is_heavy)
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
    return Lines(target, rejected, is_heavy)


@dataclass(frozen=True)
class Chunk:
    """A stretch of whole lines in a file of its own: where it began in the input."""

    path: Path
    first_line: int
    first_byte: int


def chunks(lines: Lines, work: Path, size: int = CHUNK_BYTES) -> Generator[Chunk, None, None]:
    """Cut a JSON-lines file into stretches of about `size` bytes; one of up to two sizes is whole.

    Where lines are long, stretches are shorter.
    """
    if lines.path.stat().st_size <= 2 * size and not lines.is_heavy:
        yield Chunk(lines.path, 1, 0)
        return
    line, offset = 1, 0
    # the one worked on, the one that is read ahead, the one that is cut
    targets = cycle([work / f"chunk-{number}.jsonl" for number in range(3)])
    with lines.path.open("rb") as file, ThreadPoolExecutor(1) as ahead:
        following = ahead.submit(_cut, file, next(targets), size)
        while (cut := following.result()).written:
            following = ahead.submit(_cut, file, next(targets), size)
            yield Chunk(cut.target, line, offset)
            line, offset = line + cut.ends, offset + cut.written


@dataclass(frozen=True)
class _Cut:
    """A stretch that was copied: its bytes and line ends."""

    target: Path
    written: int
    ends: int


def _cut(file: BinaryIO, target: Path, size: int) -> _Cut:
    """Copy whole lines of about `size` bytes."""
    written, ends, heavy = 0, 0, 0
    with target.open("wb") as out:
        while written < size and heavy < _MOST_HEAVY and (block := file.read(_CHUNK)):
            written += out.write(block)
            found = block.count(b"\n")
            ends, heavy = ends + found, heavy + (found < _FEW_ENDS)
        if written >= size or heavy == _MOST_HEAVY:
            rest = file.readline()
            written += out.write(rest)
            ends += rest.count(b"\n")
    return _Cut(target, written, ends)


def positions(path: Path, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Line number, byte offset and byte length of the given rows (0-based, ascending).

    A row is a line that is not empty, as DuckDB counts them; works chunk by chunk.
    """
    numbers: list[np.ndarray] = []
    offsets: list[np.ndarray] = []
    lengths: list[np.ndarray] = []
    line, row, base, carry = 1, 0, 0, b""
    for chunk in _with_end(path):
        block = carry + chunk
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 10)
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        sizes = ends - starts
        short = np.flatnonzero(sizes < 64)
        full = np.ones(len(ends), dtype=bool)
        full[short] = [bool(block[starts[i] : ends[i]].strip()) for i in short]
        filled = np.flatnonzero(full)
        wanted = rows[(rows >= row) & (rows < row + len(filled))] - row
        picked = filled[wanted]
        numbers.append(line + picked)
        offsets.append(base + starts[picked])
        lengths.append(sizes[picked])
        line, row = line + len(ends), row + len(filled)
        cut = int(ends[-1]) + 1 if len(ends) else 0
        base, carry = base + cut, block[cut:]
    return np.concatenate(numbers), np.concatenate(offsets), np.concatenate(lengths)


def _with_end(path: Path) -> Iterator[bytes]:
    yield from _chunks(path)
    yield b"\n"


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
