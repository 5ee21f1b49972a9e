"""Two demo companies, simulated once: the default one and a small one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.simulation import demo
from ingestion.simulation.company import Company


@dataclass(frozen=True)
class Simulated:
    company: Company
    landing: Path
    truth_file: Path
    con: duckdb.DuckDBPyConnection

    @property
    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.truth_file.read_text("utf-8"))
        return found

    def rows(self, query: str) -> list[list[Any]]:
        return [list(row) for row in self.con.execute(query).fetchall()]

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]


def simulated(company: Company, folder: Path) -> Simulated:
    """Simulate, and read the files back with plain DuckDB: nothing of the simulation's SQL.

    Table `lines(file, json)` has every readable line, table `events` each fact once, as it was
    delivered first.
    """
    landing, truth_file = folder / "landing", folder / "truth.json"
    demo.simulate(company, landing, truth_file)
    con = duckdb.connect()
    con.execute("set TimeZone = 'Europe/Berlin'")
    con.execute(f"""
        create table lines as
        select filename as file, json
        from read_ndjson_objects('{landing}/*/*.jsonl', ignore_errors = true, filename = true)""")
    con.execute("""
        create table events as
        select json ->> 'type' as type, json ->> 'id' as id, json ->> 'source' as source,
            (json ->> 'time')::timestamptz as moment, moment::date as day,
            (json ->> 'recordedtime')::timestamptz as recorded, json -> 'data' as data,
            json ->> 'amends' as amends
        from lines
        where json is not null and not ends_with(json ->> 'id', '/broken')
        qualify row_number() over (partition by source, id order by recorded, moment desc) = 1""")
    return Simulated(company, landing, truth_file, con)


@pytest.fixture(scope="session")
def default_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    yield simulated(Company(), tmp_path_factory.mktemp("default"))


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    yield simulated(Company(customers=300, days=120), tmp_path_factory.mktemp("small"))
