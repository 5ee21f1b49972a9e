"""Table exports of a system: which files are its tables, their key, their rows as text; no event."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb

from ingestion import inputs, quoting, tables

_REJECTED = (
    "create table if not exists rejected_rows (table_name varchar, line bigint, code varchar)"
)


def table_files(folder: Path) -> list[Path]:
    """The tables that lie directly in a folder, by name."""
    return sorted(p for p in folder.iterdir() if p.is_file() and inputs.is_table(p))


def folders(path: Path) -> list[Path]:
    """A folder and those below it that hold tables; hidden ones are left out."""
    below = [path, *(p for p in path.rglob("*") if p.is_dir())]
    shown = (p for p in below if not any(s.startswith(".") for s in p.relative_to(path).parts))
    return sorted(p for p in shown if table_files(p))


def input_key(folder: Path) -> str:
    """32 hex digits over the names and bytes of a folder's tables."""
    parts = (f"{path.name}\x1f{inputs.input_key(path)}" for path in table_files(folder))
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:32]


def named(files: Iterable[Path], known: Iterable[str], work: Path) -> dict[str, Path]:
    """Known table → its file: `charge_data.csv`, `charge.parquet` and `CHARGE.csv.gz` are `charge`.

    A packed one is unpacked into `work`; files of other names are left out.
    """
    by_stem = {name.lower().removesuffix("_data"): name for name in known}
    found: dict[str, Path] = {}
    for path in files:
        name = by_stem.get(_stem(path)) or by_stem.get(_stem(path).partition("_")[2])
        if name and name not in found:
            found[name] = _unpacked(path, work)
    return found


def _unpacked(path: Path, work: Path) -> Path:
    if path.suffix.lower() != ".gz":
        return inputs.unzipped(path, work)
    target = work / path.name[: -len(".gz")]
    with gzip.open(path, "rb") as packed, target.open("wb") as out:
        shutil.copyfileobj(packed, out)
    return target


def _stem(path: Path) -> str:
    return path.name.lower().partition(".")[0].removesuffix("_data")


def lay(
    con: duckdb.DuckDBPyConnection, name: str, path: Path | None, columns: Iterable[str]
) -> None:
    """Make table `name` of these columns as text, and `row_of_file`, its line (header = 1).

    A column that the file lacks is NULL, an empty cell too; without a file there are no rows.
    Rows that cannot be read are kept in `rejected_rows(table_name, line, code)`.
    """
    con.execute(_REJECTED)
    if path is None:
        nothing = ", ".join(f"null::varchar as {quoting.name(c)}" for c in columns)
        con.execute(
            f"create table {quoting.name(name)} as select {nothing}, 0 as row_of_file limit 0"
        )
        return
    lines = tables.load(con, path, None, ())
    held = {column.lower(): column for column in tables.header(path)[0]}
    cells = ", ".join(
        f"{quoting.name(held[c]) if c in held else 'null::varchar'} as {quoting.name(c)}"
        for c in columns
    )
    con.execute(
        f"create table {quoting.name(name)} as select {cells}, line as row_of_file from cells order by line"
    )
    con.execute("drop table cells")
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    for line, _, code in lines.rejected:
        con.execute("insert into rejected_rows values (?, ?, ?)", [name, line, code])


def rejected(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int, str]]:
    """Rows of the tables laid so far that cannot be read: table, line, code of the quarantine."""
    con.execute(_REJECTED)
    return con.execute("from rejected_rows order by table_name, line").fetchall()


def rows(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[Mapping[str, object]]:
    """Rows of a query as dicts, a thousand at a time, on a cursor of their own."""
    found = con.cursor().execute(query)
    names = [column[0] for column in found.description or ()]
    while batch := found.fetchmany(1000):
        for row in batch:
            yield dict(zip(names, row, strict=True))
