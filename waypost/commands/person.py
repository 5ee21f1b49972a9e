"""How a command is told which person it is about; knows no command."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from waypost.cli import UsageError
from waypost.commands.country import country_option
from waypost.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])
_HASH = re.compile(r"[0-9a-f]{32}")


def person_options(
    email: str = "The e-mail address, from standard input.",
) -> Callable[[Command], Command]:
    """Options that name a person (`--email`, `--phone`, `--id`, `--hash`), for `hash_given`."""
    options = (
        click.option("--email", metavar="-", help=email),
        click.option("--phone", metavar="-", help="The phone number, likewise."),
        click.option("--id", "identifier", metavar="TYPE=-", help="Another identifier, likewise."),
        click.option("--hash", "id_hash", help="The hash by which log and pages know the person."),
        country_option,
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def hash_given(
    settings: Settings,
    *,
    email: str | None,
    phone: str | None,
    identifier: str | None,
    id_hash: str | None,
    country: str,
) -> str:
    """The hash of whom `person_options` name; a clear value comes from standard input alone."""
    from waypost import erasure

    given = [one for one in (email, phone, identifier, id_hash) if one is not None]
    if len(given) != 1:
        raise UsageError(
            "Name one person: give --email, --phone, --id or --hash, and only one of them."
        )
    if id_hash is not None:
        if not _HASH.fullmatch(id_hash):
            raise UsageError("A hash has 32 hex digits: copy it from the pages or the log.")
        return id_hash
    plain = f"email={email}" if phone is None else f"phone={phone}"
    id_type, _, value = (identifier or plain).partition("=")
    if value != "-" or not id_type:
        raise UsageError(
            "An identifier in a command line stays in the shell's history: give - in its place "
            "(--email -, --phone -, --id TYPE=-) and the identifier on standard input."
        )
    clear = sys.stdin.readline().strip()
    if not clear:
        raise UsageError("Standard input is empty: give the identifier there, on one line.")
    return erasure.hash_of(settings, id_type, clear, country)
