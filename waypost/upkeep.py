"""The log's upkeep: compaction, what `doctor` finds and repairs, the look before a build."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from filelock import Timeout

from ingestion import compaction, inputs, log, mending, quoting, receipts, soundness
from ingestion.catalogue import DOMAINS
from ingestion.parts import DamagedPartError
from ingestion.soundness import Finding
from waypost import built, trust
from waypost.cli import WaypostError
from waypost.settings import LANDING, Settings

RETENTION = timedelta(days=7)
UNFINISHED, REPLAY_LEFTOVER = "build_unfinished", "replay_leftover"


def compact_parts(
    settings: Settings,
    *,
    now: datetime,
    retention: timedelta = RETENTION,
    min_parts: int = compaction.MIN_PARTS,
) -> dict[str, int]:
    """Make few parts of many; delete files that were replaced longer than `retention` ago."""
    settings.create()
    counts = compaction.compact(settings.log, at=now, min_parts=min_parts)
    return counts | {"files_deleted": compaction.sweep(settings.log, before=now - retention)}


def verify_parts(settings: Settings) -> None:
    """Raise `DamagedPartError` unless every part is what its commit says.

    Size and ends of all, the checksum of those that are new or were touched since they were
    verified last; `runs/verified.json` remembers.
    """
    remembered = settings.runs / "verified.json"
    known = _known(remembered)
    found: dict[str, list[int]] = {}
    for domain in DOMAINS:
        for part in log.parts(settings.log, domain):
            part.check(deep=False)
            state = part.path.stat()
            stamp = [state.st_size, state.st_mtime_ns, state.st_ino]
            if known.get(part.path.name) != stamp:
                part.check(deep=True)
            found[part.path.name] = stamp
    if found != known:
        trust.write_json(remembered, found)


def _known(path: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def examine(settings: Settings, *, deep: bool) -> list[Finding]:
    """Everything that is not as it should be, in the log, the warehouse and the serving copy."""
    if not settings.home.exists():
        return [_missing(settings.home)]
    settings.create()
    work = settings.landing / ".work"
    found = soundness.examine(settings.log, settings.quarantine, work, deep=deep)
    return [*found, *_warehouse(settings), *_serving(settings)]


def _missing(home: Path) -> Finding:
    return Finding(
        "home_missing",
        home,
        f"There is no home at {home}.",
        "Set WAYPOST_HOME to where it lies, or run `waypost init` to begin one there.",
    )


def check_files(settings: Settings, **_: datetime) -> dict[str, int]:
    """Look at every byte of the log; raises `WaypostError` with the first thing that is broken."""
    found = examine(settings, deep=True)
    broken = [one for one in found if one.is_broken]
    if broken:
        more = f" ({len(broken) - 1} more: `waypost doctor --deep`.)" if len(broken) > 1 else ""
        raise WaypostError(f"{broken[0].problem} {broken[0].remedy}{more}")
    return {"leftovers": len(found)}


def apply_retention(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """Do what `config/retention.yaml` says; see `waypost.retention`."""
    from waypost import retention

    return retention.apply(settings, as_of=now, salt=secrets.token_hex(32))


def _warehouse(settings: Settings) -> list[Finding]:
    """What a killed build or replay left; nothing while one is under way."""
    try:
        with built.lock(settings).acquire(timeout=0):
            found = [_of_replay(path) for path in built.left_by_replay(settings)]
            doubt = built.unfinished(settings) if settings.warehouse.exists() else None
    except Timeout:
        return []
    except duckdb.Error as error:
        doubt = f"{settings.warehouse} cannot be read ({_short(error)})"
    remedy = "Run `waypost build`; until then it is not published, and the pages keep their copy."
    if doubt:
        found.append(Finding(UNFINISHED, settings.warehouse, f"{doubt}.", remedy, is_broken=False))
    return found


def _of_replay(path: Path) -> Finding:
    return Finding(
        REPLAY_LEFTOVER,
        path,
        f"{path} is what a replay left that was interrupted.",
        "`waypost doctor --repair` or the next `waypost replay` removes it.",
        is_broken=False,
    )


def _sweep_replay(settings: Settings, finding: Finding) -> None:
    """Remove what a killed replay left; one that began meanwhile holds the lock and keeps its own."""
    with suppress(Timeout), built.lock(settings).acquire(timeout=0):
        finding.place.unlink(missing_ok=True)


def _serving(settings: Settings) -> Iterator[Finding]:
    copy = settings.serving_copy
    for draft in sorted(settings.serving.glob(f".{copy.name}.*")):
        yield Finding(
            "serving_leftover",
            draft,
            f"{draft} is what a publish left that was interrupted.",
            "`waypost doctor --repair` removes it.",
            is_broken=False,
        )
    if copy.exists() and (problem := _manifest_problem(copy)):
        yield Finding(
            "serving_differs",
            copy,
            f"{copy} {problem}.",
            "`waypost doctor --repair` publishes the warehouse again; without a whole and green one, run"
            " `waypost build` and `waypost publish`.",
        )


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:150]


def _manifest_problem(copy: Path) -> str | None:
    """How the serving copy differs from what its manifest says; None when it does not."""
    try:
        with duckdb.connect() as con:
            con.execute(f"attach {quoting.text(copy)} as copy (read_only)")
            row = con.execute("select row_counts from copy.manifest").fetchone()
            promised: dict[str, int] = json.loads(row[0]) if row else {}
            for name, rows in promised.items():
                count = con.execute(f'select count(*) from copy."{name}"').fetchone()
                if count != (rows,):
                    return f"has {count and count[0]} rows in {name} where its manifest says {rows}"
    except duckdb.Error as error:
        return f"cannot be read ({_short(error)})"
    return None if promised else "has an empty manifest"


def repair(settings: Settings, found: Iterable[Finding], *, now: datetime) -> None:
    """Do what can be done about each finding, in an order that loses nothing when it is stopped."""
    found = list(found)
    if any(one.kind == "home_missing" for one in found):
        return
    for one in found:
        if one.kind == UNFINISHED:
            continue  # only a build makes it whole, and until then somebody may want to look at it
        if one.kind == REPLAY_LEFTOVER:
            _sweep_replay(settings, one)
        elif not one.is_broken:
            mending.remove_leftover(settings.log, one)
        elif one.kind in ("receipt_unreadable", "quarantine_damaged"):
            _forget(settings, one)
    landed = _landed(settings)
    for one in found:
        if one.kind == "part_damaged" and _can_mend(settings, one, landed):
            mending.take_out(settings.log, one, at=now)
    with suppress(DamagedPartError):  # what could not be mended stands in the next report
        _read_again(settings, landed, now)
    if any(one.kind == "serving_differs" for one in found):
        from dashboards.publish import PublishError
        from waypost import steps

        with suppress(PublishError):  # no whole, green warehouse: the finding says what to do
            steps.publish_serving(settings)


def _can_mend(settings: Settings, finding: Finding, landed: Mapping[str, Path]) -> bool:
    is_landed = bool(finding.inputs) and landed.keys() >= set(finding.inputs)
    return is_landed or bool(mending.sources(settings.log, finding))


def _forget(settings: Settings, finding: Finding) -> None:
    for key in finding.inputs:
        receipts.forget(settings.log, key)
    finding.place.unlink(missing_ok=True)


def _landed(settings: Settings) -> dict[str, Path]:
    """All files that lie in the landing folders, by their keys."""
    files = (path for folder in LANDING for path in (settings.landing / folder).rglob("*"))
    return {inputs.input_key(path): path for path in files if path.is_file()}


def _read_again(settings: Settings, landed: dict[str, Path], now: datetime) -> None:
    """Ingest what was set back as at its first reading, then whatever lies in landing unread."""
    from waypost import steps

    for key in receipts.names(settings.log):
        receipt = receipts.read(settings.log, key) or {}
        if not receipt.get("append_key") and key in landed:
            started = datetime.fromisoformat(receipt["run_started_at"])
            _read_file(settings, landed[key], started)
    steps.ingest_landing(settings, LANDING, run_started_at=now)


def _read_file(settings: Settings, file: Path, started: datetime) -> None:
    """Ingest one landed file the way its folder says, as a run that started at that time."""
    from waypost import landing

    for group in landing.groups(settings, LANDING):
        if not {file, *file.parents}.isdisjoint(group.paths):
            landing.take_in(settings, group, [file], run_started_at=started)
