"""`waypost metrics`: shows the metric contract and its values; knows the file names only."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import duckdb

from ingestion import quoting
from waypost import documentation, metric_contract
from waypost.cli import WaypostError
from waypost.metric_contract import Metric
from waypost.settings import Settings


def _chosen(metric_id: str | None) -> list[Metric]:
    metrics = metric_contract.load()
    found = [m for m in metrics if metric_id in (None, m.metric_id)]
    if not found:
        raise WaypostError(
            f"There is no metric {metric_id!r}; `waypost metrics` lists all {len(metrics)}."
        )
    return found


def values(serving_copy: Path, metrics: list[Metric]) -> dict[str, dict[str, float | None]]:
    """Numerator, denominator and value of each metric over the whole serving copy."""
    if not serving_copy.exists():
        raise WaypostError(f"{serving_copy} is not there yet; run `waypost publish` first.")
    with duckdb.connect() as connection:
        connection.execute(
            f"attach {quoting.text(serving_copy)} as serving (read_only); use serving"
        )
        rows = {m.metric_id: connection.execute(m.query).fetchone() for m in metrics}
    names = ("numerator", "denominator", "value")
    return {key: dict(zip(names, row, strict=True)) for key, row in rows.items() if row}


def _lines(metric: Metric, language: str, value: float | str | None) -> list[str]:
    number = "" if value == "" else f" = {'–' if value is None else f'{value:,.3f}'}"
    below = f" / {metric.denominator}" if metric.denominator else ""
    return [
        f"{metric.metric_id}{number}  [{metric.unit}, {metric.owner}]",
        f"    {metric.label[language]}: {metric.definition[language]}",
        f"    {metric.numerator}{below} of {metric.model}",
    ]


@click.command(
    epilog="Examples: `waypost metrics` · `waypost metrics friction_cost --language de --values`"
)
@click.argument("metric_id", required=False)
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True)
@click.option("--values", "with_values", is_flag=True, help="Compute them over the serving copy.")
@click.option("--write-docs", is_flag=True, help="Write the generated parts of docs/.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def command(
    metric_id: str | None, language: str, with_values: bool, write_docs: bool, as_json: bool
) -> None:
    """Show the metric contract: labels, definitions, formulas, owners."""
    if write_docs:
        for path in documentation.write():
            click.echo(str(path))
        return
    metrics = _chosen(metric_id)
    found = values(Settings.from_environment().serving_copy, metrics) if with_values else {}
    if as_json:
        entries: list[dict[str, Any]] = [asdict(m) | found.get(m.metric_id, {}) for m in metrics]
        click.echo(json.dumps(entries, ensure_ascii=False))
        return
    for metric in metrics:
        value = found[metric.metric_id]["value"] if with_values else ""
        click.echo("\n".join(_lines(metric, language, value)))
