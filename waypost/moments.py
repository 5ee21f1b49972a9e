"""Moments as a command line and file names write them; knows no clock: the caller says what is now."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from waypost.cli import UsageError


def moment_of(text: str) -> datetime:
    """A time as written on the command line; UTC unless it says another zone."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter("write a time such as 2026-03-01T00:00:00Z.") from error


def given_moment(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> datetime | None:
    """The callback of an option that takes a time."""
    return None if text is None else moment_of(text)


def stamp(moment: datetime) -> str:
    """The moment in a file's name, in UTC; another one for every microsecond."""
    below = f"{moment:%f}" if moment.microsecond else ""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}{below}Z"


def refuse_future(now: datetime, **moments: datetime | None) -> None:
    """Raise `UsageError` for a moment later than `now`: nobody knows yet what was known then."""
    for name, moment in moments.items():
        if moment and moment > now:
            raise UsageError(
                f"--{name.replace('_', '-')} {moment:%Y-%m-%dT%H:%M:%SZ} lies in the future (now it is "
                f"{now:%Y-%m-%dT%H:%M:%SZ}): give a time that has passed."
            )
