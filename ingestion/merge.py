"""Which draft rows enter a domain's table: identity of events, duplicates, conflicts, repairs.

An event is identified by (source, id) for ever. A row of the same key and payload is a duplicate;
of another payload a conflict, unless the earlier row came from this same input: then a corrected
mapping replaces it. Events of this input that the new reading no longer gives are retracted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb
from deltalake import DeltaTable

from ingestion import fates, quoting, sealing, side_by_side
from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion.catalogue import load
from ingestion.validation import quoted


class MovedError(Exception):
    """Somebody committed to the domain since its keys were checked: check again under the lock."""


@dataclass
class Merged:
    """What one domain takes in of one input; parts are written, and count once committed."""

    domain: str
    table: DeltaTable
    version: int
    commit_no: int
    known_parts: list[str]
    staging: Path
    parts: list[tuple[Path, int]] = field(default_factory=list)
    appended: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    retracted: int = 0
    beside: frozenset[str] | None = None  # the other domains' parts when keys were first checked


def begin(con: duckdb.DuckDBPyConnection, log: Path, domain: str, staging: Path) -> Merged:
    """Look at the domain as it stands now; parts are written below `staging` until the commit."""
    table = event_log.open_table(log, domain)
    for part in event_log.parts(log, domain):
        part.check(deep=False)
    con.execute(f"create or replace temp table kept_{domain} (event_key blob)")
    version = table.version()
    return Merged(domain, table, version, version + 1, table.file_uris(), staging)


def judge(con: duckdb.DuckDBPyConnection, merged: Merged, elsewhere: fates.Elsewhere) -> None:
    """Judge the rows of `draft_<domain>`: `fates_<domain>` tells which are not simply new."""
    own = [*merged.known_parts, *(str(path) for path, _ in merged.parts)]
    fates.decide(con, merged.domain, own, merged.commit_no, elsewhere)
    domain = merged.domain
    judged = f"fates_{domain}"
    con.execute(f"insert into kept_{domain} select event_key from {judged} where fate <> 'new'")
    found = _count(
        con, f"select source, count(*) from draft_{domain} where problem is null group by source"
    )
    found.subtract(
        _count(con, f"select source, count(*) from {judged} where fate <> 'new' group by source")
    )
    merged.appended += found
    merged.duplicates += _count(
        con, f"select source, count(*) from {judged} where fate = 'duplicate' group by source"
    )


def write(
    con: duckdb.DuckDBPyConnection,
    merged: Merged,
    input_key: str,
    append_key: str,
    drafts: Sequence[str],
) -> None:
    """Write the new rows as parts, not yet committed, once they are judged.

    Each of `drafts` (views that make up the domain's draft) becomes one part.
    """
    tasks = [
        partial(_new_rows, merged=merged, append_key=append_key, input_key=input_key, draft=draft)
        for draft in drafts
    ]
    merged.parts += [part for part in side_by_side.run(con, tasks) if part]


def discard(merged: Merged) -> None:
    """Remove the parts of a domain that will not be committed."""
    for part, _ in merged.parts:
        part.unlink(missing_ok=True)


def commit(
    con: duckdb.DuckDBPyConnection,
    merged: Merged,
    *,
    log: Path,
    input_key: str,
    append_key: str,
    clock: Callable[[], datetime],
) -> None:
    """Commit the parts in one step; the caller holds the domain's lock. Raises `MovedError`."""
    table = event_log.open_table(log, merged.domain)
    if event_log.is_moved(table, merged.version):
        raise MovedError(merged.domain)
    merged.retracted = _withdraw(con, merged, input_key, append_key)
    if merged.parts:
        event_log.append(
            table,
            merged.parts,
            commit_no=merged.commit_no,
            committed_at=clock(),
            key=append_key,
            input_key=input_key,
        )


def _sound(domain: str) -> str:
    return f"problem is null and row not in (select row from fates_{domain} where fate <> 'new')"


def _withdraw(
    con: duckdb.DuckDBPyConnection, merged: Merged, input_key: str, append_key: str
) -> int:
    """Write withdrawals of live events of this input that the new reading no longer gives."""
    if not merged.known_parts:
        return 0
    known = part_files.reader(merged.known_parts)
    fresh = [str(path) for path, _ in merged.parts]
    given = f"union all select event_key from {part_files.reader(fresh)}" if fresh else ""
    con.execute(f"""
        create or replace temp table withdrawn as
        with mine as (
            select event_key from {known} where input_key = '{input_key}'
            except (select event_key from kept_{merged.domain} {given})
        ), latest as (
            select event_key, max(commit_no) as commit_no
            from {known} where event_key in (select event_key from mine)
            group by event_key having {fates.LIVE}
        )
        select event_key, event_id, source, event_type, subject_type, subject_id, occurred_at,
            recorded_at, payload_hash, schema_version, derivation, true as is_retracted,
            {part_files.KEY_PREFIX} as key_prefix
        from {known} inner join latest using (event_key, commit_no)
        where input_key = '{input_key}' and schema_version >= {_version(merged.domain)}""")
    part = _write_part(con, merged, append_key, "select * from withdrawn", input_key)
    merged.parts += [part] if part else []
    return part[1] if part else 0


def _version(domain: str) -> str:
    """SQL of a type's major version: rows below it stay, because the door no longer reads them."""
    raised = [kind for kind in load().domain_types(domain) if kind.version > 1]
    found = " ".join(f"when '{kind.name}' then {kind.version}" for kind in raised)
    return f"case event_type {found} else 1 end" if raised else "1"


def _new_rows(
    con: duckdb.DuckDBPyConnection,
    merged: Merged,
    append_key: str,
    input_key: str,
    draft: str,
) -> tuple[Path, int] | None:
    """Write the new rows of a draft as a part; None when there is none."""
    held = {row[0] for row in con.execute(f"describe {draft}").fetchall()}
    closed = load().closed(merged.domain)
    names = [_column(n, closed.get(n, ())) for n in event_log.columns(merged.domain) if n in held]
    rows = sealing.rows(con, draft, merged.domain)
    query = f"select {', '.join(names)}, key_prefix from {rows} where {_sound(merged.domain)}"
    return _write_part(con, merged, append_key, query, input_key)


def _column(name: str, words: Collection[str]) -> str:
    """SQL of a column; with a closed list of words, Parquet's dictionary need not be searched for."""
    return f'"{name}"::enum({quoted(words)}) as "{name}"' if words else f'"{name}"'


def _write_part(
    con: duckdb.DuckDBPyConnection,
    merged: Merged,
    append_key: str,
    query: str,
    input_key: str,
) -> tuple[Path, int] | None:
    """Write a part and seal it; returns its path and its number of rows, None without any."""
    part = part_files.unsealed(merged.staging, merged.commit_no, append_key)
    row = con.execute(
        f"copy (select * exclude (key_prefix), {merged.commit_no}::bigint as commit_no, "
        f"'{input_key}'::enum('{input_key}') as input_key, key_prefix from ({query})) "
        # row groups in any order: to keep theirs, the writer would copy all rows once more; small
        # ones, because the last of each core are written by one alone
        f"to {quoting.text(part)} ({part_files.FORMAT}, preserve_order false, row_group_size 30000)"
    ).fetchone()
    if not row or not row[0]:
        part.unlink()
        return None
    return part_files.seal(part), int(row[0])


def _count(con: duckdb.DuckDBPyConnection, query: str) -> Counter[str]:
    return Counter({str(source): int(n) for source, n in con.execute(query).fetchall()})
