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

    Of events about somebody else only that the person is named there, when and as what. The first line says what each field means, in English and German. Raises `WaypostError` when
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
    lines = list(_lines(settings.log, id_hash))
    events = [line for line in lines if "event" in line]
    if not lines:
        raise WaypostError(
            "The log knows nobody by that identifier, so nothing was written: look at its type and "
            "spelling, and write a phone number with its country code."
        )
    counts = {"events": len(events), "mentions": len(lines) - len(events)}
    told = {"exported_at": now.isoformat(), **counts, "fields": _meanings(events)}
    _write(out, [told, *lines])
    return {**counts, "path": str(out)}


def _lines(log: Path, id_hash: str) -> Iterator[dict[str, Any]]:
    """Events about the person, and of events about somebody else where they are named, in no order."""
    seen = Sightings()
    with person.opened(log, [f"id/{id_hash}"]) as con:
        try:
            person.grow(con, log, seen)
        except person.NoPersonError as error:
            raise WaypostError(str(error)) from error
        for domain in DOMAINS:
            if held := person.touched(con, log, domain, seen):
                yield from _rows(con, domain, held)
                yield from _mentions(con, domain, held)


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
        yield {"domain": domain, "about": _about(event["event_type"]), "event": event}


def _mentions(
    con: duckdb.DuckDBPyConnection, domain: str, parts: list[event_log.Part]
) -> Iterator[dict[str, Any]]:
    """In what events of others the person stands, when and as what; nothing of the others."""
    rows = part_files.reader(part.path for part in parts)
    names = part_files.columns(con, rows)
    if "party_refs" not in names:
        return
    found = con.execute(
        "select to_json(struct_pack(event_type, occurred_at, recorded_at, id_type := one.id_type, "
        "id_hash := one.id_hash, id_class := one.id_class, role := one.role)) "
        f"from (select *, unnest(party_refs) as one from {rows} "
        "semi join touched using (filename, file_row_number) "
        f"where not {person.owned(names)}) where 'id/' || one.id_hash in (from found) "
        "order by occurred_at, event_id"
    )
    for (text,) in found.fetchall():
        mention = json.loads(text)
        yield {"domain": domain, "about": _about(mention["event_type"]), "mention": mention}


def _about(event_type: str) -> dict[str, str]:
    kind = load().types.get(event_type)
    return dict(kind.about) if kind else {}


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
