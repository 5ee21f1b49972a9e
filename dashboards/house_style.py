"""Colours, fonts and axes that every picture shares; knows no data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from dashboards.language import Language

# The options of an ECharts chart, plus its height in pixels.
Chart = dict[str, Any]

# M. Okabe and K. Ito, "Color Universal Design" (2008).
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW = "#CC79A7", "#56B4E9", "#F0E442"
GREY, INK, LINE = "#9AA5AF", "#1B2733", "#E3E8EC"

DEPARTMENTS = {
    "logistics": ORANGE,
    "billing": RED,
    "product": PURPLE,
    "sales": GREEN,
    "marketing": SKY,
    "service": BLUE,
}
QUADRANTS = {
    "leverage": GREEN,
    "automate": BLUE,
    "simplify": ORANGE,
    "eliminate": RED,
    "unclassified": GREY,
}
FONT = "'Source Sans', 'Source Sans Pro', sans-serif"
_TEXT = {"fontFamily": FONT, "fontSize": 13, "color": INK}
_EDGES = {"left": 4, "right": 4, "top": 4, "bottom": 4}
_AXIS = {
    "axisLine": {"show": False},
    "axisTick": {"show": False},
    "axisLabel": {**_TEXT, "fontSize": 12, "lineHeight": 15, "color": "#3A4753"},
    "nameLocation": "middle",
    "nameGap": 8,  # from the labels, with the padding: ECharts moves a name off them
    "nameTextStyle": {**_TEXT, "fontSize": 12, "color": "#5B6873", "padding": [8, 0]},
}


def empty(height: int, **options: Any) -> Chart:
    """A picture in the house style: it stands at once and says on hover what it shows."""
    return {
        "height": height,
        "animation": False,
        "textStyle": _TEXT,
        "tooltip": {
            "confine": True,
            "borderColor": LINE,
            "padding": [6, 10],
            "textStyle": _TEXT,
            "transitionDuration": 0,
        },
        **options,
    }


def grid(**place: Any) -> Chart:
    """Where the marks stand; it gives way to the texts of its axes."""
    return {"left": 8, "right": 12, "top": 8, "bottom": 8, "outerBounds": _EDGES, **place}


def axis(names: Sequence[str], title: str = "", **options: Any) -> Chart:
    """An axis of names, without lines."""
    return {**_AXIS, "type": "category", "data": list(names), "name": title, **options}


def scale(
    low: float,
    high: float,
    *,
    language: Language,
    unit: str,
    title: str,
    most: int = 5,
    **options: Any,
) -> list[Chart]:
    """Two axes in one place: the numbers, unseen, and their ticks in the reader's way.

    ECharts itself writes numbers in English only; names at equal distances are as good an axis.
    """
    marks = ticks(low, high, most)
    texts = written(language, marks, unit, step=marks[1] - marks[0])
    numbers = {"type": "value", "show": False, "min": marks[0], "max": marks[-1], **options}
    lines = {"show": True, "lineStyle": {"color": LINE}}
    return [numbers, axis(texts, title, boundaryGap=False, splitLine=lines, **options)]


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers at equal distances from at or below `low` to at or above `high`.

    The distance is 1, 2 or 5 times a power of ten, the least that needs at most `most` steps.
    """
    if high <= low:
        high = low + 1
    power = math.floor(math.log10((high - low) / most))
    for size in (1, 2, 5, 10, 20):
        digits = max(-power, 0)
        step = size * 10.0**power
        first = math.floor(round(low / step, 6))
        last = math.ceil(round(high / step, 6))
        if last - first <= most:
            break
    return [round(number * step, digits) for number in range(first, last + 1)]


def written(
    language: Language, values: Sequence[float], unit: str, *, step: float | None = None
) -> list[str]:
    """Values in the reader's way; with the digits that tell them apart when they lie `step` apart."""
    digits = None if step is None else max(0, -math.floor(math.log10(step) + 1e-9))
    if unit == "money":
        return [language.money(value, digits and max(digits, 2)) for value in values]
    if unit == "rate":
        return [language.percent(v, 1 if digits is None else max(digits - 2, 0)) for v in values]
    if digits is None:
        digits = 1 if unit == "score" else 0
    return [language.number(value, digits) for value in values]


def hover(*lines: str) -> Chart:
    """What a mark says on hover, the first line in bold: ECharts takes it for HTML, so escape it."""
    safe = [escape(line).replace("{", "&#123;") for line in lines]  # braces name ECharts' fields
    return {"formatter": "<br>".join([f"<b>{safe[0]}</b>", *safe[1:]])}


def wrapped(name: str, width: int = 26) -> str:
    """A label on several lines of at most `width` characters."""
    lines = [""]
    for word in name.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
