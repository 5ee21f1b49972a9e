"""What must hold of the log before a build: volume, freshness, drift, ranges, quarantine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from expectations.gate import CRITICAL, WARNING, Check
from expectations.limits import Limits
from ingestion import catalogue

_EARLIEST = "timestamptz '2000-01-01 00:00:00+00'"
_EVENTS = "log.events"  # see lay_view


def lay_view(database: Path, as_of: datetime) -> None:
    """Lay one view over the domains' views into the file: source and time of what was known."""
    selects = (
        f"select source, recorded_at from log.{domain}"
        f" where recorded_at <= timestamptz '{as_of.isoformat()}'"
        for domain in catalogue.DOMAINS
    )
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"create or replace view {_EVENTS} as {' union all '.join(selects)}")


def checks(limits: Limits, as_of: datetime) -> list[Check]:
    """All checks of the log as it was known at `as_of`; tables are views in schema `log`."""
    moment = f"timestamptz '{as_of.isoformat()}'"
    found = [_volume(limits), _freshness(limits, moment), _drift(limits, moment)]
    found += _quarantine(limits)
    for domain in catalogue.DOMAINS:
        found += _ranges(domain, limits)
    return found


def _volume(limits: Limits) -> Check:
    minimum = int(limits["events_minimum"])
    return Check(
        "log_holds_events",
        _EVENTS,
        f"the log holds at least {minimum} event(s)",
        f"das Log enthält mindestens {minimum} Ereignis(se)",
        minimum=minimum,
    )


def _freshness(limits: Limits, moment: str) -> Check:
    """A source may be silent for its own longest gap and half of it, and always for some hours."""
    hours = limits.sql("source_age_warning_hours")
    return Check(
        "source_is_fresh",
        _EVENTS,
        "each source delivered within its usual gap",
        "jede Quelle hat innerhalb ihrer üblichen Pause geliefert",
        severity=WARNING,
        broken=f"""
            with days as (
                select source, date_trunc('day', recorded_at) as day, max(recorded_at) as last_at
                from {{batch}} group by all
            ), gaps as (
                select source, last_at,
                    epoch(day - lag(day) over (partition by source order by day)) as gap_seconds
                from days
            )
            select source, max(last_at) as last_recorded_at from gaps group by source
            having epoch({moment}) - epoch(max(last_at))
                > greatest(3600 * ({hours}), 1.5 * coalesce(max(gap_seconds), 0))""",
    )


def _drift(limits: Limits, moment: str) -> Check:
    """Seven days against the 28 before them: weekdays weigh the same in both."""
    low, high = limits.sql("daily_volume_low_factor"), limits.sql("daily_volume_high_factor")
    return Check(
        "daily_volume_is_steady",
        _EVENTS,
        "a source's events per day in the last week are like those of the four weeks before",
        "die Ereignisse je Tag einer Quelle gleichen in der letzten Woche denen der vier davor",
        severity=WARNING,
        broken=f"""
            with volumes as (
                select source,
                    count(*) filter (where recorded_at > {moment} - interval 7 day) / 7.0 as recent,
                    count(*) filter (where recorded_at <= {moment} - interval 7 day) / 28.0 as usual
                from {{batch}}
                where recorded_at > {moment} - interval 35 day group by source
            )
            select source, recent, usual from volumes
            where usual >= {limits.sql("daily_volume_minimum")}
                and (recent < usual * ({low}) or recent > usual * ({high}))""",
    )


def _quarantine(limits: Limits) -> list[Check]:
    warning = _quarantine_ratio(limits, "quarantine_warning_rate", WARNING)
    failure = _quarantine_ratio(limits, "quarantine_failure_rate", CRITICAL)
    return [warning, failure]


def _quarantine_ratio(limits: Limits, name: str, severity: str) -> Check:
    """Of what a source delivered in the window; what names no source is measured against all."""
    share = f"{limits[name]:.0%}"
    window = f"interval {int(limits['quarantine_window_days'])} day"
    return Check(
        name.replace("_rate", "_ratio"),
        "log.receipts",
        f"at most {share} of what a source delivered lately is in quarantine",
        f"höchstens {share} des kürzlich von einer Quelle Gelieferten ist in Quarantäne",
        severity=severity,
        broken=f"""
            with recent as (
                select nullif(source, '') as source, read,
                    quarantined - settled as quarantined
                from {{batch}}
                where committed_at > (select max(committed_at) from {{batch}}) - {window}
            ), sources as (
                select coalesce(source, '(no source)') as source,
                    sum(quarantined) as quarantined_count,
                    case when source is null then (select sum(read) from recent)
                        else sum(read) end as read_count
                from recent group by recent.source
            )
            select source, quarantined_count, read_count from sources
            where quarantined_count > ({limits.sql(name)}) * read_count""",
    )


def _ranges(domain: str, limits: Limits) -> list[Check]:
    """Values that no clerk and no clock would produce; a few are a warning, many are red."""
    conditions = {"occurred_at": f"occurred_at < {_EARLIEST}"}
    for field in catalogue.load().fields[domain].values():
        if field.klass == "money":
            maximum = int(limits["amount_maximum_minor"])
            conditions[field.name] = f"abs({field.name}_minor) > {maximum}"
        elif field.unit == "seconds":
            maximum = int(limits["duration_maximum_seconds"])
            conditions[field.name] = f"{field.name} > {maximum}"
    any_of = " or ".join(f"coalesce({one}, false)" for one in conditions.values())
    rate = limits["out_of_range_failure_rate"]
    names = ", ".join(conditions)
    label_en = f"times, amounts and durations of {domain} events are plausible ({names})"
    label_de = f"Zeiten, Beträge und Dauern der {domain}-Ereignisse sind plausibel ({names})"
    rows = f"select event_id, source from {{batch}} where ({any_of})"
    many = f" and (select count(*) filter ({any_of}) > {rate!r} * count(*) from {{batch}})"
    table = f"log.{domain}"
    return [
        Check(f"{domain}_values_in_range", table, label_en, label_de, rows, severity=WARNING),
        Check(f"{domain}_values_mostly_in_range", table, label_en, label_de, rows + many),
    ]
