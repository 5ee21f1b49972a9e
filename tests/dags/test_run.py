"""The DAGs run for real over a small demo; a red gate keeps the last good copy."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.test_alert import Webhook, listening

STEPS = ["gate_log", "build_warehouse", "gate_marts", "publish_serving"]
BUILD = "build_customer_journey"
BROKEN = '{"specversion": "1.0", "id": "x%d", "source": "/shop/demo", "type": "order.placed"}\n'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home in which a small demo has landed, for the whole file."""
    folder = tmp_path_factory.mktemp("dags")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAYPOST_HOME", str(folder / "home"))
        patch.setenv("WAYPOST_SECRET_FILE", str(folder / "secret"))
        command = [str(Path(sys.executable).parent / "waypost"), "simulate"]
        subprocess.run([*command, "--customers", "60", "--days", "90", "--json"], check=True)
        yield folder / "home"


@pytest.fixture(scope="module")
def first(home: Path, dagbag: Any) -> dict[str, Any]:
    """The first pass: three ingests, one build."""
    runs = {dag_id: dagbag.dags[dag_id].test() for dag_id in sorted(dagbag.dags) if dag_id != BUILD}
    runs[BUILD] = dagbag.dags[BUILD].test()
    return runs


def states(run: Any) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def trust(home: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((home / "runs" / "trust.json").read_text("utf-8"))
    return told


def test_the_first_pass_ends_green_and_published(home: Path, first: dict[str, Any]) -> None:
    assert {dag_id: run.state for dag_id, run in first.items()} == dict.fromkeys(first, "success")
    assert states(first[BUILD]) == dict.fromkeys(STEPS, "success")
    assert (home / "serving" / "serving.duckdb").exists()
    told = trust(home)
    assert (told["status"], told["error"]) == ("green", None)
    assert {gate["gate"]: gate["failed"] for gate in told["gates"]} == {"log": 0, "marts": 0}
    assert told["dbt"]["tests"] > 100
    assert "/shop/demo" in {source["source"] for source in told["sources"]}


def test_a_build_without_a_new_commit_ends_at_once(
    home: Path, first: dict[str, Any], dagbag: Any
) -> None:
    published = (home / "serving" / "serving.duckdb").stat().st_mtime_ns
    again = dagbag.dags["ingest_order_events"].test()
    assert again.state == "success"
    run = dagbag.dags[BUILD].test()
    assert (run.state, states(run)) == ("success", dict.fromkeys(STEPS, "skipped"))
    assert (home / "serving" / "serving.duckdb").stat().st_mtime_ns == published


def test_a_red_gate_alerts_and_keeps_the_last_good_copy(
    home: Path, first: dict[str, Any], dagbag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = home / "serving" / "serving.duckdb"
    before = copy.read_bytes()
    broken = home / "landing" / "order" / "broken.jsonl"
    broken.write_text("".join(BROKEN % number for number in range(500)))
    Webhook.received = []
    assert dagbag.dags["ingest_order_events"].test().state == "success"
    with listening_webhook() as port:
        monkeypatch.setenv("WAYPOST_ALERT_URL", f"http://127.0.0.1:{port}/")
        run = dagbag.dags[BUILD].test()
    assert run.state == "failed"
    assert states(run) == {"gate_log": "failed"} | dict.fromkeys(STEPS[1:], "upstream_failed")
    assert copy.read_bytes() == before
    told = trust(home)
    assert told["status"] == "red"
    assert "quarantine_failure_ratio on log.receipts" in told["error"]
    assert "/shop/demo" in told["error"]
    (alert,) = Webhook.received
    assert alert["subject"] == "Waypost: build_customer_journey.gate_log failed"
    assert "/shop/demo" in alert["text"]


def test_a_bad_input_that_is_given_up_lets_the_next_build_pass(
    home: Path, first: dict[str, Any], dagbag: Any
) -> None:
    (home / "landing" / "order" / "broken.jsonl").unlink(missing_ok=True)
    for path in (home / "log" / "inputs").glob("*.json"):
        if json.loads(path.read_text("utf-8"))["file_name"] == "broken.jsonl":
            path.unlink()
    assert dagbag.dags[BUILD].test().state == "success"
    assert trust(home)["status"] == "green"


def test_a_rebuild_of_the_past_is_never_published(
    home: Path, first: dict[str, Any], dagbag: Any
) -> None:
    published = (home / "serving" / "serving.duckdb").stat().st_mtime_ns
    # the last test here: dag.test() leaves the conf in the DAG of this process
    run = dagbag.dags[BUILD].test(run_conf={"as_of": "2026-02-15T00:00:00Z"})
    assert run.state == "success"
    assert states(run) == dict.fromkeys(STEPS[:3], "success") | {"publish_serving": "skipped"}
    assert (home / "serving" / "serving.duckdb").stat().st_mtime_ns == published
    with duckdb.connect(str(home / "asof" / "20260215T000000Z.duckdb"), read_only=True) as past:
        (latest,) = past.execute("select max(recorded_at)::varchar from marts.events").fetchall()
    assert latest[0] <= "2026-02-15"


def listening_webhook() -> Any:
    from http.server import HTTPServer

    return listening(HTTPServer(("127.0.0.1", 0), Webhook))
