"""The lines of a file, chunk by chunk, the next one read while one is worked on; knows no event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import duckdb

from ingestion import shapes
from ingestion.chunks import Chunk, chunks
from ingestion.inputs import Lines

_Taken = TypeVar("_Taken")


class Ahead:
    """Reads chunks aside into `next_lines` (see `shapes.load_lines`), from its making on.

    `lines` gives the file to read and runs aside as well; what it raises comes out of `each`.
    """

    lines: Lines

    def __init__(self, con: duckdb.DuckDBPyConnection, lines: Callable[[], Lines]) -> None:
        self._con, self._given = con, lines
        self._chunks: Iterator[Chunk] | None = None
        self._aside = ThreadPoolExecutor(1)
        self._following = self._aside.submit(self._read)

    def each(self, take: Callable[[], _Taken]) -> Iterator[tuple[Chunk, _Taken]]:
        """Each chunk, with what `take` makes of its `next_lines`; then the next one is read."""
        while chunk := self._following.result():
            taken = take()
            self._following = self._aside.submit(self._read)
            yield chunk, taken

    def again(self) -> Ahead:
        """The same file from its beginning."""
        return Ahead(self._con, lambda: self.lines)

    def _read(self) -> Chunk | None:
        if self._chunks is None:
            self.lines = self._given()
            self._chunks = chunks(self.lines)
        if chunk := next(self._chunks, None):
            with self._con.cursor() as own, chunk.readable() as paths:
                shapes.load_lines(own, paths, chunk.size // chunk.lines)
        return chunk

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        self._aside.shutdown()
