"""What the log holds of each source and how old it is; knows no gate and no page.

A part never changes, so what it says is read once and kept in `runs/sources.json`: a step after
an append reads the new part alone, however long the log is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingestion import log
from ingestion.catalogue import DOMAINS
from ingestion.log import Part
from ingestion.parts import damage

# source → count, then last occurred_at and last recorded_at, each in microseconds and as text
Told = dict[str, list[Any]]
_QUERY = """
    select filename, source, count(*), epoch_us(max(occurred_at)), max(occurred_at)::varchar,
        epoch_us(max(recorded_at)), max(recorded_at)::varchar
    from read_parquet(?, filename = true, union_by_name = true) group by filename, source"""


def of_sources(folder: Path, remembered: Path) -> list[dict[str, Any]]:
    """One row a source of the log in `folder`: its age in seconds against the newest record of all.

    A damaged part is left out: the step that met it tells of it, and the rest shall be shown.
    """
    known = _known(remembered)
    parts = [part for domain in DOMAINS for part in log.parts(folder, domain)]
    whole = {_name(p): p for p in parts if not damage(p.path, p.size, deep=False)}
    found = {name: known[name] for name in whole if name in known}
    found |= _read([part for name, part in whole.items() if name not in known])
    if found.keys() != known.keys():
        _keep(remembered, found)
    return _rows(found.values())


def _name(part: Part) -> str:
    return f"{part.path.parent.name}/{part.path.name}"


def _known(remembered: Path) -> dict[str, Told]:
    try:
        known: dict[str, Told] = json.loads(remembered.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def _keep(remembered: Path, found: dict[str, Told]) -> None:
    remembered.parent.mkdir(parents=True, exist_ok=True)
    draft = remembered.with_name(f".{remembered.name}.{os.getpid()}")
    draft.write_text(json.dumps(found), "utf-8")
    draft.replace(remembered)


def _read(parts: list[Part]) -> dict[str, Told]:
    """What parts say that nobody has looked at yet; one that went meanwhile says nothing."""
    if not parts:
        return {}
    try:
        return _told(parts)
    except duckdb.Error:
        alone = (_read([part]) for part in parts if len(parts) > 1)
        return {name: told for one in alone for name, told in one.items()}


def _told(parts: list[Part]) -> dict[str, Told]:
    found: dict[str, Told] = {_name(part): {} for part in parts}
    names = {str(part.path): _name(part) for part in parts}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for path, source, *values in connection.execute(_QUERY, [[*names]]).fetchall():
            found[names[path]][str(source)] = values
    return found


def _rows(told: Iterable[Told]) -> list[dict[str, Any]]:
    total: Told = {}
    for part in told:
        for source, (count, *times) in part.items():
            before = total.get(source, [0, *times])
            latest = [max(pair) for pair in zip(_pairs(before[1:]), _pairs(times), strict=True)]
            total[source] = [before[0] + count, *latest[0], *latest[1]]
    newest = max((values[3] for values in total.values()), default=0)
    return [
        {
            "source": source,
            "event_count": count,
            "last_occurred_at": occurred,
            "last_recorded_at": recorded,
            "age_seconds": (newest - recorded_us) / 1e6,
        }
        for source, (count, _, occurred, recorded_us, recorded) in sorted(total.items())
    ]


def _pairs(times: list[Any]) -> list[tuple[int, str]]:
    return [(times[0], times[1]), (times[2], times[3])]
