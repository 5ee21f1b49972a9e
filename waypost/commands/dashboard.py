"""`waypost dashboard`: serves the pages, on this machine alone unless a login is configured."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import click

from waypost.cli import WaypostError
from waypost.settings import PROJECT, Settings

LOCAL = ("127.0.0.1", "localhost", "::1")
AUTH_KEYS = ("redirect_uri", "cookie_secret")


def free_port(host: str) -> int:
    """A port that nobody listens on at the moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def secrets_file(settings: Settings) -> Path:
    """Where a login is configured: the [auth] section of this file."""
    return settings.config / "secrets.toml"


def has_login(settings: Settings) -> bool:
    """True when the secrets file configures a login."""
    path = secrets_file(settings)
    if not path.exists():
        return False
    try:
        auth = tomllib.loads(path.read_text("utf-8")).get("auth", {})
    except tomllib.TOMLDecodeError as error:
        raise WaypostError(f"{path} is not valid TOML ({error}); correct the line.") from error
    return all(auth.get(key) for key in AUTH_KEYS)


def arguments(settings: Settings, host: str, port: int) -> list[str]:
    """The command that serves the pages; refuses an open address without a login."""
    if host not in LOCAL and not has_login(settings):
        raise WaypostError(
            f"The dashboard does not listen on {host} without a login: use --host 127.0.0.1 or"
            f" configure [auth] in {secrets_file(settings)}."
        )
    options = [f"--server.address={host}", f"--server.port={port}"]
    if secrets_file(settings).exists():
        options.append(f"--secrets.files={secrets_file(settings)}")
    app = PROJECT / "dashboards" / "app.py"
    return [sys.executable, "-m", "streamlit", "run", str(app), *options]


def environment(settings: Settings) -> dict[str, str]:
    """The environment of the serving process."""
    return {**os.environ, "WAYPOST_HOME": str(settings.home)}


@click.command(
    epilog="Examples: `waypost dashboard` · `waypost dashboard --port 8501`. Stop it with Ctrl-C."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default=True, help="Port; 0 takes a free one.")
def command(host: str, port: int) -> None:
    """Serve the pages; other machines are let in only when a login is configured."""
    settings = Settings.from_environment()
    chosen = port or free_port(host)
    serve = arguments(settings, host, chosen)
    click.echo(f"Dashboards: http://{host}:{chosen}")
    try:
        code = subprocess.run(serve, env=environment(settings), check=False).returncode
    except KeyboardInterrupt:
        code = 0
    raise SystemExit(code)
