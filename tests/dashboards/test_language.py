from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from dashboards.language import Language, labels
from tests.dashboards.conftest import PROJECT

EN, DE = Language("en"), Language("de")
# A group whose keys are codes from the data, asked for in another way than by `code_name`.
CODES = ("actor",)


def sources() -> str:
    folder = PROJECT / "dashboards"
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.py")))


@pytest.mark.parametrize("key", sorted(labels()))
def test_every_label_stands_in_both_languages_with_the_same_values(key: str) -> None:
    text = labels()[key]
    assert set(text) == {"en", "de"}
    assert all(isinstance(words, str) and words.strip() for words in text.values())
    assert len({frozenset(re.findall(r"{(\w+)}", words)) for words in text.values()}) == 1


def test_every_label_that_the_pages_ask_for_is_there() -> None:
    asked = set(re.findall(r'text\(\s*"([a-z_]+\.[a-z0-9_]+)"', sources()))
    asked |= set(re.findall(r'(?:section|nothing)\(view, "([a-z_]+\.[a-z0-9_]+)"', sources()))
    assert len(asked) > 100
    assert asked - set(labels()) == set()


def test_no_label_is_left_over() -> None:
    written = sources()
    prefixes = set(re.findall(r'f"([a-z_]+)\.(\w*){', written))
    codes = {*CODES, *re.findall(r'code_name\("([a-z_]+)"', written)}
    for key in labels():
        group, name = key.split(".")
        built = any(group == g and name.startswith(start) for g, start in prefixes)
        page_title = name in ("title", "question")
        asked = re.search(rf"[\"']{re.escape(key)}[\"']", written)
        assert group in codes or built or page_title or asked, key


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (EN.number(1234567.891, 2), "1,234,567.89"),
        (DE.number(1234567.891, 2), "1.234.567,89"),
        (DE.number(-5), "−5"),
        (EN.money(1234.6), "€1,235"),
        (DE.money(12.345), "12,35 €"),
        (DE.money(-1234.0), "−1.234 €"),
        (EN.money(0.06, 2, sign=True), "+€0.06"),
        (Language("en", "CHF").money(5.0), "CHF 5.00"),
        (EN.percent(0.1234), "12.3%"),
        (DE.percent(0.1234), "12,3 %"),
        (DE.percent(None), "–"),
        (EN.money(float("nan")), "–"),
        (DE.date(dt.date(2026, 6, 30)), "30.06.2026"),
        (EN.date(dt.date(2026, 6, 30)), "30 Jun 2026"),
        (DE.month(dt.date(2026, 3, 1)), "März 2026"),
        (EN.time(dt.datetime(2026, 3, 1, 7, 5)), "1 Mar 2026, 07:05"),
        (DE.duration(90 * 60), "90 min"),
        (DE.duration(3 * 86400), "3,0 Tage"),
        (EN.code_name("channel", "web_form"), "Web form"),
        (DE.code_name("channel", None), "Unbekannt"),
        (DE.code_name("channel", "carrier_pigeon"), "carrier pigeon"),
    ],
)
def test_language_writes_numbers_and_dates(written: str, expected: str) -> None:
    assert written.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_every_reason_of_quarantine_has_a_name() -> None:
    from ingestion.quarantine import REASONS

    assert {f"quarantine.{code}" for code in REASONS} <= set(labels())


def test_pages_hold_no_text_of_their_own() -> None:
    """A sentence in a page would stand in one language only."""
    calls = re.compile(
        r'st\.(?:title|header|subheader|caption|write|info|warning|error|button)\(\s*"'
    )
    for path in Path(PROJECT / "dashboards" / "app_pages").glob("*.py"):
        assert not calls.search(path.read_text("utf-8")), path.name
