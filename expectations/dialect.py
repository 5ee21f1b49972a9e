"""DuckDB for SQLAlchemy, its rows read before the connection closes; knows no table, no check."""

from __future__ import annotations

import atexit
import os

from duckdb_engine import Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg2 import PGExecutionContext_psycopg2
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

URL_SCHEME = "duckdb+buffered"


class _BufferedContext(PGExecutionContext_psycopg2):  # the base of duckdb-engine's own
    """Great Expectations reads rows after closing the connection, with which the cursor dies."""

    def post_exec(self) -> None:  # the base's own logs notices, of which DuckDB has none
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
