"""`waypost quarantine`: what was not let in, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from waypost.settings import Settings


@click.group()
def command() -> None:
    """What was not let in: the place and the reason, never the line.

    \b
    waypost quarantine list                 counts by reason
    waypost quarantine show --code enum     the single places
    """


def _rows(query: str, parameters: list[Any], folder: Path) -> list[dict[str, Any]]:
    import duckdb

    from ingestion import quarantine

    files = [str(path) for path in quarantine.files(folder)]
    if not files:
        return []
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        result = con.execute(query, [files, *parameters])
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _print(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows, default=str, ensure_ascii=False))
    elif not rows:
        print("The quarantine is empty.")
    else:
        for row in rows:
            print("  ".join(str(value) for value in row.values() if value not in (None, "")))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_(as_json: bool) -> None:
    """Count what lies in quarantine, by reason."""
    query = (
        "select count(*) as count, stage, code, path, any_value(reason) as reason "
        "from read_parquet(?) group by stage, code, path order by count desc, code, path"
    )
    _print(_rows(query, [], Settings.from_environment().quarantine), as_json)


@command.command()
@click.option("--code", help="Only this reason, such as enum.")
@click.option("--limit", default=50, show_default=True, help="At most this many rows.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def show(code: str | None, limit: int, as_json: bool) -> None:
    """Show single places: input, line, byte, reason, shape."""
    query = (
        "select input_key, line_number, byte_offset, code, path, reason, shape "
        "from read_parquet(?) where ? is null or code = ? order by input_key, line_number limit ?"
    )
    _print(_rows(query, [code, code, limit], Settings.from_environment().quarantine), as_json)
