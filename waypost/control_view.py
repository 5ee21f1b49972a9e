"""Lays the control totals of delivered inputs beside the log's views; knows no model."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingestion import quoting
from ingestion.controls import COLUMNS, STAMP


def lay(connection: duckdb.DuckDBPyConnection, folder: Path, log_as_of: datetime | None) -> None:
    """Write view `log.controls`: of each input what its last reading by `log_as_of` saw."""
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in COLUMNS.items())
    until = f"{log_as_of.astimezone(UTC):{STAMP}}" if log_as_of else "~"
    known: dict[str, Path] = {}
    for path in sorted(folder.glob("*.parquet")):
        input_key, _, stamp = path.stem.partition("-")
        if stamp <= until:
            known[input_key] = path
    files = sorted(known.values())
    if files:
        reader = f"read_parquet([{quoting.texts(files)}])"
    else:
        columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in COLUMNS.items())
        reader = "range(0)"
    connection.execute(f"create or replace view log.controls as select {columns} from {reader}")
