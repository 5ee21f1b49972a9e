"""Serves the pages in a process group of its own and asks each for an answer; knows no content."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from waypost.settings import PROJECT, Settings
from waypost.standalone import free_ports, stop_group

APP = PROJECT / "dashboards" / "app.py"
START_LIMIT_SECONDS = 60


class PagesError(Exception):
    """The pages do not answer; one sentence with the place of the server's log."""


@contextmanager
def served(settings: Settings, port: int | None = None) -> Iterator[str]:
    """Serve the pages on localhost while the block runs; gives the address."""
    port = port or free_ports(1)[0]
    address = f"http://127.0.0.1:{port}"
    log = settings.runs / "dashboard.log"
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "waypost"), "dashboard", "--port", str(port)],
        env={**os.environ, "WAYPOST_HOME": str(settings.home)},
        stdin=subprocess.DEVNULL,
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait(server, f"{address}/_stcore/health", log)
        yield address
    finally:
        stop_group(server)


def _wait(server: subprocess.Popen[bytes], health: str, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(health, timeout=5) as response:
                if response.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.3)
    raise PagesError(f"The dashboards did not come up; their log is {log}.")


def check(address: str) -> list[str]:
    """Ask the server for every page and run every page's code once; returns their names."""
    names = sorted(path.stem for path in (APP.parent / "app_pages").glob("[a-z]*.py"))
    for name in names:
        with urlopen(f"{address}/{name}", timeout=30) as response:
            if response.status != 200:
                raise PagesError(f"{address}/{name} answers {response.status}, not 200.")
    _run_each(names)
    return names


def _run_each(names: list[str]) -> None:
    """The server answers 200 before a page's code runs in a browser's session: so run it here."""
    from streamlit import config, logger
    from streamlit.testing.v1 import AppTest

    config.set_option("server.address", "127.0.0.1")
    logger.set_log_level("CRITICAL")  # a test of a page complains that no browser asked for it
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name in names:
        app.switch_page(f"app_pages/{name}.py").run()
        if app.exception:
            raise PagesError(f"The page {name} stopped: {app.exception[0].message}")
        if not app.title and not app.header and not app.metric:
            raise PagesError(f"The page {name} is empty.")
