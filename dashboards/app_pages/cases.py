"""The contacts behind a number, a case, and its events with links to the source."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import data, timeline, visits, widgets
from dashboards.slices import SLICES
from dashboards.view import View, current


def show(view: View) -> None:
    """The whole page: the list, or one case when the address names it."""
    widgets.title(view, "cases")
    slice_name = st.query_params.get("slice", "all")
    slice_name = slice_name if slice_name in SLICES else "all"
    value, second = st.query_params.get("value", ""), st.query_params.get("second", "")
    st.markdown(f"**{heading(view, slice_name, value, second)}**")
    visits.note(view, "cases", value if slice_name == "party" else None)
    frame = data.contacts_in(view.copy, view.filters, slice_name, value, second)
    chosen = contacts(view, frame)
    case_id, contact_id = chosen or (st.query_params.get("case", ""), "")
    if case_id or contact_id:
        one_case(view, case_id, contact_id)
    elif not frame.empty:
        st.caption(view.text("cases.choose"))


def heading(view: View, slice_name: str, value: str, second: str) -> str:
    """What the reader is looking at."""
    language = view.language
    names = {
        "organisation": lambda: value[:12],
        "reason": lambda: reason(view, value),
        "channel": lambda: language.code_name("channel", value),
        "quadrant": lambda: language.code_name("quadrant", value),
        "step": lambda: f"{value} · {language.code_name('department', second)}",
    }
    name = names[slice_name]() if slice_name in names else value
    return view.text(f"cases.slice_{slice_name}", name=name)


def reason(view: View, code: object) -> str:
    """The label of a contact reason."""
    return reasons(view).get(code) or view.language.code_name("reason", code)


def reasons(view: View) -> dict[object, str]:
    """Code → label of all contact reasons."""
    return dict(data.reason_labels(view.copy)[f"label_{view.language.code}"])


def contacts(view: View, frame: pd.DataFrame) -> tuple[str, str] | None:
    """The list; returns case and contact of the chosen row."""
    if frame.empty:
        widgets.nothing(view)
        return None
    language, text = view.language, view.text
    total = int(frame["total_count"].iloc[0])
    st.caption(text("cases.shown", n=language.number(len(frame)), total=language.number(total)))
    shown = frame.copy()
    shown["reason"] = frame["reason_code"].map(reasons(view)).fillna(text("common.unknown"))
    shown["channel"] = [language.code_name("channel", code) for code in frame["channel"]]
    shown["demand"] = [language.code_name("demand", code) for code in frame["demand_type"]]
    shown["owner"] = [language.code_name("department", code) for code in frame["owner_department"]]
    columns = {
        "started_at": (text("cases.started"), view.moment),
        "reason": (text("common.reason"), None),
        "channel": (text("app.channel"), None),
        "demand": (text("cases.demand"), None),
        "owner": (text("common.owner"), None),
        "service_cost_amount": (text("cases.cost"), language.money),
        "customer_minutes": (text("cases.minutes"), lambda value: language.number(value, 1)),
        "case_id": (text("cases.case"), None),
        "source_url": (text("timeline.link"), None),
    }
    row = widgets.table(
        view, shown, columns, key="contacts", selectable=True, links=("source_url",), height=360
    )
    if row is None:
        return None
    case_id = frame["case_id"].iloc[row]
    return ("" if pd.isna(case_id) else str(case_id), str(frame["contact_id"].iloc[row]))


def one_case(view: View, case_id: str, contact_id: str) -> None:
    """Facts of the case and the events that make it up."""
    with st.container(border=True, key="case_detail"):
        name = (
            view.text("cases.case_n", id=case_id)
            if case_id
            else view.text("cases.contact_n", id=contact_id)
        )
        st.subheader(name, anchor=False)
        visits.note(view, "case", f"case/{case_id}" if case_id else f"contact/{contact_id}")
        found = data.case(view.copy, case_id) if case_id else pd.DataFrame()
        if not found.empty:
            facts(view, found.iloc[0])
        events = data.events_of(view.copy, case_id=case_id, contact_id=contact_id)
        timeline.show(view, events, key="case_events")


def facts(view: View, row: pd.Series) -> None:
    """Four clocks of the case and the link to it."""
    language, text = view.language, view.text
    values = (
        (text("cases.status"), language.code_name("status", row["status"])),
        (text("cases.first_reply"), language.duration(row["first_reply_seconds"])),
        (text("cases.resolution"), language.duration(row["resolution_seconds"])),
        (text("cases.reopened"), language.number(row["reopen_count"])),
    )
    for column, (name, value) in zip(st.columns(4), values, strict=True):
        column.metric(name, value)
    if not pd.isna(row["source_url"]):
        st.link_button(text("cases.open_source"), str(row["source_url"]))


show(current())
