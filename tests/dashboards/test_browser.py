"""The pages in a real browser: what a reader sees, hovers, clicks, and what the browser fetches."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from dashboards.house_style import DEPARTMENTS
from dashboards.language import Language
from tests.dashboards.conftest import PAGES, PROJECT, copied, known_customers, served
from tests.dashboards.test_dashboard_command import LOGIN

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no browser found: install the package chromium"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
SHOTS = PROJECT / "docs" / "screenshots"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Reader:
    """A person with a window, who notes what the browser complains about and fetches."""

    def __init__(self, browser: Any, address: str, *, language: str, size: dict[str, int]) -> None:
        self.page = browser.new_page(viewport=size)
        self.language = Language(language)
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)
        self.page.goto(f"{address}/?lang={language}")
        self.settle()

    def _listen(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _watch(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            self.strangers.append(request.url)

    def settle(self) -> None:
        self.page.wait_for_selector(IDLE, timeout=60_000)
        self.page.wait_for_selector("h1", timeout=60_000)
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector(IDLE, timeout=60_000)

    def open(self, name: str) -> None:
        title = self.language.text(f"{name}.title")
        if self.page.viewport_size["width"] < 800:
            self.page.get_by_test_id("stExpandSidebarButton").click()
        link = self.page.get_by_test_id("stSidebarNavLink").filter(has_text=title)
        link.click()
        self.page.wait_for_selector(f"h1:has-text('{title}')", timeout=60_000)
        self.settle()
        if self.page.viewport_size["width"] < 800:
            self.page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
            self.page.wait_for_timeout(400)


@pytest.fixture(params=["en", "de"])
def reader(request: pytest.FixtureRequest, browser: Any, server: str) -> Iterator[Reader]:
    reader = Reader(browser, server, language=request.param, size=DESK)
    yield reader
    reader.page.close()


def test_every_page_shows_without_complaint_and_asks_no_other_host(
    reader: Reader, tmp_path: Path
) -> None:
    folder = SHOTS if os.environ.get("WAYPOST_SCREENSHOTS") else tmp_path
    for name in PAGES:
        reader.open(name)
        assert reader.page.get_by_test_id("stException").count() == 0, name
        if reader.language.code == "en":
            take(reader.page, folder / f"{name}.png")
            assert (folder / f"{name}.png").stat().st_size < 300_000
    assert reader.complaints == []
    assert reader.strangers == []


def take(page: Any, path: Path) -> None:
    """A picture of the whole page, in few colours so that it stays small."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": 1280, "height": max(800, min(height, 1800))})
    page.wait_for_timeout(900)
    page.screenshot(path=path)
    page.set_viewport_size(DESK)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)


def test_the_first_screen_answers_the_executives_questions(reader: Reader) -> None:
    for selector in (".st-key-headlines", ".st-key-cost_trend", ".st-key-comparison"):
        box = reader.page.locator(selector).bounding_box()
        assert box is not None
        assert box["y"] >= 0 and box["y"] + box["height"] <= DESK["height"], (selector, box)


def test_a_headline_says_its_definition_on_hover(reader: Reader) -> None:
    help_icon = reader.page.get_by_test_id("stMetric").first.get_by_test_id("stTooltipHoverTarget")
    help_icon.hover()
    tooltip = reader.page.get_by_test_id("stTooltipContent")
    tooltip.wait_for(timeout=60_000)
    assert len(tooltip.inner_text()) > 40
    assert reader.language.text("common.owner") in tooltip.inner_text()


def test_the_language_switch_changes_the_page_in_place(browser: Any, server: str) -> None:
    reader = Reader(browser, server, language="en", size=DESK)
    values = reader.page.get_by_test_id("stMetricValue")
    values.nth(3).wait_for()
    assert "€" in values.first.inner_text()
    reader.page.get_by_test_id("stSidebar").get_by_text("Deutsch").click()
    reader.page.wait_for_selector("h1:has-text('Servicekosten')", timeout=60_000)
    reader.settle()
    values.nth(3).wait_for()
    value = values.first.inner_text()
    assert "," in value and value.endswith("€")
    texts = reader.page.locator(".st-key-cost_trend svg text").all_text_contents()
    amounts = [text for text in texts if "€" in text]
    assert len(amounts) > 3  # the ticks of the axis, and the values at the ends
    assert all(text.endswith("€") and "." not in text for text in amounts)
    reader.page.close()


def test_a_number_leads_to_cases_and_a_case_to_its_events(reader: Reader) -> None:
    reader.open("journey_friction")
    reader.page.locator(".st-key-drill_failure_demand_rate button").click()
    title = reader.language.text("cases.title")
    reader.page.wait_for_selector(f"h1:has-text('{title}')", timeout=60_000)
    reader.settle()
    assert "slice=failure" in reader.page.url
    table = reader.page.locator(".st-key-contacts .dvn-scroller").first
    table.click(position={"x": 18, "y": 55})  # the box of the first row
    reader.page.wait_for_selector(".st-key-case_detail", timeout=60_000)
    reader.page.wait_for_selector(".st-key-case_detail [data-testid=stDataFrame]", timeout=60_000)
    assert reader.complaints == []


def test_a_bar_leads_to_its_cases(reader: Reader) -> None:
    reader.open("journey_friction")
    picture = "[class*=st-key-ranking_] [data-testid=stEChartsChart]"
    bars = [f"{picture} svg path[fill='{colour}']" for colour in DEPARTMENTS.values()]
    bar = reader.page.locator(", ".join(bars)).first
    bar.hover(force=True)
    said = reader.page.locator(f"{picture} > div:has(b)")
    assert "€" in said.inner_text()
    bar.click(force=True)
    title = reader.language.text("cases.title")
    reader.page.wait_for_selector(f"h1:has-text('{title}')", timeout=60_000)
    assert "slice=step" in reader.page.url
    reader.open("journey_friction")
    bar.wait_for(state="attached")  # who comes back stays: the click is forgotten
    reader.settle()
    assert "slice=step" not in reader.page.url
    assert reader.complaints == []


def test_a_customer_is_found_and_the_address_leaves_no_trace(
    reader: Reader, published: Path
) -> None:
    address = min(known_customers(published))[0]
    reader.open("find_customer")
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    field = reader.page.get_by_test_id("stForm").locator("input")
    assert field.get_attribute("autocomplete") == "off"
    field.fill(address)
    reader.page.get_by_test_id("stFormSubmitButton").locator("button").click()
    reader.page.wait_for_selector("[class*=st-key-customer_] h3", timeout=60_000)
    reader.settle()
    assert field.input_value() == ""
    assert address.split("@")[0] not in "".join([reader.page.url, reader.page.content(), *asked])
    table = "[class*=st-key-customer_] [data-testid=stDataFrame]"
    reader.page.wait_for_selector(table, timeout=60_000)
    assert reader.complaints == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_pages_fit_a_phone(browser: Any, server: str, language: str) -> None:
    reader = Reader(browser, server, language=language, size=PHONE)
    for name in PAGES:
        reader.open(name)
        main = "document.querySelector('[data-testid=stMain]')"
        assert reader.page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth + 1"), name
        clipped = reader.page.evaluate(
            "[...document.querySelectorAll('[data-testid=stMetricValue]')]"
            ".filter(e => e.firstElementChild.scrollWidth > e.clientWidth + 1).length"
        )
        assert clipped == 0, name
    assert reader.strangers == []
    reader.page.close()


def test_an_open_address_without_a_login_shows_nothing(browser: Any, published: Path) -> None:
    """Someone starts Streamlit directly, past our command: the page itself refuses."""
    start = ("run", str(PROJECT / "dashboards" / "app.py"), "--server.address=0.0.0.0")
    with served(published, "streamlit", *start, port_option="--server.port") as address:
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("[data-testid=stAlert]", timeout=60_000)
        assert "secrets.toml" in page.get_by_test_id("stAlert").inner_text()
        assert page.get_by_test_id("stMetric").count() == 0
        assert page.get_by_test_id("stSidebarNavLink").count() == 0
        page.close()


def test_a_configured_login_is_asked_for(browser: Any, published: Path, tmp_path: Path) -> None:
    home = copied(published, tmp_path / "home")
    (home / "config").mkdir()
    (home / "config" / "secrets.toml").write_text(LOGIN)
    with served(home, "waypost.cli", "dashboard") as address:
        page = browser.new_page(locale="de-DE")
        page.goto(address)
        page.get_by_role("button", name="Anmelden").wait_for(timeout=60_000)
        assert page.get_by_test_id("stMetric").count() == 0
        page.close()
