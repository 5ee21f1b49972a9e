"""The truth file: what was planted, with its parameters, and how often it shows in the files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingestion.simulation import model
from ingestion.simulation.company import Company
from ingestion.simulation.problems import parameters

Truth = dict[str, Any]


def _pairs(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return {str(key): int(count) for key, count in con.execute(query).fetchall()}


def _table(con: duckdb.DuckDBPyConnection, query: str) -> Truth:
    """One row as a dictionary; several rows by their first column, if it is called `key`."""
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    if names[0] != "key":
        return dict(zip(names, map(int, rows[0]), strict=True))
    return {row[0]: dict(zip(names[1:], map(int, row[1:]), strict=True)) for row in rows}


def planted(con: duckdb.DuckDBPyConnection) -> Truth:
    """What `truth/*.sql` counts in the chunk's tables, by the name of the file."""
    model.run(con, "model/heard")
    files = sorted((Path(__file__).parent / "truth").glob("*.sql"))
    return {path.stem: _table(con, path.read_text("utf-8")) for path in files}


def counts(con: duckdb.DuckDBPyConnection) -> Truth:
    """Lines of `delivery` by kind, and sound events by type."""
    return {
        "lines": _pairs(con, "select kind, count(*) from delivery group by kind order by kind"),
        "events": _pairs(
            con,
            "select type, count(*) from delivery where kind = 'sound' group by type order by type",
        ),
    }


def add(total: Truth, part: Truth) -> None:
    """Add the numbers of a chunk into the total, key by key."""
    for key, value in part.items():
        if isinstance(value, dict):
            add(total.setdefault(key, {}), value)
        else:
            total[key] = total.get(key, 0) + value


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def write(path: Path, company: Company, found: Truth) -> Truth:
    """Write parameters and counts as JSON, the same text for the same company."""
    truth = {
        "company": {
            "customers": company.customers,
            "days": company.days,
            "seed": company.seed,
            "start": company.start.isoformat(),
            "end": company.end.isoformat(),
        },
        "parameters": {name: _plain(value) for name, value in parameters(company).items()},
        **found,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(truth, indent=2) + "\n", "utf-8")
    return truth
