"""Where traces stand in the parts of the log, found column by column; knows no person.

A part never changes, so what was sought in it once is remembered and not sought again: only new
traces, and new parts, cost another look.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import duckdb

from ingestion import parts as part_files
from ingestion import quoting, traces
from ingestion.log import Part

_KEY = part_files.event_key("substr(trace, 7)")  # after `event/`


@dataclass
class Sightings:
    """Of each part: the traces that were sought there, and the rows where they stand."""

    sought: dict[Path, set[str]] = field(default_factory=dict)
    rows: dict[Path, dict[int, set[str]]] = field(default_factory=dict)

    def look(
        self, con: duckdb.DuckDBPyConnection, parts: Sequence[Part], found: Collection[str]
    ) -> dict[Path, list[int]]:
        """Rows (their numbers in the part) that hold one of the traces, of each part that has any."""
        for new, group in self._open(parts, frozenset(found)):
            for name, row, trace in _standing(con, group, new):
                self.rows.setdefault(Path(name), {}).setdefault(row, set()).add(trace)
            for part in group:
                self.sought.setdefault(part.path, set()).update(new)
        wanted = {*found}
        standing = {
            part.path: [row for row, own in self.rows.get(part.path, {}).items() if own & wanted]
            for part in parts
        }
        return {path: rows for path, rows in standing.items() if rows}

    def _open(
        self, parts: Sequence[Part], found: frozenset[str]
    ) -> list[tuple[frozenset[str], list[Part]]]:
        """Parts in which the same traces are still to be sought, sealed and others apart."""
        left = {part.path: found - self.sought.get(part.path, set()) for part in parts}

        def kind(part: Part) -> tuple[bool, list[str]]:
            return part_files.is_sealed(part.path), sorted(left[part.path])

        groups = groupby(sorted((p for p in parts if left[p.path]), key=kind), key=kind)
        return [(frozenset(new), [*group]) for (_, new), group in groups]


def _standing(
    con: duckdb.DuckDBPyConnection, parts: Sequence[Part], sought: Collection[str]
) -> list[tuple[str, int, str]]:
    """File, row and trace wherever one of these stands: a query a column, so that it reads no other."""
    con.execute("create or replace temp table sought (noun varchar, own varchar, trace varchar)")
    con.execute(
        "insert into sought select split_part(trace, '/', 1), case when starts_with(trace, 'event/') "
        "then substr(trace, strpos(trace, chr(31)) + 1) else substr(trace, strpos(trace, '/') + 1) "
        "end, trace from (select unnest($1::varchar[]) as trace)",
        [sorted(sought)],
    )
    nouns = {trace.partition("/")[0] for trace in sought}
    rows = part_files.reader(part.path for part in parts)
    queries = [
        f"select filename, file_row_number, {place.trace} as trace from {place.within(rows)} "
        f"where {place.value} in (select own from sought where noun in ({quoting.texts(sorted(place.nouns))}))"
        for place in traces.places(part_files.columns(con, rows))
        if nouns & place.nouns
    ]
    if "event" in nouns:
        key, own = "event_key", _KEY
        if part_files.is_sealed(parts[0].path):
            key, own = "key_prefix", part_files.key_prefix(_KEY)
        queries.append(
            f"select filename, file_row_number, {traces.EVENT}event_id as trace from {rows} "
            f"where {key} in (select {own} from sought where noun = 'event')"
        )
    found: list[tuple[str, int, str]] = []
    for query in queries:
        exact = f"select distinct * from ({query}) semi join sought using (trace)"
        found += con.execute(exact).fetchall()
    return found
