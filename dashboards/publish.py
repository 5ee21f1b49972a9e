"""Publish: copies the marts into a new file and swaps it in; knows no gate, no page, no clock."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dashboards import restated

# Small tables of the log's own bookkeeping that the Data-trust page shows beside the marts.
_BOOKKEEPING = {
    "receipts": "select * from warehouse.log.receipts",
    "quarantine_reasons": """
        select source, stage, code, count(*) filter (where settled_at is null) as row_count,
            count(*) filter (where settled_at is not null) as settled_count, min(first_seen_at) as first_seen_at,
            max(first_seen_at) as last_seen_at, any_value(reason) as example_reason
        from warehouse.log.quarantine group by all
    """,
    "drift": """
        select source, name, sum("count")::bigint as event_count
        from warehouse.log.drift group by all
    """,
}
_METRIC_COLUMNS = (
    "metric_id, label_en, label_de, definition_en, definition_de, model, numerator, denominator, "
    "unit, owner"
)


class PublishError(Exception):
    """The warehouse cannot be published; the message is one sentence."""


def publish(
    warehouse: Path,
    serving_copy: Path,
    *,
    metrics: Path,
    checks: Sequence[Mapping[str, Any]] = (),
    restatements: Path | None = None,
    secret_fingerprint: str = "",
) -> dict[str, Any]:
    """Replace `serving_copy` by the marts of `warehouse` in one rename; returns counts.

    `checks` are the gates' results (name, passed, …) as the manifest shall show them; `restatements`
    is the folder with results of `waypost restate`, `secret_fingerprint` names the hashing secret of the log. Readers that have the old file open keep it; a
    failure leaves the old file in place.
    """
    if not warehouse.exists():
        raise PublishError(f"There is no warehouse at {warehouse}; run `waypost build` first.")
    serving_copy.parent.mkdir(parents=True, exist_ok=True)
    draft = serving_copy.with_name(f".{serving_copy.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        counts = _write(warehouse, draft, metrics, checks, restatements, secret_fingerprint)
        draft.replace(serving_copy)
    finally:
        for leftover in (draft, draft.with_name(draft.name + ".wal")):
            leftover.unlink(missing_ok=True)
    return counts


def _write(
    warehouse: Path,
    draft: Path,
    metrics: Path,
    checks: Sequence[Mapping[str, Any]],
    restatements: Path | None,
    secret_fingerprint: str,
) -> dict[str, Any]:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"attach {_quoted(warehouse)} as warehouse (read_only)")
        con.execute(f"attach {_quoted(draft)} as serving")
        counts = _copy_marts(con, warehouse)
        _copy_bookkeeping(con)
        _write_metrics(con, metrics)
        restated.write(con, restatements)
        build_id = _write_manifest(con, counts, checks, secret_fingerprint)
        con.execute("checkpoint serving")
        con.execute("detach serving")
    return {"build_id": build_id, "tables": len(counts), "rows": sum(counts.values())}


def _copy_marts(con: duckdb.DuckDBPyConnection, warehouse: Path) -> dict[str, int]:
    names = con.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = 'warehouse' and table_schema = 'marts' order by table_name"
    ).fetchall()
    if not names:
        raise PublishError(f"{warehouse} has no marts; run `waypost build` first.")
    counts = {}
    for (name,) in names:
        con.execute(f'create table serving."{name}" as from warehouse.marts."{name}"')
        row = con.execute(f'select count(*) from serving."{name}"').fetchone()
        counts[str(name)] = int(row[0]) if row else 0
    return counts


def _copy_bookkeeping(con: duckdb.DuckDBPyConnection) -> None:
    present = con.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = 'warehouse' and table_schema = 'log'"
    ).fetchall()
    sources = {"receipts": "receipts", "quarantine_reasons": "quarantine", "drift": "drift"}
    for name, query in _BOOKKEEPING.items():
        if (sources[name],) in present:
            con.execute(f"create table serving.{name} as {query}")


def _write_metrics(con: duckdb.DuckDBPyConnection, metrics: Path) -> None:
    con.execute(
        "create table serving.metrics (metric_id varchar primary key, label_en varchar,"
        " label_de varchar, definition_en varchar, definition_de varchar, model varchar,"
        " numerator varchar, denominator varchar, unit varchar, owner varchar)"
    )
    for entry in _metric_entries(metrics):
        values = [
            entry["id"],
            *(
                entry[text][language]
                for text in ("label", "definition")
                for language in ("en", "de")
            ),
            *(entry.get(key) for key in ("model", "numerator", "denominator", "unit", "owner")),
        ]
        con.execute(
            f"insert into serving.metrics ({_METRIC_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?)", values
        )


def _metric_entries(metrics: Path) -> list[dict[str, Any]]:
    if not metrics.exists():
        raise PublishError(f"There is no metric contract at {metrics}; restore the file.")
    content = yaml.safe_load(metrics.read_text(encoding="utf-8"))
    entries = content["metrics"] if isinstance(content, dict) else content
    return [dict(entry) for entry in entries]


def _write_manifest(
    con: duckdb.DuckDBPyConnection,
    counts: Mapping[str, int],
    checks: Sequence[Mapping[str, Any]],
    secret_fingerprint: str,
) -> str:
    build = con.execute("select build_id, as_of from warehouse.log.build").fetchone()
    if build is None:
        raise PublishError("The warehouse does not say which build it is; run `waypost build`.")
    settings = _settings(con)
    con.execute(
        "create table serving.manifest (build_id varchar, as_of timestamptz,"
        " reporting_zone varchar, reporting_currency varchar, row_counts varchar, checks varchar,"
        " secret_fingerprint varchar)"
    )
    con.execute(
        "insert into serving.manifest values (?, ?, ?, ?, ?, ?, ?)",
        [
            *build,
            settings.get("reporting_tz", "UTC"),
            settings.get("reporting_currency", "EUR"),
            json.dumps(dict(counts)),
            json.dumps([dict(check) for check in checks], default=str),
            secret_fingerprint,
        ],
    )
    return str(build[0])


def _settings(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Settings in force at as_of, from the seed wherever the build put it; empty without one."""
    place = con.execute(
        "select table_schema from information_schema.tables"
        " where table_catalog = 'warehouse' and table_name = 'settings'"
    ).fetchone()
    if place is None:
        return {}
    rows = con.execute(
        f'select name, value from warehouse."{place[0]}".settings'
        " where cast(known_from as date) <= (select as_of::date from warehouse.log.build)"
        " order by known_from"
    ).fetchall()
    return {str(name): str(value) for name, value in rows}


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
