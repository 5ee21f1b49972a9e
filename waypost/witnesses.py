"""Landed inputs that tell of a person who is being erased: which they are, and their end.

An input tells of the person when a row of theirs in the log names it. One whose candidates do not
all stand in the log (duplicates, quarantined, without their people by now) is read once more, as
its receipt says, against a log of its own that knows nobody but the erased; nothing is written.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion import inputs, mapping, person, pipeline, receipts, refusals, sources, workplace
from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion.catalogue import DOMAINS
from ingestion.erasure import Erasure
from ingestion.sources import exports
from waypost import second_reading
from waypost.cli import WaypostError
from waypost.settings import Settings

_UNREADABLE = (WaypostError, inputs.InputError, mapping.MappingError, sources.SourceError)


def purge(settings: Settings, request: Erasure) -> tuple[int, list[str]]:
    """Delete the landed files that told of the person; what else they told is in the log.

    Returns how many inputs that were, and the places of those that stay, because they were not read
    to their end and others' events in them are nowhere else yet, or cannot be read once more. Of a
    folder only its tables go.
    """
    told, waiting = _find(settings, request)
    needed = {file for place in waiting for file in _files(place)}
    for file in {file for place in told for file in _files(place)} - needed:
        file.unlink()
    for folder in told:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    workplace.sweep(settings.landing / ".work")
    return len(told), [str(place.relative_to(settings.landing)) for place in waiting]


def _find(settings: Settings, request: Erasure) -> tuple[list[Path], list[Path]]:
    """Inputs that tell of the person, and those of which it must be known before the end."""
    told: list[Path] = []
    waiting: list[Path] = []
    standing = _standing(settings.log)
    for place, key in _landed(settings.landing):
        receipt = receipts.read(settings.log, key) or {}
        is_whole = bool(receipt.get("append_key"))
        if key in request.inputs:
            (told if is_whole else waiting).append(place)
        elif is_whole and not _stands(receipt, standing[key]):
            try:
                told += [place] if _names(settings, request, place, receipt) else []
            except _UNREADABLE:
                waiting.append(place)
    return told, waiting


def _standing(log: Path) -> Counter[str]:
    """How many rows of the log each input has, of those that still have their input."""
    found: Counter[str] = Counter()
    with person.opened(log, ()) as con:
        for domain in DOMAINS:
            if files := event_log.file_uris(log, domain):
                query = f"select input_key, count(*) from {part_files.reader(files)} group by all"
                found.update(dict(con.execute(query).fetchall()))
    return found


def _stands(receipt: dict[str, Any], rows: int) -> bool:
    """True of an input all of whose candidates stand in the log: there the person is looked for."""
    counts = receipt["counts"]
    return bool(counts["read"] == counts["appended"] <= rows)


def _names(settings: Settings, request: Erasure, place: Path, receipt: dict[str, Any]) -> bool:
    """Whether the door would refuse anything of an input; reads it with nothing written."""
    given = second_reading.options(settings, receipt)
    stones = refusals.folder(settings.log) / f"{request.request_id}.parquet"
    with workplace.workplace(settings.log / ".work") as alone:
        refusals.folder(alone).mkdir()
        shutil.copy(stones, refusals.folder(alone))
        receipts.write(alone, receipt | {"append_key": ""})
        counts = pipeline.ingest(
            [place],
            log=alone,
            quarantine=alone / "quarantine",
            work=settings.landing / ".work",
            secret_file=settings.secret_file,
            run_started_at=datetime.fromisoformat(request.at),
            dry_run=True,
            **given,
        )
    return counts["refused"] > 0


def _files(place: Path) -> list[Path]:
    return exports.table_files(place) if place.is_dir() else [place]


def _landed(landing: Path) -> Iterator[tuple[Path, str]]:
    for folder in exports.folders(landing):
        yield folder, exports.input_key(folder)
    for path in sorted(landing.rglob("*")):
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(landing).parts):
            yield path, inputs.input_key(path)
