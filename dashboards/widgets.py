"""The pieces every page is made of: headline, section, table, empty state; knows no SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.house_style import Chart
from dashboards.language import NO_VALUE
from dashboards.ratio import Ratio
from dashboards.view import View

# Of a cost: rising is bad, falling is good, None is neither.
_COLOURS: dict[bool | None, Literal["red", "green", "gray"]] = {
    True: "red",
    False: "green",
    None: "gray",
}
_ARROWS: dict[bool | None, Literal["up", "down", "off"]] = {True: "up", False: "down", None: "off"}
CASES_PAGE = str(Path(__file__).with_name("app_pages") / "cases.py")


def title(view: View, page: str) -> None:
    """Name of the page and the one question it answers."""
    st.title(view.text(f"{page}.title"), anchor=False)
    st.caption(view.text(f"{page}.question"))


def definition(view: View, metric_id: str) -> tuple[str, str]:
    """Name and definition of a metric from the contract; the definition is what hovers."""
    frame = data.metrics(view.copy)
    if metric_id not in frame.index:
        return metric_id.replace("_", " "), ""
    row = frame.loc[metric_id]
    about = f"{view.label(row, 'definition')}\n\n{view.text('common.owner')}: "
    return view.label(row), about + view.language.code_name("department", row["owner"])


def headline(
    view: View,
    metric_id: str,
    value: str,
    *,
    delta: str | None = None,
    is_rising: bool | None = None,
    note: str = "",
    drill: Mapping[str, str] | None = None,
) -> None:
    """A number with its name, its definition on hover, a note, and the way to its cases."""
    name, about = definition(view, metric_id)
    with st.container(border=True, height="stretch", key=f"headline_{metric_id}"):
        st.metric(
            name,
            value,
            delta,
            delta_color=_COLOURS[is_rising],
            delta_arrow=_ARROWS[is_rising],
            help=about or None,
        )
        if note:
            st.caption(note)
        if drill is not None:
            drill_button(view, metric_id, drill)


def drill_button(view: View, key: str, drill: Mapping[str, str], label: str = "") -> None:
    """A quiet button that opens the cases behind a number."""
    text = label or view.text("common.show_cases")
    if st.button(text, key=f"drill_{key}", type="tertiary", icon=":material/arrow_forward:"):
        open_cases(drill)


def open_cases(drill: Mapping[str, str]) -> None:
    """Go to the cases behind a number; the address says which, so it can be passed on."""
    st.switch_page(CASES_PAGE, query_params=dict(drill))


def ratio_texts(view: View, ratio: Ratio) -> tuple[str, str]:
    """The rate and its small print: n and the 95 % interval, or why it is not shown."""
    language = view.language
    count = language.number(ratio.denominator)
    if ratio.is_suppressed:
        return NO_VALUE, view.text("common.suppressed", n=count, limit=ratio.min_count)
    low, high = ratio.interval
    return language.percent(ratio.rate), view.text(
        "common.interval", n=count, low=language.percent(low), high=language.percent(high)
    )


def section(view: View, key: str, help_key: str = "") -> None:
    """A heading inside a page."""
    st.subheader(view.text(key), anchor=False, help=view.text(help_key) if help_key else None)


def figure(view: View, chart: Chart, *, key: str, alt: str) -> None:
    """A picture that only shows."""
    _draw(chart, key=key, alt=alt)


def _draw(chart: Chart, **how: Any) -> Any:
    # ECharts takes a height among the options for that of every part
    options = {name: value for name, value in chart.items() if name != "height"}
    return st.echarts_chart(options, height=chart["height"], theme=None, renderer="svg", **how)


def clickable(view: View, chart: Chart, *, key: str, alt: str) -> str | None:
    """A picture whose marks lead to cases; returns the key of the clicked mark or None."""
    marks = chart["series"]["data"]
    chart["series"] |= {"selectedMode": "single", "select": {"itemStyle": {"borderWidth": 0}}}
    # A new key after each click forgets the selection, so that coming back does not leave again.
    # A click comes back as a position: where a newer build has moved the marks it must not count.
    turn = st.session_state.setdefault(f"turn_{key}", 0)
    order = crc32("\0".join(str(mark["key"]) for mark in marks).encode())
    event = _draw(chart, key=f"{key}_{turn}_{order}", alt=alt, on_select="rerun")
    selected = event["selection"]["selected"]
    if not selected:
        return None
    st.session_state[f"turn_{key}"] = turn + 1
    return str(marks[selected[0]["data_indices"][0]]["key"])


def table(
    view: View,
    frame: pd.DataFrame,
    columns: Mapping[str, tuple[str, Callable[[Any], str] | None]],
    *,
    key: str,
    selectable: bool = False,
    links: Sequence[str] = (),
    height: int | Literal["content"] = "content",
) -> int | None:
    """A table with its columns named and written in the reader's language; returns a chosen row."""
    chosen = frame[list(columns)]
    writers = {name: writer for name, (_, writer) in columns.items() if writer}
    config: dict[str, Any] = {name: label for name, (label, _) in columns.items()}
    for name in links:
        config[name] = st.column_config.LinkColumn(
            columns[name][0], display_text=view.text("common.open")
        )
    unwritten = [name for name in columns if name not in writers]
    chosen = chosen.assign(**{name: chosen[name].fillna("") for name in unwritten})
    styled = chosen.style.format(writers, na_rep=NO_VALUE)
    if not selectable:
        st.dataframe(
            styled,
            hide_index=True,
            column_config=config,
            key=key,
            height=height,
            placeholder=NO_VALUE,
        )
        return None
    event = st.dataframe(
        styled,
        hide_index=True,
        column_config=config,
        key=key,
        height=height,
        placeholder=NO_VALUE,
        on_select="rerun",
        selection_mode="single-row",
    )
    rows = event["selection"]["rows"]
    return rows[0] if rows and rows[0] < len(frame) else None


def legend(name: str, entries: Sequence[tuple[str, str]]) -> None:
    """What the colours of the figure above mean."""
    swatches = "".join(
        f'<span class="swatch" style="background:{colour}"></span>{escape(text)}'
        for colour, text in entries
    )
    st.html(f'<p class="legend">{escape(name)}{swatches}</p>')


def nothing(view: View, key: str = "common.nothing") -> None:
    """Say that there is nothing to show, and why."""
    st.info(view.text(key), icon=":material/info:")
