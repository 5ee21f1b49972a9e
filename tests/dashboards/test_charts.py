from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from dashboards import charts, house_style, maps
from dashboards.language import Language

EN, DE = Language("en"), Language("de")
MONTHS = [dt.date(2026, month, 1) for month in (1, 2, 3)]
EVIL = "<img src=x onerror=alert(1)> {c}"
MOVES = [
    "step_number", "from_step", "from_label", "to_step", "to_label", "journey_count",
    "median_seconds", "contact_rate",
]  # fmt: skip
FLOW = {"journeys": "journeys", "median": "Median", "contact": "Contact"}
MATRIX = ("eliminate", "simplify", "automate", "leverage", "low", "high", "company", "customer")
TEXTS = {key: key for key in (*MATRIX, "contacts", "disagreement")}


def spoken(texts: list[str]) -> list[str]:
    """Texts with plain spaces, so that a test can be read."""
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def axis_texts(axes: list[house_style.Chart]) -> list[str]:
    """What stands at the ticks of a scale; its numbers are not shown."""
    numbers, words = axes
    assert numbers["show"] is False
    return spoken(words["data"])


def test_figures_write_numbers_in_the_readers_way() -> None:
    german = charts.bars(["a"], [1234.5], language=DE, title="EUR")
    bar = german["series"]["data"][0]
    assert spoken([bar["label"]["formatter"]]) == ["1.234 €"]
    assert spoken([bar["tooltip"]["formatter"]]) == ["<b>1.234 €</b>"]
    assert axis_texts(german["xAxis"]) == ["0 €", "500 €", "1.000 €", "1.500 €"]
    english = charts.bars(["a"], [1234.5], language=EN, title="EUR")
    assert axis_texts(english["xAxis"]) == ["€0", "€500", "€1,000", "€1,500"]
    assert english["xAxis"][1]["name"] == "EUR"


@pytest.mark.parametrize(
    ("unit", "values", "expected"),
    [
        ("money", [0.1, 1.2], ["0,00 €", "0,20 €", "0,40 €", "0,60 €", "0,80 €", "1,00 €", "1,20 €"]),
        ("rate", [0.1, 0.04], ["0 %", "2 %", "4 %", "6 %", "8 %", "10 %"]),
        ("rate", [0.012], ["0,0 %", "0,2 %", "0,4 %", "0,6 %", "0,8 %", "1,0 %", "1,2 %"]),
        ("count", [2600], ["0", "500", "1.000", "1.500", "2.000", "2.500", "3.000"]),
    ],
)  # fmt: skip
def test_german_ticks_have_the_digits_they_need(
    unit: str, values: list[float], expected: list[str]
) -> None:
    chart = charts.trend(MONTHS[: len(values)], values, language=DE, title="", unit=unit)
    assert axis_texts(chart["yAxis"]) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 94.36, [0, 20, 40, 60, 80, 100]),
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (0, 0.3, [0, 0.1, 0.2, 0.3]),
        (-23.4, 61, [-50, 0, 50, 100]),
        (-61, 0, [-80, -60, -40, -20, 0]),
        (2.1, 2.6, [2.1, 2.2, 2.3, 2.4, 2.5, 2.6]),
        (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 1234567, [0, 500000, 1000000, 1500000]),
    ],
)
def test_ticks_are_round_and_hold_all_values(
    low: float, high: float, expected: list[float]
) -> None:
    assert house_style.ticks(low, high) == expected


def test_bars_say_names_values_keys_and_colours() -> None:
    chart = charts.bars(
        ["short", "a name that is longer than one line"], [2.0, -1.0], language=EN, title="EUR",
        colours=["#111111", "#222222"], keys=["k1", "k2"], hovers=[("A", "b"), ("C", "d")],
    )  # fmt: skip
    names = chart["yAxis"]
    assert names["inverse"]  # the first on top
    assert names["data"] == ["short", "a name that is longer than\none line", "", ""]
    first, second = chart["series"]["data"]
    assert (first["value"], first["key"], first["itemStyle"]["color"]) == (2.0, "k1", "#111111")
    assert (second["value"], second["key"]) == (-1.0, "k2")
    assert first["tooltip"]["formatter"] == "<b>A</b><br>b"
    assert chart["series"]["label"]["position"] == "right"
    assert axis_texts(chart["xAxis"])[0] == "−€1"
    assert chart["height"] == 70 + 34 * 4


def test_an_incomplete_month_is_hollow_and_said_so() -> None:
    chart = charts.trend(
        MONTHS, [3.0, 4.0, 1.0], complete=[True, True, False], language=EN, title="EUR",
        incomplete_note="month not complete",
    )  # fmt: skip
    points, dotted, solid = chart["series"]
    colours = [point["itemStyle"]["color"] for point in points["data"]]
    assert colours == [house_style.BLUE, house_style.BLUE, "white"]
    assert points["itemStyle"]["borderColor"] == house_style.BLUE
    assert [point["value"][3] for point in points["data"]] == ["", "", "month not complete"]
    assert "{@[3]}" in chart["tooltip"]["formatter"]
    assert solid["data"] == [3.0, 4.0, None]  # the solid line ends before it
    assert dotted["data"] == [None, 4.0, 1.0]
    assert (solid["lineStyle"].get("type"), dotted["lineStyle"]["type"]) == (None, "dotted")
    assert spoken(chart["xAxis"]["data"]) == ["Jan 26", "Feb 26", "Mar 26"]
    assert (chart["yAxis"][1]["name"], axis_texts(chart["yAxis"])[0]) == ("EUR", "€0")


def test_a_trend_writes_its_ends_off_the_line() -> None:
    chart = charts.trend(
        MONTHS, [3.0, 4.0, 1.0], complete=[True, True, False], language=DE, title=""
    )
    labels = [point.get("label") for point in chart["series"][0]["data"]]
    assert spoken([label["formatter"] for label in labels if label]) == ["3,00 €", "4,00 €"]
    assert [label and label["position"] for label in labels] == ["bottom", "top", None]
    hovers = [point["value"][2] for point in chart["series"][0]["data"]]
    assert spoken(hovers) == ["3,00 €", "4,00 €", "1,00 €"]


def test_two_trends_share_months_and_keep_their_scales() -> None:
    chart = charts.two_trends(
        MONTHS, [61.0, float("nan"), 64.0], [-12.5, 3.0, 20.0], language=DE, titles=("A", "B")
    )
    upper, upper_line, lower, lower_line = chart["series"]
    assert upper_line["data"] == [61.0, None, 64.0] and not upper_line.get("connectNulls")
    assert [place["value"][2] for place in lower["data"]] == ["−12,5", "3,0", "20,0"]
    assert [axis["name"] for axis in chart["yAxis"][1::2]] == ["A", "B"]
    assert axis_texts(chart["yAxis"][:2])[0] == "61"
    assert axis_texts(chart["yAxis"][2:])[0] == "−20"
    assert (upper["yAxisIndex"], lower["yAxisIndex"]) == (0, 2)
    assert upper["itemStyle"]["color"] == upper_line["lineStyle"]["color"] == house_style.BLUE
    assert lower["itemStyle"]["color"] == lower_line["lineStyle"]["color"] == house_style.ORANGE
    json.dumps(chart, allow_nan=False)


def test_the_flow_joins_the_steps_of_neighbouring_levels() -> None:
    moves = pd.DataFrame(
        [(2, "a", "A", "b", "B", 1010, 60.0, 0.25), (3, "b", "B", "a", "A", 4, 60.0, None)],
        columns=MOVES,
    )
    sankey = maps.flow(moves, language=EN, texts=FLOW)["series"]
    nodes, links = sankey["data"], sankey["links"]
    labels = [node["label"]["formatter"] for node in nodes]
    assert labels == ["A", "B", "A"]  # the same step at two places
    assert [node["depth"] for node in nodes] == [0, 1, 2]
    index = {node["name"]: position for position, node in enumerate(nodes)}
    assert [index[link["source"]] for link in links] == [0, 1]
    assert [index[link["target"]] for link in links] == [1, 2]
    said = [link["tooltip"]["formatter"] for link in links]
    assert "25.0%" in said[0] and "–" in said[1]
    assert said[0].startswith("<b>A → B</b><br>1,010 journeys<br>Median: ")
    assert nodes[1]["tooltip"]["formatter"] == "<b>B</b><br>1,010 journeys"
    colours = [link["lineStyle"]["color"] for link in links]
    assert colours == [maps.RISKS["high"], maps.RISKS["unknown"]]


def reasons(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "reason_code": list("abcde"),
            "label": list("ABCDE"),
            "quadrant": ["eliminate", "eliminate", "simplify", "automate", "leverage"],
            "contact_count": [5000, 10, 5, 5, 5],
            "service_cost_amount": [10.0, 90.0, 5.0, 5.0, 5.0],
            "is_disagreement": [False, True, False, False, False],
            **columns,
        }
    )


def test_the_matrix_puts_every_reason_into_its_field_on_a_line_of_its_own() -> None:
    chart = maps.quadrants(reasons(), language=DE, texts=TEXTS)
    bubbles = {bubble["key"]: bubble for bubble in chart["series"]["data"]}
    places = {key: bubble["value"] for key, bubble in bubbles.items()}
    assert places["b"][1] > places["a"][1]  # the dearest on top
    assert places["c"][0] > places["a"][0] and places["d"][1] > places["b"][1]
    assert places["e"][0] == places["c"][0] and places["e"][1] == places["d"][1]
    assert bubbles["b"]["name"] == "B ◆" and bubbles["a"]["name"] == "A"
    assert bubbles["a"]["symbolSize"] > bubbles["b"]["symbolSize"] > bubbles["c"]["symbolSize"]
    assert spoken([bubbles["a"]["tooltip"]["formatter"]]) == [
        "<b>A</b><br>5.000 contacts<br>10,00 €"
    ]
    assert bubbles["b"]["tooltip"]["formatter"].endswith("<br>◆ disagreement")
    assert bubbles["c"]["itemStyle"]["color"].startswith(house_style.QUADRANTS["simplify"])


def test_the_matrix_names_its_fields_and_both_ways_to_look() -> None:
    chart = maps.quadrants(reasons(), language=EN, texts=TEXTS)
    fields = {corner["name"]: corner["coord"] for corner, _ in chart["series"]["markArea"]["data"]}
    assert fields["eliminate"] == [0, 0.0] and fields["simplify"] == [1, 0.0]
    assert fields["automate"][0] == 0 and fields["leverage"][1] == fields["automate"][1] > 0
    assert chart["xAxis"][1]["data"] == ["low", "high"]
    assert (chart["xAxis"][1]["name"], chart["yAxis"]["name"]) == ("company", "customer")
    beside = chart["series"]["markPoint"]["data"]
    assert [mark["label"]["formatter"] for mark in beside] == ["low", "high"]
    assert beside[0]["coord"][1] < beside[1]["coord"][1]


def test_no_text_becomes_markup_or_a_field_in_a_hover() -> None:
    bars = charts.bars([EVIL], [1.0], language=EN, title="", hovers=[(EVIL, EVIL)])
    moves = pd.DataFrame([(2, "a", EVIL, "b", EVIL, 1, 60.0, None)], columns=MOVES)
    flow = maps.flow(moves, language=EN, texts=FLOW)
    matrix = maps.quadrants(reasons(label=[EVIL] * 5), language=EN, texts=TEXTS)
    marks = [
        *bars["series"]["data"], *flow["series"]["data"], *flow["series"]["links"],
        *matrix["series"]["data"],
    ]  # fmt: skip
    for mark in marks:
        said = mark["tooltip"]["formatter"]
        bare = said.replace("<b>", "").replace("</b>", "").replace("<br>", "")
        assert "&lt;img" in said and not set("<>{") & set(bare)


def test_pictures_stand_at_once_and_are_plain_json() -> None:
    trend = charts.trend(MONTHS, [1.0, 2.0, 3.0], language=EN, title="")
    matrix = maps.quadrants(reasons(), language=EN, texts=TEXTS)
    for chart in (trend, charts.bars([], [], language=EN, title=""), matrix):
        assert chart["animation"] is False
        json.dumps(chart, allow_nan=False)


def test_owners_and_fields_have_colours_of_their_own() -> None:
    for palette in (house_style.DEPARTMENTS, house_style.QUADRANTS):
        assert len(set(palette.values())) == len(palette)
