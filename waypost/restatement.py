"""Why a number changed: builds of what was known, one kind of news added at a time.

Knows the log's columns, the metric contract and the build; prints nothing, publishes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ingestion.catalogue import DOMAINS
from waypost import built, measured, upkeep, warehouse
from waypost.cli import WaypostError
from waypost.metric_contract import Metric
from waypost.settings import Settings

# Each part is what the numbers do when this kind of news is added to everything before it. Time is
# what happened after the first moment and what became due; late is what had happened before it.
PARTS = ("time", "late", "corrections", "identity", "configuration", "definition")
_OF_LOG = PARTS[1:4]
# Marts whose rows belong to no month.
WITHOUT_PERIOD = (
    "customers",
    "identity_conflicts",
    "journey_edges",
    "reconciliations",
    "source_lateness",
)
# A row's kind, as a place in PARTS. A new reading of an input corrects its earlier one.
_KIND = f"""
    case
        when {{domain}} = 'party' then {PARTS.index("identity")}
        when amends_id is not null or is_retracted or is_replacement or is_corrected_reading
            then {PARTS.index("corrections")}
        when occurred_at > $before then {PARTS.index("time")}
        else {PARTS.index("late")}
    end"""


@dataclass(frozen=True)
class Moments:
    """What is compared: a period, and two moments at which it was looked at."""

    first_day: date
    end_day: date
    before: datetime
    after: datetime
    is_by_commit: bool = False

    @property
    def basis(self) -> str:
        """`commit` or `recorded`."""
        return "commit" if self.is_by_commit else "recorded"

    def build(self, settings: Settings, as_of: datetime) -> warehouse.Build:
        """What a build at one of the moments may see of the log."""
        log_as_of = as_of if self.is_by_commit else None
        limits = warehouse.commit_limits(settings.log, log_as_of)
        return warehouse.Build("restatement", as_of, log_as_of, limits)


@dataclass
class Restatement:
    """The measured values of each metric before, and after each kind of news in turn."""

    moments: Moments
    values: dict[str, list[measured.Value]] = field(default_factory=dict)
    news: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def as_dict(self) -> list[dict[str, Any]]:
        """One entry a metric: before, after, difference and its parts, which add up to it."""
        return [self._entry(name, values) for name, values in self.values.items()]

    def _entry(self, metric_id: str, values: Sequence[measured.Value]) -> dict[str, Any]:
        steps = [value.number for value in values]
        parts = {
            name: _plain(later - earlier)
            for name, earlier, later in zip(PARTS, steps[:-1], steps[1:], strict=True)
        }
        return {
            "metric_id": metric_id,
            "period": self.moments.first_day.isoformat()[:7],
            "known_at": [self.moments.before.isoformat(), self.moments.after.isoformat()],
            "by": self.moments.basis,
            "before": values[0].as_dict(),
            "after": values[-1].as_dict(),
            "difference": _plain(steps[-1] - steps[0]),
            "parts": parts,
            "steps": {name: value.as_dict() for name, value in zip(PARTS, values[1:], strict=True)},
        }


def _plain(number: Decimal) -> float:
    return float(number)


def explain(
    settings: Settings,
    metrics: Sequence[Metric],
    moments: Moments,
    *,
    earlier_definitions: Mapping[str, Metric] | None = None,
) -> Restatement:
    """Measure the metrics as known before and after, and with each kind of news in turn.

    `earlier_definitions` are the metrics as they were defined at the first moment. Raises
    `WaypostError` when a metric has no period or dbt fails.
    """
    result = Restatement(moments)
    then = [(earlier_definitions or {}).get(one.metric_id, one) for one in metrics]
    settings.create()
    with built.lock(settings):
        upkeep.verify_parts(settings)
        for database in _states(settings, sorted({one.model for one in metrics}), moments, result):
            for name, value in measured.values(database, then, moments).items():
                result.values.setdefault(name, []).append(value)
            last = measured.values(database, metrics, moments)
    for name, value in last.items():
        result.values[name].append(value)
    return result


def _states(
    settings: Settings, models: Sequence[str], moments: Moments, result: Restatement
) -> Iterator[Path]:
    """The warehouse as known before, then with each kind of news but the last in turn."""
    # always the same path: dbt parses the whole project anew for another one
    database = settings.runs / "restatement.duckdb"
    try:
        _build(settings, database, models, moments, before=True, step=0)
        yield database
        for step, part in enumerate(PARTS[:-1]):
            if _is_news(settings, database, moments, part, result):
                _build(settings, database, models, moments, before=False, step=step)
                if part in _OF_LOG:
                    result.news[part] = measured.news(database, step, moments)
            yield database
    finally:
        warehouse.overlay_seeds(settings)
        _remove(database)


def _is_news(
    settings: Settings, database: Path, moments: Moments, part: str, result: Restatement
) -> bool:
    if part == "time":
        return moments.after != moments.before
    if part == "configuration":
        changed = _decided(settings, moments)
        result.news[part] = changed
        return bool(changed)
    return measured.has_news(database, PARTS.index(part))


def _build(
    settings: Settings,
    database: Path,
    models: Sequence[str],
    moments: Moments,
    *,
    before: bool,
    step: int,
) -> None:
    """Build the models over the rows that are known once the news up to `step` is in."""
    _remove(database)
    seeds = warehouse.overlay_seeds(settings)
    if PARTS[step] != "configuration":
        _forget_decisions(seeds, moments.before)
    seen = moments.build(settings, moments.before if before else moments.after)
    warehouse.lay_log(settings, database, moments.build(settings, moments.after))
    hide(database, seen.as_of, moments.build(settings, moments.before), step)
    selected = [f"+{name}" for name in (*models, "events", "settings_in_force")]
    kinds = ["--resource-type", "model", "--resource-type", "seed"]
    outcome = warehouse.run_dbt(settings, database, ["build", *kinds, "--select", *selected])
    if outcome.failures:
        raise WaypostError(
            f"dbt could not build what was known at {seen.as_of:%Y-%m-%d %H:%M}: "
            f"{outcome.failures[0]}; look at {settings.runs / 'dbt_logs' / 'dbt.log'}."
        )


def hide(database: Path, as_of: datetime, known: warehouse.Build, step: int) -> None:
    """Hide in schema `log` the rows that were not `known`, but for kinds of news up to `step`."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("update log.build set as_of = $1", [as_of])
        connection.execute(
            "create table log.news(domain varchar, event_key blob, commit_no bigint, kind integer)"
        )
        for domain in DOMAINS:
            limit = known.commit_limits[domain]
            connection.execute(f"alter view log.{domain} rename to {domain}_of_all")
            connection.execute(_news_of(domain), {"before": known.as_of, "commit_limit": limit})
            connection.execute(
                f"""create view log.{domain} as select part.* from log.{domain}_of_all as part
                where not exists (
                    select 1 from log.news
                    where
                        news.domain = '{domain}' and news.kind > {step}
                        and news.event_key = part.event_key and news.commit_no = part.commit_no
                )"""
            )


def _news_of(domain: str) -> str:
    return f"""
        insert into log.news
        with told as (
            select
                *,
                recorded_at <= $before and commit_no <= $commit_limit as is_known,
                coalesce(is_retracted, false) and amends_id is null as is_withdrawal
            from log.{domain}_of_all
        ),
        related as (
            select
                *,
                bool_or(is_known) over (partition by event_key) as is_replacement,
                bool_or(is_withdrawal) over (partition by commit_no, input_key)
                    as is_corrected_reading
            from told
        )
        select '{domain}', event_key, commit_no, {_KIND.format(domain=f"'{domain}'")}
        from related where not is_known"""


def _decided(settings: Settings, moments: Moments) -> list[dict[str, Any]]:
    """Rows of the configuration that were decided after the first moment, by the second."""
    found = []
    for path in sorted(warehouse.overlay_seeds(settings).glob("*.csv")):
        for row in _rows(path):
            if moments.before < _decided_at(row) <= moments.after:
                found.append({"seed": path.stem, **row})
    return found


def _forget_decisions(seeds: Path, moment: datetime) -> None:
    """Put off what had not been decided by then to a day that no build looks from."""
    for path in seeds.glob("*.csv"):
        rows = _rows(path)
        later = [row for row in rows if _decided_at(row) > moment]
        if later:
            for row in later:
                row["known_from"] = "9999-12-31"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _decided_at(row: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(row["known_from"]).replace(tzinfo=UTC)


def _remove(database: Path) -> None:
    for place in (database, database.with_name(database.name + ".wal")):
        place.unlink(missing_ok=True)
