"""One customer, found by an address or a number that is hashed at once and not kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import customers, data, visits, widgets
from dashboards.view import View, current

_FOUND, _TYPED = "found_customer", "find_typed"


def show(view: View) -> None:
    """The form, and the customer that it found."""
    widgets.title(view, "find_customer")
    if not view.copy.has("identifiers"):
        widgets.nothing(view, "find_customer.no_map")
        return
    ask_for(view)
    message, parties = st.session_state.get(_FOUND, ("", []))
    if message:
        visits.note(view, "find_customer")
        widgets.nothing(view, message)
    if len(parties) > 1:
        st.warning(view.text("find_customer.several", n=len(parties)), icon=":material/groups:")
    for party_id in parties:
        visits.note(view, "find_customer", party_id)
        one_customer(view, party_id)


def ask_for(view: View) -> None:
    """The form; of what is typed only the party that it leads to outlives the run."""
    text = view.text
    missing = customers.can_hash(view.secret_file, view.copy)
    way = st.segmented_control(
        text("find_customer.by"),
        customers.WAYS,
        default="number" if missing else "email",
        format_func=lambda name: text(f"find_customer.by_{name}"),
        key="find_by",
        required=True,
        on_change=forget,
    )
    if missing and way != "number":
        forget()
        st.warning(text(missing, path=view.secret_file), icon=":material/key_off:")
        return
    with st.form("find_form"):
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        left.text_input(
            text(f"find_customer.by_{way}"),
            placeholder=text(f"find_customer.like_{way}"),
            autocomplete="off",
            key=_TYPED,
            max_chars=320,
        )
        right.form_submit_button(
            text("find_customer.find"), type="primary", width="stretch",
            on_click=search, args=(view, str(way)),
        )  # fmt: skip
    st.caption(text("find_customer.exact" if way == "number" else "find_customer.not_kept"))


def search(view: View, way: str) -> None:
    """Look for what was typed and take it out of the session."""
    typed = str(st.session_state[_TYPED])
    st.session_state[_TYPED] = ""
    st.session_state[_FOUND] = found(view, way, typed)


def forget() -> None:
    """Another way of looking: what was found before goes."""
    st.session_state.pop(_FOUND, None)
    st.session_state.pop(_TYPED, None)


def found(view: View, way: str, typed: str) -> tuple[str, list[str]]:
    """A message or the parties that were found."""
    if not typed.strip():
        return "find_customer.nothing_typed", []
    if way == "number":
        parties = customers.by_number(view.copy, typed.strip())
        return ("" if parties else "find_customer.no_number"), parties
    kind, id_hash = customers.hashed(view.secret_file, way, typed, view.country)
    if not id_hash:
        return f"find_customer.is_{kind}", []
    parties = customers.by_hash(view.copy, id_hash)
    unknown = "find_customer.no_phone" if way == "phone" else "find_customer.nobody"
    return ("" if parties else unknown), parties


def one_customer(view: View, party_id: str) -> None:
    """Who it is, and what happened."""
    frame = customers.customer(view.copy, party_id)
    if frame.empty:
        widgets.nothing(view, "find_customer.no_customer")
        return
    with st.container(border=True, key=f"customer_{party_id}"):
        st.subheader(view.text("find_customer.customer", id=party_id[:8]), anchor=False)
        facts(view, frame.iloc[0])
        drill = {"slice": "party", "value": party_id}
        widgets.drill_button(
            view, f"party_{party_id}", drill, view.text("find_customer.all_contacts")
        )
        for name, section in SECTIONS.items():
            section(view, name, party_id)


def facts(view: View, row: pd.Series) -> None:
    """Tier, stage and size of the customer."""
    language, text = view.language, view.text
    values = (
        (text("app.segment"), language.code_name("segment", row["segment"])),
        (text("find_customer.stage"), language.code_name("stage", row["lifecycle_stage"])),
        (text("find_customer.order_count"), language.number(row["order_count"])),
        (text("find_customer.margin"), language.money(float(row["margin_12m_amount"]))),
        (text("find_customer.contact_count"), language.number(row["contact_count_12m"])),
    )
    for column, (name, value) in zip(st.columns(5), values, strict=True):
        column.metric(name, value)
    seen = language.date(view.copy.local(row["first_seen_at"]))
    if row.get("is_guest", False):
        st.caption(text("find_customer.guest", date=seen))
        return
    st.caption(text("find_customer.seen", date=seen, n=language.number(row["identifier_count"])))


def triggers(view: View, name: str, party_id: str) -> None:
    """What should be done before the customer calls."""
    frame = customers.triggers(view.copy, party_id)
    frame["label"] = frame[f"label_{view.language.code}"]
    frame["action"] = frame[f"recommended_action_{view.language.code}"]
    states = {True: view.text("find_customer.open"), False: view.text("find_customer.done")}
    frame["state"] = [states[bool(is_open)] for is_open in frame["is_open"]]
    text = view.text
    columns = {
        "fired_at": (text("proactive_triggers.since"), view.moment),
        "label": (text("proactive_triggers.trigger"), None),
        "action": (text("proactive_triggers.action"), None),
        "state": (text("proactive_triggers.state"), None),
    }
    rows(view, name, frame, columns, party_id)


def orders(view: View, name: str, party_id: str) -> None:
    """What was bought and where it is."""
    frame = customers.orders(view.copy, party_id)
    frame["state"] = [view.text(f"find_customer.{order_state(row)}") for _, row in frame.iterrows()]
    text = view.text
    columns = {
        "ordered_at": (text("find_customer.ordered"), view.moment),
        "order_id": (text("find_customer.order"), None),
        "order_number": (text("find_customer.order_number"), None),
        "total_amount": (text("find_customer.total"), view.language.money),
        "state": (text("proactive_triggers.state"), None),
        "promised_delivery_at": (text("find_customer.promised"), view.moment),
        "delivered_at": (text("find_customer.delivered_at"), view.moment),
    }
    if "order_number" not in frame or frame["order_number"].isna().all():
        del columns["order_number"]
    rows(view, name, frame, columns, party_id)


def order_state(row: pd.Series) -> str:
    """cancelled, delivered, late, dispatched or ordered."""
    if row["is_cancelled"]:
        return "state_cancelled"
    if not pd.isna(row["delivered_at"]):
        return "state_delivered"
    if not pd.isna(row["is_late"]) and row["is_late"]:
        return "state_late"
    return "state_ordered" if pd.isna(row["dispatched_at"]) else "state_dispatched"


def cases(view: View, name: str, party_id: str) -> None:
    """What was asked, and how it stands."""
    frame = customers.cases(view.copy, party_id)
    language, text = view.language, view.text
    frame["channel"] = [language.code_name("channel", code) for code in frame["channel"]]
    frame["status"] = [language.code_name("status", code) for code in frame["status"]]
    columns = {
        "opened_at": (text("cases.started"), view.moment),
        "case_id": (text("cases.case"), None),
        "status": (text("cases.status"), None),
        "channel": (text("app.channel"), None),
        "first_reply_seconds": (text("cases.first_reply"), language.duration),
        "resolution_seconds": (text("cases.resolution"), language.duration),
    }
    rows(view, name, frame, columns, party_id)


def contacts(view: View, name: str, party_id: str) -> None:
    """When and why they wrote or called."""
    frame = customers.contacts(view.copy, party_id)
    language, text = view.language, view.text
    frame["channel"] = [language.code_name("channel", code) for code in frame["channel"]]
    frame["demand"] = [language.code_name("demand", code) for code in frame["demand_type"]]
    reasons = data.reason_labels(view.copy)[f"label_{language.code}"]
    frame["reason"] = frame["reason_code"].map(reasons).fillna(text("common.unknown"))
    columns = {
        "started_at": (text("cases.started"), view.moment),
        "reason": (text("common.reason"), None),
        "channel": (text("app.channel"), None),
        "demand": (text("cases.demand"), None),
        "service_cost_amount": (text("cases.cost"), language.money),
    }
    rows(view, name, frame, columns, party_id)


def rows(
    view: View,
    name: str,
    frame: pd.DataFrame,
    columns: Mapping[str, tuple[str, Callable[[Any], str] | None]],
    party_id: str,
) -> None:
    """A titled table with the way into the source system, or that there is nothing."""
    total = 0 if frame.empty else int(frame["total_count"].iloc[0])
    heading = f"**{view.text(f'find_customer.{name}')}** ({view.language.number(total)})"
    st.markdown(heading)
    if frame.empty:
        st.caption(view.text(f"find_customer.no_{name}"))
        return
    link = {"source_url": (view.text("timeline.link"), None)}
    widgets.table(view, frame, {**columns, **link}, key=f"{name}_{party_id}", links=("source_url",))


SECTIONS = {"triggers": triggers, "orders": orders, "cases": cases, "contacts": contacts}

show(current())
