"""In which country a phone number without a country code is read; knows no command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from waypost.cli import UsageError
from waypost.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def country_option(command: Command) -> Command:
    """Option `--country` of a command; raises `UsageError` for one that does not exist."""
    option = click.option(
        "--country",
        metavar="XX",
        default=lambda: Settings.from_environment().country,
        show_default="WAYPOST_COUNTRY, else DE",
        callback=lambda _context, _option, told: checked(told),
        help="Country of phone numbers that are written without one.",
    )
    return option(command)


def checked(told: str) -> str:
    """The country as the door knows it, in upper case."""
    from ingestion import privacy

    try:
        return privacy.country_code(told)
    except privacy.CountryError as error:
        raise UsageError(str(error)) from None
