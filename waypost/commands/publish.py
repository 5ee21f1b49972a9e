"""`waypost publish`: swaps the serving copy for the new marts; knows the step, not the tables."""

from __future__ import annotations

import json

import click

from waypost.cli import WaypostError
from waypost.settings import Settings


@click.command(epilog="Examples: `waypost publish` · `waypost publish --json`")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON line.")
def command(as_json: bool) -> None:
    """Copy the marts of the last build into the file that the pages read, in one rename."""
    from dashboards.publish import PublishError
    from waypost import steps

    settings = Settings.from_environment()
    try:
        counts = steps.publish_serving(settings) or {}
    except PublishError as error:
        raise WaypostError(str(error)) from error
    if as_json:
        click.echo(json.dumps(counts))
        return
    click.echo(
        f"Build {counts['build_id']}: {counts['rows']} rows in {counts['tables']} tables"
        f" published to {settings.serving_copy}."
    )
