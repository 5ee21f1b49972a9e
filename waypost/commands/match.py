"""`waypost match`: a list that the team has gets the customers' `party_id`."""

from __future__ import annotations

import getpass
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from waypost.cli import UsageError, WaypostError
from waypost.commands.country import country_option
from waypost.settings import Settings


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--email", metavar="COLUMN", help="Column with e-mail addresses.")
@click.option("--phone", metavar="COLUMN", help="Column with phone numbers.")
@click.option(
    "--id", "others", multiple=True, metavar="TYPE=COLUMN", help="Column of another identifier."
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else standard output.")
@country_option
@click.option("--json", "as_json", is_flag=True, help="The counts as one JSON object.")
def command(
    path: Path,
    email: str | None,
    phone: str | None,
    others: tuple[str, ...],
    out: Path | None,
    country: str,
    as_json: bool,
) -> None:
    """Add `party_id` to a CSV list that you already have; below WAYPOST_HOME only the access log is written.

    Addresses are hashed here and looked up in the published copy. All columns and rows stay, in
    their order; a row without a customer has an empty party_id. Counts by reason go to standard
    error: unknown, conflict (two customers), malformed (no single address, such as a name with one),
    functional (info@…), blocked, empty.

    \b
    waypost match contacts.csv --email mail > matched.csv
    waypost match contacts.csv --email mail --phone tel --out matched.csv --json
    waypost match crm.csv --id customer_no=Kundennummer --out matched.csv
    """
    asked = _asked(email, phone, others)
    settings = Settings.from_environment()
    if not path.is_file():
        raise UsageError(f"{path} is not a file: name a CSV file.")
    if out:
        _check_out(settings, path, out)
    if not settings.serving_copy.exists():
        raise WaypostError(
            f"There is no published copy at {settings.serving_copy}: run waypost publish first."
        )
    secret = _secret(settings)
    counts = _match(path, asked, out, settings, secret, country)
    # A list on standard output must stay a list: its counts go beside it.
    click.echo(json.dumps(counts) if as_json else _sentence(counts), err=not (as_json and out))


def _check_out(settings: Settings, path: Path, out: Path) -> None:
    if out.resolve().is_relative_to(settings.home):
        raise UsageError(f"{out} lies below {settings.home}: name a file outside of it.")
    if out.is_dir():
        raise UsageError(f"{out} is a folder: name a file in it.")
    if not out.resolve().parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}: make it, or name another file.")
    if out.exists() and out.samefile(path):
        raise UsageError(f"{out} is the list itself: name another file with --out.")


def _asked(email: str | None, phone: str | None, others: Sequence[str]) -> list[tuple[str, str]]:
    asked = [(kind, column) for kind, column in (("email", email), ("phone", phone)) if column]
    for other in others:
        kind, _, column = other.partition("=")
        if not kind or not column:
            raise UsageError(f"--id {other} is not TYPE=COLUMN: write --id customer_no=Number.")
        asked.append((kind, column))
    if not asked:
        raise UsageError("No column is named: give --email, --phone or --id.")
    return asked


def _secret(settings: Settings) -> bytes:
    """The secret that made the log and the published copy; never a new one."""
    from dashboards import serving
    from ingestion import privacy
    from waypost import hashing_secret

    secret = hashing_secret.of_log(settings)
    copy = serving.find(settings.serving_copy)
    if copy and copy.secret_fingerprint not in ("", privacy.fingerprint(secret)):
        raise WaypostError(
            f"The secret at {settings.secret_file} is not the one of {settings.serving_copy}: set "
            "WAYPOST_SECRET_FILE to the one that made this log, or run waypost build and publish."
        )
    return secret


def _match(
    path: Path,
    asked: Sequence[tuple[str, str]],
    out: Path | None,
    settings: Settings,
    secret: bytes,
    country: str,
) -> dict[str, int]:
    import duckdb

    from waypost import access_log, matching

    def note(rows: int) -> None:
        now, who = datetime.now(UTC), getpass.getuser()
        access_log.note(settings, secret, at=now, who=who, what="match", rows=rows)

    # Clear addresses stay where the reader wants them, in a folder that nobody else may open.
    with tempfile.TemporaryDirectory(dir=out.resolve().parent if out else None) as work:
        place = Path(work) / "matched.csv"
        try:
            with duckdb.connect(config={"temp_directory": work}) as con:
                counts = matching.match(
                    con, matching.look(path), asked, place,
                    secret=secret, serving_copy=settings.serving_copy, country=country, note=note,
                )  # fmt: skip
        except matching.MatchError as error:
            raise UsageError(str(error)) from error
        if out:
            place.replace(out)
        else:
            with place.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
    return counts


def _sentence(counts: dict[str, int]) -> str:
    missed = ", ".join(
        f"{count} {name}" for name, count in counts.items() if name not in ("rows", "matched")
    )
    return f"{counts['rows']} rows, {counts['matched']} with a party_id; without: {missed}."
