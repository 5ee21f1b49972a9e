"""The exact set of DAGs, tasks, order, assets, schedules and limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

INGEST = {
    "ingest_contact_events": ("contact_events", ["contact", "feedback", "party", "waypost"]),
    "ingest_order_events": ("order_events", ["order"]),
    "ingest_billing_events": ("billing_events", ["billing"]),
}
CRON = {
    "ingest_contact_events": "*/15 * * * *",
    "ingest_order_events": "5-59/15 * * * *",
    "ingest_billing_events": "10-59/15 * * * *",
}
BUILD = "build_customer_journey"
PULL = "pull_sources"
COMPACT = "compact_log"
ERASE = "erase_people"
STEPS = ["gate_log", "build_warehouse", "gate_marts", "publish_serving"]


def test_these_dags_and_no_others(dagbag: Any) -> None:
    assert dagbag.import_errors == {}
    assert set(dagbag.dags) == {*INGEST, BUILD, PULL, COMPACT, ERASE}


@pytest.mark.parametrize("dag_id", INGEST)
def test_an_ingest_has_one_task_that_announces_its_asset(dagbag: Any, dag_id: str) -> None:
    dag = dagbag.dags[dag_id]
    asset, folders = INGEST[dag_id]
    assert list(dag.task_dict) == ["ingest"]
    task = dag.task_dict["ingest"]
    assert [outlet.name for outlet in task.outlets] == [asset]
    assert task.op_args == (folders,) or list(task.op_args) == [folders]
    assert dag.timetable.expression == CRON[dag_id]


def test_the_pull_has_a_task_a_system_and_announces_nothing(dagbag: Any) -> None:
    dag = dagbag.dags[PULL]
    assert sorted(dag.task_dict) == ["pull_shopify", "pull_stripe", "pull_zendesk"]
    for name, task in dag.task_dict.items():
        assert [f"pull_{one}" for one in task.op_args] == [name]
        assert (task.upstream_task_ids, task.outlets) == (set(), [])
    assert dag.timetable.expression == "12-59/15 * * * *"


def test_every_landing_folder_has_one_ingest(dagbag: Any) -> None:
    from waypost.settings import LANDING

    folders = [folder for _, own in INGEST.values() for folder in own]
    assert sorted(folders) == sorted(LANDING)


def test_the_build_runs_its_steps_in_order(dagbag: Any) -> None:
    dag = dagbag.dags[BUILD]
    assert [task.task_id for task in dag.topological_sort()] == STEPS
    for step, following in zip(STEPS, [*STEPS[1:], None], strict=True):
        expected = {following} if following else set()
        assert dag.task_dict[step].downstream_task_ids == expected


def test_the_build_waits_for_any_source(dagbag: Any) -> None:
    from airflow.sdk import AssetAny

    condition = dagbag.dags[BUILD].timetable.asset_condition
    assert isinstance(condition, AssetAny)
    assert {asset.name for asset in condition.objects} == {name for name, _ in INGEST.values()}


def test_one_build_at_a_time_in_a_pool_of_its_own(dagbag: Any) -> None:
    dag = dagbag.dags[BUILD]
    assert dag.max_active_runs == 1
    assert {task.pool for task in dag.tasks} == {"duckdb_writer"}
    assert set(dag.params) == {"as_of", "log_as_of"}


@pytest.mark.parametrize("name", ["as_of", "log_as_of"])
def test_a_rebuild_of_the_future_fails_at_once_and_is_not_tried_again(
    name: str, waypost_home: Path
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from waypost import tasks

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with pytest.raises(AirflowFailException, match="lies in the future"):
        tasks.run_step("gate_log", {name: tomorrow})
    assert not waypost_home.exists()


def test_the_log_is_compacted_then_checked_then_what_is_due_goes_once_a_day(dagbag: Any) -> None:
    dag = dagbag.dags[COMPACT]
    steps = ["compact_parts", "check_files", "apply_retention"]
    assert [task.task_id for task in dag.topological_sort()] == steps
    assert dag.task_dict["compact_parts"].downstream_task_ids == {"check_files"}
    assert dag.task_dict["check_files"].downstream_task_ids == {"apply_retention"}
    assert dag.timetable.expression == "40 2 * * *"
    assert not any(task.outlets for task in dag.tasks)


def test_an_erasure_has_one_task_after_which_the_build_runs(dagbag: Any) -> None:
    dag = dagbag.dags[ERASE]
    assert list(dag.task_dict) == ["erase"]
    assert [outlet.name for outlet in dag.task_dict["erase"].outlets] == ["contact_events"]
    assert dag.timetable.expression == "20 1 * * *"


@pytest.mark.parametrize("dag_id", [*INGEST, BUILD, PULL, COMPACT, ERASE])
def test_every_dag_retries_ends_alerts_and_is_explained(dagbag: Any, dag_id: str) -> None:
    dag = dagbag.dags[dag_id]
    assert dag.doc_md and "Red?" in dag.doc_md
    assert not dag.catchup
    assert dag.is_paused_upon_creation is False, "events for a paused DAG are lost"
    assert dag.dagrun_timeout and dag.has_on_failure_callback
    for task in dag.tasks:
        assert task.retries == 2
        assert timedelta(0) < task.execution_timeout < dag.dagrun_timeout
        assert task.has_on_failure_callback
