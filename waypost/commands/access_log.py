"""`waypost access-log`: who looked at whom, and when; knows the filters, not the file."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from waypost.commands.person import hash_given, person_options
from waypost.moments import given_moment
from waypost.settings import Settings


@click.command(
    name="access-log",
    epilog="Examples: `waypost access-log --since 2026-03-01` · `waypost access-log --what export "
    "--json` · `waypost access-log --email - < address.txt`",
)
@click.option("--since", callback=given_moment, help="From this time on.")
@click.option("--until", callback=given_moment, help="Before this time.")
@click.option("--what", help="One command or page: export, erase, match, cases, find_customer …")
@click.option("--who", help="A user of this machine, or the hash of a login.")
@person_options("Accesses to this person; the address from standard input.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line an access.")
def command(
    since: datetime | None,
    until: datetime | None,
    what: str | None,
    who: str | None,
    as_json: bool,
    **named: Any,
) -> None:
    """Show who looked at rows about persons: pages, match, export, erase. Nobody stands in clear."""
    from waypost import access_log

    settings = Settings.from_environment()
    subject = _subject(settings, **named)
    wanted = {"what": what, "who": who, "subject": subject}

    def fits(line: dict[str, Any]) -> bool:
        at = datetime.fromisoformat(line["at"])
        is_within = (since is None or at >= since) and (until is None or at < until)
        return is_within and all(v is None or line.get(k) == v for k, v in wanted.items())

    for line in access_log.read(settings, fits):
        click.echo(json.dumps(line) if as_json else _told(line))


def _subject(settings: Settings, **named: Any) -> str | None:
    if not any(value for option, value in named.items() if option != "country"):
        return None
    from waypost import access_log, hashing_secret

    person = hash_given(settings, **named)
    return access_log.subject_of(hashing_secret.of_log(settings), person)


def _told(line: dict[str, Any]) -> str:
    return f"{line['at'][:19]}  {line['who']:<32}  {line['what']:<20}  {line['subject'] or ''}"
