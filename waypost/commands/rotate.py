"""`waypost rotate`: a new hashing secret for the log; knows the step, not the files."""

from __future__ import annotations

import json
import secrets
import sys
from datetime import UTC, datetime
from typing import Any

import click

from waypost.settings import Settings


@click.command(
    epilog="Examples: `waypost rotate --dry-run` · `waypost rotate` · `waypost rotate --json`"
)
@click.option("--dry-run", is_flag=True, help="Count what would be rewritten; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON line.")
def command(dry_run: bool, as_json: bool) -> None:
    """Give the hashing secret another key, and every hash of the log with it.

    All parts are written anew and old ones deleted at once; until it is done ingests and builds are
    refused. Stopped anywhere, the same command goes on. Pages are empty until the next build and
    publish. The secret file then holds one key more: keep a copy of it off the machine.
    """
    from waypost import rotation

    bar = click.progressbar(length=1, label="Sealing parts", file=sys.stderr)

    def progress(done: int, total: int) -> None:
        bar.length = max(total, 1)
        bar.update(max(done, 1) - bar.pos)

    settings = Settings.from_environment()
    key, now = secrets.token_hex(32), datetime.now(UTC)
    with bar:
        counts = rotation.rotate(settings, key=key, now=now, is_dry=dry_run, progress=progress)
    click.echo(json.dumps(counts) if as_json else _told(counts, settings))


def _told(counts: dict[str, Any], settings: Settings) -> str:
    found = f"{counts['events']} events in {counts['parts']} parts"
    if counts.get("is_dry_run"):
        return f"Would seal {found}; nothing was changed."
    return (
        f"{found} sealed; {settings.secret_file} now holds {counts['key_count']} keys: keep a copy "
        "of it. Warehouse and pages were emptied: run `waypost build` and `waypost publish`."
    )
