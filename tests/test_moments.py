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
