"""The serving copy: opens it read-only for one query; knows no question and no page."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd


@dataclass(frozen=True)
class Serving:
    """One published copy; equal builds are equal, so answers can be cached by it."""

    path: str
    build_id: str
    as_of: dt.datetime
    zone: str = "UTC"
    currency: str = "EUR"
    tables: tuple[str, ...] = ()
    checks: str = field(default="[]", compare=False)
    secret_fingerprint: str = ""

    def has(self, table: str) -> bool:
        """True when the copy holds the table."""
        return table in self.tables

    def local(self, moment: dt.datetime) -> dt.datetime:
        """A time in the reporting zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def check_results(self) -> list[dict[str, Any]]:
        """What the gates found when this copy was published."""
        return list(json.loads(self.checks))


def find(path: Path) -> Serving | None:
    """The copy at `path`, or None when nothing has been published yet."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return _read(str(path), (state.st_ino, state.st_mtime_ns))


@lru_cache(maxsize=8)
def _read(path: str, _version: tuple[int, int]) -> Serving | None:
    """What a file says of itself; a swapped file has another inode and is read anew."""
    with _attached(path) as con:
        # a copy that an earlier release published does not name the secret of its hashes
        row = con.execute(
            "select build_id, as_of, reporting_zone, reporting_currency, checks, secret_fingerprint "
            "from (from manifest union all by name select null::varchar as secret_fingerprint where false)"
        ).fetchone()
        tables = con.execute(
            "select table_name from duckdb_tables() where database_name = 'serving'"
        ).fetchall()
    if row is None:
        return None
    names = tuple(sorted(str(name) for (name,) in tables))
    build_id, as_of, zone, currency, checks, secret = row
    return Serving(path, str(build_id), as_of, zone, currency, names, checks, secret or "")


def ask(serving: Serving, query: str, **parameters: object) -> pd.DataFrame:
    """Run one query with bound parameters (`$name`); unused parameters are left out."""
    used = set(re.findall(r"\$(\w+)", query))
    bound = {name: value for name, value in parameters.items() if name in used}
    with _attached(serving.path) as con:
        return con.execute(query, bound).df()


def _attached(path: str) -> duckdb.DuckDBPyConnection:
    # A connection to the path itself would keep showing the old file after a swap (one instance
    # per path and process), so each query attaches the file anew; that takes about 20 ms.
    con = duckdb.connect()
    try:
        con.execute("set timezone = 'UTC'")
        escaped = path.replace("'", "''")
        con.execute(f"attach '{escaped}' as serving (read_only)")
        con.execute("use serving")
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
    except duckdb.Error:
        con.close()
        raise
    return con
