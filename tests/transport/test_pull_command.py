"""`waypost pull` as a process: its counts, its sentences, and a kill in the middle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.transport.fake_system import Fake, events, serving, stripe_list
from tests.transport.test_pull import landed

WAYPOST = [sys.executable, "-m", "waypost.cli"]
SECRET = "rk_test_never_shown"


def environment(url: str = "") -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if "_STRIPE_" not in name}
    return {**clean, "WAYPOST_STRIPE_URL": url, "WAYPOST_STRIPE_KEY": SECRET} if url else clean


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*WAYPOST, "pull", "stripe", *arguments]
    return subprocess.run(command, env=environment(url), capture_output=True, text=True)


@pytest.mark.parametrize("kill_after", [3, 11])
def test_a_kill_in_the_middle_loses_and_doubles_nothing(
    waypost_home: Path, kill_after: int
) -> None:
    known = events(150, first=int(time.time()) - 150 * 600, step=600)
    with serving(Fake(stripe_list(known), halt_at=kill_after)) as fake:
        process = subprocess.Popen(
            [*WAYPOST, "pull", "stripe", "--json"],
            env=environment(fake.url),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while len(fake.asked) < kill_after:
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
        process.wait()
        fake.resume.set()
        before = len(fake.asked)
        assert 0 < len(landed(waypost_home)) < 150
        result = run(fake.url, "--json")
    counts = json.loads(result.stdout.splitlines()[-1])
    assert before + counts["requests"] <= 15 + 2, "it goes on; it does not begin anew"
    assert landed(waypost_home) == Counter(one["id"] for one in known)
    assert not list(waypost_home.rglob(".*.part"))


def test_counts_are_the_last_line_and_no_secret_is_told(waypost_home: Path) -> None:
    with serving(Fake(stripe_list([]))) as fake:
        result = run(fake.url, "--json")
    counts: dict[str, Any] = json.loads(result.stdout)
    assert (result.returncode, counts["source"], counts["records"]) == (0, "stripe", 0)
    assert result.stderr == ""
    cursor = (waypost_home / "cursors" / "stripe" / "events.json").read_text("utf-8")
    assert SECRET not in cursor + result.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--backfill"], "--backfill needs --since"),
        (["--until", "2026-01-01"], "--until is for --backfill"),
        (["--since", "yesterday"], "--since yesterday is no time"),
        (
            ["--backfill", "--since", "2026-02-01", "--until", "2026-01-01"],
            "--since must be before --until",
        ),
        ([], "stripe is not configured: set WAYPOST_STRIPE_KEY in"),
    ],
)
def test_a_wrong_use_is_one_sentence(
    waypost_home: Path, arguments: list[str], sentence: str
) -> None:
    result = run("", *arguments)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_address_without_tls_is_refused(waypost_home: Path) -> None:
    result = run("http://stripe.example.org")
    assert (result.returncode, "must begin with https://" in result.stderr) == (2, True)


def test_a_refused_key_is_one_sentence(waypost_home: Path) -> None:
    with serving(Fake(stripe_list([]), faults=["401"])) as fake:
        result = run(fake.url, "--json")
    assert result.returncode == 1
    assert "stripe does not know this key" in result.stderr
    assert SECRET not in result.stderr
