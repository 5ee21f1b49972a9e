"""Moments on the command line: each past has a file of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from waypost.cli import cli
from waypost.commands.build import _database
from waypost.settings import Settings

T = datetime(2026, 2, 10, tzinfo=UTC)


def test_each_pair_of_moments_has_a_file_of_its_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, secret_file=tmp_path / "secret")
    moments = [None, T, T + timedelta(microseconds=1), T + timedelta(microseconds=10)]
    pairs = [(as_of, log_as_of) for as_of in moments for log_as_of in moments]
    names = [_database(settings, *pair).name for pair in pairs]
    assert len(set(names)) == len(pairs)
    assert names[0] == settings.warehouse.name
    assert _database(settings, T, None).name == "20260210T000000Z.duckdb"
    assert _database(settings, None, T).name == "log-20260210T000000Z.duckdb"
    assert _database(settings, T, T).name == "20260210T000000Z_log-20260210T000000Z.duckdb"


def test_a_moment_has_one_file_however_its_zone_is_written(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, secret_file=tmp_path / "secret")
    elsewhere = T.astimezone(timezone(timedelta(hours=2)))
    assert _database(settings, elsewhere, elsewhere) == _database(settings, T, T)


@pytest.mark.parametrize("text", ["yesterday", "0001-01-01T00:00:00+05:00"])
def test_what_is_no_time_is_refused(text: str, waypost_home: Path) -> None:
    result = CliRunner().invoke(cli, ["build", "--as-of", text])
    assert (result.exit_code, "write a time such as" in result.output) == (2, True)
    assert not waypost_home.exists()


@pytest.mark.parametrize("option", ["--as-of", "--log-as-of", "--known-at"])
def test_a_moment_that_has_not_come_is_refused(option: str, waypost_home: Path) -> None:
    moment = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    asked = ["build", option, moment]
    if option == "--known-at":
        asked = ["restate", "--period", "2026-02", option, "2026-02-10", option, moment]
    result = CliRunner().invoke(cli, asked)
    assert (result.exit_code, f"{option} {moment[:19]}Z lies in the future" in result.output) == (
        2,
        True,
    )
    assert not waypost_home.exists()


def test_a_moment_before_the_first_commit_is_told_and_nothing_counted_is_not_kept(
    waypost_home: Path,
) -> None:
    """One metric at two moments of an empty log, and a build of an empty past."""
    built = CliRunner().invoke(
        cli, ["build", "--log-as-of", "2020-01-01", "--no-tests", "--select", "+settings_in_force"]
    )
    assert built.exit_code == 0
    assert built.stderr.splitlines()[-1].startswith("The log was empty at 2020-01-01T00:00:00Z")
    asked = ["restate", "reopen_rate", "--period", "2026-02", "--known-at", "2026-03-01"]
    result = CliRunner().invoke(cli, [*asked, "--known-at", "2026-04-01"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1].startswith("Nothing of 2026-02 was counted")
    assert "waypost ingest" in result.stderr
    assert not (waypost_home / "runs" / "restatements").exists()
