"""`waypost replay` past a red gate, and beside others who want the warehouse."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner
from filelock import FileLock, Timeout

from dashboards import publish
from expectations.gate import GateFailedError
from tests.ingestion.conftest import event
from tests.interruptions import stopped_at
from tests.test_publish_step import GREEN, lay_green, only
from tests.torture.harness import FORKS, NOW
from waypost import built, retention, steps, upkeep, warehouse
from waypost.cli import WaypostError, cli
from waypost.commands.replay import replay
from waypost.settings import Settings


@pytest.fixture
def settings(waypost_home: Path) -> Settings:
    """Four events in the log; in the warehouse and the serving copy a build of a thousand rows."""
    settings = Settings.from_environment()
    lay_green(settings, rows=1000)
    lines = "\n".join(json.dumps(event(number)) for number in range(4))
    (settings.landing / "contact" / "a.jsonl").write_text(lines, "utf-8")
    steps.ingest_landing(settings, ["contact"], run_started_at=NOW)
    return settings


def state(settings: Settings) -> tuple[int, int, object]:
    """The files of the serving copy and the warehouse, and what is told of that."""
    files = (settings.serving_copy, settings.warehouse)
    copy, ours = (file.stat().st_ino for file in files)
    return copy, ours, built.report(settings)


def test_a_red_gate_of_the_log_leaves_everything(settings: Settings) -> None:
    seed = (warehouse.DBT_PROJECT / "seeds" / "gate_limits.csv").read_text("utf-8")
    more = seed.replace("events_minimum,*,1,", "events_minimum,*,5,")
    (settings.config / "gate_limits.csv").write_text(more, "utf-8")
    before = state(settings)
    with pytest.raises(GateFailedError, match="log_holds_events"):
        replay(settings)
    assert state(settings) == before
    result = CliRunner().invoke(cli, ["replay"])
    assert result.exit_code == 1 and "log_holds_events" in result.stderr
    assert state(settings) == before


def test_a_red_gate_of_the_marts_brings_the_warehouse_back_before_anybody_sees_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[str] = []

    def take() -> None:
        try:
            with FileLock(settings.runs / "build.lock", timeout=0.1):
                others.append("took the warehouse")
        except Timeout:
            others.append("waits")

    def gate(settings: Settings) -> steps.Counts:
        beside = Thread(target=take)
        beside.start()
        beside.join()
        return gate_marts(settings)

    gate_marts = steps.gate_marts
    monkeypatch.setattr(steps, "gate_marts", gate)
    monkeypatch.setattr(warehouse, "run_dbt", only("+events"))
    wal = settings.warehouse.with_name("warehouse.duckdb.wal")
    wal.write_bytes(b"")  # of a process that was killed
    before = state(settings)
    with pytest.raises(GateFailedError, match="events_keeps_its_rows"):
        replay(settings)
    assert others == ["waits"]
    assert state(settings) == before and before[2] == GREEN
    assert wal.exists() and list(settings.runs.glob("before_replay*")) == []
    assert steps.publish_serving(settings)


def test_a_replay_waits_for_the_lock_before_it_takes_the_warehouse_away(settings: Settings) -> None:
    (settings.config / "settings.csv").write_text("another,header\n", "utf-8")
    before, told = state(settings), []

    def run() -> None:
        try:
            replay(settings, publishes=False)
        except WaypostError as error:
            told.append(str(error))

    beside = Thread(target=run)
    with FileLock(settings.runs / "build.lock"):
        beside.start()
        beside.join(0.5)
        assert beside.is_alive() and state(settings) == before
    beside.join(60)
    assert "first line" in told[0]
    assert state(settings) == before


def replay_killed_in_its_build(settings: Settings) -> None:
    def run(*_: Any) -> warehouse.DbtOutcome:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    warehouse.run_dbt = run
    replay(settings, publishes=False)


@pytest.fixture
def killed(settings: Settings) -> list[Path]:
    """What a replay leaves beside half a warehouse when it is killed."""
    process = FORKS.Process(target=replay_killed_in_its_build, args=(settings,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    left = sorted(settings.runs.glob("before_replay.*"))
    assert [path.suffix for path in left] == [".duckdb", ".json"]
    return left


def test_doctor_sweeps_what_a_killed_replay_left_and_never_that_of_one_under_way(
    settings: Settings, killed: list[Path]
) -> None:
    found = upkeep.examine(settings, deep=False)
    assert [one.kind for one in found] == [*["replay_leftover"] * 2, "build_unfinished"]
    assert not any(one.is_broken for one in found)
    with ThreadPoolExecutor(1) as others, built.lock(settings):  # as another replay holds it
        assert others.submit(upkeep.examine, settings, deep=False).result() == []
        others.submit(upkeep.repair, settings, found, now=NOW).result()
    assert all(path.exists() for path in killed)
    upkeep.repair(settings, found, now=NOW)
    assert not any(path.exists() for path in killed)
    assert [one.kind for one in upkeep.examine(settings, deep=False)] == ["build_unfinished"]


def test_the_next_replay_looks_at_the_build_that_a_killed_one_put_aside(
    settings: Settings, killed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = killed[0].stat().st_ino
    with stopped_at(1, warehouse, "run_dbt"):
        replay(settings, publishes=False)
    assert state(settings)[1:] == (whole, GREEN)
    assert list(settings.runs.glob("before_replay*")) == []
    monkeypatch.setattr(warehouse, "run_dbt", only("+settings_in_force"))
    report = replay(settings, tests=False)
    assert report["different"]["events"] == {"lost": -1, "gained": -1}
    assert list(settings.runs.glob("before_replay*")) == []


@pytest.mark.parametrize("since", ["a retention", "a red build"])
def test_a_killed_replay_s_old_build_does_not_come_back_over_what_came_since(
    since: str, settings: Settings, killed: list[Path]
) -> None:
    old = killed[0].stat().st_ino
    if since == "a retention":  # the old build names people who were let go
        retention._let_build(settings)
        assert not any(path.exists() for path in killed)
    else:
        told = json.loads(killed[1].read_text("utf-8")) | {"failures": ["a test"]}
        built.report_path(settings).write_text(json.dumps(told), "utf-8")
    with stopped_at(1, warehouse, "run_dbt"):
        replay(settings, publishes=False)
    assert settings.warehouse.stat().st_ino != old
    with pytest.raises(publish.PublishError):
        steps.publish_serving(settings)


def test_help_and_output_say_that_without_tests_nothing_is_published(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "run_dbt", only("+settings_in_force"))
    before = state(settings)
    result = CliRunner().invoke(cli, ["replay", "--no-tests"])
    assert result.exit_code == 0, result.output
    assert "Not published, because nothing was tested." in result.stdout
    assert state(settings)[0] == before[0] and state(settings)[1] != before[1]
    assert list(settings.runs.glob("before_replay*")) == []
    told = " ".join(CliRunner().invoke(cli, ["replay", "--help"]).stdout.split())
    assert "with --no-tests, and nothing is published" in told
