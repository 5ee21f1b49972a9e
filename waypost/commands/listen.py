"""`waypost listen`: the server around the receiver; knows secrets, sockets and signals."""

from __future__ import annotations

import signal
import socket
import sys
import time
from types import FrameType

import click

from waypost import access
from waypost.cli import UsageError, WaypostError
from waypost.settings import Settings

MAX_CONNECTIONS = 500
STOP_SECONDS = 10


def _secrets() -> dict[str, tuple[bytes, ...]]:
    found = access.webhook_secrets()
    if not found:
        names = ", ".join(access.WEBHOOK_VARIABLES.values())
        raise UsageError(
            f"No signing secret is configured, so nothing could be believed: set one of {names} "
            '(docs/operations.md, "Pull and listen").'
        )
    return found


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((host, port))
        server.listen(MAX_CONNECTIONS)  # from here on a sender waits and is not turned away
    except OSError as error:
        raise WaypostError(
            f"Port {port} of {host} cannot be used: {error.strerror}; choose another with --port."
        ) from error
    return server


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


@click.command(epilog="Examples: `waypost listen` · `waypost listen --port 8600 --rotate 60`")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8510, show_default=True, help="0: a free one.")
@click.option(
    "--rotate", default=300.0, show_default=True, help="Seconds after which a file is handed over."
)
def command(host: str, port: int, rotate: float) -> None:
    """Receive webhooks at /webhooks/stripe, /webhooks/shopify and /webhooks/zendesk.

    A payload is answered with 200 when its signature is right and it is durably in landing, from
    where `waypost ingest` reads it. Signing secrets come from the environment. Put a proxy with
    TLS in front. SIGTERM ends it gracefully.
    """
    import uvicorn

    from ingestion import transport
    from ingestion.transport import receiver

    secrets = _secrets()
    settings = Settings.from_environment()
    settings.landing.mkdir(parents=True, exist_ok=True)
    server = _socket(host, port)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    with transport.only_listener(settings.landing) as is_alone:
        if not is_alone:
            raise WaypostError(f"Another listener writes to {settings.landing}: stop it first.")
        journals = transport.journals(settings.landing, now=time.time, max_seconds=rotate)
        recovered = sum(journal.recover() for journal in journals.values())
        app = receiver.application(secrets, journals, now=time.time)
        address = f"http://{host}:{server.getsockname()[1]}/webhooks/"
        click.echo(f"Listening at {address} for {', '.join(sorted(secrets))}.", err=True)
        if recovered:
            click.echo(f"Recovered {recovered} files of a listener that was killed.", err=True)
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            server_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[server])
