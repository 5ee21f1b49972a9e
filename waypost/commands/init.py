"""`waypost init`: an empty home; knows the layout through Settings."""

from __future__ import annotations

import click

from waypost.settings import Settings


@click.command(epilog="Example: WAYPOST_HOME=/srv/waypost waypost init")
def command() -> None:
    """Make an empty home: folders, the secret, a typed empty log."""
    from ingestion import log, privacy

    settings = Settings.from_environment()
    settings.create()
    privacy.read_secret(settings.secret_file)
    log.create(settings.log)
    click.echo(f"Waypost's home is {settings.home}; put event files into {settings.landing}.")
