from __future__ import annotations

import datetime as dt

import pandas as pd

from dashboards import charts, house_style, maps
from dashboards.language import Language

EN, DE = Language("en"), Language("de")
MONTHS = [dt.date(2026, month, 1) for month in (1, 2, 3)]


def test_figures_write_numbers_in_the_readers_way() -> None:
    german = charts.bars(["a"], [1234.5], language=DE, title="EUR")
    assert german.layout.separators == ",."
    assert german.data[0].text[0] == "1.234 €".replace(" ", "\N{NO-BREAK SPACE}")
    assert german.layout.xaxis.ticksuffix == " €"
    assert charts.bars(["a"], [1.0], language=EN, title="EUR").layout.xaxis.tickprefix == "€"


def test_an_incomplete_month_is_hollow_and_said_so() -> None:
    chart = charts.trend(
        MONTHS, [3.0, 4.0, 1.0], complete=[True, True, False], language=EN, title="EUR",
        incomplete_note="month not complete",
    )  # fmt: skip
    points = chart.data[-1]
    assert list(points.marker.color) == [house_style.BLUE, house_style.BLUE, "white"]
    assert "month not complete" in points.customdata[2][1]
    assert list(chart.data[1].y) == [3.0, 4.0, None]  # the solid line ends before it
    assert list(chart.layout.xaxis.categoryarray) == ["Jan 26", "Feb 26", "Mar 26"] or [
        name.replace("\N{NO-BREAK SPACE}", " ") for name in chart.layout.xaxis.categoryarray
    ] == ["Jan 26", "Feb 26", "Mar 26"]


def test_the_flow_joins_the_steps_of_neighbouring_levels() -> None:
    moves = pd.DataFrame(
        [
            (2, "a", "A", "b", "B", 10, 60.0, 0.25),
            (3, "b", "B", "a", "A", 4, 60.0, None),
        ],
        columns=[
            "step_number", "from_step", "from_label", "to_step", "to_label", "journey_count",
            "median_seconds", "contact_rate",
        ],
    )  # fmt: skip
    texts = {"journeys": "journeys", "median": "Median", "contact": "Contact"}
    sankey = maps.flow(moves, language=EN, texts=texts).data[0]
    assert list(sankey.node.label) == ["A", "B", "A"]  # the same step at two places
    assert (list(sankey.link.source), list(sankey.link.target)) == ([0, 1], [1, 2])
    assert "25.0%" in sankey.link.customdata[0] and "–" in sankey.link.customdata[1]
    assert sankey.link.color[0] != sankey.link.color[1]


def test_the_matrix_puts_every_reason_into_its_field_on_a_line_of_its_own() -> None:
    names = ["eliminate", "eliminate", "simplify", "automate", "leverage"]
    reasons = pd.DataFrame(
        {
            "reason_code": list("abcde"),
            "label": list("ABCDE"),
            "quadrant": names,
            "contact_count": [50, 10, 5, 5, 5],
            "service_cost_amount": [10.0, 90.0, 5.0, 5.0, 5.0],
            "is_disagreement": [False, True, False, False, False],
        }
    )
    keys = (*set(names), "low", "high", "company", "customer", "contacts", "disagreement")
    chart = maps.quadrants(reasons, language=EN, texts={key: key for key in keys})
    places = {
        point[0]: (x, y)
        for trace in chart.data
        for point, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    }
    assert places["b"][1] > places["a"][1]  # the dearest on top
    assert places["c"][0] > places["a"][0] and places["d"][1] > places["b"][1]
    assert places["e"][0] == places["c"][0] and places["e"][1] == places["d"][1]
    assert any("◆" in text for trace in chart.data for text in trace.text)


def test_owners_and_fields_have_colours_of_their_own() -> None:
    for palette in (house_style.DEPARTMENTS, house_style.QUADRANTS):
        assert len(set(palette.values())) == len(palette)
