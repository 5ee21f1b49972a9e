"""`waypost restate`: why a number changed between two moments; knows arguments and printing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import yaml

from ingestion import unique_keys
from waypost import metric_contract, restated, restatement
from waypost.cli import UsageError
from waypost.metric_contract import Metric
from waypost.moments import moment_of, refuse_future
from waypost.settings import Settings


def _month(_context: click.Context, _option: click.Parameter, text: str) -> tuple[date, date]:
    try:
        first = date.fromisoformat(f"{text}-01")
        return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)
    except ValueError as error:
        raise click.BadParameter("write a month such as 2026-05.") from error


def _earlier(file: Path) -> list[Metric]:
    try:
        return metric_contract.load(file)
    except unique_keys.RepeatedKeyError as error:
        raise UsageError(f"--definitions-then {file} {error}") from None
    except (yaml.YAMLError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise UsageError(
            f"--definitions-then {file} is no list of metrics: give the metrics.yml of the earlier "
            "moment (a list with id, model, numerator, …)."
        ) from None


def _moments(
    _context: click.Context, _option: click.Parameter, texts: Sequence[str]
) -> tuple[datetime, datetime]:
    if len(texts) != 2:
        raise click.BadParameter("give it twice: the earlier moment and the later one.")
    before, after = sorted(map(moment_of, texts))
    return before, after


def _chosen(names: Sequence[str], known: Sequence[Metric]) -> list[Metric]:
    """The named metrics, or all that have a period."""
    dated = {one.metric_id: one for one in known if one.model not in restatement.WITHOUT_PERIOD}
    for name in names:
        if name not in {one.metric_id for one in known}:
            raise UsageError(f"There is no metric {name!r}; `waypost metrics` lists all.")
        if name not in dated:
            raise UsageError(f"{name} has no period: it says nothing of when; choose another.")
    return [dated[name] for name in names] or list(dated.values())


@click.command(
    epilog="""\b
Examples:
  waypost restate repeat_contact_rate --period 2026-05 --known-at 2026-06-01 --known-at 2026-07-01
  waypost restate --period 2026-05 --known-at 2026-06-01 --known-at 2026-07-01 --json"""
)
@click.argument("names", metavar="[METRIC]...", nargs=-1)
@click.option("--period", required=True, callback=_month, help="A month in the reporting zone.")
@click.option(
    "--known-at", "known_at", multiple=True, required=True, callback=_moments, help="Given twice."
)
@click.option(
    "--by",
    type=click.Choice(["recorded", "commit"]),
    default="recorded",
    show_default=True,
    help="What counts as known: what the company could know by then (recorded time), or what"
    " stood in this log by then (commit as well), which also shows corrected mappings.",
)
@click.option(
    "--definitions-then",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The metrics.yml of the earlier moment, if definitions have changed since.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything, with the events, as JSON.")
def command(
    names: Sequence[str],
    period: tuple[date, date],
    known_at: tuple[datetime, datetime],
    by: str,
    definitions_then: Path | None,
    as_json: bool,
) -> None:
    """Say why METRIC (default: all) of a month reads differently at two moments.

    The difference is split into the passing of time, late data, corrections, identity,
    configuration and definition, added in this order; the parts sum to the whole. The result is
    kept in runs/restatements and stands on Data trust after the next publish.
    """
    settings = Settings.from_environment()
    refuse_future(datetime.now(UTC), known_at=known_at[1])
    chosen = _chosen(names, metric_contract.load())
    earlier = _earlier(definitions_then) if definitions_then else []
    moments = restatement.Moments(*period, *known_at, is_by_commit=by == "commit")
    found = restatement.explain(
        settings,
        chosen,
        moments,
        earlier_definitions={one.metric_id: one for one in earlier},
    )
    result = {"metrics": found.as_dict(), "news": found.news}
    if restated.is_empty(found.as_dict()):
        place = None
        click.echo(_nothing(moments), err=True)
    else:
        place = restated.keep(settings, moments, result)
    if as_json:
        click.echo(json.dumps(result, sort_keys=True, default=str))
    elif place:
        _tell(found)
        click.echo(f"Kept in {place}.")


def _nothing(moments: restatement.Moments) -> str:
    return (
        f"Nothing of {moments.first_day:%Y-%m} was counted at either moment, so nothing is kept: "
        "choose a month with events or later moments, or ingest events first (`waypost ingest`)."
    )


def _tell(found: restatement.Restatement) -> None:
    for entry in found.as_dict():
        _show(entry)
    for part, rows in found.news.items():
        _show_news(part, rows)


def _show(entry: dict[str, Any]) -> None:
    before, after = (entry[side]["value"] for side in ("before", "after"))
    parts = ", ".join(f"{name} {part:+.6g}" for name, part in entry["parts"].items() if part)
    change = f"{entry['difference']:+.6g} ({parts})" if parts else "unchanged"
    click.echo(f"{entry['metric_id']}: {_number(before)} -> {_number(after)}: {change}")


def _number(value: float | None) -> str:
    return "nothing counted" if value is None else f"{value:.6g}"


def _show_news(part: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    inside = [row for row in rows if row.get("is_in_period", True)]
    shown = ", ".join(str(row.get("event_id", row.get("seed"))) for row in inside[:5])
    click.echo(f"{part}: {len(rows)} listed, {len(inside)} about the period: {shown}")
