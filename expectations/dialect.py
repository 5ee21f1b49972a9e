"""DuckDB for SQLAlchemy, its rows read before the connection closes; knows no table, no check."""

from __future__ import annotations

import atexit
import os

from duckdb_engine import Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

URL_SCHEME = "duckdb+buffered"


# the base is whatever context duckdb-engine uses: known at run time only, so mypy cannot follow
class _BufferedContext(Dialect.execution_ctx_cls):  # type: ignore[misc,valid-type]
    """Great Expectations reads rows after closing the connection, with which the cursor dies."""

    def post_exec(self) -> None:
        super().post_exec()
        if self.cursor is not None and self.cursor.description:
            rows = self.cursor.fetchall()
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, initial_buffer=rows
            )


class BufferedDialect(Dialect):
    """The duckdb-engine dialect with buffered results."""

    execution_ctx_cls = _BufferedContext
    supports_statement_cache = False


def end_quietly() -> None:
    """Drop what the DuckDB binding prints after the end: 40 lines on objects that SQLAlchemy keeps.

    For processes that have nothing to say on standard error after their exit handlers.
    """
    atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


def register() -> None:
    """Make `duckdb+buffered:///file` known to SQLAlchemy."""
    registry.register("duckdb.buffered", __name__, BufferedDialect.__name__)
