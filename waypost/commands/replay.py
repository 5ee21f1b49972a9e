"""`waypost replay`: deletes all that was derived and rebuilds it from the log; knows file names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import duckdb

from ingestion import quoting
from waypost import built
from waypost.cli import WaypostError
from waypost.commands.build import build
from waypost.settings import Settings


def replay(settings: Settings, *, tests: bool = True, publishes: bool = True) -> dict[str, Any]:
    """Rebuild the warehouse and the serving copy from the log alone; returns what is different.

    The warehouse that was there is put aside, compared and removed; when the build or a gate is red
    it comes back and the serving copy stays. `different` names each mart whose rows changed, with
    the number of rows lost and gained; it is None when nothing was there. Without `tests` nothing
    is published.
    """
    from waypost import steps

    settings.create()
    publishes = publishes and tests
    if publishes:
        steps.check_log(settings)
    with built.lock(settings), _put_aside(settings) as aside:
        report = build(settings, full=True, tests=tests)
        if report["failures"]:
            raise steps.BuildFailedError(report["failures"], settings.runs / "dbt_logs" / "dbt.log")
        different = differences(aside, settings.warehouse) if aside.exists() else None
        if publishes:
            steps.gate_marts(settings)
            steps.publish_serving(settings)
    is_equal = None if different is None else not different
    return {
        "build_id": report["build_id"],
        "seconds": report["seconds"],
        "is_equal": is_equal,
        "different": different,
        "is_published": publishes,
    }


@contextmanager
def _put_aside(settings: Settings) -> Iterator[Path]:
    """Move the warehouse, with what tells of it, away; all comes back when the block fails.

    The caller holds the build's lock.
    """
    aside = built.aside(settings)
    moved = [
        (built.report_path(settings), aside.with_suffix(".json")),  # first: no half is for whole
        (settings.warehouse, aside),
        (built.wal(settings.warehouse), built.wal(aside)),
    ]
    if aside.exists() and not built.report(settings):  # of a replay that was killed in its build
        _bring_back(moved)
    for place, kept in moved:
        kept.unlink(missing_ok=True)
        if place.exists():
            place.rename(kept)
    try:
        yield aside
    except BaseException:
        if aside.exists():
            _bring_back(moved)
        raise
    for _, kept in moved:
        kept.unlink(missing_ok=True)


def _bring_back(moved: Sequence[tuple[Path, Path]]) -> None:
    for place, _ in moved:
        place.unlink(missing_ok=True)
    for place, kept in reversed(moved):
        if kept.exists():
            kept.rename(place)


def differences(before: Path, after: Path) -> dict[str, dict[str, int]]:
    """Rows of each mart that only one of two warehouse files has; empty when they are equal."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        names: set[str] = set()
        for name, path in (("before", before), ("after", after)):
            connection.execute(f"attach {quoting.text(path)} as {name}_replay (read_only)")
            rows = connection.execute(
                "select table_name from duckdb_tables()"
                f" where database_name = '{name}_replay' and schema_name = 'marts'"
            ).fetchall()
            names |= {str(row[0]) for row in rows}
        counted = {name: _lost_and_gained(connection, name) for name in sorted(names)}
    return {name: counts for name, counts in counted.items() if any(counts.values())}


def _lost_and_gained(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, int]:
    sides = [f'select * from {side}_replay.marts."{name}"' for side in ("before", "after")]
    try:
        counts = [
            connection.execute(f"select count(*) from ({left} except all {right})").fetchone()
            for left, right in (sides, reversed(sides))
        ]
    except duckdb.Error:  # another shape: a model was added, removed or changed its columns
        return {"lost": -1, "gained": -1}
    lost, gained = (int(row[0]) if row else 0 for row in counts)
    return {"lost": lost, "gained": gained}


@click.command(epilog="Examples: `waypost replay` · `waypost replay --no-publish --json`")
@click.option(
    "--tests/--no-tests",
    default=True,
    help="Models only with --no-tests, and nothing is published.",
)
@click.option(
    "--publish/--no-publish", "publishes", default=True, help="Also swap the pages' copy."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON line.")
def command(tests: bool, publishes: bool, as_json: bool) -> None:
    """Rebuild everything right of the log from the log alone, and compare.

    With no new events, code or configuration since the last build no row may differ. A red gate or
    test brings the old warehouse back and leaves the pages' copy.
    """
    from dashboards.publish import PublishError
    from expectations.gate import GateFailedError
    from expectations.limits import LimitsError
    from waypost.steps import BuildFailedError

    try:
        report = replay(Settings.from_environment(), tests=tests, publishes=publishes)
    except (BuildFailedError, GateFailedError, LimitsError, PublishError) as error:
        raise WaypostError(str(error)) from error
    if as_json:
        click.echo(json.dumps(report, sort_keys=True))
        return
    told = {
        None: "nothing was there to compare",
        True: "every mart is equal, row for row",
        False: f"different: {report['different']}",
    }
    click.echo(f"Build {report['build_id']} from the log alone: {told[report['is_equal']]}.")
    if not report["is_published"]:
        click.echo("Not published" + ("." if tests else ", because nothing was tested."))
