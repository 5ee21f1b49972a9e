"""Why numbers changed: a section of the Data-trust page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data, widgets
from dashboards.language import NO_VALUE, is_missing
from dashboards.restated import PARTS
from dashboards.serving import Serving, ask
from dashboards.view import View
from ingestion import catalogue

_QUESTION = ["period", "basis", "known_before", "known_after"]
_SAME = " and ".join(f"{name} = ${name}" for name in _QUESTION)


@st.cache_data(show_spinner=False, max_entries=20)
def questions(serving: Serving) -> pd.DataFrame:
    """What was asked: period, basis and the two moments, the latest first."""
    names = ", ".join(_QUESTION)
    query = f"select distinct {names} from restatements order by known_after desc, {names}"
    return ask(serving, query)


@st.cache_data(show_spinner=False, max_entries=20)
def splits(serving: Serving, **question: Any) -> pd.DataFrame:
    """The metrics of one question with the parts of their difference, the largest share first."""
    query = f"""
        select * from restatements where {_SAME}
        order by abs(difference) / greatest(abs(before_value), 1e-9) desc nulls last, metric_id"""
    return ask(serving, query, **question)


@st.cache_data(show_spinner=False, max_entries=20)
def news(serving: Serving, **question: Any) -> pd.DataFrame:
    """Up to 200 events and decisions behind the parts, those about the period first."""
    query = f"""
        select * from restatement_news where {_SAME}
        order by is_in_period desc, recorded_at, event_id limit 200"""
    return ask(serving, query, **question)


def show(view: View) -> None:
    """The section; where nothing was asked yet, how to ask."""
    widgets.section(view, "restatement.title", "restatement.help")
    asked = questions(view.copy) if view.copy.has("restatements") else pd.DataFrame()
    if asked.empty:
        st.info(view.text("restatement.empty"), icon=":material/info:")
        return
    names = [question_text(view, row) for _, row in asked.iterrows()]
    chosen = st.selectbox(
        view.text("restatement.question"), range(len(names)), format_func=names.__getitem__
    )
    question = {str(name): value for name, value in asked.iloc[chosen].items()}
    split(view, splits(view.copy, **question))
    behind(view, news(view.copy, **question))


def question_text(view: View, row: pd.Series) -> str:
    """A period and the two moments in words."""
    return view.text(
        f"restatement.asked_{row['basis']}",
        period=view.language.month(pd.Timestamp(f"{row['period']}-01").date()),
        before=view.moment(row["known_before"]),
        after=view.moment(row["known_after"]),
    )


def split(view: View, frame: pd.DataFrame) -> None:
    """One row a metric that changed: before, after, and the parts of the difference."""
    changed = frame[frame["difference"] != 0].copy()
    unchanged = view.language.number(len(frame) - len(changed))
    st.caption(view.text("restatement.unchanged", n=unchanged))
    if changed.empty:
        return
    units = data.metrics(view.copy)["unit"]
    changed["name"] = [widgets.definition(view, name)[0] for name in changed["metric_id"]]
    for name in ("before_value", "after_value", "difference", *(f"{part}_part" for part in PARTS)):
        signed = name not in ("before_value", "after_value")
        changed[name] = [
            written(view, units.get(metric), value, signed=signed)
            for metric, value in zip(changed["metric_id"], changed[name], strict=True)
        ]
    columns: dict[str, Any] = {
        "name": (view.text("restatement.metric"), None),
        "before_value": (view.text("restatement.before"), None),
        "after_value": (view.text("restatement.after"), None),
        "difference": (view.text("restatement.difference"), None),
    }
    columns |= {
        f"{part}_part": (view.language.code_name("restatement_part", part), None) for part in PARTS
    }
    widgets.table(view, changed, columns, key="restatement")


def written(view: View, unit: object, value: float | None, *, signed: bool = False) -> str:
    """A value in its unit; a part of a difference with its sign, and a dash where it is 0."""
    if is_missing(value) or value is None or (signed and value == 0):
        return NO_VALUE
    language = view.language
    writers: dict[object, Callable[[float], str]] = {
        "rate": language.percent,
        "amount": language.money,
        "seconds": language.duration,
        "count": language.number,
    }
    writer = writers.get(unit)
    text = writer(abs(value)) if writer else language.number(abs(value), 2)
    sign = "\N{MINUS SIGN}" if value < 0 else "+" if signed else ""
    return f"{sign}{text}"


def behind(view: View, frame: pd.DataFrame) -> None:
    """The events and decisions that made the parts, with the way to their record."""
    if frame.empty:
        return
    language, text = view.language, view.text
    labels = {name: kind.label[language.code] for name, kind in catalogue.load().types.items()}
    shown = frame.copy()
    shown["part"] = [language.code_name("restatement_part", code) for code in frame["part"]]
    shown["what"] = [labels.get(name, name) for name in frame["event_type"]]
    columns = {
        "part": (text("restatement.part"), None),
        "what": (text("timeline.what"), None),
        "source": (text("timeline.source"), None),
        "occurred_at": (text("timeline.when"), view.moment),
        "recorded_at": (text("restatement.recorded"), view.moment),
        "event_id": (text("timeline.event_id"), None),
        "source_url": (text("timeline.link"), None),
    }
    with st.expander(text("restatement.behind", n=language.number(len(frame)))):
        widgets.table(view, shown, columns, key="restatement_news", links=("source_url",))
