"""Small DuckDB files that look like the two borders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from expectations import gate, limits, log_border, marts_border
from ingestion import log
from ingestion.catalogue import DOMAINS
from tests.conftest import PROJECT

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
LIMITS = PROJECT / "dbt_project" / "seeds" / "gate_limits.csv"
RECEIPTS = "input_key varchar, source varchar, read bigint, quarantined bigint, settled bigint"
# an event a quarter of an hour for 60 days, all seen a minute later
EVENTS = """
    insert into log.{domain} by name
    select 'e' || range as event_id, '{source}' as source, 1 as commit_no,
        timestamptz '2026-06-30 00:00:00+00' - range * interval 15 minute as occurred_at,
        occurred_at + interval 1 minute as recorded_at
    from range(1, 60 * 96)
"""


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """A sound log: two sources, one delivery with one bad line in a thousand."""
    path = tmp_path / "border.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'; create schema log")
        for domain in DOMAINS:
            connection.execute(f"create table log.{domain} as {log.typed_empty(domain)}")
        connection.execute(f"create table log.receipts ({RECEIPTS}, committed_at timestamptz)")
        connection.execute(EVENTS.format(domain="contact", source="/helpdesk/demo"))
        connection.execute(EVENTS.format(domain="order", source="/shop/demo"))
        connection.execute(
            "insert into log.receipts values"
            " ('a', '/helpdesk/demo', 1000, 1, 0, '2026-06-30'),"
            " ('b', '/shop/demo', 500, 0, 0, '2026-06-30')"
        )
    return path


@pytest.fixture
def marts_file(tmp_path: Path) -> Path:
    """Sound marts: events, cases with a rate, costs of a year."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            set timezone = 'UTC'; create schema marts; create schema log;
            create table log.build as select timestamptz '2026-06-30 00:00:00+00' as as_of;
            create table marts.events as select 'e' || range as event_id,
                timestamptz '2026-06-30 00:00:00+00' - range * interval 1 hour as recorded_at
                from range(1000);
            create table marts.contact_reasons as select 'r' || range as reason_code,
                range / 10.0 as repeat_rate, range as contact_count,
                range * 1.5 as service_cost_amount, range as handling_seconds from range(11);
            create table marts.monthly_costs as
                select date '2025-07-01' + to_months(range::int) as month,
                    100 + range as service_amount from range(12);
            """
        )
    return path


@pytest.fixture
def change() -> Callable[[Path, str], None]:
    """Run a statement in a file."""

    def run(path: Path, statement: str) -> None:
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"set timezone = 'UTC'; {statement}")

    return run


def judge_log(path: Path, limits_file: Path = LIMITS) -> gate.Report:
    log_border.lay_view(path, AS_OF)
    checks = log_border.checks(limits.load(limits_file, AS_OF), AS_OF)
    return gate.run("log", path, checks, AS_OF.isoformat())


def judge_marts(path: Path, published: dict[str, int] | None = None) -> gate.Report:
    known = limits.load(LIMITS, AS_OF)
    checks = marts_border.checks(marts_border.columns_of(path), known, published or {})
    return gate.run("marts", path, checks, AS_OF.isoformat())
