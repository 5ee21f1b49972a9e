"""Which rows of a draft are new, known already or in conflict: the key check; writes nothing.

An event is its (source, id) over the whole log, so another domain's events are looked at as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import sealing

# An amending retraction is a fact of its own.
_IS_WITHDRAWAL = "is_retracted and amends_id is null"
# The latest row of a key is no withdrawal.
LIVE = f"not arg_max({_IS_WITHDRAWAL}, commit_no)"


@dataclass(frozen=True)
class Elsewhere:
    """Where the other domains' events stand: a key that one of them has is taken.

    Not those that an earlier reading of this input appended: they are withdrawn with its commit.
    """

    parts: list[str]
    domains: list[str]  # whose drafts of this chunk are already judged
    input_key: str
    append_key: str


def decide(
    con: duckdb.DuckDBPyConnection,
    domain: str,
    parts: Sequence[str],
    commit_no: int,
    elsewhere: Elsewhere,
) -> None:
    """Make `fates_<domain>(row, source, event_key, fate)` of the rows that may not be simply new.

    Those are few in a new file: eight bytes of a key tell that it occurs once and never before.
    `parts` are the domain's own, also those that the commit `commit_no` will add.
    """
    draft = sealing.rows(con, f"draft_{domain}", domain)
    con.execute(f"""
        create or replace temp table prefixes as
        select key_prefix, count(*) as copies
        from {draft} where problem is null group by key_prefix""")
    _find_places(con, [*parts, *elsewhere.parts])
    beside = [sealing.rows(con, f"draft_{other}", other) for other in elsewhere.domains]
    con.execute(f"""
        create or replace temp table suspects as
        select row, source, line_number, event_key, payload_hash
        from {draft} where problem is null and key_prefix in (
            select key_prefix from prefixes where copies > 1
            union all {" union all ".join(f"select key_prefix from {rows}" for rows in ["places", *beside])})""")
    _find_known(con, domain, commit_no, elsewhere)
    _find_taken(con, elsewhere, beside)
    con.execute(f"""
        create or replace table fates_{domain} as
        with placed as (
            select *, first_value(row) over of_key as first_row,
                first_value(payload_hash) over of_key as first_hash
            from suspects left join known using (event_key) left join taken using (event_key)
            window of_key as (partition by event_key order by row)
        )
        select row, source, line_number, event_key, case
            when payload_hash = known_hash then 'duplicate'
            when not is_mine or is_taken then 'conflict'
            when row = first_row then 'new'
            when payload_hash = first_hash then 'duplicate'
            else 'conflict' end as fate
        from placed""")


def meets(con: duckdb.DuckDBPyConnection, new: Sequence[Path], others: Sequence[str]) -> bool:
    """A key of the new parts stands in the others, and not because it was withdrawn there."""
    if not others:
        return False
    found = con.execute(f"""
        with told as (  -- a part of withdrawals alone has no amends_id
            select * from {part_files.reader(others)}
            union all by name select null::varchar as amends_id where false
        )
        select 1 from told where not ({_IS_WITHDRAWAL})
            and event_key in (select event_key from {part_files.reader(new)}) limit 1""")
    return found.fetchone() is not None


def _find_places(con: duckdb.DuckDBPyConnection, parts: Sequence[str]) -> None:
    """Make temp table `places(filename, file_row_number, key_prefix)`: where a key could stand.

    Eight bytes an event are read, so the cost hardly grows with the log; the whole key in parts
    of the first release.
    """
    con.execute(
        "create or replace temp table places "
        "(filename varchar, file_row_number bigint, key_prefix bigint)"
    )
    for is_sealed, prefix in ((True, "key_prefix"), (False, part_files.KEY_PREFIX)):
        if searched := [part for part in parts if part_files.is_sealed(part) == is_sealed]:
            con.execute(
                "insert into places select filename, file_row_number, prefix from ("
                f"select *, {prefix} as prefix from {part_files.reader(searched, columns_differ=False)}) "
                "where prefix in (select key_prefix from prefixes)"
            )


def _find_known(
    con: duckdb.DuckDBPyConnection, domain: str, commit_no: int, elsewhere: Elsewhere
) -> None:
    """Make temp table `known(event_key, known_hash, is_mine)` of the suspects that live in the log."""
    rows = _at_places(con, lambda part: part not in elsewhere.parts)
    rows = rows or event_log.typed_empty(domain)
    con.execute(f"""
        create or replace temp table known as
        select event_key, arg_max(payload_hash, commit_no) as known_hash,
            arg_max(input_key, commit_no) = '{elsewhere.input_key}'
                and max(commit_no) < {commit_no} as is_mine
        from ({rows}) where event_key in (select event_key from suspects)
        group by event_key having {LIVE}""")


def _find_taken(
    con: duckdb.DuckDBPyConnection, elsewhere: Elsewhere, drafts: Sequence[str]
) -> None:
    """Make temp table `taken(event_key, is_taken)` of the suspects that live in another domain."""
    is_suspect = "event_key in (select event_key from suspects)"
    found = [
        f"select event_key from {rows} where problem is null and {is_suspect}" for rows in drafts
    ]
    # commits are counted by domain, and a domain's parts stand in a folder of their own
    if rows := _at_places(con, lambda part: part in elsewhere.parts):
        found.append(f"""
            select event_key from ({rows}) where {is_suspect}
            group by event_key, parse_dirpath(filename)
            having {LIVE} and (arg_max(input_key, commit_no) is distinct from '{elsewhere.input_key}'
                or contains(arg_max(filename, commit_no), '-{elsewhere.append_key[:12]}-'))""")
    keys = " union all ".join(found) or "select null::blob as event_key where false"
    con.execute(
        f"create or replace temp table taken as select distinct event_key, true as is_taken from ({keys})"
    )


def _at_places(con: duckdb.DuckDBPyConnection, is_read: Callable[[str], bool]) -> str:
    """SQL of the rows of the log at `places`, of those parts alone; '' where none has one."""
    names = con.execute("select distinct filename from places").fetchall()
    if not (read := [str(name) for (name,) in names if is_read(str(name))]):
        return ""
    return f"select * from {part_files.reader(read)} semi join places using (filename, file_row_number)"
