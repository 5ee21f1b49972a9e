"""The log's own books as views: quarantine (with what is settled) and receipts; knows no event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from ingestion import quarantine, quoting, settled
from ingestion.account import FATES
from waypost.settings import Settings

QUARANTINE = quarantine.COLUMNS | {"settled_reason": "varchar", "settled_at": "timestamptz"}
RECEIPTS = {
    "input_key": "varchar",
    "file_name": "varchar",
    "committed_at": "timestamptz",
    "source": "varchar",
} | dict.fromkeys(FATES, "bigint")
DRIFT = {"input_key": "varchar", "source": "varchar", "name": "varchar", "count": "bigint"}
# rows of each input and source that a person has settled since
_SETTLED = """
    select input_key, coalesce(source, '') as source, count(*) as settled
    from log.quarantine where settled_at is not null group by all"""


def _name(column: str) -> str:
    return f'"{column}"'


def typed_select(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str], reader: str | None
) -> str:
    """A select of exactly these columns; what no file holds becomes a typed NULL."""
    found: set[str] = set()
    if reader:
        rows = connection.execute(f"describe select * from {reader}").fetchall()
        found = {row[0] for row in rows}
    parts = (
        f"cast({_name(name) if name in found else 'null'} as {kind}) as {_name(name)}"
        for name, kind in columns.items()
    )
    return f"select {', '.join(parts)}" + (f" from {reader}" if reader else " where false")


def side_views(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Lay log.quarantine, log.receipts and log.drift; `settled` counts rows that a person has settled.

    Raises `DamagedLogError` for a quarantine file that is not whole.
    """
    parts = quarantine.files(settings.quarantine)
    reader = f"read_parquet([{quoting.texts(parts)}], union_by_name = true)" if parts else None
    joined = f"({settled.join(settings.quarantine, f'from {reader}')})" if reader else None
    select = typed_select(connection, QUARANTINE, joined)
    connection.execute(f"create or replace view log.quarantine as {select}")
    receipts = sorted(str(path) for path in (settings.log / "inputs").glob("*.json"))
    select = typed_select(connection, RECEIPTS, _receipts_reader(receipts) if receipts else None)
    connection.execute(
        f"create or replace view log.receipts as select receipts.*, coalesce(settled, 0) as settled"
        f" from ({select}) as receipts left join ({_SETTLED}) as settled using (input_key, source)"
    )
    select = typed_select(connection, DRIFT, _drift_reader(receipts) if receipts else None)
    connection.execute(f"create or replace view log.drift as {select}")


def _drift_reader(files: Sequence[str]) -> str:
    """One row per input, source and attribute that the catalogue does not know."""
    kinds = "{input_key: 'varchar', drift: 'struct(source varchar, name varchar, count bigint)[]'}"
    nested = f"read_json([{quoting.texts(files)}], columns = {kinds})"
    return f"(select input_key, unnest(drift, recursive := true) from {nested})"


def _receipts_reader(files: Sequence[str]) -> str:
    """One row per input and source."""
    counts = ", ".join(f"{name} bigint" for name in FATES)
    kinds = {
        "input_key": "varchar",
        "file_name": "varchar",
        "committed_at": "timestamptz",
        "sources": f"struct(source varchar, {counts})[]",
    }
    columns = ", ".join(f"{name}: {quoting.text(kind)}" for name, kind in kinds.items())
    nested = f"read_json([{quoting.texts(files)}], columns = {{{columns}}})"
    return f"(select * exclude (sources), unnest(sources, recursive := true) from {nested})"
