"""All that the log holds about one person: follows identifiers and things until nothing joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import quoting, traces
from ingestion.catalogue import DOMAINS
from ingestion.log import Part
from ingestion.sightings import Sightings
from ingestion.workplace import workplace

GREATEST = 50  # identifiers; more are no person but something that many share
_MEMORY = "1GB"
_CUSTOMER = "r.role = 'customer' and r.id_class = 'personal'"


class NoPersonError(Exception):
    """What was asked for is not one person; a sentence that says what to do."""


@contextmanager
def opened(log: Path, found: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the temp table `found(trace)`."""
    with workplace(log / ".work") as work, duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"set memory_limit = '{_MEMORY}'")
        con.execute(f"set temp_directory = {quoting.text(work)}")
        con.execute("create temp table found (trace varchar)")
        con.execute("insert into found select unnest($1::varchar[])", [list(found)])
        yield con


def grow(con: duckdb.DuckDBPyConnection, log: Path, seen: Sightings) -> tuple[str, ...]:
    """Follow what was found until nothing joins; returns all of it.

    Identifiers of a customer that stand together in one event are one person. Raises
    `NoPersonError` when they are more than any person has.
    """
    before = -1
    while (now := count(con, "select count(*) from found")) > before:
        before = now
        for domain in DOMAINS:
            if held := touched(con, log, domain, seen):
                _join(con, held)
        _leave_shared(con, log, seen)
        if count(con, "select count(*) from found where starts_with(trace, 'id/')") > GREATEST:
            raise NoPersonError(
                f"More than {GREATEST} identifiers hang together here: that is no person but "
                "something that many share; erase by an identifier of the person alone."
            )
    return tuple(str(t) for (t,) in con.execute("select trace from found order by 1").fetchall())


def touched(con: duckdb.DuckDBPyConnection, log: Path, domain: str, seen: Sightings) -> list[Part]:
    """Make temp table `touched(filename, file_row_number)`; returns the parts that hold them."""
    con.execute("create or replace temp table touched (filename varchar, file_row_number bigint)")
    parts = event_log.parts(log, domain)
    known = [str(trace) for (trace,) in con.execute("from found").fetchall()]
    standing = seen.look(con, parts, known) if parts else {}
    for path, rows in standing.items():
        con.execute("insert into touched select $1, unnest($2::bigint[])", [str(path), rows])
    return [part for part in parts if part.path in standing]


def owned(held: Sequence[str]) -> str:
    """SQL that is true of a row that is about nobody else."""
    if "party_hash" not in held:
        return "true"
    known = "(select coalesce(list(trace), []) from found)"
    return (
        f"(party_hash is null or list_contains({known}, 'id/' || party_hash) "
        f"or list_has_any({known}, {traces.people(held, _CUSTOMER)}))"
    )


def is_shared(log: Path, id_hash: str, seen: Sightings) -> bool:
    """True of an address that stands in the log as a mailbox of several (info@) and nothing else."""
    with opened(log, [f"id/{id_hash}"]) as con:
        classes: set[str] = set()
        for domain in DOMAINS:
            if held := touched(con, log, domain, seen):
                classes |= _classes(con, held, id_hash)
    return classes == {"functional"}


def _classes(con: duckdb.DuckDBPyConnection, parts: list[Part], id_hash: str) -> set[str]:
    """In what classes an identifier stands in touched rows."""
    rows = part_files.reader(part.path for part in parts)
    if "party_refs" not in part_files.columns(con, rows):
        return set()
    found = con.execute(
        "select distinct one.id_class from (select unnest(party_refs) as one "
        f"from {rows} semi join touched using (filename, file_row_number)) where one.id_hash = $1",
        [id_hash],
    ).fetchall()
    return {str(name) for (name,) in found}


def _join(con: duckdb.DuckDBPyConnection, parts: list[Part]) -> None:
    """What touched rows name joins the found; of rows about somebody else only their event."""
    rows = part_files.reader(part.path for part in parts)
    held = part_files.columns(con, rows)
    con.execute(f"""
        create or replace temp table joining as
        with own as (
            select {traces.EVENT}event_id as event, {owned(held)} as is_owned,
                {traces.things(held)} as things, {traces.people(held, _CUSTOMER)} as people
            from {rows} semi join touched using (filename, file_row_number)
        )
        select event as trace from own
        union select unnest(things) from own where is_owned
        union select unnest(people) from own where is_owned""")
    con.execute("insert into found select trace from joining anti join found using (trace)")


def _leave_shared(con: duckdb.DuckDBPyConnection, log: Path, seen: Sightings) -> None:
    """An account of several people belongs to none of them."""
    for domain in DOMAINS if count(con, _ACCOUNTS) else ():
        if parts := touched(con, log, domain, seen):
            rows = part_files.reader(part.path for part in parts)
            held = part_files.columns(con, rows)
            if "party_hash" in held:
                con.execute(
                    "delete from found where starts_with(trace, 'account/') and trace in ("
                    f"select unnest({traces.things(held)}) from {rows} "
                    f"semi join touched using (filename, file_row_number) where not {owned(held)})"
                )


_ACCOUNTS = "select count(*) from found where starts_with(trace, 'account/')"


def inputs(con: duckdb.DuckDBPyConnection, parts: list[Part]) -> set[str]:
    """Keys of the inputs that told the touched rows."""
    found = con.execute(
        f"select distinct input_key from {part_files.reader(part.path for part in parts)} "
        f"semi join touched using (filename, file_row_number) where input_key <> '{event_log.NO_INPUT}'"
    ).fetchall()
    return {str(key) for (key,) in found}


def count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query gives."""
    (number,) = con.execute(query).fetchone() or (0,)
    return int(number)
