"""`waypost build`: the log becomes the warehouse; knows the file names, not the models."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from waypost import built, warehouse
from waypost.cli import WaypostError
from waypost.moments import given_moment, refuse_future, stamp
from waypost.settings import Settings


def _database(settings: Settings, as_of: datetime | None, log_as_of: datetime | None) -> Path:
    if as_of is None and log_as_of is None:
        return settings.warehouse
    name = [stamp(as_of)] if as_of else []
    name += [f"log-{stamp(log_as_of)}"] if log_as_of else []
    return settings.asof / f"{'_'.join(name)}.duckdb"


def _arguments(selected: tuple[str, ...], unit_tests: bool, tests: bool) -> list[str]:
    arguments = ["build" if tests else "run"]
    if not tests:
        arguments = ["build", "--resource-type", "model", "--resource-type", "seed"]
    elif not unit_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
    return arguments + (["--select", *selected] if selected else [])


def _is_built(settings: Settings, database: Path, planned: warehouse.Build, tests: bool) -> bool:
    if database != settings.warehouse:
        return False
    known = built.report(settings)
    is_enough = known.get("is_tested", True) or not tests
    is_same = known.get("build_id") == planned.build_id
    return is_enough and is_same and built.refusal(settings) is None


def _clear(settings: Settings, database: Path, planned: warehouse.Build, *, is_whole: bool) -> None:
    """A build starts from no file, so that nothing of a model that is gone stays behind.

    One of a few models adds to the file; of another build it may not pass for whole afterwards.
    """
    is_other = built.report(settings).get("build_id") != planned.build_id
    if database == settings.warehouse and (is_whole or is_other):
        built.report_path(settings).unlink(missing_ok=True)
    if is_whole:
        database.unlink(missing_ok=True)
        built.wal(database).unlink(missing_ok=True)


def build(
    settings: Settings,
    *,
    as_of: datetime | None = None,
    log_as_of: datetime | None = None,
    full: bool = False,
    unit_tests: bool = False,
    tests: bool = True,
    selected: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Build the warehouse (or a rebuild of the past) and return its report.

    A build of everything is remembered in `runs/build.json`; after a green one the next over the
    same log, configuration and code has nothing to do, unless `full`. One without tests is
    remembered as such, and the next with tests builds anew.
    """
    database = _database(settings, as_of, log_as_of)
    settings.create()
    with built.lock(settings):
        planned = warehouse.plan(settings, as_of, log_as_of)
        report: dict[str, Any] = {**planned.manifest(), "database": str(database)}
        if not full and not selected and _is_built(settings, database, planned, tests):
            return {**report, "is_unchanged": True, "failures": []}
        _clear(settings, database, planned, is_whole=not selected)
        warehouse.overlay_seeds(settings)
        warehouse.lay_log(settings, database, planned)
        outcome = warehouse.run_dbt(settings, database, _arguments(selected, unit_tests, tests))
        report |= {"is_unchanged": False, "counts": dict(outcome.counts)}
        report |= {"seconds": outcome.seconds, "failures": list(outcome.failures)}
        if database == settings.warehouse and not selected:
            built.write(settings, {**report, "is_tested": tests})
    return report


@click.command(
    epilog="Examples: `waypost build` · `waypost build --as-of 2026-03-01T00:00:00Z --json`"
)
@click.option(
    "--as-of", callback=given_moment, help="Look from this time; writes asof/<time>.duckdb."
)
@click.option(
    "--log-as-of",
    callback=given_moment,
    help="Hide commits made after this time; writes asof/log-<time>.duckdb, or both in the name.",
)
@click.option("--full", is_flag=True, help="Build anew even when nothing changed.")
@click.option("--unit-tests", is_flag=True, help="Run the rules' unit tests as well.")
@click.option("--tests/--no-tests", default=True, help="Models only with --no-tests.")
@click.option("--select", "selected", multiple=True, help="Only these models (dbt selection).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON line.")
def command(
    as_of: datetime | None,
    log_as_of: datetime | None,
    full: bool,
    unit_tests: bool,
    tests: bool,
    selected: tuple[str, ...],
    as_json: bool,
) -> None:
    """Turn the log into the warehouse (dbt build)."""
    refuse_future(datetime.now(UTC), as_of=as_of, log_as_of=log_as_of)
    report = build(
        Settings.from_environment(),
        as_of=as_of,
        log_as_of=log_as_of,
        full=full,
        unit_tests=unit_tests,
        tests=tests,
        selected=selected,
    )
    if log_as_of and max(report["commit_limits"].values()) < 0:
        click.echo(
            f"The log was empty at {log_as_of:%Y-%m-%dT%H:%M:%SZ}: so is this build.", err=True
        )
    if as_json:
        click.echo(json.dumps(report, sort_keys=True))
    elif report["is_unchanged"]:
        click.echo(f"Nothing new: {report['database']} is build {report['build_id']} already.")
    else:
        counts = ", ".join(f"{n} {kind}" for kind, n in sorted(report["counts"].items()))
        click.echo(f"Build {report['build_id']} as of {report['as_of']}: {counts}.")
    if report["failures"]:
        raise WaypostError(
            f"dbt build: {len(report['failures'])} failed: " + "; ".join(report["failures"][:5])
        )
