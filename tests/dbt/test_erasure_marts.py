"""Somebody is erased: what the marts say of everybody together stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from deliveries import deliver, facts, rows

from ingestion import log
from waypost import erasure
from waypost.commands.build import build
from waypost.settings import Settings

# Left out: journey_edges (events of one moment may change places, because their keys do) and cents
# that are shared out among the rows of contact_reason_months.
AGGREGATES = (
    "experience_drift",
    "feedback_scores",
    "frictions",
    "monthly_costs",
    "source_lateness",
)
PER_PERSON = ("cases", "contacts", "customers", "episodes", "invoices", "orders", "payments")
REASONS = """
    select month, reason_code, contact_count, human_contact_count, repeat_contact_count,
        failure_contact_count, ces_response_count, ces_score_sum, handling_seconds
    from marts.contact_reason_months order by all"""
EDGES = "select sum(transition_count) from marts.journey_edges"
AS_OF = datetime(2026, 3, 1, tzinfo=UTC)


def marts(settings: Settings) -> tuple[dict[str, list[Any]], dict[str, int]]:
    """Rows of the aggregates, and the number of rows of the others, as known at `AS_OF`."""
    report = build(settings, as_of=AS_OF, tests=False)
    assert report["failures"] == []
    found = rows(Path(report["database"]), hidden=("commit_no",))
    names = {name.rpartition(".")[2]: name for name in found}
    aggregates = {name: found[names[name]] for name in AGGREGATES}
    with duckdb.connect(report["database"], read_only=True) as con:
        aggregates["contact_reason_months"] = con.execute(REASONS).fetchall()
        aggregates["journey_edges"] = con.execute(EDGES).fetchall()
    return (
        aggregates,
        {name: len(found[names[name]]) for name in PER_PERSON},
    )


def busiest(settings: Settings) -> str:
    """The person with the most orders."""
    with duckdb.connect() as con:
        query = "select mode(party_hash) from read_parquet($1, union_by_name = true)"
        row: tuple[Any, ...] = (
            con.execute(query, [log.file_uris(settings.log, "order")]).fetchone() or ()
        )
        return str(row[0])


def test_aggregates_before_the_erasure_are_the_same_after_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    deliver(settings, [facts(tmp_path / "company", 3)])
    before = marts(settings)
    assert sum(1 for lines in before[0].values() if lines) >= 3
    someone = busiest(settings)
    counts = erasure.erase(settings, someone, now=datetime.now(UTC), salt="0" * 64)
    assert counts["events"] > 10
    assert not settings.asof.exists() or not list(settings.asof.iterdir())
    after = marts(settings)
    assert before[0].keys() == after[0].keys()
    assert {
        name: sorted({*lines} ^ {*after[0][name]})[:3]
        for name, lines in before[0].items()
        if lines != after[0][name]
    } == {}
    assert after[1] == before[1]
