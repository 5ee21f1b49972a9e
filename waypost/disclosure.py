"""All that the log holds about one person, written out for them, and who asked when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import person, privacy
from ingestion.catalogue import DOMAINS, load
from ingestion.sightings import Sightings
from waypost import access_log, hashing_secret
from waypost.cli import UsageError, WaypostError
from waypost.settings import Settings


def export(
    settings: Settings, id_hash: str, out: Path, *, now: datetime, who: str
) -> dict[str, Any]:
    """Write every event of the person to `out` (JSON lines, mode 0600), once the access is noted.

    The first line says what each field means, in English and German. Raises `WaypostError` when
    the log knows nobody by that hash.
    """
    if out.resolve().is_relative_to(settings.home):
        raise UsageError(
            f"{out} lies inside {settings.home}: name a file outside of it with --out."
        )
    settings.create()
    secret = hashing_secret.of_log(settings)
    # before the look, or who asks for somebody unknown would learn that and leave no trace
    access_log.note(settings, secret, at=now, who=who, what="export", subject=id_hash)
    events = list(_events(settings.log, id_hash))
    if not events:
        raise WaypostError(
            "The log knows nobody by that identifier, so nothing was written: look at its type and "
            "spelling, and write a phone number with its country code."
        )
    told = {"exported_at": now.isoformat(), "events": len(events), "fields": _meanings(events)}
    _write(out, [told, *events])
    return {"events": len(events), "path": str(out)}


def _events(log: Path, id_hash: str) -> Iterator[dict[str, Any]]:
    """Events about the person, in no order; those about somebody else are left out."""
    seen = Sightings()
    with person.opened(log, [f"id/{id_hash}"]) as con:
        try:
            person.grow(con, log, seen)
        except person.NoPersonError as error:
            raise WaypostError(str(error)) from error
        for domain in DOMAINS:
            if held := person.touched(con, log, domain, seen):
                yield from _rows(con, domain, held)


def _rows(
    con: duckdb.DuckDBPyConnection, domain: str, parts: list[event_log.Part]
) -> Iterator[dict[str, Any]]:
    rows = part_files.reader(part.path for part in parts)
    names = part_files.columns(con, rows)
    shown = ", ".join(_readable(n) for n in names if n not in ("payload_hash", "party_hash"))
    found = con.execute(
        f"select to_json(struct_pack({shown})) from {rows} "
        "semi join touched using (filename, file_row_number) "
        f"where {person.owned(names)} order by occurred_at, event_id"
    )
    for (text,) in found.fetchall():
        event = {name: value for name, value in json.loads(text).items() if value is not None}
        kind = load().types.get(event["event_type"])
        about = dict(kind.about) if kind else {}
        yield {"domain": domain, "about": about, "event": event}


def _readable(column: str) -> str:
    return f'"{column}" := ' + ("hex(event_key)" if column == "event_key" else f'"{column}"')


def _meanings(events: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, str]]]:
    """domain → field → label in English and German, of the fields that occur."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for domain in {str(one["domain"]) for one in events}:
        occur = {name for one in events if one["domain"] == domain for name in one["event"]}
        fields = {**load().common, **load().fields[domain]}
        found[domain] = {
            column: dict(field.label)
            for field in fields.values()
            for column in field.columns()
            if column in occur
        }
    return found


def _write(out: Path, lines: list[dict[str, Any]]) -> None:
    """The whole file or none, readable for its owner alone."""
    with (
        privacy.replacing(out, is_private=True) as draft,
        draft.open("w", encoding="utf-8") as file,
    ):
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
