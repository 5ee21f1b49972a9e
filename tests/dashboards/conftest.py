"""A small demo through the real pipeline, published once, and a server that shows it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from streamlit.testing.v1 import AppTest

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
    "find_customer",
)
# one process for all: each would import the same libraries for seconds
STEPS = """
from waypost.cli import cli

for step in (
    "simulate --customers 300 --out {landing}",
    "ingest {landing}",
    "check log",
    "build",
    "check marts",
    "publish",
):
    print("waypost", step, flush=True)
    assert not cli.main(step.split(), standalone_mode=False)
"""


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has seen every step; nobody changes it.

    WAYPOST_TEST_HOME names one that is there already, for whoever works on the pages.
    """
    if known := os.environ.get("WAYPOST_TEST_HOME"):
        return Path(known)
    folder = tmp_path_factory.mktemp("demo")
    home = folder / "home"
    places = {"WAYPOST_HOME": str(home), "WAYPOST_SECRET_FILE": str(folder / "secret")}
    done = subprocess.run(
        [sys.executable, "-c", STEPS.format(landing=home / "landing")],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]} {done.stderr[-2000:]}"
    return home


@pytest.fixture(scope="session")
def warehouse(published: Path) -> Path:
    return published / "warehouse.duckdb"


def known_customers(home: Path) -> Iterator[tuple[str, str]]:
    """E-mail address and customer number of customers, as the demo delivered them."""
    for path in sorted((home / "landing" / "order").rglob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            if '"party_refs"' not in line or not line.endswith("}"):
                continue
            refs = {
                ref.get("id_type"): ref.get("id") for ref in json.loads(line)["data"]["party_refs"]
            }
            if {"email", "customer_number"} <= set(refs):
                yield refs["email"], refs["customer_number"]


def copied(published: Path, home: Path) -> Path:
    """What the pages read, in a place of its own."""
    shutil.copytree(published / "serving", home / "serving")
    (home / "runs").mkdir()
    shutil.copy(published / "runs" / "trust.json", home / "runs")
    shutil.copy(published.parent / "secret", home.parent / "secret")
    return home


@pytest.fixture
def home(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the published home, so that a test may write into it."""
    mine = copied(published, tmp_path / "home")
    monkeypatch.setenv("WAYPOST_HOME", str(mine))
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(mine.parent / "secret"))
    return mine


@pytest.fixture
def app(home: Path) -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run()


@pytest.fixture(scope="session")
def server(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages, served by `waypost dashboard`; gives the address."""
    home = copied(published, tmp_path_factory.mktemp("served") / "home")
    with served(home, "waypost.cli", "dashboard") as address:
        yield address


@contextmanager
def served(home: Path, module: str, *arguments: str, port_option: str = "--port") -> Iterator[str]:
    """Serve a home by `python -m module arguments` while the block runs; gives the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments, f"{port_option}={port}"],
        env={
            **os.environ,
            "WAYPOST_HOME": str(home),
            "WAYPOST_SECRET_FILE": str(home.parent / "secret"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 15)
        process.wait(20)


def _wait(health: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(health, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the dashboards did not come up within 60 s")
