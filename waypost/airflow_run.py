"""One pass of the real DAGs: triggers the ingests, follows every run, says what failed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from waypost.standalone import Airflow, AirflowError

INGEST_DAGS = ("ingest_contact_events", "ingest_order_events", "ingest_billing_events")
BUILD_DAG = "build_customer_journey"
PULL_DAG = "pull_sources"
POOL = "duckdb_writer"
DAGS_LIMIT_SECONDS = 120
RUN_LIMIT_SECONDS = 3600
POLL_SECONDS = 1.0
_ENDED = ("success", "failed")
_SHOWN = ("running", "success", "failed", "up_for_retry", "skipped", "upstream_failed")

Tell = Callable[[str], None]
Row = dict[str, Any]


@dataclass
class Outcome:
    """What the pass did: sums of the ingests' counts, and the last word on each failed task."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    is_nothing_new: bool = True


def run(airflow: Airflow, logs: Path, tell: Tell, *, is_pulling: bool = False) -> Outcome:
    """Trigger the three ingests and wait until no run and no asset event is left.

    With `is_pulling` the connected systems are asked first. The pool of the build opens when all three have ended: one build of everything instead of one
    of what the first source brought and another of the rest.
    """
    _wait_for_dags(airflow)
    airflow.set_pool(POOL, 0)
    shown: dict[tuple[str, str, str], str] = {}
    if is_pulling:
        _trigger(airflow, [PULL_DAG])
        _follow(airflow, tell, shown, until=lambda one: _are_over(one, [PULL_DAG]))
    _trigger(airflow, INGEST_DAGS)
    _follow(airflow, tell, shown, until=_are_ingests_over)
    airflow.set_pool(POOL, 1)
    tasks = _follow(airflow, tell, shown, until=_is_all_over)
    outcome = Outcome()
    for task in sorted(tasks, key=lambda row: str(row["end_date"])):
        if task["state"] == "failed":
            outcome.failures[f"{task['dag_id']}.{task['task_id']}"] = _why(task, logs)
        elif task["dag_id"] in INGEST_DAGS and task["state"] == "success":
            _add(outcome.counts, _returned(airflow, task))
        elif task["dag_id"] == BUILD_DAG and task["state"] == "success":
            outcome.is_nothing_new = False
    return outcome


def _trigger(airflow: Airflow, dag_ids: Collection[str]) -> None:
    for dag_id in dag_ids:
        airflow.post(f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None})


def _wait_for_dags(airflow: Airflow) -> None:
    deadline = time.monotonic() + DAGS_LIMIT_SECONDS
    wanted = {*INGEST_DAGS, BUILD_DAG, PULL_DAG}
    while time.monotonic() < deadline:
        errors = airflow.get("/api/v2/importErrors")["import_errors"]
        if errors:
            last = errors[0]["stack_trace"].strip().splitlines()[-1]
            raise AirflowError(f"Airflow cannot read {errors[0]['filename']}: {last}")
        if wanted <= {dag["dag_id"] for dag in airflow.get("/api/v2/dags")["dags"]}:
            return
        time.sleep(0.5)
    raise AirflowError(f"Airflow did not find the DAGs in time; its log is {airflow.log}.")


def _follow(
    airflow: Airflow,
    tell: Tell,
    shown: dict[tuple[str, str, str], str],
    *,
    until: Callable[[Airflow], bool],
) -> list[Row]:
    """Show each task's changes until the condition holds twice in a row.

    An event is queued before its ingest run ends, and a build run stands before the event leaves
    the queue: so two quiet looks in a row cannot miss a build.
    """
    quiet, deadline = 0, time.monotonic() + RUN_LIMIT_SECONDS
    while quiet < 2:
        if time.monotonic() > deadline:
            raise AirflowError(f"The run was not done in {RUN_LIMIT_SECONDS} s; see {airflow.log}.")
        time.sleep(POLL_SECONDS)
        is_over = until(airflow)
        for task in (tasks := _tasks(airflow)):
            _show(task, shown, tell)
        quiet = quiet + 1 if is_over else 0
    return tasks


def _tasks(airflow: Airflow) -> list[Row]:
    path = "/api/v2/dags/~/dagRuns/~/taskInstances?limit=1000"
    rows: list[Row] = airflow.get(path)["task_instances"]
    return rows


def _are_over(airflow: Airflow, dag_ids: Collection[str]) -> bool:
    runs = airflow.get("/api/v2/dags/~/dagRuns?limit=1000")["dag_runs"]
    return all(run["state"] in _ENDED for run in runs if run["dag_id"] in dag_ids)


def _are_ingests_over(airflow: Airflow) -> bool:
    return _are_over(airflow, INGEST_DAGS)


def _is_all_over(airflow: Airflow) -> bool:
    """The queue first: what leaves it later is seen as a run."""
    return _is_queue_empty(airflow) and _are_over(airflow, (*INGEST_DAGS, BUILD_DAG))


def _is_queue_empty(airflow: Airflow) -> bool:
    try:
        answer = airflow.get(f"/api/v2/dags/{BUILD_DAG}/assets/queuedEvents")
    except AirflowError as error:
        if error.code == 404:  # how the API says that no event waits
            return True
        raise
    return not answer["queued_events"]


def _show(task: Row, shown: dict[tuple[str, str, str], str], tell: Tell) -> None:
    key, state = (task["dag_id"], task["dag_run_id"], task["task_id"]), task["state"]
    if state not in _SHOWN or shown.get(key) == state:
        return
    shown[key] = state
    seconds = f" ({task['duration']:.1f} s)" if task["duration"] and state in _ENDED else ""
    tell(f"{task['dag_id']}.{task['task_id']}: {state.replace('_', ' ')}{seconds}")


def _returned(airflow: Airflow, task: Row) -> dict[str, int]:
    place = f"/api/v2/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances"
    path = f"{place}/{task['task_id']}/xcomEntries/return_value?deserialize=true"
    value = airflow.get(path)["value"]
    counts: dict[str, int] = json.loads(value) if isinstance(value, str) else value
    return counts


def _add(sums: dict[str, int], counts: dict[str, int]) -> None:
    for name, count in counts.items():
        sums[name] = sums.get(name, 0) + count


def _why(task: Row, logs: Path) -> str:
    """One sentence: the task, its reason from the end of its log, the log's path."""
    log = logs.joinpath(
        f"dag_id={task['dag_id']}",
        f"run_id={task['dag_run_id']}",
        f"task_id={task['task_id']}",
        f"attempt={task['try_number']}.log",
    )
    return f"{task['dag_id']}.{task['task_id']} failed: {_reason(log)} Its log is {log}."


def _reason(log: Path) -> str:
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    for line in reversed(lines):
        if '"error_detail"' in line:
            details = json.loads(line)["error_detail"]
            if details:
                kind, text = details[0]["exc_type"], details[0]["exc_value"]
                return text if kind == "AirflowFailException" else f"{kind}: {text}"
    return "Its log names no exception, so the process was ended from outside."
