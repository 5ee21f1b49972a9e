"""`waypost doctor`: shows what is wrong with a home and repairs what can be repaired."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from waypost.settings import Settings

if TYPE_CHECKING:
    from ingestion.soundness import Finding


@click.command(
    epilog="Examples: `waypost doctor` · `waypost doctor --deep --json` · `waypost doctor --repair`."
    " Exit codes: 0 sound, 1 something is broken."
)
@click.option("--deep", is_flag=True, help="Read every byte of the log and compare its checksums.")
@click.option("--repair", is_flag=True, help="Put right what can be put right, then look again.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON line.")
def command(deep: bool, repair: bool, as_json: bool) -> None:
    """Look whether the log, its receipts, the warehouse and the serving copy are whole.

    Fast by default: sizes and both ends of every file. Run it with --repair when no ingest or build is
    running, after a crash or a full disk.
    """
    from waypost import upkeep

    settings = Settings.from_environment()
    found = upkeep.examine(settings, deep=deep)
    if repair and found:
        upkeep.repair(settings, found, now=datetime.now(UTC))
        repaired, found = found, upkeep.examine(settings, deep=deep)
        places = {(one.kind, one.place) for one in found}
        repaired = [one for one in repaired if (one.kind, one.place) not in places]
    else:
        repaired = []
    _tell(found, repaired, as_json=as_json)
    if any(one.is_broken for one in found):
        sys.exit(1)


def _tell(found: Sequence[Finding], repaired: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        report = {
            "findings": [_as_dict(one) for one in found],
            "repaired": [_as_dict(one) for one in repaired],
        }
        click.echo(json.dumps(report))
        return
    for one in repaired:
        click.echo(f"repaired  {one.kind:<20} {one.problem}")
    for one in found:
        word = "broken" if one.is_broken else "leftover"
        click.echo(f"{word:<9} {one.kind:<20} {one.problem} {one.remedy}")
    if not found:
        click.echo("Sound: every part, receipt and table is what it should be.")


def _as_dict(one: Finding) -> dict[str, object]:
    return {
        "kind": one.kind,
        "is_broken": one.is_broken,
        "place": str(one.place),
        "problem": one.problem,
        "remedy": one.remedy,
        "inputs": list(one.inputs),
    }
