"""`waypost retain`: applies the retention of `config/retention.yaml`; knows the step, not the rules."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import click

from waypost.cli import UsageError
from waypost.moments import given_moment
from waypost.settings import Settings

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def _sound(as_of: datetime, *, now: datetime, is_dry: bool) -> datetime:
    """What was anonymised or removed does not come back: so nothing is, before its time."""
    if as_of < _FIRST:
        raise UsageError(f"--as-of {as_of.isoformat()} is before 1970: name a later time.")
    if as_of > now and not is_dry:
        raise UsageError(
            f"--as-of {as_of.isoformat()} is still to come, and what retention removes does not come "
            "back: look at it with --dry-run, or name a time that has passed."
        )
    return as_of


@click.command(
    epilog="Examples: `waypost retain --dry-run` · `waypost retain --json` · "
    "`waypost retain --as-of 2026-03-01T00:00:00Z --dry-run`"
)
@click.option(
    "--as-of",
    callback=given_moment,
    help="Count the days until this time, which has passed unless --dry-run; default: now.",
)
@click.option("--dry-run", is_flag=True, help="Count what is due; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON line.")
def command(as_of: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Take people out of events whose time is over, and remove landed files that were taken in."""
    from waypost import retention

    now = datetime.now(UTC)
    counts = retention.apply(
        Settings.from_environment(),
        as_of=_sound(as_of or now, now=now, is_dry=dry_run),
        salt=secrets.token_hex(32),
        is_dry=dry_run,
    )
    click.echo(json.dumps(counts) if as_json else _told(counts, is_dry=dry_run))


def _told(counts: dict[str, Any], *, is_dry: bool) -> str:
    told = (
        f"{counts['events']} events in {counts['parts']} parts are past their time, "
        f"{counts['landing_deleted']} landed files and {counts['accesses_deleted']} lines of the "
        f"access log{'; nothing was changed.' if is_dry else ': done.'}"
    )
    unfit = "".join(f" Rule {n} fits no source." for n in counts["rules_without_source"])
    return told + unfit
