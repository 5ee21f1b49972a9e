"""What of one input stays out, kept in a table of its connection; written to quarantine at the end.

The table goes aside to the disk when it is large, so that a file of nothing but rejects takes no
more memory than another. Places, keys and reasons only: no line, no value.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np

from ingestion import privacy, quarantine, quoting
from ingestion.chunks import Chunk, positions

_BATCH, _BATCH_BYTES = 5_000, 8 * 2**20  # rejected lines that are held in memory at a time
_LONGEST = 64 * 1024  # bytes of a line whose shape is told
_CODES = ", ".join(f"'{code}'" for code in quarantine.REASONS)
# a row whose code has no reason cannot be inserted
_REJECTED = f"""
    create or replace table rejected (domain varchar, code enum({_CODES}), path varchar,
        source varchar, line_number bigint, byte_offset bigint, shape varchar)"""
_REASONS = """
    create or replace temp table reasons as
    select unnest($codes) as code, unnest($stages) as stage, unnest($sentences) as sentence"""
# shape of a line without its values; keys that could tell something masked
_SHAPE = """left(regexp_replace(case when json_valid(line)
    then json_structure(line::json)::varchar end,
    '"([^"]*[^A-Za-z_"][^"]*|[^"]{41,})":', '"…":', 'g'), 2000)"""


@dataclass(frozen=True)
class Reject:
    """A candidate that stays out: why, and where it stands in its input."""

    code: str
    path: str
    source: str | None
    line_number: int
    byte_offset: int | None


class Rejects:
    """The rejects of one input; `is_mapped`: made of a table or a delivery, whose lines they name."""

    def __init__(self, con: duckdb.DuckDBPyConnection, *, is_mapped: bool) -> None:
        self._con, self._is_mapped = con, is_mapped
        stages, sentences = zip(*quarantine.REASONS.values(), strict=True)
        told = {"codes": [*quarantine.REASONS], "stages": stages, "sentences": sentences}
        con.execute(_REJECTED)
        con.execute(_REASONS, told)

    def add(self, rejects: Sequence[Reject]) -> None:
        """Add candidates that never became a row."""
        for at in range(0, len(rejects), _BATCH):
            some = rejects[at : at + _BATCH]
            columns = {
                "codes": [one.code for one in some],
                "paths": [one.path for one in some],
                "sources": [one.source for one in some],
                "numbers": [one.line_number for one in some],
                "offsets": [one.byte_offset for one in some],
            }
            self._con.execute(
                "insert into rejected select '', unnest($codes), unnest($paths), "
                "unnest($sources::varchar[]), unnest($numbers::bigint[]), "
                "unnest($offsets::bigint[]), null",
                columns,
            )

    def find(self, wrong: Collection[str], judged: Collection[str]) -> None:
        """Note which rows of a chunk stay out: wrong in themselves, or in conflict once `judged`.

        Rows of the drafts of `wrong` domains, and of the fates of `judged` ones (see `merge.judge`).
        """
        queries = [
            f"select row, problem, source, line_number, '' as domain from draft_{name} "
            "where problem is not null"
            for name in wrong
        ] + [
            "select row, 'conflicting_duplicate|id' as problem, source, line_number, "
            f"'{domain}' as domain from fates_{domain} where fate = 'conflict'"
            for domain in judged
        ]
        self._con.execute(f"create or replace table found as {' union all '.join(queries)}")

    def place(self, chunk: Chunk) -> None:
        """Add what was found in a chunk, with line, byte and shape; may run aside."""
        with self._con.cursor() as own:  # a database of its own would empty every allocator
            rows = own.execute("select row from found order by row").fetchnumpy()["row"]
            if not len(rows):
                return
            numbers, starts, lengths = positions(chunk, rows)
            with chunk.file.open("rb") as file:  # not mapped: its pages would count as memory
                for part in _batches(lengths):
                    places = zip(starts[part].tolist(), lengths[part].tolist(), strict=True)
                    columns = {
                        "rows": rows[part].tolist(),
                        "numbers": numbers[part].tolist(),
                        "starts": starts[part].tolist(),
                        "lines": [_shown(file.fileno(), *place) for place in places],
                    }
                    own.execute(self._placed(), columns)

    def _placed(self) -> str:
        number, start = ("line_number", "null") if self._is_mapped else ("number", "start")
        return f"""
            insert into rejected
            select domain, split_part(problem, '|', 1), substr(problem, strpos(problem || '|', '|') + 1),
                source, coalesce({number}, 0), {start}, {_SHAPE}
            from (
                select unnest($rows::bigint[]) as row, unnest($numbers::bigint[]) as number,
                    unnest($starts::bigint[]) as start, unnest($lines::varchar[]) as line
            ) inner join found using (row)"""

    def drop(self, domain: str) -> None:
        """Forget the conflicts of a domain that is read again."""
        self._con.execute("delete from rejected where domain = $1", [domain])

    def counts(self) -> dict[str | None, int]:
        """How many there are of each source."""
        rows = self._con.execute("select source, count(*) from rejected group by source")
        return dict(rows.fetchall())

    def listed(self) -> list[tuple[str, str, int]]:
        """(code, path, line) of each."""
        return self._con.execute(
            "select code, path, line_number from rejected order by line_number, path, rowid"
        ).fetchall()

    def write(self, folder: Path, input_key: str, seen_at: datetime) -> None:
        """Replace the input's quarantine file in one rename; an input without rejects has none."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{input_key}.parquet"
        if not self.counts():
            target.unlink(missing_ok=True)
            return
        columns = {
            "quarantine_id": f"'{input_key[:12]}-' || "
            "row_number() over (order by line_number, path, rejected.rowid) - 1",
            "input_key": f"'{input_key}'",
            "reason": "replace(sentence, '{path}', path)",
            "first_seen_at": f"'{seen_at.isoformat()}'",
        }
        listed = ", ".join(
            f"({columns.get(name, name)})::{kind} as {name}"
            for name, kind in quarantine.COLUMNS.items()
        )
        with privacy.replacing(target) as draft:  # two may read the same input
            self._con.execute(
                f"copy (select {listed} from rejected left join reasons using (code) "
                f"order by line_number, path, rejected.rowid) to {quoting.text(draft)} (format parquet)"
            )


def _batches(lengths: np.ndarray) -> Iterator[slice]:
    """Stretches of lines to look at together, neither too many nor too long."""
    sizes = np.cumsum(np.where(lengths > _LONGEST, 0, lengths)) // _BATCH_BYTES
    edges = {*range(0, len(lengths), _BATCH), *(np.flatnonzero(np.diff(sizes)) + 1).tolist()}
    for first, end in pairwise([*sorted(edges), len(lengths)]):
        yield slice(first, end)


def _shown(file: int, offset: int, length: int) -> str | None:
    """A line whose shape DuckDB can tell: it gives up at 128 levels, and says so for all lines."""
    if length > _LONGEST:
        return None
    line = os.pread(file, length, offset)
    if line.count(b"[") + line.count(b"{") > 100:
        return None
    return line.decode("utf-8", "replace") or None
