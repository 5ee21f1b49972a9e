"""Whether the log holds what the sources delivered and say: a section of the Data-trust page."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import widgets
from dashboards.serving import Serving, ask
from dashboards.view import View

_SHOWN = 200
_VALUES = ("expected_value", "found_value", "difference_value")


@st.cache_data(show_spinner=False, max_entries=20)
def totals(serving: Serving) -> pd.DataFrame:
    """Control totals, differences first, then the newest; columns of the mart, and both counts."""
    query = f"""
        select
            *,
            count(*) over () as total_count,
            count_if(not is_matched) over () as difference_count
        from reconciliations
        order by is_matched, total_date desc, source, measure, told_by, currency
        limit {_SHOWN}"""
    return ask(serving, query)


def show(view: View) -> None:
    """The section; where there is no total yet, how to come by one."""
    widgets.section(view, "reconciliation.title", "reconciliation.help")
    frame = totals(view.copy).copy() if view.copy.has("reconciliations") else pd.DataFrame()
    if frame.empty:
        st.info(view.text("reconciliation.empty"))
        return
    summary(view, int(frame["total_count"][0]), int(frame["difference_count"][0]))
    table(view, frame)


def summary(view: View, total: int, different: int) -> None:
    """How many totals match, with the metric's definition where it stands in the contract."""
    number = view.language.number
    _, about = widgets.definition(view, "reconciled_rate")
    counts = {"matched": number(total - different), "total": number(total)}
    text = view.text("reconciliation.summary", **counts)
    if different:
        st.warning(text, icon=":material/difference:")
    else:
        st.success(text, icon=":material/check_circle:")
    if about:
        st.caption(about.partition("\n")[0])


def table(view: View, frame: pd.DataFrame) -> None:
    """One row a total; a count without decimals, a sum with those of its currency."""
    language, text = view.language, view.text
    frame["state"] = [
        text(f"reconciliation.{'matched' if is_matched else 'different'}")
        for is_matched in frame["is_matched"]
    ]
    frame["what"] = [language.code_name("measure", code) for code in frame["measure"]]
    frame["told"] = [language.code_name("told_by", code) for code in frame["told_by"]]
    for name in _VALUES:
        frame[name] = [
            value_text(view, value, currency)
            for value, currency in zip(frame[name], frame["currency"], strict=True)
        ]
    columns: dict[str, Any] = {
        "state": (text("reconciliation.state"), None),
        "total_date": (text("reconciliation.day"), language.date),
        "source": (text("timeline.source"), None),
        "what": (text("reconciliation.what"), None),
        "told": (text("reconciliation.told_by"), None),
    }
    columns |= {name: (text(f"reconciliation.{name}"), None) for name in _VALUES}
    widgets.table(view, frame, columns, key="reconciliation", height=318)


def value_text(view: View, value: object, currency: object) -> str:
    """12, or 12.50 EUR."""
    amount = float(str(value))
    if not isinstance(currency, str) or not currency:
        return view.language.number(amount)
    digits = 2 if round(amount, 2) == amount else 3
    return f"{view.language.number(amount, digits)} {currency}"
