"""Lines of the table `delivery` to files in landing/<domain>; knows no company."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion import quoting

_RAW = "(format csv, header false, quote '', escape '', delimiter '\x01')"
_ORDER = "order by delivered_at, source, id, kind"


def copy_lines(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the lines of a query as they are; the file appears when it is complete."""
    part = path.with_name(f".{path.name}.part")
    con.execute(f"copy ({query}) to {quoting.text(part)} {_RAW}")
    part.replace(path)


def clear(landing: Path) -> None:
    """Remove the files of an earlier simulation, and only those."""
    for path in sorted(landing.glob("*/demo-*.jsonl")):
        path.unlink()


def write(con: duckdb.DuckDBPyConnection, landing: Path, chunk: int) -> list[Path]:
    """Write `delivery` as one file a source and quarter of delivery, in order of delivery."""
    con.execute("alter table delivery add column quarter varchar")
    con.execute(
        "update delivery set quarter = concat(year(local_day(delivered_at)), '-q', "
        "quarter(local_day(delivered_at)))"
    )
    groups = con.execute(
        "select distinct domain, source, quarter from delivery order by all"
    ).fetchall()
    written = []
    for domain, source, quarter in groups:
        folder = landing / domain
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"demo-{source.split('/')[1]}-{quarter}-{chunk:03d}.jsonl"
        where = f"domain = '{domain}' and source = '{source}' and quarter = '{quarter}'"
        copy_lines(con, f"select line from delivery where {where} {_ORDER}", path)
        written.append(path)
    return written


def append(con: duckdb.DuckDBPyConnection, target: Path, limit: int, scratch: Path) -> int:
    """Append at most `limit` lines of `delivery`, in order of delivery, to one file."""
    part = scratch / "part.jsonl"
    count = con.execute("select count(*) from delivery").fetchall()[0][0]
    if count > limit:
        first = f"select * from delivery {_ORDER} limit {limit}"
        con.execute(f"create or replace temp table delivery as {first}")
    copy_lines(con, f"select line from delivery {_ORDER}", part)
    with target.open("ab") as whole, part.open("rb") as piece:
        while block := piece.read(1 << 20):
            whole.write(block)
    part.unlink()
    return min(int(count), limit)
