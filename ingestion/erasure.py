"""Erasing one person from the log: their parts are rewritten, nothing else is touched.

An erasure under way is a file (`log/erasures/<request>.json`) with the salt of the stand-ins and
all that was found of the person; it is thrown away at the end, and with it every way back. Run
again after a crash it goes on with the same salt, so that all parts agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
from filelock import FileLock

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import person, privacy, quoting, refusals, traces
from ingestion.catalogue import DOMAINS
from ingestion.log import Part
from ingestion.sightings import Sightings
from ingestion.workplace import workplace

Replaced = Callable[[str], str | None]


@dataclass(frozen=True)
class Erasure:
    """One erasure: whom (the hash asked for), and what was found of them so far."""

    request_id: str
    id_hash: str
    salt: str
    at: str
    found: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    is_purged: bool = False  # nothing that was derived holds what was found so far

    def place(self, log: Path) -> Path:
        """The file that says that it is under way."""
        return refusals.folder(log) / f"{self.request_id}.json"

    def has_begun(self, log: Path) -> bool:
        """True when the door knows its number: before that no part holds its stand-ins."""
        return (refusals.folder(log) / f"{self.request_id}.parquet").exists()

    def keep(self, log: Path) -> None:
        """Write it down, readable for its owner alone, in one rename and durable."""
        with _writing(log):
            privacy.write_whole(self.place(log), json.dumps(asdict(self)))

    def forget(self, log: Path) -> None:
        """Throw it away: from now on nothing leads from the stand-ins to the person.

        So do drafts of any request that a crash left behind; the caller holds the lock of erasures.
        """
        with _writing(log):
            privacy.drop_drafts(refusals.folder(log))
            self.place(log).unlink(missing_ok=True)

    def stand_in(self, trace: str) -> str:
        """What stands in place of a trace, the same in all parts."""
        return hashlib.sha256(f"{self.salt}\x1f{trace}".encode()).hexdigest()[:32]


@contextmanager
def _writing(log: Path) -> Iterator[None]:
    """While a request is written: nobody takes its draft for one that a crash left behind."""
    refusals.folder(log).mkdir(parents=True, exist_ok=True)
    with FileLock(refusals.folder(log) / ".lock"):
        yield


def begin(log: Path, secret: bytes, id_hash: str, *, salt: str, at: datetime) -> Erasure:
    """The erasure of that person: the one under way, else a new one, not yet written down.

    Its number comes from the salt, so that nobody who has the secret can make it of a hash; whoever
    was erased before keeps the number that the tombstones have.
    """
    own = f"id/{id_hash}"
    begun = next((one for one in under_way(log) if own in one.found), None)
    if begun:
        return begun
    fresh = Erasure("", id_hash, salt, at.isoformat(), (own,))
    number = _ended(log, secret, [own]) or fresh.stand_in("request")[:20]
    return replace(fresh, request_id=number)


def as_one(log: Path, secret: bytes, erasure: Erasure) -> Erasure:
    """The erasure, joined with another of the same person, so that each person has one number.

    One that has begun gives number and salt, because parts may hold its stand-ins already; one that
    has ended gives its number. The caller holds the lock of erasures, and has looked who the person
    is.
    """
    people = sorted(trace for trace in erasure.found if trace.startswith("id/"))
    others = (one for one in under_way(log) if one.request_id != erasure.request_id)
    if other := next((one for one in others if {*people} & {*one.found}), None):
        is_first = erasure.has_begun(log) and not other.has_begun(log)
        kept, gone = (erasure, other) if is_first else (other, erasure)
        found, told = {*other.found, *erasure.found}, {*other.inputs, *erasure.inputs}
        joined = replace(
            kept,
            found=tuple(sorted(found)),
            inputs=tuple(sorted(told)),
            is_purged=kept.is_purged and gone.is_purged,
        )
    else:
        gone = erasure
        joined = replace(erasure, request_id=_ended(log, secret, people) or erasure.request_id)
    if joined.request_id != gone.request_id:
        joined.keep(log)
        gone.forget(log)
    return joined


def _ended(log: Path, secret: bytes, people: Sequence[str]) -> str | None:
    """The number of an erasure that left a tombstone of one of these."""
    with duckdb.connect() as con:
        privacy.install(con, secret)
        numbers = (refusals.request_of(con, log, trace) for trace in people)
        return next((number for number in numbers if number), None)


def under_way(log: Path) -> list[Erasure]:
    """Erasures that were asked for and have not ended."""
    found = (_read(path) for path in sorted(refusals.folder(log).glob("*.json")))
    return [one for one in found if one]


def _read(place: Path) -> Erasure | None:
    if not place.exists():
        return None
    told = json.loads(place.read_text("utf-8"))
    return Erasure(**{**told, "found": tuple(told["found"]), "inputs": tuple(told["inputs"])})


def look(log: Path, erasure: Erasure, seen: Sightings) -> tuple[Erasure, dict[str, int]]:
    """Find all that belongs to the person, and count it; changes nothing. Raises `NoPersonError`.

    What was `seen` of the log before is not sought again, and what is found joins it.
    """
    with person.opened(log, erasure.found) as con:
        found = person.grow(con, log, seen)
        inputs = {*erasure.inputs}
        counts = {"events": 0, "parts": 0}
        for domain in DOMAINS:
            held = person.touched(con, log, domain, seen)
            counts["parts"] += len(held)
            counts["events"] += person.count(con, "select count(*) from touched")
            if held:
                inputs |= person.inputs(con, held)
    counts["identifiers"] = sum(trace.startswith("id/") for trace in found)
    return replace(erasure, found=found, inputs=tuple(sorted(inputs))), counts


def rewrite(log: Path, erasure: Erasure, seen: Sightings, *, at: datetime) -> dict[str, int]:
    """Put stand-ins in place of all that was found, one commit a domain; old files go at once."""
    counts = {"events": 0, "parts": 0}
    for domain in DOMAINS:
        with event_log.locked(log, domain), person.opened(log, erasure.found) as con:
            set_stand_ins(con, erasure.salt, erasure.found)
            held = person.touched(con, log, domain, seen)
            if held:
                counts["events"] += person.count(con, "select count(*) from touched")
                counts["parts"] += len(held)
                swap(con, log, domain, held, at)
            drop_unlisted(log, domain)
    return counts


def wait_for_appends(log: Path) -> None:
    """Return once every append that did not know the tombstones has been committed or given up."""
    for domain in DOMAINS:
        with event_log.locked(log, domain):
            pass


def set_stand_ins(con: duckdb.DuckDBPyConnection, salt: str, found: Sequence[str]) -> None:
    """Give a connection the macros `stand_in(trace)` and `is_erased(trace)`."""
    con.execute("set variable erasure_salt = $1", [salt])
    con.execute("set variable erased = $1::varchar[]", [list(found)])
    con.execute(
        "create or replace temp macro stand_in(trace) as "
        "left(sha256(getvariable('erasure_salt') || chr(31) || trace), 32)"
    )
    con.execute(
        "create or replace temp macro is_erased(trace) as "
        "list_contains(getvariable('erased')::varchar[], trace)"
    )


def swap(
    con: duckdb.DuckDBPyConnection,
    log: Path,
    domain: str,
    held: list[Part],
    at: datetime,
    replaced: Replaced = traces.replaced,
) -> None:
    """Write the parts anew and commit them; the caller holds the domain's lock.

    `replaced` gives SQL of a column in rows of the temp table `touched`; None leaves it as it is.
    """
    with workplace(log / ".work") as work:
        fresh: list[tuple[Path, int]] = []
        inputs: dict[str, list[str]] = {}
        for part in held:
            part.check(deep=True)
            new = _write(con, part, work, replaced)
            fresh.append((new, part.rows))
            inputs[new.name] = input_keys(con, new)
        names = [part.path.name for part in held]
        table = event_log.open_table(log, domain)
        event_log.replace(table, names, fresh, committed_at=at, inputs=inputs, is_erasure=True)


def _write(con: duckdb.DuckDBPyConnection, part: Part, work: Path, replaced: Replaced) -> Path:
    """One sealed part with the rows of the old one, those that are touched with stand-ins."""
    new = part_files.unsealed(work, part.number, "erased")
    rows = part_files.reader([part.path])
    listed = ", ".join(_column(name, replaced(name)) for name in part_files.columns(con, rows))
    con.execute(f"""
        copy (select *, {part_files.KEY_PREFIX} as key_prefix from (
            select {listed} from {rows} as old
            left join (select *, true as is_touched from touched) using (filename, file_row_number)
        )) to {quoting.text(new)} ({part_files.FORMAT})""")
    if person.count(con, f"select count(*) from read_parquet({quoting.text(new)})") != part.rows:
        raise RuntimeError(f"{new} does not hold the rows of {part.path}.")
    return part_files.seal(new)


def _column(name: str, swapped: str | None) -> str:
    if swapped is None:
        return f'"{name}"'
    return f'case when is_touched then {swapped} else "{name}" end as "{name}"'


def input_keys(con: duckdb.DuckDBPyConnection, part: Path) -> list[str]:
    """Keys of the inputs whose events stand in a part, and `NO_INPUT` for what has lost its key."""
    query = (
        f"select distinct coalesce(input_key, '{event_log.NO_INPUT}') "
        f"from read_parquet({quoting.text(part)}) order by 1"
    )
    return [str(key) for (key,) in con.execute(query).fetchall()]


def drop_unlisted(log: Path, domain: str) -> None:
    """Delete every part file that the table no longer names; the caller holds the domain's lock."""
    current = {part.path for part in event_log.parts(log, domain)}
    for path in (log / domain).glob("*.parquet"):
        if path not in current:
            path.unlink()
