"""A home with a published copy, and a server that shows it, once for all tests of this folder."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.publish import publish
from tests.dashboards.fixture import build_warehouse

PROJECT = Path(__file__).parent.parent.parent
METRICS = PROJECT / "dbt_project" / "metrics.yml"
APP = PROJECT / "dashboards" / "app.py"
PAGES = (
    "service_cost",
    "journey_friction",
    "value_contacts",
    "proactive_triggers",
    "data_trust",
    "cases",
)
GREEN = {"status": "green", "evaluated": 12, "passed": 12, "warned": 0, "failed": 0, "failures": []}
TRUST = {
    "status": "green",
    "step": "publish_serving",
    "error": None,
    "gates": [{"gate": gate, **GREEN} for gate in ("log", "marts")],
    "failures": [],
    "dbt": {"build_id": "build-1", "tests": 310, "warned": 1, "failures": []},
    "sources": [],
}


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    return build_warehouse(path, reasons=PROJECT / "dbt_project" / "seeds" / "contact_reasons.csv")


@pytest.fixture(scope="session")
def published(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose copy nobody changes."""
    home = tmp_path_factory.mktemp("home")
    checks = [{"gate": gate, **GREEN} for gate in ("log", "marts")]
    publish(warehouse, home / "serving" / "serving.duckdb", metrics=METRICS, checks=checks)
    (home / "runs").mkdir()
    (home / "runs" / "trust.json").write_text(json.dumps(TRUST), "utf-8")
    return home


@pytest.fixture
def home(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the published home, so that a test may write into it."""
    mine = tmp_path / "home"
    shutil.copytree(published, mine)
    monkeypatch.setenv("WAYPOST_HOME", str(mine))
    return mine


@pytest.fixture
def app(home: Path) -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages, served by `waypost dashboard`; gives the address."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(published, home)
    with serve(home) as address:
        yield address


class serve:  # used like a function
    """Serve a home while the block runs."""

    def __init__(self, home: Path, *options: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "waypost.cli", "dashboard", "--port", str(self.port)]
        self.command = [*command, *options]
        self.environment = {**os.environ, "WAYPOST_HOME": str(home)}

    def __enter__(self) -> str:
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        address = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urlopen(f"{address}/_stcore/health", timeout=2):
                    return address
            except OSError:
                time.sleep(0.2)
        self.__exit__()
        raise RuntimeError("the dashboards did not come up within 60 s")

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, 15)
        self.process.wait(20)
