"""JSON lines to typed, checked, hashed events in memory; knows no log, no lock.

A chunk is read once into the table `lines`, while the one before it is still merged. For each event type, one scan takes the JSON text
of the keys that occur (`leaves`), and one statement turns them into `draft_<number>`: the columns
of the log, `row` (the line's place) and `problem` ('code|path', NULL when the event is sound).
That statement takes what is plainly sound (`plain`), at a fraction of the cost; the other rows are
made anew by the exact one, which has the reason of each that is wrong. Types with few lines go
through the exact one alone.
A type with very many lines is two drafts, of the first lines and of the last, so that both cores
are busy to the end. The view `draft_<domain>` unites the drafts of a domain, `draft_<domain>_<n>`
those that go into one part; lines of no known type end in `draft_others`. Nothing clear is written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event

import duckdb

from ingestion import parties, side_by_side, statements
from ingestion.catalogue import EventType, load
from ingestion.checks import Clocks
from ingestion.shapes import Shapes, find

_OWN_PART = 10_000  # rows from which on a type has a part of its own, without others' empty columns
_SMALL = 10_000  # rows up to which planning two statements costs more than the exact one alone
_HALVED = 400_000  # rows from which on the second core would wait for the last of these lines

_Task = Callable[[duckdb.DuckDBPyConnection], tuple[int, str] | None]


def load_chunk(
    con: duckdb.DuckDBPyConnection, clocks: Clocks, country: str
) -> dict[str, list[str]]:
    """Make `draft_<domain>` of every domain that occurs, and `draft_others`, from the lines read.

    `shapes.load_lines` has run. Returns for each domain the views that go into one part each.
    """
    _drop_last(con)
    con.execute("alter table next_lines rename to lines")
    shapes = find(con)
    is_prepared = Event()

    def prepare(own: duckdb.DuckDBPyConnection) -> None:
        try:
            parties.prepare(own, shapes, country)
        finally:
            is_prepared.set()

    def fill(own: duckdb.DuckDBPyConnection, number: int) -> tuple[int, str] | None:
        (name, among), table = drafts[number], f"draft_{number}"
        kind = load().types[name]
        if parties.join(name, shapes):
            is_prepared.wait()
        return _fill(own, table, kind, shapes, clocks, among), _query(table, name, shapes)

    # who is meant is resolved on one core, beside the types that name nobody; then large ones first
    names = sorted(
        shapes.types, key=lambda name: (parties.join(name, shapes) != "", -shapes.rows[name], name)
    )
    drafts = [(name, among) for name in names for among in _halves(name, shapes)]
    tasks: list[_Task] = [partial(fill, number=number) for number in range(len(drafts))]
    if all(parties.join(name, shapes) for name in names):
        prepare(con)  # on both cores, because nothing could be done beside it
    else:
        tasks.insert(0, prepare)
    with side_by_side.one_thread_less(con):
        filled = [draft for draft in side_by_side.run(con, tasks) if draft]
    con.execute(f"create or replace temp table draft_others as {statements.others_sql()}")
    con.execute("drop table lines")
    domains: dict[str, list[tuple[int, str]]] = {}
    for (name, _), draft in zip(drafts, filled, strict=True):
        domains.setdefault(load().types[name].domain, []).append(draft)
    return {domain: _views(con, domain, listed) for domain, listed in sorted(domains.items())}


def tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of the draft tables that stand now, one or two for each type."""
    found = con.execute(
        "select table_name from duckdb_tables() where regexp_full_match(table_name, 'draft_[0-9]+')"
    )
    return [str(table) for (table,) in found.fetchall()]


def _drop_last(con: duckdb.DuckDBPyConnection) -> None:
    """Give the memory of the last chunk's drafts back before those of this one need theirs."""
    for table in tables(con):
        con.execute(f"drop table {table}")


def _halves(name: str, shapes: Shapes) -> list[str]:
    """SQL of the lines that go into one draft of a type: all of them, or one half and the other."""
    if shapes.rows[name] < _HALVED:
        return ["true"]
    middle = sum(shapes.rows.values()) // 2
    return [f"rowid < {middle}", f"rowid >= {middle}"]


def _fill(
    con: duckdb.DuckDBPyConnection,
    table: str,
    kind: EventType,
    shapes: Shapes,
    clocks: Clocks,
    among: str,
) -> int:
    """Make the draft table of a type from its lines for which `among` holds; returns its rows."""
    lines = f"(select rowid as row, * from lines where event_type = '{kind.name}' and {among})"
    is_small = shapes.rows[kind.name] < _SMALL
    sql = statements.exact_sql if is_small else statements.plain_sql
    con.execute(f"create or replace table {table} as {sql(kind, shapes, clocks, lines)}")
    (rows, odd) = con.execute(
        f"select count(*), coalesce(bool_or(problem = '?'), false) from {table}"
    ).fetchone() or (0, False)
    if odd:
        _look_closer(con, table, statements.exact_sql(kind, shapes, clocks, "odd_lines"))
    return int(rows)


def _query(table: str, kind: str, shapes: Shapes) -> str:
    """SQL of a draft table with what it holds by reference: its type, the lists of parties."""
    if not shapes.holds(kind, "party_refs"):
        return f"select *, '{kind}' as event_type from {table}"
    return (
        f"select {table}.* exclude (party_no), '{kind}' as event_type, party_lists.party_refs "
        f"from {table} left join party_lists on party_lists.rowid = party_no"
    )


def _views(con: duckdb.DuckDBPyConnection, domain: str, drafts: list[tuple[int, str]]) -> list[str]:
    """Unite the drafts of a domain in `draft_<domain>`; returns the views that make a part each."""
    # the many empty columns of what is written together take longest: first, beside the others
    groups = [small] if (small := [query for rows, query in drafts if rows < _OWN_PART]) else []
    groups += [[query] for rows, query in drafts if rows >= _OWN_PART]
    names = [f"draft_{domain}_{number}" for number in range(len(groups))]
    whole = (f"draft_{domain}", [query for _, query in drafts])
    for name, queries in [*zip(names, groups, strict=True), whole]:
        united = " union all by name ".join([*queries, _empty_draft()])
        con.execute(f"create or replace view {name} as {united}")
    return names


def _look_closer(con: duckdb.DuckDBPyConnection, table: str, exact: str) -> None:
    """Make the rows of a draft that are not plainly sound anew from the lines themselves."""
    con.execute(
        "create or replace temp table odd_lines as select lines.*, lines.rowid as row from lines "
        f"where lines.rowid in (select row from {table} where problem = '?')"
    )
    con.execute(f"delete from {table} where problem = '?'")
    con.execute(f"insert into {table} by name {exact}")
    con.execute("drop table odd_lines")


def _empty_draft() -> str:
    """SQL without rows of the columns that every draft has, whatever its lines hold."""
    return "select null::varchar[] as dropped, null::varchar as amends_id where false"
