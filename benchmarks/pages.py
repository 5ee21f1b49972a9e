"""First paint and rerun of every page in a real browser, against the shell without any data.

    python -m benchmarks.pages HOME      (a home that has been published)

The baseline is the same server on an empty home: what Streamlit itself takes to show a page. A first
paint is one of a browser that was never here, the next visit one of a browser that knows the scripts.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

PAGES = {
    "service_cost": "",
    "journey_friction": "journey_friction",
    "value_contacts": "value_contacts",
    "proactive_triggers": "proactive_triggers",
    "data_trust": "data_trust",
    "cases": "cases",
    "find_customer": "find_customer",
}
ROUNDS = 7
SIZE = {"width": 1280, "height": 800}
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def served(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "waypost.cli", "dashboard", "--port", str(port)],
        env={**os.environ, "WAYPOST_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, 15)
        server.wait(20)


def first_paint(browser: Any, address: str) -> float:
    """A reader opens the address: seconds until the page stands, pictures included."""
    page = browser.new_page()
    page.set_viewport_size(SIZE)
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("h1")
    page.wait_for_selector(IDLE)
    # what still waits for its script is a skeleton, and no picture to be found
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached")
    for picture in page.get_by_test_id("stEChartsChart").all():
        picture.locator("svg path").first.wait_for(state="attached")
    seconds = time.perf_counter() - started
    page.close()
    return seconds


def reruns(browser: Any, address: str) -> list[float]:
    """A reader switches the language: seconds until the page stands in the other one."""
    page = browser.new_page(viewport=SIZE)
    page.goto(f"{address}?lang=en")
    page.wait_for_selector("h1")
    page.wait_for_selector(IDLE)
    times = []
    for name in ["Deutsch", "English"] * ((ROUNDS + 1) // 2):
        before = page.locator("h1").inner_text()
        started = time.perf_counter()
        page.get_by_test_id("stSidebar").get_by_text(name).click()
        page.wait_for_function("t => document.querySelector('h1').innerText !== t", arg=before)
        page.wait_for_selector(IDLE)
        times.append(time.perf_counter() - started)
    page.close()
    return times[:ROUNDS]


def measure(home: Path) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    found: dict[str, Any] = {}
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as empty,
        tempfile.TemporaryDirectory() as profile,
        served(Path(empty)) as shell,
        served(home) as address,
    ):
        how: Any = {"executable_path": shutil.which("chromium"), "args": FLAGS}
        browser = playwright.chromium.launch(**how)
        visitor = playwright.chromium.launch_persistent_context(profile, **how)
        shells = [first_paint(browser, shell) for _ in range(ROUNDS + 1)][1:]
        for name, path in PAGES.items():
            cold, *warm = [first_paint(browser, f"{address}/{path}") for _ in range(ROUNDS + 1)]
            _, *again = [first_paint(visitor, f"{address}/{path}") for _ in range(ROUNDS + 1)]
            paint = statistics.median(warm)
            found[name] = {
                "first_paint_seconds": round(paint, 2),
                "next_visit_seconds": round(statistics.median(again), 2),
                "without_cache_seconds": round(cold, 2),
                "rerun_seconds": round(statistics.median(reruns(browser, f"{address}/{path}")), 2),
                "paint_to_shell": round(paint / statistics.median(shells), 2),
            }
        found["shell"] = {"first_paint_seconds": round(statistics.median(shells), 2)}
        visitor.close()
        browser.close()
    return found


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]).resolve()), indent=1))
