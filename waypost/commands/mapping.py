"""`waypost mapping`: a first mapping file for a table."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from waypost.cli import WaypostError


@click.group()
def command() -> None:
    """Mapping files: how the rows of a table become events.

    \b
    waypost mapping suggest tickets.csv > tickets.yaml
    waypost ingest tickets.csv --mapping tickets.yaml --dry-run
    """


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def suggest(file: Path) -> None:
    """Print a first mapping for FILE, guessed from its header and first rows."""
    from ingestion import inputs, suggestion

    with tempfile.TemporaryDirectory() as folder:
        try:
            print(suggestion.suggest(inputs.unzipped(file, Path(folder))), end="")
        except inputs.InputError as error:
            raise WaypostError(str(error)) from error
