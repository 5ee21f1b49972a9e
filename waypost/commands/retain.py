"""`waypost retain`: applies the retention of `config/retention.yaml`; knows the step, not the rules."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

import click

from waypost.commands.build import _moment
from waypost.settings import Settings


@click.command(
    epilog="Examples: `waypost retain --dry-run` · `waypost retain --json` · "
    "`waypost retain --as-of 2026-03-01T00:00:00Z --dry-run`"
)
@click.option("--as-of", callback=_moment, help="Count the days until this time; default: now.")
@click.option("--dry-run", is_flag=True, help="Count what is due; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON line.")
def command(as_of: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Take people out of events whose time is over, and remove landed files that were taken in."""
    from waypost import retention

    counts = retention.apply(
        Settings.from_environment(),
        as_of=as_of or datetime.now(UTC),
        salt=secrets.token_hex(32),
        is_dry=dry_run,
    )
    if as_json:
        click.echo(json.dumps(counts))
        return
    told = (
        f"{counts['events']} events in {counts['parts']} parts are past their time, "
        f"and {counts['landing_deleted']} landed files"
    )
    click.echo(f"{told}; nothing was changed." if dry_run else f"{told}: done.")
