"""Who may touch the warehouse now, and whether it is a whole, green build; builds nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from filelock import BaseFileLock, FileLock

from waypost import trust
from waypost.settings import Settings


def lock(settings: Settings) -> BaseFileLock:
    """Held by whoever builds, publishes or empties; who has it may take it again."""
    return FileLock(settings.runs / "build.lock", is_singleton=True)


def wal(database: Path) -> Path:
    """Where DuckDB keeps what is not in the file yet."""
    return database.with_name(f"{database.name}.wal")


def aside(settings: Settings) -> Path:
    """Where a replay keeps the warehouse that was there, until it ends."""
    return settings.runs / "before_replay.duckdb"


def left_by_replay(settings: Settings) -> list[Path]:
    """What a replay put aside; with the lock in hand, what a killed one left."""
    return sorted(settings.runs.glob(f"{aside(settings).stem}.*"))


def report_path(settings: Settings) -> Path:
    """Where the last build of everything tells how it ended; absent while one is under way."""
    return settings.runs / "build.json"


def report(settings: Settings) -> dict[str, Any]:
    """What the last build of everything told; empty when it did not end."""
    try:
        told: dict[str, Any] = json.loads(report_path(settings).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return told


def write(settings: Settings, told: Mapping[str, Any]) -> None:
    """Say how a build of everything ended; whole or not at all."""
    trust.write_json(report_path(settings), told)


def refusal(settings: Settings) -> str | None:
    """Why the warehouse may not be published, in one sentence; None when it may."""
    told, warehouse = report(settings), settings.warehouse
    if not warehouse.exists():
        return f"There is no warehouse at {warehouse}: run `waypost build` first."
    if doubt := unfinished(settings):
        return f"{doubt}: run `waypost build`."
    if failures := told["failures"]:
        return (
            f"Build {told['build_id']} in {warehouse} is red ({len(failures)} failed:"
            f" {failures[0]}): mend that, then run `waypost build`."
        )
    return None


def unfinished(settings: Settings) -> str | None:
    """Why the warehouse that is there is not known to be whole; None when its build has ended."""
    told, warehouse = report(settings), settings.warehouse
    if not told:
        return (
            f"{warehouse} is not known to be whole, because {report_path(settings)} does not tell"
            " how its build ended"
        )
    found = build_id(warehouse)
    if found != told["build_id"]:
        return (
            f"{warehouse} holds build {found} and {report_path(settings)} tells of"
            f" {told['build_id']}"
        )
    return None


def gate_refusal(settings: Settings) -> str | None:
    """Why the gate of the marts forbids to publish the build in the warehouse; None when it does not.

    A report on another build, or none, forbids nothing.
    """
    found = next((one for one in trust.reports(settings) if one["gate"] == "marts"), {})
    if found.get("status") != "red" or found.get("build_id") != build_id(settings.warehouse):
        return None
    first = next(one for one in found["failures"] if one["severity"] == "critical")
    return (
        f"The gate of the marts was red for build {found['build_id']} ({found['failed']} failed:"
        f" {first['name']} on {first['table']}): mend that, then run `waypost build` and"
        " `waypost check marts`."
    )


def build_id(warehouse: Path) -> str | None:
    """Which build laid the log into the warehouse file last; None when it does not say."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            row = connection.execute("select build_id from log.build").fetchone()
    except (duckdb.CatalogException, duckdb.SerializationException):
        return None
    return str(row[0]) if row else None
