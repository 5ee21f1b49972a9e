"""The front door: lazy, scriptable, and an error is one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from waypost.cli import COMMANDS

WAYPOST = str(Path(sys.executable).parent / "waypost")


def waypost(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([WAYPOST, *arguments], capture_output=True, text=True, check=False)


def test_help_lists_the_commands_and_imports_none_of_them() -> None:
    program = "import sys, waypost.cli as c; c.cli(['--help'], standalone_mode=False);"
    heavy = "sorted({'duckdb','deltalake','dbt','streamlit','airflow','pandas'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", f"{program} print({heavy})"], capture_output=True, text=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
    for name in COMMANDS:
        assert f"\n  {name} " in result.stdout


def test_init_makes_a_home_that_the_log_gate_finds_empty(waypost_home: Path) -> None:
    assert waypost("init").returncode == 0
    assert (waypost_home / "landing" / "waypost").is_dir()
    assert (waypost_home / "log" / "contact" / "_delta_log").is_dir()
    secret = waypost_home.parent / "secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    result = waypost("check", "log")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: The gate of the log is red: log_holds_events")
    assert json.loads((waypost_home / "runs" / "trust.json").read_text())["status"] == "red"


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest", "nowhere.jsonl"),
        ("build", "--as-of", "yesterday"),
        ("publish",),
        ("check", "marts"),
        ("mapping", "suggest", "nowhere.csv"),
    ],
)
def test_an_error_is_one_sentence_and_no_trace(
    waypost_home: Path, arguments: tuple[str, ...]
) -> None:
    result = waypost(*arguments)
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert result.stderr.strip().splitlines()[-1].startswith("Error: ")


def test_an_unknown_command_is_a_usage_error() -> None:
    assert waypost("fly").returncode == 2
