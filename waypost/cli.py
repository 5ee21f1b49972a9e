"""The front door: `waypost <command>`; each command's module is imported when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from ingestion.parts import DamagedLogError

# command → (module in waypost.commands, one line for --help)
COMMANDS = {
    "init": ("init", "Make an empty home: folders, secret, typed empty log."),
    "simulate": ("simulate", "Write event files of a demo company with planted problems."),
    "pull": ("pull", "Land what Zendesk, Stripe or Shopify has to tell since the last time."),
    "listen": ("listen", "Receive the webhooks of Zendesk, Stripe and Shopify."),
    "ingest": ("ingest", "Bring event files or tables into the log."),
    "sources": ("sources", "List adapters and templates; try a file through one."),
    "mapping": ("mapping", "Suggest a mapping file for a table."),
    "build": ("build", "Turn the log into the warehouse (dbt)."),
    "check": ("check", "Run a gate: the log or the marts (Great Expectations)."),
    "publish": ("publish", "Swap the serving copy for the new marts."),
    "replay": ("replay", "Rebuild everything right of the log from the log alone."),
    "restate": ("restate", "Say why a number changed between two moments."),
    "run": ("run", "Run the whole pipeline through Airflow and serve the pages."),
    "dashboard": ("dashboard", "Serve the pages."),
    "match": ("match", "Add party_id to a list of contacts that you already have."),
    "quarantine": ("quarantine", "What was not let in: list, show, retry, discard."),
    "erase": ("erase", "Erase a person from the log and all that was made of it."),
    "rotate": ("rotate", "Give the hashing secret another key, and all hashes of the log with it."),
    "export": ("export", "Write all that the log holds on a person."),
    "retain": ("retain", "Let events and landed files go whose time is over."),
    "access-log": ("access_log", "Show who looked at rows about persons."),
    "doctor": ("doctor", "Show what is broken in the home, and repair it."),
    "compact": ("compact", "Rewrite many small parts of the log into few."),
    "metrics": ("metrics", "Show the metric contract."),
}


class WaypostError(click.ClickException):
    """An error told in one sentence: what, where, what to do; exit code 1."""

    exit_code = 1


class UsageError(WaypostError):
    """What was asked for cannot be done as asked; exit code 2."""

    exit_code = 2


def _sentence(error: Exception) -> str | None:
    """What a full disk, a missing right, a damaged file or a wrong secret is told as; None for what is no such."""
    privacy = sys.modules.get("ingestion.privacy")
    if isinstance(error, DamagedLogError) or (privacy and isinstance(error, privacy.SecretError)):
        return str(error)
    duckdb = sys.modules.get("duckdb")
    is_disk = isinstance(error, OSError) or (duckdb and isinstance(error, duckdb.IOException))
    if not is_disk or isinstance(error, click.exceptions.Exit | BrokenPipeError):
        return None
    told = " ".join(str(error).split())
    return f"{told.rstrip('.')}: make room or give the right, then run the same command again."


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"waypost.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if sentence := _sentence(error):
                raise WaypostError(sentence) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="waypost")
def cli() -> None:
    """Waypost: customer journeys from one event log.

    Files live below WAYPOST_HOME (default ./.waypost).
    """


def main() -> None:
    """Entry point of the `waypost` script."""
    sys.exit(cli())


if __name__ == "__main__":
    main()
