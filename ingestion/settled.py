"""Quarantined rows that a person has settled: place and reason, kept beside the quarantine.

One JSON file an input, `quarantine/settled/<input key>.json`; it outlives every new reading of the
input. A row is known by its line, code and path: a line that fails in another way is open again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from ingestion import privacy, quoting

REASON_LENGTH = 200  # characters of what a person says about it
_COLUMNS = {
    "input_key": "varchar",
    "line_number": "bigint",
    "code": "varchar",
    "path": "varchar",
    "settled_reason": "varchar",
    "settled_at": "timestamptz",
}


class Place(NamedTuple):
    """Where a row stands in its input, and what was wrong there."""

    line_number: int
    code: str
    path: str


def _file(folder: Path, input_key: str) -> Path:
    return folder / "settled" / f"{input_key}.json"


def add(folder: Path, input_key: str, places: Iterable[Place], reason: str, at: datetime) -> int:
    """Settle rows of an input in one rename and return how many were open until now.

    Two processes that settle rows of one input wait for each other, so that neither undoes the other.
    """
    target = _file(folder, input_key)
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.parent / "settled.lock"):
        privacy.drop_drafts(target.parent)
        return _add(target, input_key, places, reason, at)


def _add(target: Path, input_key: str, places: Iterable[Place], reason: str, at: datetime) -> int:
    rows = json.loads(target.read_text("utf-8")) if target.exists() else []
    known = {Place(row["line_number"], row["code"], row["path"]) for row in rows}
    new = sorted(set(places) - known)
    about = {"settled_reason": reason[:REASON_LENGTH], "settled_at": at.isoformat()}
    rows += [{"input_key": input_key, **place._asdict(), **about} for place in new]
    with privacy.replacing(target) as draft:
        draft.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return len(new)


def join(folder: Path, quarantine: str) -> str:
    """SQL of the rows of `quarantine` (SQL of a relation) with settled_reason and settled_at."""
    files = sorted((folder / "settled").glob("*.json"))
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in _COLUMNS.items())
    nothing = ", ".join(f"null::{kind} as {name}" for name, kind in _COLUMNS.items())
    rows = (
        f"from read_json([{quoting.texts(files)}], columns = {{{columns}}})"
        if files
        else "where false"
    )
    settled = f"select * {rows}" if files else f"select {nothing} {rows}"
    return (
        f"select * from ({quarantine}) as quarantined left join ({settled}) as settled "
        "using (input_key, line_number, code, path)"
    )
