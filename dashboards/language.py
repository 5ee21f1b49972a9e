"""English and German: labels from labels.yml, numbers, money and dates; knows no page, no data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

LANGUAGES = {"en": "English", "de": "Deutsch"}
NO_VALUE = "–"

_SPACE = "\N{NO-BREAK SPACE}"
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF"}
_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "de": [
        "Jan.",
        "Feb.",
        "März",
        "Apr.",
        "Mai",
        "Juni",
        "Juli",
        "Aug.",
        "Sep.",
        "Okt.",
        "Nov.",
        "Dez.",
    ],
}


@cache
def labels() -> dict[str, dict[str, str]]:
    """All labels: key → language → text."""
    content = yaml.safe_load(Path(__file__).with_name("labels.yml").read_text(encoding="utf-8"))
    return {
        f"{group}.{key}": text
        for group, entries in content.items()
        for key, text in entries.items()
    }


def is_missing(value: object) -> bool:
    """True for None, NaN, NaT and NA: everything that is shown as a dash."""
    return value is None or value is pd.NA or bool(value != value)


@dataclass(frozen=True)
class Language:
    """How one language writes texts, numbers and dates."""

    code: str = "en"
    currency: str = "EUR"

    def text(self, key: str, **values: object) -> str:
        """The label `group.key`, with `{name}` replaced by values."""
        return labels()[key][self.code].format(**values)

    def code_name(self, group: str, code: object) -> str:
        """The name of a code such as a channel; unknown codes are shown as they are."""
        if is_missing(code):
            return self.text("common.unknown")
        entry = labels().get(f"{group}.{code}")
        return entry[self.code] if entry else str(code).replace("_", " ").replace(".", " · ")

    def number(self, value: float | None, digits: int = 0) -> str:
        """1,234.5 or 1.234,5."""
        if value is None or is_missing(value):
            return NO_VALUE
        written = f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")
        return written.translate(str.maketrans(",.", ".,")) if self.code == "de" else written

    def percent(self, rate: float | None, digits: int = 1, *, sign: bool = False) -> str:
        """12.3% or 12,3 %, from a rate in 0–1."""
        if rate is None or is_missing(rate):
            return NO_VALUE
        plus = "+" if sign and rate > 0 else ""
        gap = _SPACE if self.code == "de" else ""
        return f"{plus}{self.number(rate * 100, digits)}{gap}%"

    def money(self, amount: float | None, digits: int | None = None, *, sign: bool = False) -> str:
        """€1,234 or 1.234 €; two digits below 100 unless told otherwise."""
        if amount is None or is_missing(amount):
            return NO_VALUE
        places = digits if digits is not None else (2 if abs(amount) < 100 else 0)
        symbol = _SYMBOLS.get(self.currency, self.currency)
        written = self.number(abs(amount), places)
        mark = "\N{MINUS SIGN}" if amount < 0 else "+" if sign and amount > 0 else ""
        if self.code == "de":
            return f"{mark}{written}{_SPACE}{symbol}"
        return f"{mark}{symbol}{_SPACE if len(symbol) > 1 else ''}{written}"

    def duration(self, seconds: float | None) -> str:
        """The two useful scales: minutes below two hours, then hours, then days."""
        if seconds is None or is_missing(seconds):
            return NO_VALUE
        for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172800, 3600, "h")):
            if abs(seconds) < limit:
                return f"{self.number(seconds / size)}{_SPACE}{unit}"
        return f"{self.number(seconds / 86400, 1)}{_SPACE}{self.text('common.days')}"

    def month(self, value: dt.date) -> str:
        """Jun 2026 or Juni 2026."""
        return f"{_MONTHS[self.code][value.month - 1]}{_SPACE}{value.year}"

    def month_short(self, value: dt.date) -> str:
        """Jun 26 or Juni 26: for axes."""
        return f"{_MONTHS[self.code][value.month - 1]}{_SPACE}{value.year % 100:02d}"

    def date(self, value: dt.date | None) -> str:
        """30 Jun 2026 or 30.06.2026."""
        if value is None or is_missing(value):
            return NO_VALUE
        if self.code == "de":
            return f"{value:%d.%m.%Y}"
        return f"{value.day}{_SPACE}{self.month(value)}"

    def time(self, value: dt.datetime | None) -> str:
        """A date with hours and minutes, in the zone of the value."""
        if value is None or is_missing(value):
            return NO_VALUE
        return f"{self.date(value)}, {value:%H:%M}"
