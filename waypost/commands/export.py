"""`waypost export`: what is held on a person; knows the step, not the log."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from waypost.commands.person import hash_given, person_options
from waypost.settings import Settings


@click.command(
    epilog="Examples: `waypost export --email - --out ../request-17.jsonl < address.txt` · "
    "`waypost export --hash 3f2a… --out ../request-17.jsonl --json`"
)
@person_options()
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write JSON lines; outside of WAYPOST_HOME.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON line.")
def command(out: Path, as_json: bool, **named: Any) -> None:
    """Write all that the log holds on a person, and note who asked for it and when."""
    from waypost import disclosure

    settings = Settings.from_environment()
    person = hash_given(settings, **named)
    counts = disclosure.export(settings, person, out, now=datetime.now(UTC), who=getpass.getuser())
    told = f"{counts['events']} events and {counts['mentions']} mentions in events of others"
    click.echo(json.dumps(counts) if as_json else f"{told} written to {out}.")
