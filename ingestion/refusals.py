"""Tombstones of erased people: written once, asked at the door; cannot be read back.

One Parquet file an erasure, of keyed hashes of traces (see `traces`): who has the log alone cannot
tell whom it is about, and who delivers the person again is refused. A trace that names a hash names
it as it was when the tombstone was made, so the door seals its hashes no further before it looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import product
from pathlib import Path

import duckdb

from ingestion import draft, privacy, quoting, sealing, traces

State = tuple[tuple[str, int, int], ...]
# with these an object of the control totals begins
_BEGINNINGS = "'case.opened', 'order.placed', 'invoice.issued', 'refund.issued'"
_HASHED = "sealed(keyed_hash('erased', {}))"


def folder(log: Path) -> Path:
    """Where the tombstones stand, and the erasures that are under way."""
    return log / "erasures"


def state(log: Path) -> State:
    """Changes whenever a tombstone joins."""
    found = ((path.name, path.stat()) for path in sorted(folder(log).glob("*.parquet")))
    return tuple((name, about.st_size, about.st_mtime_ns) for name, about in found)


def add(con: duckdb.DuckDBPyConnection, log: Path, request_id: str, found: Iterable[str]) -> None:
    """Add traces to the tombstones of an erasure in one rename; `privacy.install` has run."""
    target = folder(log) / f"{request_id}.parquet"
    kept = f" union select * from ({tombstones([target])})" if target.exists() else ""
    with privacy.replacing(target) as fresh:
        con.execute(
            f"copy (select {_HASHED.format('trace')} as tombstone, "
            "getvariable('waypost_keys') as key_count "
            f"from (select unnest($1::varchar[]) as trace){kept} order by 1) "
            f"to {quoting.text(fresh)} (format parquet)",
            [sorted(found)],
        )


def request_of(con: duckdb.DuckDBPyConnection, log: Path, trace: str) -> str | None:
    """The erasure that left a tombstone of the trace; `privacy.install` has run."""
    files = sorted(folder(log).glob("*.parquet"))
    if not files:
        return None
    listed = quoting.texts(files)
    row = con.execute(
        f"select min(filename) from read_parquet([{listed}], filename = true, union_by_name = true) "
        f"where tombstone = {_HASHED.format('$1::varchar')}",
        [trace],
    ).fetchone()
    return Path(row[0]).stem if row and row[0] else None


def refuse(
    con: duckdb.DuckDBPyConnection, log: Path, domains: Collection[str]
) -> dict[str, Counter[str]]:
    """Take rows about erased people out of the drafts; returns how many, by domain and source.

    So goes a row that is wrong as well: nobody is to correct it.
    """
    files = sorted(folder(log).glob("*.parquet"))
    if not files or not domains:
        return {}
    con.execute(
        "create or replace temp table tombstones as "
        f"select distinct tombstone, key_count from ({tombstones(files)})"
    )
    counts = con.execute("select distinct key_count from tombstones").fetchall()
    con.execute("create temp table if not exists refused_traces (trace varchar)")
    con.execute("create or replace temp table refused (row bigint, domain varchar, source varchar)")
    for domain, (key_count,) in product(domains, counts):
        held = {name for name, *_ in con.execute(f"describe draft_{domain}").fetchall()}
        rows = sealing.rows(con, f"draft_{domain}", domain, f"sealed_{key_count}")
        con.execute(f"""
            insert into refused
            select distinct row, '{domain}', source from (
                select row, coalesce(source, '') as source, unnest({traces.every(held)}) as trace
                from {rows}
            ) where {_HASHED.format("trace")} in (
                select tombstone from tombstones where key_count = {key_count})""")
    for domain in domains:
        con.execute(f"""
            insert into refused_traces
            select unnest([{traces.EVENT}event_id,
                case when event_type in ({_BEGINNINGS}) then subject_type || '/' || subject_id end])
            from draft_{domain} where row in (select row from refused where domain = '{domain}')""")
    for table in draft.tables(con):
        con.execute(f"delete from {table} where row in (select row from refused)")
    counted: dict[str, Counter[str]] = {}
    query = "select domain, source, count(distinct row) from refused group by all"
    for domain, source, number in con.execute(query).fetchall():
        counted.setdefault(domain, Counter())[str(source)] = int(number)
    return counted


def tombstones(files: Iterable[Path]) -> str:
    """SQL of tombstone and key_count: how many keys had sealed the hashes in what it stands for."""
    listed = quoting.texts(files)
    return (
        "select tombstone, coalesce(key_count, 1) as key_count from ("
        f"from read_parquet([{listed}], union_by_name = true) "
        "union all by name select null::bigint as key_count where false)"
    )


def among(
    con: duckdb.DuckDBPyConnection, log: Path, known: Mapping[str, Iterable[str]]
) -> set[str]:
    """Names of those things one of whose traces is a tombstone, or of a row that was refused before
    on this connection; `privacy.install` has run.
    """
    files = sorted(folder(log).glob("*.parquet"))
    pairs = [(name, trace) for name, own in known.items() for trace in own] if files else []
    if not pairs:
        return set()
    listed = quoting.texts(files)
    con.execute("create temp table if not exists refused_traces (trace varchar)")
    found = con.execute(
        "select distinct name from (select unnest($1::varchar[]) as name, "
        f"unnest($2::varchar[]) as trace) where {_HASHED.format('trace')} in "
        f"(select tombstone from read_parquet([{listed}])) "
        "or trace in (select trace from refused_traces where trace is not null)",
        [list(column) for column in zip(*pairs, strict=True)],
    )
    return {str(name) for (name,) in found.fetchall()}
