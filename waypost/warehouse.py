"""The warehouse file: lays the log's views into it and runs dbt; knows no model by name."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from ingestion import catalogue, log, privacy, quoting, upcasts
from waypost import control_view, upkeep
from waypost.bookkeeping import side_views, typed_select
from waypost.cli import WaypostError
from waypost.settings import PROJECT, Settings

DBT_PROJECT = PROJECT / "dbt_project"
# what an empty log is looked at from: the first day of the default configuration
EMPTY_AS_OF = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Build:
    """What one build reads: the moment it looks from and the last commit of each domain."""

    build_id: str
    as_of: datetime
    log_as_of: datetime | None
    commit_limits: Mapping[str, int]

    def manifest(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        values: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return values


@dataclass(frozen=True)
class DbtOutcome:
    """Counts of one dbt run by resource type, and one line for each node that failed."""

    counts: Mapping[str, int]
    failures: Sequence[str]
    seconds: float


def commit_limits(log_path: Path, log_as_of: datetime | None) -> dict[str, int]:
    """The last commit of each domain that was made by `log_as_of` (all when None)."""
    limits = {}
    for domain in catalogue.DOMAINS:
        numbers = [
            number
            for number, committed_at, _ in log.commits(log_path, domain)
            if log_as_of is None or datetime.fromisoformat(committed_at) <= log_as_of
        ]
        limits[domain] = max(numbers, default=-1)
    return limits


def _rank(domain: str) -> str:
    """SQL of the type's rank, so that no model needs a join to order events."""
    kinds = catalogue.load().domain_types(domain)
    return f"case event_type {' '.join(f'when {quoting.text(k.name)} then {k.rank}' for k in kinds)} end"


def _log_views(
    connection: duckdb.DuckDBPyConnection, settings: Settings, limits: Mapping[str, int]
) -> None:
    for domain, limit in limits.items():
        files = log.file_uris(settings.log, domain) if limit >= 0 else []
        reader = f"read_parquet([{quoting.texts(files)}], union_by_name = true)" if files else None
        typed = typed_select(connection, log.columns(domain), reader)
        select = upcasts.applied(typed, catalogue.load().domain_types(domain))
        connection.execute(
            f"create or replace view log.{domain} as select *, {_rank(domain)} as event_type_rank"
            f" from ({select}) where commit_no is null or commit_no <= {limit}"
        )


def _event_types(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create or replace table log.event_types(event_type varchar, domain varchar, rank integer,"
        " subject varchar, label_en varchar, label_de varchar)"
    )
    rows = [
        (kind.name, kind.domain, kind.rank, kind.subject, kind.label["en"], kind.label["de"])
        for kind in catalogue.load().types.values()
    ]
    connection.executemany("insert into log.event_types values (?, ?, ?, ?, ?, ?)", rows)


def _latest_record(connection: duckdb.DuckDBPyConnection) -> datetime:
    union = " union all ".join(f"select recorded_at from log.{d}" for d in catalogue.DOMAINS)
    row = connection.execute(f"select max(recorded_at) from ({union})").fetchone()
    latest: datetime | None = row[0] if row else None
    return latest.astimezone(UTC) if latest else EMPTY_AS_OF


def _fingerprint(seeds: Iterable[Path], *parts: object) -> str:
    """Equal for equal code, configuration, commits and times."""
    digest = sha256(catalogue.load().version.encode())
    files = [*DBT_PROJECT.glob("models/**/*"), *DBT_PROJECT.glob("macros/**/*")]
    files += DBT_PROJECT.glob("*.yml")
    for path in [*sorted(path for path in files if path.is_file()), *seeds]:
        digest.update(path.name.encode() + path.read_bytes())
    digest.update(json.dumps(parts, default=str).encode())
    return digest.hexdigest()[:16]


def configuration(settings: Settings) -> dict[str, Path]:
    """Name → file of each CSV of the configuration: the home's own where it has one, else ours."""
    found = {path.name: path for path in sorted((DBT_PROJECT / "seeds").glob("*.csv"))}
    for own in sorted(settings.config.glob("*.csv")):
        if own.name not in found:
            raise WaypostError(f"{own}: no configuration has this name; see dbt_project/seeds.")
        header, wanted = (
            path.read_text("utf-8-sig").partition("\n")[0].strip()
            for path in (own, found[own.name])
        )
        if header != wanted:
            raise WaypostError(f"{own}: the first line must be {wanted!r}.")
        found[own.name] = own
    return found


def overlay_seeds(settings: Settings) -> Path:
    """Copy the configuration to where dbt reads it; the caller holds `runs/build.lock`."""
    overlay = settings.runs / "seeds"
    shutil.rmtree(overlay, ignore_errors=True)
    shutil.copytree(DBT_PROJECT / "seeds", overlay)
    for name, path in configuration(settings).items():
        shutil.copyfile(path, overlay / name)
    return overlay


def _told_inputs(settings: Settings) -> list[str]:
    """Names of receipts and quarantine parts: an input without a commit is news as well."""
    parts = [*(settings.log / "inputs").glob("*.json"), *settings.quarantine.glob("*.parquet")]
    return sorted(path.name for path in parts)


def refuse_unfinished_rotation(settings: Settings) -> None:
    """Raise `WaypostError` while some hashes of the log are of the old secret, some of the new."""
    if "\n" in privacy.kept_fingerprint(settings.fingerprint):
        raise WaypostError(privacy.UNFINISHED)


def plan(settings: Settings, as_of: datetime | None, log_as_of: datetime | None) -> Build:
    """What a build would read now; `as_of` is the greatest recorded time unless it is given."""
    refuse_unfinished_rotation(settings)
    upkeep.verify_parts(settings)
    limits = commit_limits(settings.log, log_as_of)
    seeds = configuration(settings)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'; create schema log")
        _log_views(connection, settings, limits)
        moment = as_of or _latest_record(connection)
    number = _fingerprint(seeds.values(), moment, limits, _told_inputs(settings))
    return Build(number, moment, log_as_of, limits)


def prepare(
    settings: Settings, database: Path, as_of: datetime | None, log_as_of: datetime | None
) -> Build:
    """Plan a build and write schema `log` into the database file."""
    build = plan(settings, as_of, log_as_of)
    lay_log(settings, database, build)
    return build


def lay_log(settings: Settings, database: Path, build: Build) -> None:
    """Write schema `log` into the database file: views over the log and what this build is."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute("set TimeZone = 'UTC'; create schema if not exists log")
        _log_views(connection, settings, build.commit_limits)
        side_views(connection, settings)
        control_view.lay(connection, settings.log / "controls", build.log_as_of)
        _event_types(connection)
        connection.execute(
            "create or replace table log.build as select $1::varchar as build_id,"
            " $2::timestamptz as as_of, $3::timestamptz as log_as_of",
            [build.build_id, build.as_of, build.log_as_of],
        )
        connection.execute(
            "create or replace table log.commit_limits(domain varchar, max_commit_no bigint)"
        )
        connection.executemany(
            "insert into log.commit_limits values (?, ?)", list(build.commit_limits.items())
        )


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_dbt(settings: Settings, database: Path, arguments: Sequence[str]) -> DbtOutcome:
    """Run one dbt command in this process against the database file and close the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner  # costs three seconds: only here

    target, logs = settings.runs / "dbt", settings.runs / "dbt_logs"
    places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    places += ["--target-path", str(target), "--log-path", str(logs), "--log-level", "none"]
    variables = {"WAYPOST_WAREHOUSE": str(database), "WAYPOST_SEEDS": str(settings.runs / "seeds")}
    with _environment(variables):
        result = dbtRunner().invoke([*arguments, *places])
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager._ENV = None
    if result.exception:
        raise WaypostError(f"dbt stopped: {result.exception}")
    return _outcome(result.result)


def _outcome(result: Any) -> DbtOutcome:
    counts: dict[str, int] = {}
    failures = []
    for entry in getattr(result, "results", ()):
        kind, status = str(entry.node.resource_type), str(entry.status)
        counts[kind] = counts.get(kind, 0) + 1
        if status in ("error", "fail", "runtime error"):
            failures.append(f"{entry.node.name}: {' '.join(str(entry.message).split())[:300]}")
        if status in ("warn", "skipped"):
            counts[status] = counts.get(status, 0) + 1
    return DbtOutcome(counts, failures, round(getattr(result, "elapsed_time", 0.0), 1))
