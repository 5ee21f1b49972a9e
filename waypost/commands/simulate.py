"""`waypost simulate`: writes the demo company's event files; knows arguments, not the company."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from ingestion.simulation import contact_file, demo
from ingestion.simulation.company import DEFAULT_SEED, Company
from waypost.cli import WaypostError
from waypost.settings import Settings

_EXAMPLES = """
\b
Examples:
  waypost simulate
  waypost simulate --customers 300 --days 120
  waypost simulate --customers 5000 --days 180 --seed 7 --out landing/ --truth truth.json
  waypost simulate --only contact --events 1000000 --single-file contacts.jsonl
"""


def _company(customers: int, days: int, seed: int, start: datetime) -> Company:
    return Company(customers=customers, days=days, seed=seed, start=date(*start.timetuple()[:3]))


def _bar(total: int, unit: str, quiet: bool) -> Any:
    """A bar on standard error, none where it is not a terminal."""
    return tqdm(total=total, desc="simulate", unit=unit, file=sys.stderr, disable=quiet or None)


def _demo(company: Company, out: Path, truth_file: Path, quiet: bool) -> dict[str, Any]:
    with _bar(demo.step_count(company), " steps", quiet) as bar:
        found = demo.simulate(company, out, truth_file, lambda _name: bar.update() and None)
    return {"out": str(out), "truth": str(truth_file), **_counts(found)}


def _single_file(company: Company, target: Path, events: int, quiet: bool) -> dict[str, Any]:
    with _bar(events, " lines", quiet) as bar:
        found = contact_file.write(
            company, target, events, lambda count: bar.update(count) and None
        )
    return {"file": str(target), **_counts(found)}


def _counts(found: dict[str, Any]) -> dict[str, Any]:
    lines = found["lines"]
    repeated = {"sound", "duplicate", "conflicting_duplicate"}
    return {
        "lines": sum(lines.values()),
        "events": lines.get("sound", 0),
        "duplicates": lines.get("duplicate", 0),
        "conflicting": lines.get("conflicting_duplicate", 0),
        "broken": sum(count for kind, count in lines.items() if kind not in repeated),
        "types": len(found["events"]),
    }


@click.command(epilog=_EXAMPLES)
@click.option("--customers", type=click.IntRange(1, 10_000_000), default=5_000, show_default=True)
@click.option("--days", type=click.IntRange(35, 3_650), default=180, show_default=True)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), default="2026-01-01", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Default: <home>/landing."
)
@click.option(
    "--truth", type=click.Path(path_type=Path, dir_okay=False), help="Default: <home>/truth.json."
)
@click.option("--only", type=click.Choice(["contact"]), help="With --single-file: one domain.")
@click.option(
    "--events",
    type=click.IntRange(1),
    default=1_000_000,
    show_default=True,
    help="Lines of the single file.",
)
@click.option(
    "--single-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write one file of mixed contact events, for benchmarks.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON only.")
def command(
    customers: int, days: int, seed: int, start: datetime, out: Path | None, truth: Path | None,
    only: str | None, events: int, single_file: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Write event files of a demo company with planted, known problems.

    The same options give the same bytes. What was planted stands in the truth file.
    """
    if bool(only) != bool(single_file):
        raise WaypostError("--only contact and --single-file FILE go together: give both or none.")
    settings = Settings.from_environment()
    company = _company(customers, days, seed, start)
    if single_file:
        counts = _single_file(company, single_file, events, as_json)
    else:
        target, told = out or settings.landing, truth or settings.home / "truth.json"
        counts = _demo(company, target, told, as_json)
    if not as_json:
        click.echo(
            f"{counts['lines']} lines, {counts['events']} events of {counts['types']} types.",
            err=True,
        )
    click.echo(json.dumps(counts))
