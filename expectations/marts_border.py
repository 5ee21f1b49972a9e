"""What must hold of the marts before publish: volume, ranges, shares, sums, freshness, drift."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from expectations.gate import WARNING, Check
from expectations.limits import Limits

SCHEMA = "marts"
_EVENTS = f"{SCHEMA}.events"
# money that people read as a cost or a value: single rows may be negative, the whole may not
_SUMS = ("service_cost_amount", "friction_cost_amount", "value_at_risk_amount", "total_amount")
_SIGNED = ("late_seconds",)  # early is negative

Columns = Mapping[str, Sequence[str]]


def columns_of(warehouse: Path) -> dict[str, list[str]]:
    """The tables of the marts with their columns."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, list(column_name order by ordinal_position)"
            " from information_schema.columns where table_schema = ? group by 1 order by 1",
            [SCHEMA],
        ).fetchall()
    return {str(table): list(columns) for table, columns in rows}


def as_of(warehouse: Path) -> datetime:
    """The moment from which the build looked."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        row = connection.execute("select epoch(as_of) from log.build").fetchone()
    assert row is not None, "log.build has one row"
    return datetime.fromtimestamp(row[0], tz=UTC)


def checks(columns: Columns, limits: Limits, published: Mapping[str, int]) -> list[Check]:
    """All checks of the marts; `published` holds the row counts of the last good copy."""
    found = [_holds_events(limits), _freshness(limits)]
    for table, names in columns.items():
        found += _row_loss(table, published.get(table, 0), limits)
        found += [check for name in names for check in _by_name(table, names[0], name)]
    if {"month", "service_amount"} <= set(columns.get("monthly_costs", ())):
        found.append(_cost_jump(limits))
    return found


def _holds_events(limits: Limits) -> Check:
    minimum = int(limits["events_minimum"])
    return Check(
        "marts_hold_events",
        _EVENTS,
        f"the mart of events has at least {minimum} row(s)",
        f"der Mart der Ereignisse hat mindestens {minimum} Zeile(n)",
        minimum=minimum,
    )


def _freshness(limits: Limits) -> Check:
    hours = limits["source_age_warning_hours"]
    return Check(
        "marts_are_fresh",
        _EVENTS,
        f"the newest event was recorded within {hours:g} hours of the build's as_of",
        f"das jüngste Ereignis wurde binnen {hours:g} Stunden vor dem as_of des Builds erfasst",
        broken=f"""
            select max(recorded_at) as last_recorded_at from {{batch}}
            having epoch((select max(as_of) from log.build)) - epoch(max(recorded_at))
                > {3600 * hours!r}""",
    )


def _row_loss(table: str, published: int, limits: Limits) -> list[Check]:
    rate = limits["row_loss_failure_rate"]
    minimum = math.ceil(published * (1 - rate))
    if not minimum:
        return []
    return [
        Check(
            f"{table}_keeps_its_rows",
            f"{SCHEMA}.{table}",
            f"at most {rate:.0%} of the {published} published rows are gone",
            f"höchstens {rate:.0%} der {published} veröffentlichten Zeilen sind verschwunden",
            minimum=minimum,
        )
    ]


def _by_name(table: str, key: str, name: str) -> list[Check]:
    """The name of a column says what it may hold."""
    if name.endswith(("_rate", "_share")) and name != "fx_rate":
        return [
            _range(table, key, name, f'"{name}" < 0 or "{name}" > 1', "within 0 and 1", "0 … 1")
        ]
    if name == "nps":
        outside = f'"{name}" < -100 or "{name}" > 100'
        return [_range(table, key, name, outside, "within -100 and 100", "-100 … 100")]
    if name.endswith("_count"):
        return [_range(table, key, name, f'"{name}" < 0', "at least 0", "mindestens 0")]
    if name.endswith(("_seconds", "_minutes", "_hours")) and name not in _SIGNED:
        wrong = f'"{name}" < 0'
        return [_range(table, key, name, wrong, "at least 0", "mindestens 0", severity=WARNING)]
    if name in _SUMS:
        return [_sum(table, name)]
    return []


def _range(
    table: str, key: str, name: str, wrong: str, en: str, de: str, severity: str = "critical"
) -> Check:
    return Check(
        f"{table}_{name}_in_range",
        f"{SCHEMA}.{table}",
        f"{name} is {en}",
        f"{name} ist {de}",
        broken=f'select "{key}" as key, "{name}" as value from {{batch}} where {wrong}',
        severity=severity,
    )


def _sum(table: str, name: str) -> Check:
    return Check(
        f"{table}_{name}_sum_not_negative",
        f"{SCHEMA}.{table}",
        f"the sum of {name} is at least 0",
        f"die Summe von {name} ist mindestens 0",
        broken=f"select '{name}' as key, sum(\"{name}\") as total from {{batch}}"
        f' having sum("{name}") < 0',
    )


def _cost_jump(limits: Limits) -> Check:
    factor = limits["service_cost_jump_factor"]
    return Check(
        "service_cost_is_steady",
        f"{SCHEMA}.monthly_costs",
        f"no month's service cost is more than {factor:g} times the median month",
        f"kein Monat kostet im Service mehr als das {factor:g}-Fache des mittleren Monats",
        broken=f"""
            select month, service_amount from {{batch}}
            where service_amount > {factor!r} * (
                select median(service_amount) from {{batch}} where service_amount > 0
            )""",
        severity=WARNING,
    )
