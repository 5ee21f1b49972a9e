"""`waypost erase`: forgets a person; knows the step, not the files."""

from __future__ import annotations

import getpass
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import click

from waypost.commands.person import hash_given, person_options
from waypost.settings import Settings


@click.command(
    epilog="Examples: `waypost erase --email - --dry-run < address.txt` · "
    "`waypost erase --id shopify_customer=- < number.txt` · `waypost erase --hash 3f2a… --json`"
)
@person_options()
@click.option("--dry-run", is_flag=True, help="Count what would be rewritten; change nothing.")
@click.option("--later", is_flag=True, help="Leave it to the next run of the DAG erase_people.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON line.")
def command(dry_run: bool, later: bool, as_json: bool, **named: Any) -> None:
    """Erase a person: facts and money stay, who it was is gone and cannot come back.

    Identifiers that stand together in an event are one person. Look with --dry-run first.
    """
    from waypost import access_log, erasure, hashing_secret

    settings = Settings.from_environment()
    person = hash_given(settings, **named)
    now, salt = datetime.now(UTC), secrets.token_hex(32)
    what = "erase --dry-run" if dry_run else "erase --later" if later else "erase"
    # before the look: also who asks for somebody unknown learns something
    secret = hashing_secret.of_log(settings)
    access_log.note(settings, secret, at=now, who=getpass.getuser(), what=what, subject=person)
    if later and not dry_run:
        counts = erasure.ask(settings, person, now=now, salt=salt)
    else:
        counts = erasure.erase(settings, person, now=now, salt=salt, is_dry=dry_run)
    click.echo(json.dumps(counts) if as_json else _told(counts))
    erasure.check_ended(counts)


def _told(counts: dict[str, Any]) -> str:
    if counts.get("is_requested"):
        return f"Request {counts['request_id']} waits for the DAG erase_people."
    found = (
        f"{counts['identifiers']} identifiers in {counts['events']} events, {counts['parts']} parts"
    )
    if counts.get("is_dry_run"):
        return f"Would rewrite {found}; nothing was changed."
    return (
        f"Request {counts['request_id']}: {found} rewritten, {counts['landing_deleted']} landed "
        "files deleted. Warehouse and pages were emptied: run `waypost build` and `waypost publish`."
    )
