"""The last known states of a source's objects, durable in one SQLite file; knows no payload.

States are kept by the input that told them, and inputs in the order of their first reading. So an
input that is read again (after a crash, with a corrected adapter) meets the state that it met the
first time, and tells the same events again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock

from ingestion import traces
from ingestion.sources.adapter import Outcome, Refused, Snapshot
from ingestion.sources.differ import Known, diff

_SCHEMA = """
create table if not exists inputs (number integer primary key, input_key text unique not null);
create table if not exists states (
    object_key text, number integer, known text not null, primary key (object_key, number)
) without rowid;
create index if not exists states_by_number on states (number);
"""


@dataclass
class States:
    """The differ at work for one input; what it learns is written by `keep` alone."""

    con: sqlite3.Connection
    input_key: str
    key: bytes
    number: int
    learnt: dict[str, Known] = field(default_factory=dict)

    def outcomes(self, snapshot: Snapshot) -> Iterator[Outcome]:
        """Events of what changed, or one `Unused` when nothing did; raises nothing."""
        named = f"{snapshot.template.get('source', '')}\x1f{snapshot.object_key}"
        name = named.encode("utf-8", "replace").decode("utf-8")
        before = self.learnt.get(name) or self._known(name)
        told, after = diff(before, snapshot, self.key)
        if after is not None and after != before:
            self.learnt[name] = after
        yield from told

    def keep(self, refused: Refused) -> None:
        """Make what was seen durable, but for erased people; called once the events are in the log."""
        gone = refused({name: traces_of(name, known.facts) for name, known in self.learnt.items()})
        rows = [
            (name, self.number, json.dumps(asdict(known)))
            for name, known in self.learnt.items()
            if name not in gone
        ]
        with self.con:
            self.con.execute(
                "insert into inputs values (?, ?) on conflict do nothing",
                (self.number, self.input_key),
            )
            self.con.execute("delete from states where number = ?", (self.number,))
            self.con.executemany("insert into states values (?, ?, ?)", rows)

    def _known(self, name: str) -> Known | None:
        row = self.con.execute(
            "select known from states where object_key = ? and number < ? "
            "order by number desc limit 1",
            (name, self.number),
        ).fetchone()
        if row is None:
            return None
        found = json.loads(row[0])
        return Known(**{**found, "tied": tuple(found["tied"])})


def traces_of(name: str, facts: Iterable[str]) -> list[str]:
    """What the log may call an object, and the events that it told."""
    source, _, number = name.partition("\x1f")
    told = [f"event/{source}\x1f{fact}" for fact in facts]
    return traces.of_object(number.partition("/")[0], number) + told


@contextmanager
def opened(folder: Path, source: str, input_key: str, key: bytes) -> Iterator[States]:
    """The states of a source for one input, locked until the end so that no run misses another's.

    `folder` is made when missing. Hold it from the first snapshot until the events are in the log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (
        FileLock(folder / f"{source}.lock"),
        closing(sqlite3.connect(folder / f"{source}.sqlite")) as con,
    ):
        con.executescript(_SCHEMA)
        yield States(con, input_key, key, _number(con, input_key))


def _number(con: sqlite3.Connection, input_key: str) -> int:
    """The input's place in the order of first readings; a new one comes last."""
    (own,) = con.execute(
        "select max(number) from inputs where input_key = ?", (input_key,)
    ).fetchone()
    (last,) = con.execute("select coalesce(max(number), 0) from inputs").fetchone()
    return int(own or last + 1)
