"""What was not let in can be read again after a fix, or settled by a person."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from ingestion import receipts, settled
from ingestion.log import file_uris
from tests.ingestion.conftest import event
from waypost import warehouse
from waypost.cli import cli
from waypost.settings import Settings

MAPPING = """
source: /calls/test
time: {{format: "%Y-%m-%d %H:%M", zone: UTC}}
events:
  - type: case.opened
    id: "case/{{number}}/opened"
    subject: "case/{{number}}"
    time: {{column: opened}}
    fields:
      case_id: number
      channel: {{column: channel, values: {{{words}}}}}
      direction: {{const: in}}
      case_type: {{const: info}}
"""
TABLE = "number,opened,channel\n1,2026-03-01 10:00,phone\n2,2026-03-01 11:00,fernruf\n"


def told(*arguments: str) -> Any:
    result = CliRunner().invoke(cli, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.strip().splitlines()[-1])


def events(home: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        rows = "select event_id, commit_no, payload_hash from read_parquet(?) order by all"
        return con.execute(rows, [file_uris(home / "log", "contact")]).fetchall()


def write(home: Path, lines: list[dict[str, Any]]) -> Path:
    path = home / "landing" / "contact" / "a.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def bad_file(waypost_home: Path) -> Path:
    """A landed file of two sound lines and one with an unlisted channel."""
    path = write(waypost_home, [event(1), event(2, data={"channel": "pigeon"}), event(3)])
    assert told("ingest", str(path))["quarantined"] == 1
    return path


def test_retry_reads_with_the_corrected_mapping_and_a_second_retry_changes_nothing(
    waypost_home: Path,
) -> None:
    table, rules = waypost_home / "landing" / "calls.csv", waypost_home / "config" / "calls.yaml"
    for path in (table, rules):
        path.parent.mkdir(parents=True)
    table.write_text(TABLE, "utf-8")
    rules.write_text(MAPPING.format(words="phone: phone"), "utf-8")
    assert told("ingest", str(table), "--mapping", str(rules))["quarantined"] == 1
    rules.write_text(MAPPING.format(words="phone: phone, fernruf: phone"), "utf-8")
    first = told("quarantine", "retry")
    assert (first["inputs"], first["appended"], first["duplicates"]) == (1, 1, 1)
    assert told("quarantine", "list") == []
    rows = events(waypost_home)
    assert told("quarantine", "retry")["inputs"] == 0
    assert events(waypost_home) == rows


def test_retry_without_a_fix_changes_nothing(waypost_home: Path, bad_file: Path) -> None:
    before = events(waypost_home), told("quarantine", "list")
    counts = told("quarantine", "retry")
    assert (counts["duplicates"], counts["quarantined"], counts["appended"]) == (2, 1, 0)
    assert (events(waypost_home), told("quarantine", "list")) == before


def test_retry_takes_a_corrected_copy_and_settles_the_rows_of_the_old_one(
    waypost_home: Path, bad_file: Path
) -> None:
    write(waypost_home, [event(1), event(2), event(3)])
    counts = told("quarantine", "retry")
    assert (counts["appended"], counts["duplicates"], counts["quarantined"]) == (1, 2, 0)
    (row,) = told("quarantine", "list")
    assert (row["count"], row["settled"]) == (1, 1)


def test_retry_says_in_one_sentence_that_an_input_is_gone(bad_file: Path) -> None:
    bad_file.unlink()
    result = CliRunner().invoke(cli, ["quarantine", "retry"])
    assert result.exit_code == 1
    assert f"{bad_file} of input" in result.output
    assert "is gone: put it back and retry, or discard its rows." in result.output


def test_what_is_discarded_stays_settled_when_the_input_is_read_again(
    waypost_home: Path, bad_file: Path
) -> None:
    settings = Settings.from_environment()
    arguments = ["quarantine", "discard", "--code", "enum", "--reason", "test data of the shop"]
    assert told(*arguments) == {"discarded": 1}
    assert told(*arguments) == {"discarded": 0}
    (key,) = receipts.names(settings.log)
    receipts.set_back(settings.log, key)
    assert told("ingest", str(bad_file))["quarantined"] == 1
    (row,) = told("quarantine", "show")
    assert row["settled_reason"] == "test data of the shop"
    database = waypost_home / "views.duckdb"
    warehouse.prepare(settings, database, None, None)
    with duckdb.connect(str(database)) as con:
        counted = con.execute("select source, quarantined, settled from log.receipts").fetchall()
    assert counted == [("/helpdesk/test", 1, 1)]


def test_what_fits_no_row_is_told_and_not_taken_for_an_empty_quarantine(bad_file: Path) -> None:
    CliRunner().invoke(cli, ["ingest", str(bad_file)])
    shown = CliRunner().invoke(cli, ["quarantine", "show", "--code", "nosuch"])
    assert (shown.exit_code, "No row in quarantine has the code nosuch" in shown.stdout) == (
        0,
        True,
    )
    assert told("quarantine", "show", "--code", "nosuch") == []
    for chosen in (["--code", "nosuch"], ["--code", "enum", "--line", "77"]):
        arguments = ["quarantine", "discard", *chosen, "--reason", "a test"]
        result = CliRunner().invoke(cli, arguments)
        assert (result.exit_code, "Error: No row in quarantine fits" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "--limit", "-1"],
        ["retry", "--input", ""],
        ["discard", "--input", "", "--reason", "a test"],
    ],
)
def test_what_chooses_nothing_is_a_usage_error(arguments: list[str], bad_file: Path) -> None:
    CliRunner().invoke(cli, ["ingest", str(bad_file)])
    result = CliRunner().invoke(cli, ["quarantine", *arguments])
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    assert told("quarantine", "list")[0]["settled"] == 0


def test_discard_wants_to_be_told_what_and_why(bad_file: Path) -> None:
    for arguments in (["--reason", "x"], ["--code", "enum", "--reason", "ask anna@example.com"]):
        assert CliRunner().invoke(cli, ["quarantine", "discard", *arguments]).exit_code == 2
    result = CliRunner().invoke(cli, ["quarantine", "retry", "--input", "zz"])
    assert "fits no input" in result.output


def test_rows_that_are_settled_at_the_same_time_are_all_settled(tmp_path: Path) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)

    def settle(line: int) -> int:
        place = settled.Place(line, "bad_enum", "data.channel")
        return settled.add(tmp_path, "a" * 64, [place], "known", at)

    with ThreadPoolExecutor(8) as together:
        assert list(together.map(settle, range(24))) == [1] * 24
    rows = json.loads((tmp_path / "settled" / f"{'a' * 64}.json").read_text("utf-8"))
    assert sorted(row["line_number"] for row in rows) == [*range(24)]


def test_flipped_bits_are_told_in_a_sentence_and_mended_by_doctor(
    bad_file: Path, waypost_home: Path
) -> None:
    told("ingest", str(bad_file))
    (file,) = (waypost_home / "quarantine").glob("*.parquet")
    held = bytearray(file.read_bytes())
    pages = slice(4, len(held) - 8 - int.from_bytes(held[-8:-4], "little"))
    held[pages] = b"\xff" * len(held[pages])
    file.write_bytes(held)
    for command in (["list"], ["show"], ["discard", "--code", "enum", "--reason", "a test"]):
        result = CliRunner().invoke(cli, ["quarantine", *command])
        assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1), result.stderr
        assert "cannot be read: run `waypost doctor --repair`" in result.stderr
    told("doctor", "--repair")
    assert [row["code"] for row in told("quarantine", "show")] == ["enum"]
