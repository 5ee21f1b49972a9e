"""`waypost check`: runs a gate by hand; knows the steps, not the expectations."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from waypost.cli import WaypostError
from waypost.settings import Settings


@click.command(epilog="Examples: `waypost check` · `waypost check log --json`")
@click.argument("border", type=click.Choice(["log", "marts", "all"]), default="all")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON line.")
def command(border: str, as_json: bool) -> None:
    """Run the gate of the log, of the marts, or both (Great Expectations); exit 1 when red."""
    from expectations.dialect import end_quietly
    from expectations.gate import GateFailedError
    from expectations.limits import LimitsError
    from waypost import steps

    end_quietly()
    settings = Settings.from_environment()
    gates: dict[str, Callable[[Settings], dict[str, Any]]] = {
        "log": steps.check_log,
        "marts": steps.gate_marts,
    }
    found = {}
    for name, gate in gates.items():
        if border in (name, "all"):
            try:
                found[name] = gate(settings)
            except (GateFailedError, LimitsError) as error:
                raise WaypostError(str(error)) from error
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, counts in found.items():
        click.echo(
            f"Gate of the {name}: {counts['passed']} of {counts['evaluated']} expectations passed,"
            f" {counts['warned']} warned."
        )
