"""Frame → trends and bars; knows no SQL and no page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.house_style import (
    BLUE,
    INK,
    ORANGE,
    Chart,
    axis,
    empty,
    grid,
    hover,
    scale,
    wrapped,
    written,
)
from dashboards.language import Language, is_missing


def trend(
    months: Sequence[Any],
    values: Sequence[float],
    *,
    language: Language,
    title: str,
    complete: Sequence[bool] | None = None,
    colour: str = BLUE,
    unit: str = "money",
    height: int = 300,
    incomplete_note: str = "",
) -> Chart:
    """A line by month; incomplete months are hollow and joined by a dotted line."""
    done = list(complete) if complete is not None else [True] * len(months)
    names = [language.month_short(month) for month in months]
    known = _numbers(values)
    notes = ["" if ok else incomplete_note for ok in done]
    points = _points(names, known, written(language, values, unit), colour, notes)
    for point, ok in zip(points["data"], done, strict=True):
        point["itemStyle"] = {"color": colour if ok else "white"}
    _label_ends(points["data"], done)
    first = max(done.index(False) - 1, 0) if not all(done) else len(done)
    dotted = [value if index >= first else None for index, value in enumerate(known)]
    solid = [value if ok else None for value, ok in zip(known, done, strict=True)]
    heights = [0.0, *(value for value in known if value is not None)]
    chart = empty(height)
    chart["grid"] = grid(top=22)  # room for a label over the highest point
    chart["xAxis"] = axis(names)
    chart["yAxis"] = scale(
        min(heights), max(heights), language=language, unit=unit, title=title, most=7,
        position="left",
    )  # fmt: skip
    chart["series"] = [
        points,
        _line(dotted, color=colour, width=2, type="dotted"),
        _line(solid, color=colour, width=3),
    ]
    return _hovered_by_month(chart)


def _numbers(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None or is_missing(value) else float(value) for value in values]


def _points(
    names: Sequence[str],
    values: Sequence[float | None],
    shown: Sequence[str],
    colour: str,
    notes: Sequence[str],
) -> Chart:
    """A dot a month; its text and its note travel along for the hover."""
    rows = zip(names, values, shown, notes, strict=True)
    return {
        "type": "scatter",
        "symbolSize": 10,
        "itemStyle": {"color": colour, "borderColor": colour, "borderWidth": 2, "opacity": 1},
        "data": [{"value": list(row)} for row in rows],
        "z": 4,
    }


def _line(values: Sequence[float | None], **style: Any) -> Chart:
    return {
        "type": "line",
        "data": list(values),
        "lineStyle": style,
        "showSymbol": False,
        "silent": True,
        "emphasis": {"disabled": True},
    }


def _hovered_by_month(chart: Chart) -> Chart:
    """The whole column of a month speaks; Streamlit escapes what it puts into the braces."""
    formatter = "{@[0]}: <b>{@[2]}</b><br>{@[3]}"
    chart["tooltip"] |= {"trigger": "axis", "formatter": formatter, "axisPointer": {"type": "none"}}
    return chart


def _label_ends(points: Sequence[Chart], done: Sequence[bool]) -> None:
    """Write the value at the first and the last complete month, off the line."""
    ends = [index for index, ok in enumerate(done) if ok]
    for index in sorted({ends[0], ends[-1]} if ends else set()):
        beside = min(index + 1, len(points) - 1) if index == ends[0] else index - 1
        _, here, text, _ = points[index]["value"]
        there = points[beside]["value"][1]
        points[index]["label"] = {
            "show": True,
            "formatter": text,
            "position": "bottom" if here is not None and (there or 0) > here else "top",
            "distance": 7,
            "fontWeight": "bold",
            "fontSize": 13,
            "color": INK,
        }


def bars(
    names: Sequence[str],
    values: Sequence[float],
    *,
    language: Language,
    title: str,
    colours: Sequence[str] | str = BLUE,
    unit: str = "money",
    hovers: Sequence[Sequence[str]] | None = None,
    keys: Sequence[Any] | None = None,
    height: int | None = None,
) -> Chart:
    """Horizontal bars, first on top, values at their ends; `keys` come back on a click.

    `hovers`: lines of text for each bar, the first in bold.
    """
    shown = written(language, values, unit)
    known = [float(value) for value in values]
    each = [colours] * len(known) if isinstance(colours, str) else list(colours)
    lines = max(len(known), 4)  # a few bars stay as thick as many
    chart = empty(height or 70 + 34 * lines)
    room = max([len(text) for text in shown] or [0])  # beside the longest bar, for its value
    chart["grid"] = grid(right=16 + 7 * room)
    chart["xAxis"] = scale(
        min([0.0, *known]), max([0.0, *known]), language=language, unit=unit, title=title,
        position="bottom",
    )  # fmt: skip
    rows = [wrapped(name) for name in names] + [""] * (lines - len(known))
    chart["yAxis"] = axis(rows, inverse=True)
    chart["yAxis"]["axisLabel"] = {**chart["yAxis"]["axisLabel"], "interval": 0, "align": "right"}
    chart["series"] = {
        "type": "bar",
        "barWidth": "68%",
        "label": {"show": True, "position": "right", "fontSize": 13, "color": INK},
        "data": [
            {
                "value": value,
                "key": key,
                "itemStyle": {"color": colour, "borderRadius": 3},
                "label": {"formatter": text},
                "tooltip": hover(*said),
            }
            for value, key, colour, text, said in zip(
                known, keys or names, each, shown, hovers or [[text] for text in shown], strict=True
            )
        ],
    }
    return chart


def two_trends(
    months: Sequence[Any],
    upper: Sequence[float],
    lower: Sequence[float],
    *,
    language: Language,
    titles: tuple[str, str],
) -> Chart:
    """Two scores under each other over the same months, each on its own scale."""
    names = [language.month_short(month) for month in months]
    chart = empty(320, grid=[], xAxis=[], yAxis=[], series=[])
    places = ({"top": 12, "height": 118}, {"top": 164, "height": 118})
    for index, (values, colour) in enumerate(((upper, BLUE), (lower, ORANGE))):
        known = _numbers(values)
        shown = written(language, values, "score")
        points = _points(names, known, shown, colour, [""] * len(known))
        place = {"xAxisIndex": index, "yAxisIndex": 2 * index}
        heights = [value for value in known if value is not None] or [0.0]
        # the same room for both scales' texts, so that months stand under each other
        chart["grid"].append(grid(left=64, outerBoundsMode="none", **places[index]))
        chart["xAxis"].append(axis(names, gridIndex=index, show=bool(index)))
        chart["yAxis"] += scale(
            min(heights), max(heights), language=language, unit="number", title=titles[index],
            most=4, position="left", gridIndex=index, nameGap=42,
        )  # fmt: skip
        chart["series"] += [points | place, _line(known, color=colour, width=3) | place]
    return _hovered_by_month(chart)
