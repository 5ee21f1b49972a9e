"""`waypost ingest`: bring event files or tables into the log."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from tqdm import tqdm

from waypost.cli import UsageError
from waypost.commands.country import country_option
from waypost.settings import Settings


def _recorded(text: str | None) -> tuple[datetime | None, bool]:
    if text is None or text == "occurred":
        return None, text == "occurred"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(
            f"--recorded-at {text}: give an RFC 3339 time or 'occurred'."
        ) from None
    if moment.tzinfo is None:
        raise click.UsageError(f"--recorded-at {text} has no time zone: add Z or an offset.")
    return moment, False


@click.command(epilog="Exit codes: 0 all accounted for, 2 usage, 3 quarantined with --strict.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--mapping", "mapping_file", type=click.Path(path_type=Path), help="YAML file for tables."
)
@click.option("--source", metavar="NAME", help="Adapter of the system (waypost sources list).")
@click.option("--topic", help="With --source: what a bare document is, such as orders/create.")
@click.option(
    "--recorded-at", metavar="TIME|occurred", help="When events without recordedtime were known."
)
@country_option
@click.option("--dry-run", is_flag=True, help="Count, write nothing.")
@click.option("--strict", is_flag=True, help="Exit 3 when anything was quarantined.")
@click.option("--json", "as_json", is_flag=True, help="No progress bar; the counts only.")
def command(
    paths: tuple[Path, ...],
    mapping_file: Path | None,
    source: str | None,
    topic: str | None,
    recorded_at: str | None,
    country: str,
    dry_run: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Bring event files, tables or what a system sent into the log.

    \b
    waypost ingest landing/contact/                      CloudEvents, plain or gzip
    waypost ingest charges.json --source stripe          webhooks, API pages, table exports
    waypost ingest tickets.csv --mapping tickets.yaml    any table
    waypost ingest old.jsonl --recorded-at occurred      an import of history
    """
    from ingestion import pipeline
    from ingestion.inputs import InputError
    from ingestion.mapping import MappingError
    from ingestion.privacy import SecretError
    from ingestion.sources import SourceError

    if source and mapping_file:
        raise UsageError("--source and --mapping exclude each other: name one of them.")
    settings = Settings.from_environment()
    moment, as_occurred = _recorded(recorded_at)
    bar = tqdm(unit=" files", file=sys.stderr, disable=as_json or None)

    def progress(path: Path, number: int, total: int) -> None:
        bar.total = total
        bar.n = number
        bar.set_postfix_str(path.name)

    try:
        counts = pipeline.ingest(
            paths,
            log=settings.log,
            quarantine=settings.quarantine,
            work=settings.landing / ".work",
            secret_file=settings.secret_file,
            run_started_at=datetime.now(UTC),
            clock=lambda: datetime.now(UTC),
            mapping_file=mapping_file,
            adapter=source,
            topic=topic,
            recorded_at=moment,
            recorded_as_occurred=as_occurred,
            country=country,
            dry_run=dry_run,
            progress=progress,
        )
    except (InputError, MappingError, SecretError, SourceError) as error:
        raise UsageError(str(error)) from error
    finally:
        bar.close()
    print(json.dumps(counts))
    if strict and counts["quarantined"]:
        sys.exit(3)
