"""`waypost run`: demo if need be, the real DAGs in Airflow, the summary, the pages."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from types import FrameType

import click

from waypost import access, airflow_run, pages, summary
from waypost.cli import WaypostError
from waypost.settings import Settings
from waypost.standalone import Airflow, AirflowError


def _tell(text: str) -> None:
    click.echo(f"[{time.strftime('%H:%M:%S')}] {text}", err=True)


def _landed(settings: Settings) -> list[Path]:
    """What lies in the landing folders."""
    inside = (p for p in settings.landing.rglob("*") if p.is_file())
    return [p for p in inside if not any(part.startswith(".") for part in p.parts[-2:])]


def _simulate(settings: Settings, customers: int | None, connected: list[str]) -> None:
    from waypost.commands.simulate import command as simulate

    if connected:
        _tell(f"Simulation skipped: {', '.join(connected)} is connected.")
        return
    landed = _landed(settings)
    if landed:
        _tell(f"Simulation skipped: {len(landed)} files lie in {settings.landing} already.")
        return
    _tell(f"Nothing lies in {settings.landing}: simulating the demo company.")
    size = ["--customers", str(customers)] if customers else []
    simulate.main([*size, "--out", str(settings.landing)], standalone_mode=False)


def _stop_on_terminate(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _pipeline(settings: Settings, *, is_pulling: bool) -> airflow_run.Outcome:
    _tell("Starting Airflow …")
    try:
        with Airflow(settings) as airflow:
            _tell(f"Airflow is up at {airflow.address} (its log: {airflow.log}).")
            outcome = airflow_run.run(
                airflow, settings.airflow / "logs", _tell, is_pulling=is_pulling
            )
            _tell("Stopping Airflow …")
    except AirflowError as error:
        raise WaypostError(str(error)) from error
    return outcome


def _serve(settings: Settings, port: int | None, *, once: bool) -> None:
    try:
        with pages.served(settings, port) as address:
            if once:
                names = pages.check(address)
                click.echo(f"Dashboards   {len(names)} pages answer: {', '.join(names)}")
                return
            click.echo(f"Dashboards   {address}   (Ctrl-C ends)")
            signal.pause()
    except pages.PagesError as error:
        raise WaypostError(str(error)) from error
    except KeyboardInterrupt:
        click.echo("Stopped.")


@click.command(epilog="Examples: `waypost run` · `CI=1 waypost run --customers 300`")
@click.option("--customers", type=int, help="Size of the demo when nothing has landed yet.")
@click.option("--port", type=int, help="Port of the dashboards (default: a free one).")
@click.option("--once", is_flag=True, help="Check the pages and end; CI=1 and ONCE=1 do the same.")
def command(customers: int | None, port: int | None, once: bool) -> None:
    """Run the whole pipeline through Airflow, print a summary and serve the pages.

    Connected systems are pulled first; without any, an empty landing zone is filled with the demo
    company. Exit 1 when a task failed: the
    last line names the task, the reason and its log.
    """
    signal.signal(signal.SIGTERM, _stop_on_terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` would ignore it
    settings = Settings.from_environment()
    settings.create()
    started = time.monotonic()
    try:
        connected = [one for one in access.SYSTEMS if access.of_environment(one)]
        _simulate(settings, customers, connected)
        outcome = _pipeline(settings, is_pulling=bool(connected))
    except KeyboardInterrupt:
        raise WaypostError("Stopped before the end; `waypost run` goes on from here.") from None
    new = outcome.is_nothing_new and not outcome.failures
    for line in summary.lines(settings, outcome.counts, is_nothing_new=new):
        click.echo(line)
    if outcome.failures:
        raise WaypostError(" ".join(outcome.failures.values()))
    click.echo(f"Time         {time.monotonic() - started:.0f} s until the summary")
    is_once = once or os.environ.get("CI") == "1" or os.environ.get("ONCE") == "1"
    _serve(settings, port, once=is_once)
