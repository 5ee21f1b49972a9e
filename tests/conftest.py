"""Shared by all tests: an Airflow home that is nobody's, before anything imports Airflow."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

PROJECT = Path(__file__).parent.parent
_airflow = tempfile.TemporaryDirectory(prefix="waypost-airflow-")
os.environ |= {
    "AIRFLOW_HOME": _airflow.name,
    "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_airflow.name}/airflow.db",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}
os.environ.pop("WAYPOST_ALERT_URL", None)

# a machine that does something else as well is slow, and no fault of what is tested
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A parallel run: see tests/workers.py."""
    from tests.workers import ByGroup

    config.option.loadscopereorder = False
    return ByGroup(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker of a parallel run; a plain run keeps the order of the files."""
    if hasattr(config, "workerinput"):
        from tests.workers import longest_first

        longest_first(items)


def pytest_unconfigure() -> None:
    """The closing line is the last line: see expectations.dialect.end_quietly."""
    if "duckdb_engine" in sys.modules:
        from expectations.dialect import end_quietly

        end_quietly()


@pytest.fixture
def waypost_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty WAYPOST_HOME with a secret of its own, also for child processes."""
    home = tmp_path / "home"
    monkeypatch.setenv("WAYPOST_HOME", str(home))
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(tmp_path / "secret"))
    yield home
