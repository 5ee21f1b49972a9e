"""Frame → the two pictures to look at: the flow of journeys and the value matrix; knows no SQL."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from dashboards.house_style import INK, QUADRANTS, empty, wrapped
from dashboards.language import Language

# Of a transition: how often a contact follows within 72 hours.
RISKS = {
    "low": "rgba(86,180,233,0.38)",
    "middle": "rgba(230,159,0,0.62)",
    "high": "rgba(213,94,0,0.72)",
    "unknown": "rgba(154,165,175,0.35)",
}


def flow(moves: pd.DataFrame, *, language: Language, texts: Mapping[str, str]) -> go.Figure:
    """A journey from left to right: ribbons as wide as journeys, red where customers then call.

    `moves`: step_number, from_step, from_label, to_step, to_label, journey_count, median_seconds,
    contact_rate (None where there are too few).
    """
    nodes: dict[tuple[int, str], str] = {}
    for move in moves.itertuples():
        nodes.setdefault((move.step_number - 1, move.from_step), wrapped(move.from_label, 16))
        nodes.setdefault((move.step_number, move.to_step), wrapped(move.to_label, 16))
    index = {node: position for position, node in enumerate(nodes)}
    figure = empty(language, 560)
    figure.add_sankey(
        arrangement="snap",
        textfont={"size": 12, "color": INK, "shadow": "none"},
        node={
            "label": list(nodes.values()),
            "pad": 26,
            "thickness": 12,
            "color": ["#5B6873"] * len(nodes),
            "line": {"width": 0},
            "hovertemplate": f"%{{label}}: %{{value:,.0f}} {texts['journeys']}<extra></extra>",
        },
        link={
            "source": [index[m.step_number - 1, m.from_step] for m in moves.itertuples()],
            "target": [index[m.step_number, m.to_step] for m in moves.itertuples()],
            "value": moves["journey_count"].tolist(),
            "color": [_risk_colour(rate) for rate in moves["contact_rate"]],
            "customdata": [
                f"{language.number(m.journey_count)} {texts['journeys']}<br>"
                f"{texts['median']}: {language.duration(m.median_seconds)}<br>"
                f"{texts['contact']}: {language.percent(m.contact_rate)}"
                for m in moves.itertuples()
            ],
            "hovertemplate": "%{source.label} → %{target.label}<br>%{customdata}<extra></extra>",
        },
    )
    return figure


def _risk_colour(rate: float | None) -> str:
    if rate is None or rate != rate:
        return RISKS["unknown"]
    return RISKS["high" if rate >= 0.20 else "middle" if rate >= 0.10 else "low"]


def quadrants(reasons: pd.DataFrame, *, language: Language, texts: Mapping[str, str]) -> go.Figure:
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
    figure = empty(language, int(70 + 32 * sum(heights)))
    largest = float(reasons["contact_count"].max() or 1)
    for name, (column, level) in corners.items():
        bottom = heights[0] if level else 0.0
        _add_field(figure, name, column, bottom, bottom + heights[level], texts[name])
        members = reasons[reasons["quadrant"] == name].sort_values("service_cost_amount")
        _add_bubbles(
            figure, members[::-1], column, bottom + heights[level], largest, language, texts
        )
    middles = [heights[0] / 2, heights[0] + heights[1] / 2]
    fixed = {"showgrid": False, "zeroline": False, "ticktext": [texts["low"], texts["high"]]}
    figure.update_xaxes(title_text=texts["company"], range=[0, 2], tickvals=[0.5, 1.5], **fixed)
    figure.update_yaxes(
        title_text=texts["customer"],
        range=[0, sum(heights)],
        tickvals=middles,
        tickangle=-90,
        **fixed,
    )
    return figure


def _add_field(
    figure: go.Figure, quadrant: str, column: int, bottom: float, top: float, name: str
) -> None:
    colour = QUADRANTS[quadrant]
    figure.add_shape(
        type="rect", x0=column, x1=column + 1, y0=bottom, y1=top, layer="below", fillcolor=colour,
        opacity=0.08, line={"width": 5, "color": "white"},
    )  # fmt: skip
    figure.add_annotation(
        x=column + 0.02, y=top - 0.12, text=f"<b>{name}</b>", showarrow=False, xanchor="left",
        yanchor="top", font={"size": 14, "color": INK},
    )  # fmt: skip


def _add_bubbles(
    figure: go.Figure,
    members: pd.DataFrame,
    column: int,
    top: float,
    largest: float,
    language: Language,
    texts: Mapping[str, str],
) -> None:
    if members.empty:
        return
    figure.add_scatter(
        x=[column + 0.07] * len(members),
        y=[top - 1.4 - position for position in range(len(members))],
        mode="markers+text",
        text=[
            f" {name}{' ◆' if flag else ''}"
            for name, flag in zip(members["label"], members["is_disagreement"], strict=True)
        ],
        textposition="middle right",
        textfont={"size": 13, "color": INK},
        cliponaxis=False,
        marker={
            "size": [6 + 24 * (float(n) / largest) ** 0.5 for n in members["contact_count"]],
            "color": QUADRANTS[members["quadrant"].iloc[0]],
            "opacity": 0.85,
            "line": {"width": 0},
        },
        customdata=[
            (
                m.reason_code,
                f"<b>{m.label}</b><br>{language.number(m.contact_count)} {texts['contacts']}<br>"
                f"{language.money(float(m.service_cost_amount))}"
                + (f"<br>◆ {texts['disagreement']}" if m.is_disagreement else ""),
            )
            for m in members.itertuples()
        ],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )
