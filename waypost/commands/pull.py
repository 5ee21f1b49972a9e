"""`waypost pull`: land what a system has to tell; knows where secrets are, not how pages go."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from waypost import access
from waypost.cli import UsageError, WaypostError
from waypost.settings import Settings

if TYPE_CHECKING:
    from ingestion.transport.streams import Access


def _seconds(name: str, text: str | None) -> int | None:
    """A date or RFC 3339 time as seconds since 1970; a date begins at midnight UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{name} {text} is no time: give 2026-01-31 or an RFC 3339 time."
        ) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _check(since: int | None, until: int | None, *, backfill: bool) -> None:
    if backfill and since is None:
        raise UsageError("--backfill needs --since: say where it begins.")
    if until is not None and not backfill:
        raise UsageError("--until is for --backfill: without it a pull goes on to the present.")
    if since is not None and until is not None and since >= until:
        raise UsageError("--since must be before --until.")


def _access(system: str) -> Access:
    found = access.of_environment(system)
    if found is None:
        names = " and ".join(access.required(system))
        raise UsageError(
            f"{system} is not configured: set {names} in the environment "
            '(docs/operations.md, "Pull and listen").'
        )
    return found


@click.command(epilog="Exit codes: 0 landed, 1 the system refused or failed, 2 usage.")
@click.argument("system", type=click.Choice(access.SYSTEMS))
@click.option("--since", metavar="TIME", help="Where to begin when there is no cursor yet.")
@click.option("--until", metavar="TIME", help="Where a backfill ends (default: now).")
@click.option("--backfill", is_flag=True, help="Read history again, beside the running cursor.")
@click.option("--stream", "streams", multiple=True, help="Only this list; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="No progress bar; the counts only.")
def command(
    system: str,
    since: str | None,
    until: str | None,
    backfill: bool,
    streams: tuple[str, ...],
    as_json: bool,
) -> None:
    """Land what is new in a system's API since the last pull; `waypost ingest` reads it then.

    A pull may be stopped at any moment: the next one goes on behind the last landed page.
    Secrets come from the environment alone.

    \b
    waypost pull stripe                                    what is new
    waypost pull zendesk --since 2026-01-01                the first time: from here on
    waypost pull shopify --backfill --since 2024-01-01     history, in slices, resumable
    """
    from ingestion.transport.streams import PullError
    from waypost import steps

    begin, end = _seconds("--since", since), _seconds("--until", until)
    _check(begin, end, backfill=backfill)
    found = _access(system)
    bar = tqdm(unit=" records", file=sys.stderr, disable=as_json or None)

    def progress(stream: str, records: int) -> None:
        bar.set_postfix_str(stream)
        bar.update(records)

    try:
        counts = steps.pull_source(
            Settings.from_environment(),
            system,
            found,
            since=begin,
            until=end,
            is_backfill=backfill,
            streams=streams,
            progress=progress,
        )
    except PullError as error:
        raise WaypostError(str(error)) from error
    finally:
        bar.close()
    for sentence in counts["unavailable"].values():
        click.echo(f"Passed over: {sentence}", err=True)
    for sentence in counts["gaps"].values():
        click.echo(f"A gap: {sentence}", err=True)
    print(json.dumps(counts))
