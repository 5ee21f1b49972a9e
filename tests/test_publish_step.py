"""Only a whole and green build is published; else the copy that was there stays."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from dashboards.publish import PublishError
from expectations.gate import GateFailedError
from tests.ingestion.conftest import event
from tests.torture.harness import FORKS, NOW, settings_of
from waypost import built, erasure, steps, trust, upkeep, warehouse
from waypost.cli import cli
from waypost.commands.build import build
from waypost.settings import Settings

GREEN: dict[str, Any] = {"build_id": "one", "as_of": "2026-06-01T12:00:00+00:00", "failures": []}


def lay_green(settings: Settings, rows: int = 1) -> None:
    """A whole, green build `one` with some rows in its one mart, published."""
    settings.create()
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("create schema log; create schema marts")
        con.execute("create table log.build as select 'one' as build_id, now() as as_of")
        con.execute(f"create table marts.events as select range as event_id from range({rows})")
    built.write(settings, GREEN)
    steps.publish_serving(settings)


@pytest.fixture
def settings(waypost_home: Path) -> Settings:
    settings = Settings.from_environment()
    lay_green(settings)
    return settings


def published(settings: Settings) -> tuple[str, list[str]]:
    """Which build the copy shows, and its marts."""
    with duckdb.connect(str(settings.serving_copy), read_only=True) as con:
        rows = con.execute("select build_id, row_counts from manifest").fetchall()
    return rows[0][0], sorted(json.loads(rows[0][1]))


def _rebuilt(settings: Settings) -> None:
    """Another build lays the log into the file, and ends there."""
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("update log.build set build_id = 'two'")


def _emptied(settings: Settings) -> None:
    """What the build left goes, as an erasure does it; the file itself is put back."""
    kept = settings.warehouse.rename(settings.home / "kept.duckdb")
    copy = settings.serving_copy.read_bytes()
    erasure.purge_derived(settings)
    kept.rename(settings.warehouse)
    settings.serving_copy.write_bytes(copy)


SPOILT: dict[str, tuple[Callable[[Settings], object], str]] = {
    "it did not end": (
        lambda settings: built.report_path(settings).unlink(),
        "does not tell how its build ended",
    ),
    "its end was cut off": (
        lambda settings: built.report_path(settings).write_text('{"build_id": "on'),
        "does not tell how its build ended",
    ),
    "it is red": (
        lambda settings: built.write(settings, GREEN | {"failures": ["assert_x: got 1"]}),
        "Build one in .* is red .1 failed: assert_x: got 1.",
    ),
    "another was begun": (_rebuilt, "holds build two and .* tells of one"),
    "runs/ was emptied": (_emptied, "does not tell how its build ended"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_build_that_is_not_whole_and_green_is_not_published(how: str, settings: Settings) -> None:
    spoil, reason = SPOILT[how]
    spoil(settings)
    before = settings.serving_copy.stat().st_ino
    with pytest.raises(PublishError, match=f"{reason}.*run `waypost build`.$"):
        steps.publish_serving(settings)
    assert settings.serving_copy.stat().st_ino == before
    assert trust.read(settings)["status"] == "red"
    result = CliRunner().invoke(cli, ["publish", "--json"])
    assert result.exit_code == 1
    assert "`waypost build`" in result.stderr and "Traceback" not in result.stderr


def test_a_repair_publishes_a_whole_build_and_no_other(settings: Settings) -> None:
    with duckdb.connect(str(settings.serving_copy)) as con:
        con.execute("delete from events")
    built.write(settings, GREEN | {"failures": ["assert_x: got 1"]})
    result = CliRunner().invoke(cli, ["doctor", "--repair"])
    assert result.exit_code == 1
    assert "serving_differs" in result.stdout and "`waypost publish`" in result.stdout
    built.write(settings, GREEN)
    result = CliRunner().invoke(cli, ["doctor", "--repair", "--json"])
    repaired = json.loads(result.stdout.splitlines()[-1])["repaired"]
    assert (result.exit_code, [one["kind"] for one in repaired]) == (0, ["serving_differs"])


def lay_gate(settings: Settings, status: str, build_id: str | None) -> None:
    """What the gate of the marts wrote last; a report of before names no build."""
    failure = {"name": "events_keeps_its_rows", "table": "marts.events", "severity": "critical"}
    report = {"gate": "marts", "status": status, "failed": 1, "failures": [failure]}
    named = {"build_id": build_id} if build_id else {}
    trust.write_json(trust.report_path(settings, "marts"), report | named)


def test_a_red_gate_of_this_build_and_no_other_forbids_a_publish(settings: Settings) -> None:
    lay_gate(settings, "red", "one")
    before = settings.serving_copy.stat().st_ino
    result = CliRunner().invoke(cli, ["publish"])
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: The gate of the marts was red for build one (1 failed: events_keeps_its_rows on"
        " marts.events): mend that, then run `waypost build` and `waypost check marts`.\n"
    )
    assert settings.serving_copy.stat().st_ino == before
    for status, build_id in (("green", "one"), ("red", "another"), ("red", None)):
        lay_gate(settings, status, build_id)
        assert steps.publish_serving(settings), (status, build_id)


PROMISE = "assert_configuration_has_no_gap_at_as_of"
EMPTY = ("--indirect-selection", "empty")  # no test of a chosen model
run_dbt = warehouse.run_dbt


def only(*chosen: str) -> Callable[..., warehouse.DbtOutcome]:
    """Dbt over these models and tests alone, for the sake of time."""

    def run(settings: Settings, database: Path, arguments: Sequence[str]) -> warehouse.DbtOutcome:
        return run_dbt(settings, database, [*arguments, *EMPTY, "--select", *chosen])

    return run


def build_killed_half_way(home: Path) -> None:
    def run(*arguments: Any) -> warehouse.DbtOutcome:
        outcome = only("+identifiers")(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    warehouse.run_dbt = run
    build(settings_of(home), full=True, tests=False)


@pytest.fixture
def landed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with a few events and a setting that is missing, which only a test sees."""
    settings = settings_of(tmp_path / "home")
    settings.create()
    lines = "\n".join(json.dumps(event(number)) for number in range(4))
    (settings.landing / "contact" / "a.jsonl").write_text(lines, "utf-8")
    steps.ingest_landing(settings, ["contact"], run_started_at=NOW)
    seed = (warehouse.DBT_PROJECT / "seeds" / "settings.csv").read_text("utf-8")
    gap = [line for line in seed.splitlines() if "subscription_margin_rate" not in line]
    (settings.config / "settings.csv").write_text("\n".join(gap) + "\n", "utf-8")
    monkeypatch.setattr(
        warehouse, "run_dbt", only("+events", "+identifiers", "+settings_in_force", PROMISE)
    )
    return settings


def test_what_a_gate_found_red_is_published_once_it_finds_it_green(landed: Settings) -> None:
    (landed.config / "settings.csv").unlink()
    steps.build_warehouse(landed)
    seed = (warehouse.DBT_PROJECT / "seeds" / steps.LIMITS).read_text("utf-8")
    own = landed.config / steps.LIMITS
    own.write_text(seed.replace("events_minimum,*,1,", "events_minimum,*,5,"), "utf-8")
    with pytest.raises(GateFailedError, match="marts_hold_events"):
        steps.gate_marts(landed)
    with pytest.raises(PublishError, match=r"red for build.*marts_hold_events"):
        steps.publish_serving(landed)
    assert steps.build_warehouse(landed)["is_unchanged"] is False  # another limit, another build
    with pytest.raises(GateFailedError, match="marts_hold_events"):
        steps.gate_marts(landed)
    own.unlink()
    with ThreadPoolExecutor(1) as others:
        with built.lock(landed):  # as another build holds it
            begun = others.submit(steps.gate_marts, landed)
            with pytest.raises(TimeoutError):
                begun.result(timeout=2)
            assert trust.reports(landed)[-1]["status"] == "red"
        assert begun.result()
    assert steps.publish_serving(landed)


def test_what_a_red_test_or_a_killed_build_leaves_is_not_published(landed: Settings) -> None:
    assert build(landed, tests=False)["failures"] == []
    assert build(landed, tests=False)["is_unchanged"]
    assert steps.publish_serving(landed)
    before = published(landed)
    # a build without tests does not stand for one with them
    with pytest.raises(steps.BuildFailedError, match=PROMISE):
        steps.build_warehouse(landed)
    with pytest.raises(PublishError, match=f"is red .1 failed: {PROMISE}"):
        steps.publish_serving(landed)

    process = FORKS.Process(target=build_killed_half_way, args=(landed.home,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with duckdb.connect(str(landed.warehouse), read_only=True) as con:
        marts = "select table_name from duckdb_tables() where schema_name = 'marts'"
        assert 0 < len(con.execute(marts).fetchall()) < len(before[1])
    with pytest.raises(PublishError, match="how its build ended"):
        steps.publish_serving(landed)
    assert [one.kind for one in upkeep.examine(landed, deep=False)] == ["build_unfinished"]
    assert published(landed) == before

    (landed.config / "settings.csv").unlink()
    assert not steps.build_warehouse(landed)["is_unchanged"]
    assert build(landed, tests=False)["is_unchanged"]
    assert steps.publish_serving(landed)
    assert published(landed)[0] != before[0] and published(landed)[1] == before[1]
