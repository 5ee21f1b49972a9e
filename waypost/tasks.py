"""How a step becomes an Airflow task: its times, its skip, its alert; imports steps at run time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from waypost.settings import Settings

Counts = dict[str, Any]


def ingest(folders: list[str], dag_run: Any = None) -> Counts:
    """Ingest landing folders; what carries no recorded time was recorded when the run started."""
    from waypost import steps

    started = getattr(dag_run, "start_date", None) or datetime.now(UTC)
    return steps.ingest_landing(Settings.from_environment(), folders, run_started_at=started)


def pull(system: str) -> Counts:
    """Land what is new in a system; skipped while nobody has configured it."""
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    from ingestion.transport.streams import PullError
    from waypost import access, steps, trust
    from waypost.cli import UsageError

    settings = Settings.from_environment()
    try:
        found = access.of_connection(system) or access.of_environment(system)
        if found is None:
            trust.forget(settings, f"pull_{system}")
            raise AirflowSkipException(f"{system} is not configured")
        return steps.pull_source(settings, system, found)
    except (PullError, UsageError) as error:  # it has tried again by itself; the next run goes on
        raise AirflowFailException(str(error)) from error


def run_step(step: str, params: Mapping[str, str | None] | None = None) -> Counts:
    """Run one step of the build; with nothing to do the task and all after it are skipped."""
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    from dashboards.publish import PublishError
    from expectations.gate import GateFailedError
    from waypost import moments, steps
    from waypost.cli import UsageError

    conf = dict(params or {})
    times = {name: _time(conf.get(name)) for name in ("as_of", "log_as_of")}
    try:
        moments.refuse_future(datetime.now(UTC), **times)
        counts: Counts | None = getattr(steps, step)(Settings.from_environment(), **times)
    except (
        GateFailedError,
        steps.BuildFailedError,
        PublishError,
        UsageError,
    ) as error:  # a retry would find the same
        raise AirflowFailException(str(error)) from error
    if counts is None:
        raise AirflowSkipException(f"{step}: nothing to do")
    return counts


def keep_up(step: str) -> Counts:
    """Run one step of the log's upkeep; what it finds damaged a second look would find too."""
    from airflow.sdk.exceptions import AirflowFailException

    from ingestion.parts import DamagedLogError
    from waypost import upkeep
    from waypost.cli import WaypostError

    try:
        counts: Counts = getattr(upkeep, step)(Settings.from_environment(), now=datetime.now(UTC))
    except (DamagedLogError, WaypostError) as error:
        raise AirflowFailException(str(error)) from error
    return counts


def erase_people() -> Counts:
    """Carry out the erasures that were asked for; skipped when there is none."""
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    from ingestion.parts import DamagedLogError
    from waypost import erasure
    from waypost.cli import WaypostError

    try:
        counts = erasure.erase_people(Settings.from_environment())
    except (DamagedLogError, WaypostError) as error:
        raise AirflowFailException(str(error)) from error
    if counts is None:
        raise AirflowSkipException("nobody asked for an erasure")
    return counts


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def alert_failed_task(context: Mapping[str, Any]) -> None:
    """Tell WAYPOST_ALERT_URL that a task has failed for good."""
    task = context["task_instance"]
    reason = context.get("exception") or "it was stopped from outside"
    _alert(f"{task.dag_id}.{task.task_id} failed", f"Run {task.run_id}: {reason}")


def alert_run_out_of_time(context: Mapping[str, Any]) -> None:
    """Tell WAYPOST_ALERT_URL that a run has timed out; a failed task has told its own story."""
    run = context["dag_run"]
    if context.get("reason") == "timed_out":
        _alert(f"{run.dag_id} ran out of time", f"Run {run.run_id} was stopped.")


def _alert(subject: str, text: str) -> None:
    from waypost import alert

    url = os.environ.get("WAYPOST_ALERT_URL")
    if url:
        alert.send(url, subject=f"Waypost: {subject}", text=text)
