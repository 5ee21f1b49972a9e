"""Frame → the two pictures to look at: the flow of journeys and the value matrix; knows no SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboards.house_style import INK, QUADRANTS, Chart, axis, empty, grid, hover, wrapped
from dashboards.language import Language

# Of a transition: how often a contact follows within 72 hours.
RISKS = {
    "low": "rgba(86,180,233,0.38)",
    "middle": "rgba(230,159,0,0.62)",
    "high": "rgba(213,94,0,0.72)",
    "unknown": "rgba(154,165,175,0.35)",
}


def flow(moves: pd.DataFrame, *, language: Language, texts: Mapping[str, str]) -> Chart:
    """A journey from left to right: ribbons as wide as journeys, red where customers then call.

    `moves`: step_number, from_step, from_label, to_step, to_label, journey_count, median_seconds,
    contact_rate (None where there are too few).
    """
    chart = empty(560)
    chart["series"] = {
        "type": "sankey",
        **{"left": 8, "right": 12, "top": 8, "bottom": 8},
        "nodeWidth": 12,
        "nodeGap": 26,
        "draggable": False,
        "itemStyle": {"color": "#5B6873", "borderWidth": 0},
        "lineStyle": {"curveness": 0.5, "opacity": 1},
        "emphasis": {"lineStyle": {"opacity": 0.8}},
        "data": _nodes(moves, language, texts),
        "links": [
            {
                "source": _node(move.step_number - 1, move.from_step),
                "target": _node(move.step_number, move.to_step),
                "value": int(move.journey_count),
                "lineStyle": {"color": _risk_colour(move.contact_rate)},
                "tooltip": hover(
                    f"{move.from_label} → {move.to_label}",
                    f"{language.number(move.journey_count)} {texts['journeys']}",
                    f"{texts['median']}: {language.duration(move.median_seconds)}",
                    f"{texts['contact']}: {language.percent(move.contact_rate)}",
                ),
            }
            for move in moves.itertuples()
        ],
    }
    return chart


def _node(level: int, step: str) -> str:
    """The name that links know a node by: the same step may stand at several levels."""
    return f"{level} {step}"


def _nodes(moves: pd.DataFrame, language: Language, texts: Mapping[str, str]) -> list[Chart]:
    """A node a step and level, in order of appearance; as many journeys as come or as go."""
    found: dict[str, tuple[int, str]] = {}
    comes: dict[str, int] = {}
    goes: dict[str, int] = {}
    for move in moves.itertuples():
        source = _node(move.step_number - 1, move.from_step)
        target = _node(move.step_number, move.to_step)
        found.setdefault(source, (move.step_number - 1, move.from_label))
        found.setdefault(target, (move.step_number, move.to_label))
        goes[source] = goes.get(source, 0) + int(move.journey_count)
        comes[target] = comes.get(target, 0) + int(move.journey_count)
    first = min(level for level, _ in found.values())
    last = max(level for level, _ in found.values())
    return [
        {
            "name": name,
            "depth": level - first,
            "label": {
                "formatter": wrapped(label, 16),
                "position": "left" if level == last else "right",
                "fontSize": 12,
                "lineHeight": 15,
                "color": INK,
            },
            "tooltip": hover(
                label,
                f"{language.number(max(comes.get(name, 0), goes.get(name, 0)))} "
                f"{texts['journeys']}",
            ),
        }
        for name, (level, label) in found.items()
    ]


def _risk_colour(rate: float | None) -> str:
    if rate is None or rate != rate:
        return RISKS["unknown"]
    return RISKS["high" if rate >= 0.20 else "middle" if rate >= 0.10 else "low"]


def quadrants(reasons: pd.DataFrame, *, language: Language, texts: Mapping[str, str]) -> Chart:
    """The value-irritant matrix: a bubble a reason, as large as its contacts.

    `reasons`: reason_code, label, quadrant, contact_count, service_cost_amount, is_disagreement.
    The field is the configured judgement; inside a field the dearest reason stands on top.
    """
    sizes = reasons.groupby("quadrant").size()
    corners = {"eliminate": (0, 0), "simplify": (1, 0), "automate": (0, 1), "leverage": (1, 1)}
    lines = [
        max(int(sizes.get(name, 0)) for name, (_, row) in corners.items() if row == level)
        for level in (0, 1)
    ]
    heights = [max(count, 2) + 1.3 for count in lines]  # in lines of text, with room for a title
    chart = empty(int(70 + 32 * sum(heights)), grid=grid(left=40))
    hidden = {"splitLine": {"show": False}, "axisLabel": {"show": False}}
    chart["xAxis"] = [
        {"type": "value", "show": False, "min": 0, "max": 2},
        axis([texts["low"], texts["high"]], texts["company"], position="bottom"),
    ]
    chart["yAxis"] = axis([], texts["customer"]) | {
        "type": "value", "min": 0, "max": sum(heights), "nameGap": 26, **hidden,
    }  # fmt: skip
    largest = float(reasons["contact_count"].max() or 1)
    fields, bubbles = [], []
    for name, (column, level) in corners.items():
        bottom = heights[0] if level else 0.0
        top = bottom + heights[level]
        fields.append(_field(name, column, bottom, top, texts[name]))
        members = reasons[reasons["quadrant"] == name].sort_values("service_cost_amount")
        for position, row in enumerate(members[::-1].itertuples()):
            place = [column + 0.07, top - 1.4 - position]
            bubbles.append(_bubble(row, place, largest, language, texts))
    middles = [heights[0] / 2, heights[0] + heights[1] / 2]
    chart["series"] = {
        "type": "scatter",
        "clip": False,
        "data": bubbles,
        "markArea": {"silent": True, "data": fields},
        "markPoint": {
            "silent": True,
            "symbolSize": 0,
            "data": [
                _beside(middle, text)
                for middle, text in zip(middles, (texts["low"], texts["high"]), strict=True)
            ],
        },
    }
    return chart


def _beside(middle: float, text: str) -> Chart:
    """What a row of fields means, written upwards: rows differ in height, so no axis can say it."""
    style = {"rotate": 90, "position": "left", "align": "center", "verticalAlign": "bottom"}
    size = {"fontSize": 12, "color": "#3A4753"}
    return {"coord": [0, middle], "label": {"show": True, "formatter": text, **style, **size}}


def _field(quadrant: str, column: int, bottom: float, top: float, name: str) -> list[Chart]:
    """Two opposite corners; colour at a twelfth of its strength."""
    style = {"color": f"{QUADRANTS[quadrant]}14", "borderColor": "white", "borderWidth": 5}
    label = {
        "show": True, "position": "insideTopLeft", "padding": [4, 6], "fontWeight": "bold",
        "fontSize": 14, "color": INK,
    }  # fmt: skip
    first = {"name": name, "coord": [column, bottom], "itemStyle": style, "label": label}
    return [first, {"coord": [column + 1, top]}]


def _bubble(
    reason: Any, place: list[float], largest: float, language: Language, texts: Mapping[str, str]
) -> Chart:
    notes = [f"◆ {texts['disagreement']}"] if reason.is_disagreement else []
    return {
        "value": place,
        "key": reason.reason_code,
        "name": f"{reason.label}{' ◆' if reason.is_disagreement else ''}",
        "symbolSize": 6 + 24 * (float(reason.contact_count) / largest) ** 0.5,
        "itemStyle": {"color": f"{QUADRANTS[reason.quadrant]}D9", "opacity": 1},
        "label": {
            "show": True, "formatter": "{b}", "position": "right", "fontSize": 13, "color": INK,
        },
        "tooltip": hover(
            reason.label,
            f"{language.number(reason.contact_count)} {texts['contacts']}",
            language.money(float(reason.service_cost_amount)),
            *notes,
        ),
    }  # fmt: skip
