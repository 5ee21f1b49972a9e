"""Runs the SQL of the demo company for one chunk of customers; knows no files of events.

`model/*.sql` makes what exists (customers, orders, cases …), `events/*.sql` turns it into facts.
Every draw is a hash of seed and key, so chunks, threads and order change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from pathlib import Path

import duckdb

from ingestion import quoting
from ingestion.catalogue import load
from ingestion.simulation.company import Company
from ingestion.simulation.problems import Value, parameters

_FOLDER = Path(__file__).parent
MODEL = (
    *("customers", "orders", "totals", "shipments", "subscriptions", "invoices", "payments"),
    *("refunds", "demand", "needs", "contacts", "threads", "turns", "cases", "states"),
    *("promises", "outcomes", "feedback", "event"),
)
EVENTS = {
    "contact": (
        "contact",
        "message",
        "case",
        "status",
        "merge",
        "outcome",
        "session",
        "correction",
    ),
    "order": ("order", "shipment"),
    "billing": ("billing", "payment", "subscription"),
    "feedback": ("feedback",),
    "party": ("party",),
}
LAST = ("lines", "dirt")


def steps(domains: Collection[str]) -> list[str]:
    """Names of the SQL files that a chunk runs, in order."""
    facts = [f"events/{name}" for domain in EVENTS if domain in domains for name in EVENTS[domain]]
    return [f"model/{name}" for name in MODEL] + facts + [f"model/{name}" for name in LAST]


def _literal(value: Value) -> str:
    if isinstance(value, date):
        return f"date '{value}'"
    return f"'{value}'" if isinstance(value, str) else str(value)


def set_variables(con: duckdb.DuckDBPyConnection, values: dict[str, Value]) -> None:
    """Give the model its variables (`getvariable('name')`)."""
    for name, value in values.items():
        con.execute(f"set variable {name} = {_literal(value)}")


def run(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run one SQL file of the simulation."""
    con.execute((_FOLDER / f"{name}.sql").read_text("utf-8"))


def _load_tables(con: duckdb.DuckDBPyConnection) -> None:
    for path in sorted((_FOLDER / "tables").glob("*.csv")):
        con.execute(
            f"create temp table {path.stem} as from read_csv({quoting.text(path)}, quote = '')"
        )
    names = ", ".join(f"('{t.name}', '{t.domain}')" for t in load().types.values())
    con.execute(f"create temp table types as from (values {names}) as types(name, domain)")


def connect(company: Company, scratch: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory database that knows the company's parameters; spills into `scratch`."""
    con = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(scratch)})
    con.execute("set TimeZone = 'UTC'")
    _load_tables(con)
    run(con, "model/macros")
    given: dict[str, Value] = {
        **parameters(company),
        "seed": company.seed,
        "days": company.days,
        "start_day": company.start,
        "end_day": company.end,
    }
    set_variables(con, given)
    for edge in ("start", "end"):
        con.execute(f"set variable {edge}_at = at_local(getvariable('{edge}_day'), 0)")
    return con


def run_chunk(
    con: duckdb.DuckDBPyConnection,
    customers: range,
    domains: Collection[str],
    on_step: Callable[[str], None],
) -> None:
    """Fill the temp table `delivery` with the lines of these customers."""
    set_variables(con, {"first": customers.start, "last": customers.stop})
    for name in steps(domains):
        run(con, name)
        on_step(name)


def months(company: Company) -> list[date]:
    """First days of the months that the period touches."""
    days = (company.start + timedelta(days=n) for n in range(company.days))
    return sorted({day.replace(day=1) for day in days})
