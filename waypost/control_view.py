"""Lays the control totals of delivered inputs beside the log's views; knows no model."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

COLUMNS = {
    "source": "varchar",
    "measure": "varchar",
    "object_id": "varchar",
    "currency": "varchar",
    "amount_minor": "bigint",
    "is_withdrawn": "boolean",
    "occurred_at": "timestamptz",
    "committed_at": "timestamptz",
}


def lay(connection: duckdb.DuckDBPyConnection, folder: Path, log_as_of: datetime | None) -> None:
    """Write view `log.controls`: objects seen in the inputs that were committed by `log_as_of`."""
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in COLUMNS.items())
    files = sorted(str(path).replace("'", "''") for path in folder.glob("*.parquet"))
    if files:
        listed = ", ".join(f"'{name}'" for name in files)
        limit = f" where committed_at <= '{log_as_of.isoformat()}'" if log_as_of else ""
        reader = f"read_parquet([{listed}]){limit}"
    else:
        columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in COLUMNS.items())
        reader = "range(0)"
    connection.execute(f"create or replace view log.controls as select {columns} from {reader}")
