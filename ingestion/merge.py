"""Which draft rows enter a domain's table: identity of events, duplicates, conflicts, repairs.

An event is identified by (source, id) for ever. A row of the same key and payload is a duplicate;
of another payload a conflict, unless the earlier row came from this same input: then a corrected
mapping replaces it. Events of this input that the new reading no longer gives are retracted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion import log as event_log
from ingestion.log import ENVELOPE


@dataclass
class Merged:
    """What one domain took in: counts, and the draft rows in conflict."""

    appended: int = 0
    duplicates: int = 0
    retracted: int = 0
    conflicts: list[int] = field(default_factory=list)
    appended_by_source: dict[str, int] = field(default_factory=dict)
    duplicates_by_source: dict[str, int] = field(default_factory=dict)
    commit_no: int | None = None


def _listed(paths: list[str]) -> str:
    quoted = ", ".join("'" + p.replace("'", "''") + "'" for p in paths)
    return f"read_parquet([{quoted}], union_by_name = true)"


def _decide(con: duckdb.DuckDBPyConnection, domain: str, parts: list[str], key: str) -> None:
    """Make temp table `fates(row, source, fate)` of the rows that are not simply new."""
    con.execute(f"""
        create or replace temp table firsts as
        select event_key, min(row) as first_row, count(*) as copies from draft_rows
        where problem is null and domain = '{domain}' group by event_key""")
    known = (
        f"""select event_key, arg_max(payload_hash, commit_no) as known_hash,
            arg_max(input_key, commit_no) as known_input
        from {_listed(parts)} where event_key in (select event_key from firsts)
        group by event_key having not arg_max(is_retracted and amends_id is null, commit_no)"""
        if parts
        else "select null::blob as event_key, null::blob as known_hash, "
        "null::varchar as known_input where false"
    )
    con.execute(f"create or replace temp table known as {known}")
    con.execute(f"""
        create or replace temp table fates as
        with suspects as (
            select event_key, first_row from firsts
            where copies > 1 or event_key in (select event_key from known)
        ), placed as (
            select row, source, event_key, payload_hash, first_row, known_hash, known_input,
                first_value(payload_hash) over (partition by event_key order by row) as first_hash
            from draft_events inner join suspects using (event_key)
                left join known using (event_key)
            where domain = '{domain}'
        )
        select row, source, event_key, case
            when payload_hash = known_hash then 'duplicate'
            when known_input <> '{key}' then 'conflict'
            when row = first_row then 'new'
            when payload_hash = first_hash then 'duplicate'
            else 'conflict' end as fate
        from placed""")


def _retractions(con: duckdb.DuckDBPyConnection, domain: str, parts: list[str], key: str) -> int:
    """Make temp table `withdrawn`: live events of this input that the draft no longer gives."""
    envelope = ", ".join(f"null::{kind} as {name}" for name, kind in ENVELOPE.items())
    if not parts:
        con.execute(f"create or replace temp table withdrawn as select {envelope} where false")
        return 0
    kept = "event_key, event_id, source, event_type, subject_type, subject_id, occurred_at, recorded_at"
    con.execute(f"""
        create or replace temp table withdrawn as
        with mine as (
            select event_key from {_listed(parts)} where input_key = '{key}'
            except select event_key from firsts
        ), latest as (
            select event_key, max(commit_no) as commit_no
            from {_listed(parts)} where event_key in (select event_key from mine) group by event_key
        )
        select {kept}, payload_hash, input_key, schema_version, derivation, true as is_retracted
        from {_listed(parts)} inner join latest using (event_key, commit_no)
        where input_key = '{key}' and not (is_retracted and amends_id is null)""")
    (count,) = con.execute("select count(*) from withdrawn").fetchone() or (0,)
    return int(count)


def _columns(con: duckdb.DuckDBPyConnection, domain: str) -> str:
    """Columns of the part: the envelope and the domain's own fields that the draft holds."""
    held = {row[0] for row in con.execute("describe draft_events").fetchall()}
    return ", ".join(f'"{name}"' for name in event_log.columns(domain) if name in held)


def _count(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return {str(source): int(n) for source, n in con.execute(query).fetchall()}


def merge(
    con: duckdb.DuckDBPyConnection,
    domain: str,
    *,
    log: Path,
    input_key: str,
    append_key: str,
    committed_at: datetime,
) -> Merged:
    """Append the domain's new rows in one commit, under the domain's lock."""
    merged = Merged()
    with event_log.locked(log, domain):
        table = event_log.open_table(log, domain)
        parts = table.file_uris()
        _decide(con, domain, parts, input_key)
        merged.retracted = _retractions(con, domain, parts, input_key)
        _count_fates(con, domain, merged)
        if merged.appended + merged.retracted:
            merged.commit_no = event_log.next_commit_no(table)
            part = log / domain / f"part-{merged.commit_no:08d}-{append_key[:12]}.parquet"
            _write_part(con, domain, part, merged.commit_no, input_key)
            event_log.append(
                table,
                part,
                merged.appended + merged.retracted,
                commit_no=merged.commit_no,
                committed_at=committed_at,
                key=append_key,
            )
    return merged


def _count_fates(con: duckdb.DuckDBPyConnection, domain: str, merged: Merged) -> None:
    merged.appended_by_source = _count(
        con,
        f"""select source, count(*) from draft_rows
        where problem is null and domain = '{domain}'
            and row not in (select row from fates where fate <> 'new') group by source""",
    )
    merged.duplicates_by_source = _count(
        con, "select source, count(*) from fates where fate = 'duplicate' group by source"
    )
    merged.appended = sum(merged.appended_by_source.values())
    merged.duplicates = sum(merged.duplicates_by_source.values())
    rows = con.execute("select row from fates where fate = 'conflict' order by row").fetchall()
    merged.conflicts = [int(row) for (row,) in rows]


def _write_part(
    con: duckdb.DuckDBPyConnection, domain: str, part: Path, commit_no: int, input_key: str
) -> None:
    """Write new events and withdrawals of a domain as one Parquet file."""
    target = str(part).replace("'", "''")
    con.execute(f"""
        copy (
            select *, {commit_no}::bigint as commit_no, '{input_key}' as input_key
            from (
                select {_columns(con, domain)} from draft_events
                where domain = '{domain}'
                    and row not in (select row from fates where fate <> 'new')
                union all by name
                select * exclude (input_key) from withdrawn
            )
        ) to '{target}' (format parquet)""")
