"""How long what is kept, per source: reads `config/retention.yaml` and does what it says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock

from ingestion import catalogue, inputs, receipts, retention, unique_keys
from ingestion.privacy import write_whole
from ingestion.retention import Rule
from ingestion.sources import exports
from waypost import access_log, built, warehouse
from waypost.cli import UsageError
from waypost.settings import LANDING, Settings

NAME = "retention.yaml"
MOST_DAYS = 36_500  # a hundred years: more is a slip, and no calendar has the day before it


@dataclass(frozen=True)
class Rules:
    """Days: of people in events (the first rule that fits), of landed files by folder, of accesses."""

    people: tuple[Rule, ...] = ()
    landing: Mapping[str, int] = field(default_factory=dict)
    access_log: int | None = None


def read(settings: Settings) -> Rules:
    """The rules of this home; none without a file. Raises `UsageError` in one sentence."""
    path = settings.config / NAME
    if not path.exists():
        return Rules()
    try:
        told = unique_keys.load(path.read_text("utf-8")) or {}
    except unique_keys.RepeatedKeyError as error:
        raise UsageError(f"{path} {error}") from error
    # PyYAML lets through what Python says of 2026-13-45 or of bottomless nesting
    except (yaml.YAMLError, ValueError, RecursionError, IndexError) as error:
        raise UsageError(
            f"{path} is no YAML ({str(error).splitlines()[0]}): correct it."
        ) from error
    _only(path, "the file", told, {"people", "landing", "access_log"})
    people, landing = told.get("people") or [], told.get("landing") or {}
    if not isinstance(people, list) or not isinstance(landing, dict):
        raise UsageError(f"{path}: people must be a list of rules and landing a table of folders.")
    rules = tuple(_rule(path, number, rule) for number, rule in enumerate(people, 1))
    kept = {_folder(path, name): _days(path, f"landing {name}", landing[name]) for name in landing}
    access = told.get("access_log")
    return Rules(rules, kept, None if access is None else _days(path, "access_log", access))


def _only(path: Path, where: str, told: object, known: set[str]) -> None:
    if not isinstance(told, dict) or (set(told) - known):
        odd = ", ".join(sorted(map(str, set(told) - known))) if isinstance(told, dict) else ""
        remedy = f"take out {odd}" if odd else "write it as a table of these"
        raise UsageError(f"{path}: {where} may have {', '.join(sorted(known))}; {remedy}.")


def _rule(path: Path, number: int, told: Any) -> Rule:
    where = f"rule {number} of people"
    _only(path, where, told, {"source", "types", "days"})
    source, types = told.get("source"), told.get("types", ["*"])
    if not isinstance(source, str) or not source:
        raise UsageError(f"{path}: {where} names no source; write one, such as /shop or /shop*.")
    if not isinstance(types, list) or not types:
        raise UsageError(
            f"{path}: {where}: types must be a list, such as [survey.answered, case.*]."
        )
    for name in types:
        fitting = [kind for kind in catalogue.load().types if _fits(kind, str(name))]
        if not fitting:
            raise UsageError(
                f"{path}: {where}: no event type is called {name}; see docs/events.md."
            )
    return Rule(source, _days(path, where, told.get("days")), tuple(map(str, types)))


def _fits(kind: str, pattern: str) -> bool:
    return kind.startswith(pattern[:-1]) if pattern.endswith("*") else kind == pattern


def _days(path: Path, where: str, told: object) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or not 1 <= told <= MOST_DAYS:
        raise UsageError(
            f"{path}: {where}: days must be a whole number of at least 1 and at most {MOST_DAYS:,}, "
            f"not {told}."
        )
    return told


def _folder(path: Path, name: object) -> str:
    parts = Path(str(name)).parts
    if not parts or parts[0] not in LANDING or ".." in parts:
        raise UsageError(
            f"{path}: landing has no folder {name}; choose below {', '.join(LANDING)}."
        )
    return "/".join(parts)


def apply(
    settings: Settings, *, as_of: datetime, salt: str, is_dry: bool = False
) -> dict[str, Any]:
    """Do what is due at `as_of`; run again after a crash it ends in the same state.

    Counts events that lost their people, parts rewritten, landed files and lines of the access log
    that were removed; `rules_without_source` are the numbers of rules that fit no event's source.
    `salt` (unguessable) makes the stand-ins.
    """
    settings.create()
    rules = read(settings)
    limit = rules.access_log and as_of - timedelta(days=rules.access_log)
    unfit = {"rules_without_source": _unfit(settings, rules)}
    if is_dry:
        counts = retention.look(settings.log, rules.people, as_of)
        counts["landing_deleted"] = len(set(_due(settings, rules, as_of)))
        counts["accesses_deleted"] = access_log.older(settings, limit) if limit else 0
        return {"is_dry_run": True, **counts, **unfit}
    with FileLock(settings.log / "erasures.lock"):
        warehouse.refuse_unfinished_rotation(settings)
        counts = _anonymise(settings, rules, as_of, salt)
    deleted = 0
    for path in _due(settings, rules, as_of):  # each is looked at just before it goes
        path.unlink(missing_ok=True)
        deleted += 1
    access_log.take_in(settings)
    forgotten = access_log.forget(settings, limit) if limit else 0
    return {**counts, "landing_deleted": deleted, "accesses_deleted": forgotten, **unfit}


def _unfit(settings: Settings, rules: Rules) -> list[int]:
    """Numbers of the rules of people that name a source which no event has: most likely misspelt."""
    known = retention.sources(settings.log) if rules.people else set()
    return [
        number
        for number, rule in enumerate(rules.people, 1)
        if not any(_fits(source, rule.source) for source in known)
    ]


def under_way(settings: Settings) -> Path:
    """Where the salt of a retention lies that has begun and not ended."""
    return settings.log / "retention.json"


def _anonymise(settings: Settings, rules: Rules, as_of: datetime, salt: str) -> dict[str, int]:
    """With one salt for all parts, also after a crash: it lies in a file until the last is done."""
    place = under_way(settings)
    if not place.exists():
        if not retention.look(settings.log, rules.people, as_of)["events"]:
            return {"events": 0, "parts": 0}
        write_whole(place, json.dumps({"salt": salt, "as_of": as_of.isoformat()}))
    told = json.loads(place.read_text("utf-8"))
    counts = retention.anonymise(
        settings.log,
        rules.people,
        as_of=datetime.fromisoformat(told["as_of"]),
        salt=told["salt"],
        at=as_of,
    )
    _let_build(settings)
    place.unlink()
    return counts


def _let_build(settings: Settings) -> None:
    """The next build starts anew, and rebuilds of the past go: they name who is gone from the log."""
    with built.lock(settings):
        told = (settings.runs / "build.json", settings.runs / "published.json")
        for path in (*told, *built.left_by_replay(settings)):
            path.unlink(missing_ok=True)
        shutil.rmtree(settings.asof, ignore_errors=True)


def _due(settings: Settings, rules: Rules, as_of: datetime) -> Iterator[Path]:
    """Landed files that are past their time and were taken in; tables of one export go together."""
    if not rules.landing:
        return
    tables = {folder: exports.table_files(folder) for folder in exports.folders(settings.landing)}
    for folder, files in tables.items():
        is_past = all(_is_past(settings, rules, path, as_of) for path in files)
        if is_past and receipts.is_whole(settings.log, exports.input_key(folder)):
            yield from files
    for path in sorted(settings.landing.rglob("*")):
        is_past = path.is_file() and _is_past(settings, rules, path, as_of)
        if is_past and receipts.is_whole(settings.log, inputs.input_key(path)):
            yield path


def _is_past(settings: Settings, rules: Rules, path: Path, as_of: datetime) -> bool:
    """Whether a landed file is older than its folder allows; of several the longest name counts."""
    name = path.relative_to(settings.landing).as_posix()
    if any(part.startswith(".") for part in name.split("/")):
        return False
    fitting = [folder for folder in rules.landing if name.startswith(f"{folder}/")]
    if not fitting:
        return False
    days = rules.landing[max(fitting, key=len)]
    return path.stat().st_mtime < (as_of - timedelta(days=days)).timestamp()
