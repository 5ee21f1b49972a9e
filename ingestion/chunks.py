"""Stretches of whole lines of a JSON-lines file: where they stand, and how a reader gets one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ingestion.inputs import BLOCK, Lines, pieces

# Of JSON text: of a chunk, what was made of it and the next one are held in memory at a time, of a
# file of half more that is whole, no next one. With larger chunks DuckDB puts tables aside on the
# disk, smaller ones plan more statements.
CHUNK_BYTES = 352 * 2**20
# DuckDB works on 2,048 lines at a time: of blocks with lines of 16 KiB, a chunk has only a few
_FEW_ENDS, _MOST_HEAVY = BLOCK // 2**14, 4
_PIECE = 32 * 2**20  # bytes that go through one pipe


@dataclass(frozen=True)
class Chunk:
    """A stretch of whole lines: its file, number of its first line, about how many, first byte, bytes."""

    file: Path
    first_line: int
    lines: int
    first_byte: int
    size: int

    @contextmanager
    def readable(self) -> Iterator[list[Path]]:
        """Paths that give the stretch, each read once: the file itself, or pipes instead of copies.

        A few, because DuckDB keeps what it reads of a pipe until that one is at its end.
        """
        if not self.first_byte and self.size == self.file.stat().st_size:
            yield [self.file]
            return
        edges = self._edges()
        pipes = [os.pipe() for _ in edges[1:]]
        with ThreadPoolExecutor(len(pipes)) as aside:
            fed = [
                aside.submit(self._feed, into, start, end)
                for (_, into), (start, end) in zip(pipes, pairwise(edges), strict=True)
            ]
            try:
                yield [Path(f"/dev/fd/{out}") for out, _ in pipes]
            finally:
                for out, _ in pipes:
                    os.close(out)  # a feeder that has more to give ends with a broken pipe
        for each in fed:
            each.result()

    def _edges(self) -> list[int]:
        """Bytes of the file at which the pieces begin that go through one pipe each, and the end."""
        end = self.first_byte + self.size
        edges = [self.first_byte]
        with self.file.open("rb") as file:
            while edges[-1] + _PIECE < end:
                file.seek(edges[-1] + _PIECE)
                file.readline()
                edges.append(min(file.tell(), end))
        return edges if edges[-1] == end else [*edges, end]

    def _feed(self, into: int, start: int, end: int) -> None:
        with open(into, "wb") as pipe:
            for piece in pieces(self.file, start, end):
                pipe.write(piece)


def chunks(lines: Lines, size: int = CHUNK_BYTES) -> Iterator[Chunk]:
    """Stretches of about `size` bytes, in their order; a file of up to one and a half is one.

    Where lines are long, stretches are shorter.
    """
    whole, ends = lines.size, lines.ends
    is_heavy = any(count < _FEW_ENDS for count in ends[: whole // BLOCK])
    if whole <= 1.5 * size and not is_heavy:
        size = max(whole, 1)
    line, first = 1, 0
    with lines.path.open("rb") as file:
        while first < whole or line == 1:  # an empty file is one chunk as well
            block = begun = first // BLOCK
            heavy = 0
            while block < len(ends) and (block - begun) * BLOCK < size and heavy < _MOST_HEAVY:
                heavy += ends[block] < _FEW_ENDS
                block += 1
            file.seek(block * BLOCK)
            file.readline()  # the line that stands across the edge
            after = min(file.tell(), whole)
            following = sum(ends[:block]) + 2
            yield Chunk(lines.path, line, max(following - line, 1), first, after - first)
            line, first = following, after


def positions(chunk: Chunk, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Line number, byte offset (both in the file) and byte length of the given rows of a chunk.

    `rows` ascend from 0. A row is a line that is not empty, as DuckDB counts them; works block by
    block.
    """
    numbers: list[np.ndarray] = []
    offsets: list[np.ndarray] = []
    lengths: list[np.ndarray] = []
    line, row, base, carry = chunk.first_line, 0, chunk.first_byte, b""
    for read in _with_end(chunk):
        block = carry + read
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


def _with_end(chunk: Chunk) -> Iterator[memoryview | bytes]:
    yield from pieces(chunk.file, chunk.first_byte, chunk.first_byte + chunk.size)
    yield b"\n"
