"""The steps that cross packages: from files to files, each returning a small dict of counts."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waypost import built, trust, warehouse
from waypost.cli import WaypostError
from waypost.settings import PROJECT, Settings

if TYPE_CHECKING:
    from ingestion.transport.streams import Access

Counts = dict[str, Any]
LIMITS = "gate_limits.csv"


class BuildFailedError(Exception):
    """dbt was red; takes what failed and where the log lies."""

    def __init__(self, failures: Sequence[str], log: Path) -> None:
        shown = "; ".join(failures[:5])
        super().__init__(
            f"dbt build: {len(failures)} failed: {shown}; the whole story is in {log}."
        )


@contextmanager
def _recorded(settings: Settings, step: str, *, is_past: bool = False) -> Iterator[None]:
    """Whatever happens inside, trust.json tells it; it is about the present alone."""
    if is_past:
        yield
        return
    error: str | None = "stopped"
    try:
        yield
        error = None
    except Exception as problem:
        error = str(problem)
        raise
    finally:
        trust.write(settings, step, now=datetime.now(UTC), error=error)


def ingest_landing(
    settings: Settings,
    folders: Sequence[str],
    *,
    run_started_at: datetime,
) -> Counts:
    """Bring the files of these landing folders into the log; one bad group stops no other."""
    from ingestion.account import COUNTS
    from ingestion.inputs import InputError
    from ingestion.mapping import MappingError
    from waypost import access_log, landing

    settings.create()
    total: Counter[str] = Counter()
    errors: list[Exception] = []
    with _recorded(settings, f"ingest_{folders[0]}"):
        for group in landing.groups(settings, folders):
            try:
                counts = landing.take_in(
                    settings, group, group.paths, run_started_at=run_started_at
                )
            except (InputError, MappingError) as error:
                errors.append(error)
            else:
                total.update(counts)
        if "waypost" in folders:
            access_log.take_in(settings)
        if errors:
            raise WaypostError(" ".join(map(str, errors)))
    return {name: total[name] for name in COUNTS}


def pull_source(
    settings: Settings,
    system: str,
    access: Access,
    *,
    since: int | None = None,
    until: int | None = None,
    is_backfill: bool = False,
    streams: Sequence[str] = (),
    progress: Callable[[str, int], None] | None = None,
) -> Counts:
    """Land what is new in a system; raises `PullError`. Times in seconds since 1970."""
    from ingestion import transport
    from ingestion.transport.client import Client
    from ingestion.transport.pull import Job, pull
    from ingestion.transport.streams import BACKFILL, INCREMENTAL

    settings.create()
    with _recorded(settings, f"pull_{system}"):
        client = Client(transport.system(system), access, now=time.time)
        try:
            job = Job(
                client=client,
                landing=settings.landing,
                cursors=settings.cursors,
                now=time.time,
                since=since,
                until=until,
                mode=BACKFILL if is_backfill else INCREMENTAL,
                only=tuple(streams),
                progress=progress,
            )
            return pull(job)
        finally:
            client.close()


def gate_log(
    settings: Settings, as_of: datetime | None = None, log_as_of: datetime | None = None
) -> Counts | None:
    """Check the log; None when it holds nothing that is not published."""
    is_past = bool(as_of or log_as_of)
    with _recorded(settings, "gate_log", is_past=is_past):
        build = _views(settings, as_of, log_as_of)
        if not is_past and not _is_new(settings, build):
            return None
        return _check_log(settings, build, is_past=is_past)


def check_log(settings: Settings) -> Counts:
    """Check the log as it is, published or not."""
    with _recorded(settings, "gate_log"):
        return _check_log(settings, _views(settings, None, None), is_past=False)


def _views(
    settings: Settings, as_of: datetime | None, log_as_of: datetime | None
) -> warehouse.Build:
    settings.create()
    return warehouse.prepare(settings, _gate_database(settings), as_of, log_as_of)


def _gate_database(settings: Settings) -> Path:
    """A small file with views over the log: the gate does not wait for the warehouse's lock."""
    return settings.runs / "gate_log.duckdb"


def _check_log(settings: Settings, build: warehouse.Build, *, is_past: bool) -> Counts:
    from expectations import gate, limits, log_border

    known = limits.load(_limits_file(settings), build.as_of)
    checks = log_border.checks(known, build.as_of)
    database, inputs = _gate_database(settings), _inputs(settings)
    log_border.lay_view(database, build.as_of)
    report = gate.run("log", database, checks, build.as_of.isoformat())
    return _judge(settings, report, is_past=is_past, inputs=inputs)


def _limits_file(settings: Settings) -> Path:
    """The home's own limits, else the defaults."""
    own = settings.config / LIMITS
    return own if own.exists() else PROJECT / "dbt_project" / "seeds" / LIMITS


def _is_new(settings: Settings, build: warehouse.Build) -> bool:
    """True when the published copy is not of this build, or of other inputs than those known now.

    An input that went into quarantine whole commits nothing, and the gate must see it all the same.
    """
    inputs = _inputs(settings)
    if max(build.commit_limits.values()) < 0 and not inputs:
        return False
    path = trust.published_path(settings)
    if not path.exists() or not settings.serving_copy.exists():
        return True
    published = json.loads(path.read_text("utf-8"))
    return bool((published["build_id"], published.get("inputs")) != (build.build_id, inputs))


def _inputs(settings: Settings) -> str:
    """Names the receipts of all inputs; empty when nothing was ever taken in."""
    receipts = sorted((settings.log / "inputs").glob("*.json"))
    names = "".join(f"{path.name}{path.stat().st_mtime_ns}" for path in receipts)
    return sha256(names.encode()).hexdigest()[:16] if receipts else ""


def build_warehouse(
    settings: Settings, as_of: datetime | None = None, log_as_of: datetime | None = None
) -> Counts:
    """Turn the log into the warehouse, or into a file of a past day."""
    from waypost.commands.build import build

    with _recorded(settings, "build_warehouse", is_past=bool(as_of or log_as_of)):
        report = build(settings, as_of=as_of, log_as_of=log_as_of)
        if report["failures"]:
            raise BuildFailedError(report["failures"], settings.runs / "dbt_logs" / "dbt.log")
    counts = report.get("counts", {})
    return {
        "build_id": report["build_id"],
        "database": report["database"],
        "is_unchanged": report["is_unchanged"],
        "models": counts.get("model", 0),
        "tests": counts.get("test", 0),
        "warned": counts.get("warn", 0),
    }


def gate_marts(
    settings: Settings, as_of: datetime | None = None, log_as_of: datetime | None = None
) -> Counts:
    """Check the marts that are about to be published, or those of a past day."""
    from expectations import gate, limits, marts_border
    from waypost.commands.build import _database

    is_past = bool(as_of or log_as_of)
    database = _database(settings, as_of, log_as_of)
    # under the lock, so that no other build comes between what is judged and whose id is told
    with built.lock(settings), _recorded(settings, "gate_marts", is_past=is_past):
        if not database.exists():
            raise WaypostError(f"There is no warehouse at {database}: run `waypost build` first.")
        moment = marts_border.as_of(database)
        known = limits.load(_limits_file(settings), moment)
        published = {} if is_past else _published_rows(settings)
        checks = marts_border.checks(marts_border.columns_of(database), known, published)
        report = gate.run("marts", database, checks, moment.isoformat())
        build_id = built.build_id(database)
        return _judge(settings, report, is_past=is_past, build_id=build_id)


def _judge(settings: Settings, report: Any, *, is_past: bool, **judged: str | None) -> Counts:
    """Write the gate's report (unless it is about the past) and raise when it is red."""
    from expectations.gate import GateFailedError

    if not is_past:
        checked_at = datetime.now(UTC).isoformat()
        report.write(trust.report_path(settings, report.gate), checked_at=checked_at, **judged)
    if report.critical:
        raise GateFailedError(report.gate, report.critical)
    found: Counts = report.as_dict()
    return {key: found[key] for key in ("evaluated", "passed", "warned", "failed")}


def _published_rows(settings: Settings) -> dict[str, int]:
    """Row counts of the serving copy, by table."""
    from dashboards import serving

    copy = serving.find(settings.serving_copy)
    if copy is None:
        return {}
    counts: dict[str, int] = json.loads(
        serving.ask(copy, "select row_counts from manifest")["row_counts"][0]
    )
    return counts


def publish_serving(
    settings: Settings, as_of: datetime | None = None, log_as_of: datetime | None = None
) -> Counts | None:
    """Swap the serving copy for the new marts; a past day is never published.

    Raises `PublishError` when the warehouse is not a whole and green build, or its gate was red.
    """
    from dashboards.publish import PublishError, publish
    from ingestion import privacy

    if as_of or log_as_of:
        return None
    warehouse.refuse_unfinished_rotation(settings)
    # an erasure or a rotation that empties the pages waits, and has the last word
    with built.lock(settings), _recorded(settings, "publish_serving"):
        if refusal := built.refusal(settings) or built.gate_refusal(settings):
            raise PublishError(refusal)
        reports = trust.reports(settings)
        counts = publish(
            settings.warehouse,
            settings.serving_copy,
            metrics=PROJECT / "dbt_project" / "metrics.yml",
            checks=reports,
            restatements=settings.runs / "restatements",
            secret_fingerprint=privacy.kept_fingerprint(settings.fingerprint),
        )
        about = {
            "published_at": datetime.now(UTC).isoformat(),
            "path": str(settings.serving_copy),
            "inputs": next((one["inputs"] for one in reports if one["gate"] == "log"), ""),
        }
        trust.write_json(trust.published_path(settings), {**counts, **about})
    return counts
