"""The DAG that pulls: skipped without configuration, by an Airflow connection with one, red in a sentence."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.dags.test_run import states
from tests.transport.fake_system import Fake, events, serving, stripe_list
from waypost.access import VARIABLES

ALL = ["pull_shopify", "pull_stripe", "pull_zendesk"]


@pytest.fixture
def home(waypost_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (name for own in VARIABLES.values() for name in own if name):
        monkeypatch.delenv(name, raising=False)
    return waypost_home


def test_without_configuration_every_task_is_skipped_and_nothing_is_red(
    home: Path, dagbag: Any
) -> None:
    run = dagbag.dags["pull_sources"].test()
    assert (run.state, states(run)) == ("success", dict.fromkeys(ALL, "skipped"))
    assert not home.exists()


def test_an_airflow_connection_lands_what_is_new(
    home: Path, dagbag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = events(25, first=int(time.time()) - 86_400, step=60)
    with serving(Fake(stripe_list(known))) as fake:
        connection = {"conn_type": "http", "host": fake.url, "password": "rk_test"}
        monkeypatch.setenv("AIRFLOW_CONN_WAYPOST_STRIPE", json.dumps(connection))
        run = dagbag.dags["pull_sources"].test()
    assert states(run) == dict.fromkeys(ALL, "skipped") | {"pull_stripe": "success"}
    assert len(list((home / "landing" / "billing" / "stripe").glob("pull-events-*.jsonl"))) == 3
    steps = json.loads((home / "runs" / "trust.json").read_text("utf-8"))["steps"]
    assert [(one["step"], one["error"]) for one in steps] == [("pull_stripe", None)]


def test_a_refused_key_is_red_at_once_and_stands_in_the_trust_file(
    home: Path, dagbag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Fake(stripe_list([]), faults=["401"])) as fake:
        monkeypatch.setenv("WAYPOST_STRIPE_URL", fake.url)
        monkeypatch.setenv("WAYPOST_STRIPE_KEY", "rk_test_never_shown")
        run = dagbag.dags["pull_sources"].test()
    assert states(run) == dict.fromkeys(ALL, "skipped") | {"pull_stripe": "failed"}
    assert len(fake.asked) == 1, "a refused key is not tried again"
    told = (home / "runs" / "trust.json").read_text("utf-8")
    assert "does not know this key" in told
    assert "never_shown" not in told
    for name in ("WAYPOST_STRIPE_URL", "WAYPOST_STRIPE_KEY"):
        monkeypatch.delenv(name)
    dagbag.dags["pull_sources"].test()
    assert not list((home / "runs" / "steps").iterdir()), "no longer connected, no longer red"
