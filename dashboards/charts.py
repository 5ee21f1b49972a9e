"""Frame → trends and bars; knows no SQL and no page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.house_style import BLUE, INK, ORANGE, empty, money_axis, wrapped
from dashboards.language import Language


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
) -> go.Figure:
    """A line by month; incomplete months are hollow and joined by a dotted line."""
    done = list(complete) if complete is not None else [True] * len(months)
    names = [language.month_short(month) for month in months]
    shown = _shown(language, values, unit)
    figure = empty(language, height, hovermode="x")
    solid = [value if ok else None for value, ok in zip(values, done, strict=True)]
    if not all(done):
        first = max(done.index(False) - 1, 0)
        figure.add_scatter(
            x=names[first:],
            y=list(values)[first:],
            mode="lines",
            line={"color": colour, "width": 2, "dash": "dot"},
            hoverinfo="skip",
        )
    notes = ["" if ok else f"<br>{incomplete_note}" for ok in done]
    figure.add_scatter(
        x=names, y=solid, mode="lines", line={"color": colour, "width": 3}, hoverinfo="skip"
    )
    figure.add_scatter(
        x=names,
        y=list(values),
        mode="markers",
        marker={
            "size": 9,
            "color": [colour if ok else "white" for ok in done],
            "line": {"color": colour, "width": 2},
        },
        customdata=list(zip(shown, notes, strict=True)),
        hovertemplate="%{x}: <b>%{customdata[0]}</b>%{customdata[1]}<extra></extra>",
    )
    _label_ends(figure, names, values, shown, done)
    figure.update_yaxes(title_text=title, rangemode="tozero", **_axis(language, unit))
    figure.update_xaxes(type="category", showgrid=False, categoryorder="array", categoryarray=names)
    return figure


def _label_ends(
    figure: go.Figure,
    names: Sequence[str],
    values: Sequence[float],
    shown: Sequence[str],
    done: Sequence[bool],
) -> None:
    ends = [index for index, ok in enumerate(done) if ok]
    for index in sorted({ends[0], ends[-1]} if ends else set()):
        beside = min(index + 1, len(values) - 1) if index == ends[0] else index - 1
        figure.add_annotation(
            x=names[index],
            y=values[index],
            text=f"<b>{shown[index]}</b>",
            showarrow=False,
            yshift=16 if values[beside] <= values[index] else -16,  # off the line
        )


def _axis(language: Language, unit: str) -> dict[str, str]:
    if unit == "money":
        return money_axis(language)
    return {"tickformat": ".0%"} if unit == "rate" else {}


def _shown(language: Language, values: Sequence[float], unit: str) -> list[str]:
    if unit == "money":
        return [language.money(value) for value in values]
    if unit == "rate":
        return [language.percent(value) for value in values]
    return [language.number(value, 1 if unit == "score" else 0) for value in values]


def bars(
    names: Sequence[str],
    values: Sequence[float],
    *,
    language: Language,
    title: str,
    colours: Sequence[str] | str = BLUE,
    unit: str = "money",
    hover: Sequence[str] | None = None,
    keys: Sequence[Any] | None = None,
    height: int | None = None,
) -> go.Figure:
    """Horizontal bars, first on top, values at their ends; `keys` come back on a click."""
    shown = _shown(language, values, unit)
    figure = empty(language, height or 70 + 34 * max(len(values), 4), bargap=0.32)
    figure.add_bar(
        x=list(values),
        y=[wrapped(name) for name in names],
        orientation="h",
        marker={"color": colours, "cornerradius": 3},
        text=shown,
        textposition="outside",
        cliponaxis=False,
        textfont={"size": 13, "color": INK},
        customdata=list(zip(keys or names, hover or shown, strict=True)),
        hovertemplate="%{customdata[1]}<extra></extra>",
    )
    top = max([float(value) for value in values] or [1.0])
    figure.update_xaxes(
        title_text=title, range=[min(0.0, *map(float, values), 0.0), top * 1.22 or 1], nticks=5
    )
    figure.update_xaxes(**_axis(language, unit))
    lines = max(len(values), 4)  # a few bars stay as thick as many
    figure.update_yaxes(range=[lines - 0.5, -0.5], showgrid=False)
    return figure


def two_trends(
    months: Sequence[Any],
    upper: Sequence[float],
    lower: Sequence[float],
    *,
    language: Language,
    titles: tuple[str, str],
) -> go.Figure:
    """Two scores under each other over the same months, each on its own scale."""
    names = [language.month_short(month) for month in months]
    figure = empty(language, 320)
    for values, axis, colour in ((upper, "y", BLUE), (lower, "y2", ORANGE)):
        shown = [language.number(value, 1) for value in values]
        figure.add_scatter(
            x=names, y=list(values), yaxis=axis, mode="lines+markers", connectgaps=False,
            line={"color": colour, "width": 3}, marker={"size": 8}, customdata=shown,
            hovertemplate="%{x}: <b>%{customdata}</b><extra></extra>",
        )  # fmt: skip
    axis = figure.layout.yaxis.to_plotly_json()
    figure.update_layout(
        yaxis={
            **axis,
            "domain": [0.56, 1],
            "title": {**axis["title"], "text": titles[0]},
            "nticks": 4,
        },
        yaxis2={
            **axis,
            "domain": [0, 0.44],
            "title": {**axis["title"], "text": titles[1]},
            "nticks": 4,
        },
        xaxis={"type": "category", "showgrid": False, "anchor": "y2"},
    )
    return figure
