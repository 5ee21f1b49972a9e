"""`waypost simulate` from outside: counts, the big contact file, memory, and the door's verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from waypost.cli import cli

MEASURED = """
import resource, sys
from pathlib import Path
from ingestion.simulation import contact_file
from ingestion.simulation.company import Company
contact_file.CHUNK = 400
contact_file.write(Company(), Path(sys.argv[1]), int(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def waypost(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == 0, result.output
    counts: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return counts


def test_counts_are_the_last_line_and_those_of_the_truth_file(waypost_home: Path) -> None:
    counts = waypost("simulate", "--customers", "100", "--days", "60", "--json")
    truth = json.loads((waypost_home / "truth.json").read_text())
    files = list((waypost_home / "landing").glob("*/*.jsonl"))
    assert counts["lines"] == sum(path.read_bytes().count(b"\n") for path in files)
    assert counts["events"] == truth["lines"]["sound"] == sum(truth["events"].values())
    assert truth["company"]["customers"] == 100


def test_help_has_examples() -> None:
    output = CliRunner().invoke(cli, ["simulate", "--help"]).output
    assert "waypost simulate --customers 300 --days 120" in output
    assert "--single-file" in output


@pytest.mark.parametrize("lonely", [("--only", "contact"), ("--single-file", "x.jsonl")])
def test_half_of_the_benchmark_options_is_one_clear_sentence(lonely: tuple[str, str]) -> None:
    result = CliRunner().invoke(cli, ["simulate", *lonely])
    assert result.exit_code != 0
    assert result.output.strip() == (
        "Error: --only contact and --single-file FILE go together: give both or none."
    )


def test_the_big_file_has_exactly_the_lines_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "contacts.jsonl"
    options = ("--only", "contact", "--events", "30000", "--single-file", str(target))
    counts = waypost("simulate", *options, "--json")
    text = target.read_bytes()
    assert text.count(b"\n") == counts["lines"] == 30_000
    assert counts["types"] >= 20
    assert 0.003 < counts["duplicates"] / counts["lines"] < 0.007
    assert 0.003 < counts["broken"] / counts["lines"] < 0.007
    for kind in (b'"email"', b'"phone"', b'"customer_number"', b'"trunk"'):
        assert kind in text
    waypost("simulate", *options, "--json")
    assert target.read_bytes() == text


def test_memory_does_not_grow_with_the_number_of_events(tmp_path: Path) -> None:
    def peak(events: int) -> int:
        command = [sys.executable, "-c", MEASURED, str(tmp_path / "file"), str(events)]
        return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    few, many = peak(5_000), peak(40_000)
    assert many < 1.3 * few, f"{few} KiB for 5,000 events, {many} KiB for 40,000"


def test_the_door_quarantines_exactly_what_was_planted(waypost_home: Path) -> None:
    waypost("simulate", "--customers", "250", "--days", "100", "--json")
    lines = json.loads((waypost_home / "truth.json").read_text())["lines"]
    counts = waypost("ingest", str(waypost_home / "landing"), "--json")
    assert counts["read"] == sum(lines.values())
    assert counts["appended"] == lines["sound"]
    assert counts["duplicates"] == lines["duplicate"]
    assert counts["quarantined"] == counts["read"] - lines["sound"] - lines["duplicate"]
