"""`waypost quarantine`: what was not let in and why; reading it again, settling it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from waypost.cli import UsageError, WaypostError
from waypost.settings import Settings

_INPUT = click.option(
    "--input",
    "beginnings",
    multiple=True,
    metavar="KEY",
    help="Only this input (its first digits).",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


@click.group()
def command() -> None:
    """What was not let in: the place and the reason, never the line.

    \b
    waypost quarantine list                 counts by reason
    waypost quarantine show --code enum     the single places
    waypost quarantine retry                read the inputs again, after a fix
    waypost quarantine discard --input 3f2a9c --reason "test data of the shop"
    """


def _rows(settings: Settings, query: str, parameters: list[Any]) -> list[dict[str, Any]]:
    import duckdb

    from ingestion import quarantine, settled

    files = [str(path) for path in quarantine.files(settings.quarantine)]
    if not files:
        return []
    with quarantine.readable(settings.quarantine), duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        joined = settled.join(settings.quarantine, "select * from read_parquet(?)")
        result = con.execute(f"with rows as ({joined}) {query}", [files, *parameters])
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
@_JSON
def list_(as_json: bool) -> None:
    """Count what lies in quarantine, by reason; `settled` of them need no more work."""
    query = (
        "select count(*) as count, count(settled_at) as settled, stage, code, path, "
        "any_value(reason) as reason from rows group by stage, code, path "
        "order by count desc, code, path"
    )
    _print(_rows(Settings.from_environment(), query, []), as_json)


@command.command()
@click.option("--code", help="Only this reason, such as enum.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="At most this many rows.",
)
@_JSON
def show(code: str | None, limit: int, as_json: bool) -> None:
    """Show single places: input, line, byte, reason, shape, and why it is settled."""
    query = (
        "select input_key, line_number, byte_offset, code, path, reason, shape, settled_reason "
        "from rows where ? is null or code = ? order by input_key, line_number limit ?"
    )
    settings = Settings.from_environment()
    found = _rows(settings, query, [code, code, limit])
    if found or as_json or not _rows(settings, "select 1 from rows limit 1", []):
        _print(found, as_json)
    elif code and limit:
        print(f"No row in quarantine has the code {code}; `waypost quarantine list` counts all.")


@command.command()
@_INPUT
@_JSON
def retry(beginnings: tuple[str, ...], as_json: bool) -> None:
    """Read the inputs that left rows here again; what the log has already is a duplicate.

    For use after a fix: a corrected mapping, a newer catalogue or adapter, or a corrected copy in
    the place of the file. Exit code 1 when an input is no longer where it was read.
    """
    from ingestion.inputs import InputError
    from ingestion.mapping import MappingError
    from ingestion.privacy import SecretError
    from waypost import second_reading

    settings = Settings.from_environment()
    try:
        counts, problems = second_reading.retry(
            settings, second_reading.keys(settings, beginnings), lambda: datetime.now(UTC)
        )
    except (InputError, MappingError, SecretError) as error:
        raise UsageError(str(error)) from error
    if as_json:
        print(json.dumps({**counts, "problems": problems}, ensure_ascii=False))
    else:
        print(json.dumps(counts))
    if problems:
        raise WaypostError(" ".join(problems))


@command.command()
@_INPUT
@click.option("--code", help="Only rows with this reason.")
@click.option("--line", "lines", type=int, multiple=True, help="Only this line of the input.")
@click.option("--reason", required=True, help="Why nobody need look at them any more.")
@_JSON
def discard(
    beginnings: tuple[str, ...],
    code: str | None,
    lines: tuple[int, ...],
    reason: str,
    as_json: bool,
) -> None:
    """Settle rows: they stay listed, and the log gate no longer counts them.

    A new reading of the same input keeps them settled, unless a line fails in another way.
    """
    from waypost import second_reading

    if not reason.strip() or "@" in reason:
        raise UsageError("--reason must say why in words, without an e-mail address.")
    if not (beginnings or code):
        raise UsageError("Name what to discard: --input KEY, --code CODE or both.")
    settings = Settings.from_environment()
    counts = second_reading.discard(
        settings,
        second_reading.keys(settings, beginnings),
        code=code,
        lines=lines,
        reason=reason.strip(),
        at=datetime.now(UTC),
    )
    print(json.dumps(counts) if as_json else f"{counts['discarded']} rows are settled now.")
