"""Events past their time lose their references to people; the events themselves stay.

Identity, payload hash, times, money and numbers of things stay as they are, so that a later delivery
of the same fact is a duplicate and no second event. Uses the rewrite of `erasure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from ingestion import erasure, person, quoting, traces
from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion.catalogue import DOMAINS
from ingestion.log import Part


@dataclass(frozen=True)
class Rule:
    """How many days events of a source (`/shop`, or `/shop*`) of these types keep their people."""

    source: str
    days: int
    types: tuple[str, ...] = ("*",)

    def limit(self, as_of: datetime) -> datetime:
        """The start of a month in UTC: events before it are due.

        Whole months become due together, so that a person's facts of a month still belong together.
        """
        last = as_of - timedelta(days=self.days)
        return last.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def look(log: Path, rules: Sequence[Rule], as_of: datetime) -> dict[str, int]:
    """Count due events and the parts that hold them; changes nothing."""
    counts = {"events": 0, "parts": 0}
    with person.opened(log, ()) as con:
        for domain in DOMAINS if rules else ():
            counts["parts"] += len(_due(con, log, domain, rules, as_of))
            counts["events"] += person.count(con, "select count(*) from touched")
    return counts


def sources(log: Path) -> set[str]:
    """Sources of all events of the log."""
    found: set[str] = set()
    with person.opened(log, ()) as con:
        for domain in DOMAINS:
            if parts := event_log.parts(log, domain):
                rows = part_files.reader(part.path for part in parts)
                told = con.execute(f"select distinct source from {rows}").fetchall()
                found.update(str(source) for (source,) in told)
    return found


def anonymise(
    log: Path, rules: Sequence[Rule], *, as_of: datetime, salt: str, at: datetime
) -> dict[str, int]:
    """Rewrite the parts that hold due events, one commit a domain; old files go at once.

    `salt` (unguessable) makes the stand-ins and must be thrown away after the last domain.
    """
    counts = {"events": 0, "parts": 0}
    for domain in DOMAINS if rules else ():
        with event_log.locked(log, domain), person.opened(log, ()) as con:
            erasure.set_stand_ins(con, salt, ())
            held = _due(con, log, domain, rules, as_of)
            if held:
                counts["events"] += person.count(con, "select count(*) from touched")
                counts["parts"] += len(held)
                erasure.swap(con, log, domain, held, at, traces.without_people)
                erasure.drop_unlisted(log, domain)
    return counts


def _due(
    con: duckdb.DuckDBPyConnection,
    log: Path,
    domain: str,
    rules: Sequence[Rule],
    as_of: datetime,
) -> list[Part]:
    """Make temp table `touched` of due rows that still name somebody; the parts that hold them."""
    con.execute("create or replace temp table touched (filename varchar, file_row_number bigint)")
    parts = event_log.parts(log, domain)
    if not parts:
        return []
    rows = part_files.reader(part.path for part in parts)
    held = set(part_files.columns(con, rows))
    con.execute(
        f"insert into touched select filename, file_row_number from {rows} "
        f"where not {traces.is_let_go()} and occurred_at < ({_limits(rules, as_of)}) "
        f"and ({traces.names_people(held)})"
    )
    found = con.execute("select distinct filename from touched").fetchall()
    holders = {str(name) for (name,) in found}
    return [part for part in parts if str(part.path) in holders]


def _limits(rules: Sequence[Rule], as_of: datetime) -> str:
    """SQL of the time before which a row is due; the first rule that fits counts."""
    cases = " ".join(
        f"when {_fits('source', (rule.source,))} and {_fits('event_type', rule.types)} "
        f"then timestamptz '{rule.limit(as_of).isoformat()}'"
        for rule in rules
    )
    return f"case {cases} end"


def _fits(column: str, patterns: Sequence[str]) -> str:
    """SQL that is true of a column that equals one of these, or begins so where it ends with *."""
    tests = []
    for pattern in patterns:
        text = quoting.text(pattern.removesuffix("*"))
        is_beginning = pattern.endswith("*")
        tests.append(f"starts_with({column}, {text})" if is_beginning else f"{column} = {text}")
    return f"({' or '.join(tests)})"
