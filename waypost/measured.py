"""Metrics of one period, and the news in a warehouse file; knows marts by the metric contract alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import duckdb

from ingestion.catalogue import DOMAINS
from waypost.cli import UsageError
from waypost.metric_contract import Metric

# What says when a row of a mart belongs to a period, in order of preference.
PERIOD_COLUMNS = ("month", "made_at", "opened_at", "started_at", "dispatched_at", "fired_at")
EVENTS_SHOWN = 500
# Nine places: far beyond what a page shows, and differences of such values add up exactly.
_PLACES = Decimal("0.000000001")


class Period(Protocol):
    """The first day and the day after the last, in the reporting zone."""

    @property
    def first_day(self) -> date:
        """Where it begins."""

    @property
    def end_day(self) -> date:
        """Where it has ended."""


@dataclass(frozen=True)
class Value:
    """A metric as numerator and denominator; `value` is None where nothing was counted."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None

    @property
    def number(self) -> Decimal:
        """The value for differences: nothing counted is 0."""
        return self.value or Decimal(0)

    def as_dict(self) -> dict[str, float | None]:
        """The same as plain numbers."""
        named = vars(self).items()
        return {name: None if number is None else float(number) for name, number in named}


def _exact(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number)).quantize(_PLACES)


@contextmanager
def _opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'; set schema = 'marts'")
        yield connection


def values(database: Path, metrics: Sequence[Metric], period: Period) -> dict[str, Value]:
    """Each metric over the rows of the period; raises `UsageError` where rows have no time."""
    with _opened(database) as connection:
        zone = _zone(connection)
        return {
            one.metric_id: _value(connection, one, _condition(connection, one, period, zone))
            for one in metrics
        }


def _value(connection: duckdb.DuckDBPyConnection, metric: Metric, condition: str) -> Value:
    narrowed = replace(metric, filters=(*metric.filters, condition))
    row = connection.execute(narrowed.query).fetchone() or (None, None, None)
    return Value(*(_exact(number) for number in row))


def _condition(
    connection: duckdb.DuckDBPyConnection, metric: Metric, period: Period, zone: str
) -> str:
    kinds = dict(row[:2] for row in connection.execute(f"describe {metric.model}").fetchall())
    column = next((name for name in PERIOD_COLUMNS if name in kinds), None)
    if column is None:
        raise UsageError(
            f"{metric.metric_id} has no period: {metric.model} says nothing of when;"
            " choose another metric."
        )
    return _within(column if kinds[column] == "DATE" else _local(column, zone), period)


def _local(column: str, zone: str) -> str:
    return f"cast(timezone('{zone}', {column}) as date)"


def _within(day: str, period: Period) -> str:
    return f"({day} >= date '{period.first_day}' and {day} < date '{period.end_day}')"


def _zone(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute(
        "select value from base.settings_in_force where name = 'reporting_tz'"
    ).fetchone()
    return str(row[0]) if row else "UTC"


def has_news(database: Path, kind: int) -> bool:
    """True when rows of this kind came in between the two moments."""
    with _opened(database) as connection:
        build = "(select as_of from log.build)"
        queries = (
            f"""select 1 from log.{domain}_of_all as part inner join log.news
                on news.event_key = part.event_key and news.commit_no = part.commit_no
            where news.domain = '{domain}' and news.kind = {kind} and part.recorded_at <= {build}"""
            for domain in DOMAINS
        )
        return bool(connection.execute(" union all ".join(queries) + " limit 1").fetchone())


def news(database: Path, kind: int, period: Period) -> list[dict[str, Any]]:
    """The rows of the log that came in as this kind, those about the period first.

    `is_in_period` is true when the event, or the one that it replaces, occurred in the period.
    """
    with _opened(database) as connection:
        day = _local("least(told.occurred_at, replaced.occurred_at)", _zone(connection))
        other = _local("greatest(told.occurred_at, replaced.occurred_at)", _zone(connection))
        inside = f"({_within(day, period)} or {_within(other, period)})"
        told = " union all ".join(_told(domain, kind) for domain in DOMAINS)
        earlier = " union all ".join(
            f"select source, event_id, commit_no, occurred_at from log.{domain}_of_all"
            for domain in DOMAINS
        )
        frame = connection.execute(f"""
            with told as ({told}), earlier as ({earlier}), replaced as (
                select told.event_key, told.commit_no, min(earlier.occurred_at) as occurred_at
                from told inner join earlier on told.source = earlier.source
                    and (told.amends_id = earlier.event_id
                        or told.event_id = earlier.event_id and earlier.commit_no < told.commit_no)
                group by told.event_key, told.commit_no
            )
            select told.event_id, told.source, told.event_type, told.amends_id, told.source_url,
                told.is_retracted, coalesce({inside}, false) as is_in_period,
                told.occurred_at::varchar as occurred_at, told.recorded_at::varchar as recorded_at,
                count(*) over () as event_count
            from told left join replaced using (event_key, commit_no)
            order by is_in_period desc, told.recorded_at, told.event_key
            limit {EVENTS_SHOWN}""")
        names = [column[0] for column in frame.description or ()]
        return [dict(zip(names, row, strict=True)) for row in frame.fetchall()]


def _told(domain: str, kind: int) -> str:
    return f"""
        select part.event_key, part.event_id, part.source, part.event_type, part.amends_id,
            part.source_url, part.is_retracted, part.occurred_at, part.recorded_at, part.commit_no
        from log.{domain}_of_all as part inner join log.news
            on news.event_key = part.event_key and news.commit_no = part.commit_no
        where news.domain = '{domain}' and news.kind = {kind}
            and part.recorded_at <= (select as_of from log.build)"""
