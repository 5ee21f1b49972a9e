"""A look at what an input would become, with nothing written but a folder of this look's own."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from ingestion import privacy, sources
from ingestion.account import Account
from ingestion.ahead import Ahead
from ingestion.quarantine import REASONS
from ingestion.reading import Options, Reading
from ingestion.shapes import ROW_KEY
from ingestion.sources import reader, states

_SECRET = b"a trial keeps no hash"  # hashes are made, because the door makes them, and thrown away


@dataclass(frozen=True)
class Trial:
    """What an input would become; `quarantined` holds (code, path, line, sentence)."""

    events: list[dict[str, Any]]
    types: Counter[str]
    quarantined: list[tuple[str, str, int, str]]
    unused: Counter[str]


def look(
    path: Path, adapter: str, work: Path, *, topic: str | None, now: datetime, limit: int
) -> Trial:
    """Read a file or folder as an ingest would; `work` is empty and the caller's to remove.

    Raises `SourceError` or `InputError` as an ingest does.
    """
    system = sources.find(adapter)
    with states.opened(work / "states", adapter, "", _SECRET) as differ:
        taken = reader.read(path, system, work, topic=topic, differ=differ)
    options = Options(work, work, work, _SECRET, now, lambda: now, dry_run=True, adapter=system)
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        privacy.install(con, _SECRET)
        with Ahead(con, lambda: taken.lines) as ahead:
            reading = Reading(con, ahead, work, work, "", "", options)
            reading.read_all(Account())
            found = reading.rejects.listed()
    found += taken.rejected
    found += [(code, "", line) for line, _, code in taken.lines.rejected]
    wrong = [(c, p, n, REASONS[c][1].format(path=p)) for c, p, n in sorted(found, key=_place)]
    events, types = _told(taken.lines.path, limit)
    return Trial(events, types, wrong, taken.unused)


def _place(reject: tuple[str, str, int]) -> int:
    return reject[2]


def _told(path: Path, limit: int) -> tuple[list[dict[str, Any]], Counter[str]]:
    """The first events, with identifiers of people masked, and how many there are of each type."""
    with path.open("rb") as file:
        events = [_masked(json.loads(line)) for line in islice(file, limit)]
        file.seek(0)
        types = Counter(str(json.loads(line).get("type")) for line in file)
    return events, types


def _masked(event: dict[str, Any]) -> dict[str, Any]:
    event.pop(ROW_KEY, None)
    data = event.get("data")
    for ref in data.get("party_refs") or [] if isinstance(data, dict) else []:
        ref["id"] = "(hashed at the door)"
    return event
