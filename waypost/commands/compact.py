"""`waypost compact`: few parts of many; knows the step, not the files."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import click

from waypost.cli import WaypostError
from waypost.settings import Settings


@click.command(epilog="Examples: `waypost compact` · `waypost compact --keep-days 1 --json`")
@click.option(
    "--keep-days",
    default=7,
    show_default=True,
    type=click.IntRange(0),
    help="Replaced files stay this long for those who still read them.",
)
@click.option(
    "--min-parts",
    default=8,
    show_default=True,
    type=click.IntRange(2),
    help="A domain with fewer small parts is left as it is.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON line.")
def command(keep_days: int, min_parts: int, as_json: bool) -> None:
    """Rewrite the log's many small parts into few, with the same events.

    Safe beside ingests, builds and readers; no event changes, `--log-as-of` still works.
    """
    from ingestion.parts import DamagedPartError
    from waypost import upkeep

    try:
        counts = upkeep.compact_parts(
            Settings.from_environment(),
            now=datetime.now(UTC),
            retention=timedelta(days=keep_days),
            min_parts=min_parts,
        )
    except DamagedPartError as error:
        raise WaypostError(str(error)) from error
    if as_json:
        click.echo(json.dumps(counts))
        return
    click.echo(
        f"{counts['parts_before']} parts are now {counts['parts_after']}"
        f" ({counts['events_rewritten']} events rewritten); {counts['files_deleted']} old files deleted."
    )
