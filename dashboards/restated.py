"""Brings results of `waypost restate` into the serving copy; knows their files, not how they arose."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

PARTS = ("time", "late", "corrections", "identity", "configuration", "definition")
_QUESTION = "period varchar, basis varchar, known_before timestamptz, known_after timestamptz, "
_VALUES = tuple(
    f"{side}_{name}"
    for side in ("before", "after")
    for name in ("numerator", "denominator", "value")
)
_METRICS = "metric_id varchar, " + ", ".join(
    f"{name} double" for name in (*_VALUES, "difference", *(f"{part}_part" for part in PARTS))
)
_NEWS = (
    "part varchar, event_id varchar, source varchar, event_type varchar, source_url varchar,"
    " is_in_period boolean, occurred_at timestamptz, recorded_at timestamptz"
)


def write(con: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    """Make the tables `restatements` and `restatement_news`, empty where there is no result."""
    con.execute(f"create table serving.restatements ({_QUESTION}{_METRICS})")
    con.execute(f"create table serving.restatement_news ({_QUESTION}{_NEWS})")
    for path in sorted(folder.glob("*.json")) if folder else ():
        result = json.loads(path.read_text("utf-8"))
        if not result["metrics"]:
            continue
        first = result["metrics"][0]
        question = [first["period"], first["by"], *map(datetime.fromisoformat, first["known_at"])]
        _insert(con, "restatements", [[*question, *row] for row in _metrics(result)])
        _insert(con, "restatement_news", [[*question, *row] for row in _news(result)])


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        con.executemany(f"insert into serving.{table} values ({marks})", rows)


def _metrics(result: Mapping[str, Any]) -> Iterator[list[Any]]:
    for entry in result["metrics"]:
        values = [
            entry[side][name]
            for side in ("before", "after")
            for name in ("numerator", "denominator", "value")
        ]
        parts = [entry["parts"][part] for part in PARTS]
        yield [entry["metric_id"], *values, entry["difference"], *parts]


def _news(result: Mapping[str, Any]) -> Iterator[list[Any]]:
    for part, rows in result["news"].items():
        for row in rows:
            if part == "configuration":
                name = next((row[key] for key in row if key not in ("seed", "known_from")), "")
                known = f"{row['known_from']}T00:00:00+00:00"
                yield [part, name, row["seed"], "", None, True, None, known]
            else:
                names = ("event_id", "source", "event_type", "source_url", "is_in_period")
                times = (row["occurred_at"], row["recorded_at"])
                yield [part, *(row[name] for name in names), *times]
