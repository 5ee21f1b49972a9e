"""Who needs a word before they call: the worklist, its evidence, and what was done."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboards import charts, data, house_style, outbox, timeline, visits, widgets
from dashboards.view import View, current


def show(view: View) -> None:
    """The whole page."""
    widgets.title(view, "proactive_triggers")
    frame = data.triggers(view.copy, view.filters)
    if frame.empty:
        widgets.nothing(view, "proactive_triggers.none")
        return
    frame["label"] = frame[f"label_{view.language.code}"]
    frame["action"] = frame[f"recommended_action_{view.language.code}"]
    headlines(view, frame)
    chosen = worklist(view, frame)
    detail(view, frame.iloc[chosen])


def headlines(view: View, frame: pd.DataFrame) -> None:
    """How many, how much is at risk, and the split by trigger."""
    language = view.language
    customers = int(frame["party_id"].nunique())
    left, right = st.columns(2, gap="medium")
    with left:
        widgets.headline(
            view, "open_trigger_count", language.number(len(frame)),
            note=view.text("proactive_triggers.customers", n=language.number(customers)),
        )  # fmt: skip
        widgets.headline(
            view, "value_at_risk", language.money(float(frame["value_at_risk_amount"].sum()), 0),
            note=view.text("proactive_triggers.assumption"),
        )  # fmt: skip
    with right:
        split = frame.groupby("label")["value_at_risk_amount"].agg(["sum", "size"])
        split = split.sort_values("sum", ascending=False)
        chart = charts.bars(
            list(split.index), list(split["sum"].astype(float)), language=language,
            title=view.text("proactive_triggers.risk_axis", currency=language.currency),
            colours=house_style.ORANGE,
            hovers=[
                (str(name), view.text("proactive_triggers.open_n", n=size))
                for name, size in split["size"].items()
            ],
            height=280,
        )  # fmt: skip
        widgets.figure(view, chart, key="split", alt=view.text("proactive_triggers.split"))


def worklist(view: View, frame: pd.DataFrame) -> int:
    """The list in order of priority; returns the chosen row, the first when none is chosen."""
    widgets.section(view, "proactive_triggers.worklist", "proactive_triggers.worklist_help")
    language, text = view.language, view.text
    shown = frame.copy()
    shown["state"] = [text(f"proactive_triggers.{state(view, row)}") for row in rows(frame)]
    shown["customer"] = [str(party)[:8] for party in frame["party_id"]]
    columns = {
        "priority_number": ("#", language.number),
        "label": (text("proactive_triggers.trigger"), None),
        "customer": (text("common.customer"), None),
        "value_at_risk_amount": (text("proactive_triggers.risk"), language.money),
        "action": (text("proactive_triggers.action"), None),
        "state": (text("proactive_triggers.state"), None),
        "fired_at": (text("proactive_triggers.since"), view.moment),
        "source_url": (text("timeline.link"), None),
    }
    chosen = widgets.table(
        view, shown, columns, key="worklist", selectable=True, links=("source_url",), height=318
    )
    return chosen or 0


def rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows as dictionaries."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def state(view: View, row: dict[str, object]) -> str:
    """new, shown or acted: by the files that wait to be ingested."""
    fire = f"fire/{row['fire_id']}"
    if any(outbox.is_on_file(view.landing, f"{fire}/action/{k}") for k in outbox.ACTION_KINDS):
        return "acted"
    return "shown" if outbox.is_on_file(view.landing, f"{fire}/shown") else "new"


def detail(view: View, row: pd.Series) -> None:
    """One trigger: why it fired, what is at stake, what to do, and the two buttons."""
    language, text = view.language, view.text
    visits.note(view, "proactive_triggers", str(row["party_id"]))
    with st.container(border=True, key="trigger_detail"):
        st.subheader(f"{row['priority_number']}. {row['label']}", anchor=False)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            st.markdown(f"**{text('proactive_triggers.action')}**  \n{row['action']}")
            st.caption(
                text(
                    "proactive_triggers.value_sum",
                    risk=language.money(float(row["value_at_risk_amount"])),
                    margin=language.money(float(row["margin_12m_amount"] or 0)),
                    share=language.percent(float(row["loss_share"]), 0),
                )
            )
        with right:
            buttons(view, {str(key): value for key, value in row.items()})
        st.markdown(f"**{text('proactive_triggers.evidence')}**")
        evidence = tuple(str(name) for name in row["evidence_event_keys"])
        timeline.show(view, data.events_by_key(view.copy, evidence), key="evidence")
        if not pd.isna(row["case_id"]):
            drill = {"slice": "case", "value": str(row["case_id"]), "case": str(row["case_id"])}
            widgets.drill_button(view, "trigger_case", drill, text("proactive_triggers.open_case"))


def buttons(view: View, row: dict[str, object]) -> None:
    """Say that it was shown, or what was done; both become events."""
    text, fire = view.text, str(row["fire_id"])
    current_state = state(view, row)
    if st.button(
        text("proactive_triggers.mark_shown"), key=f"shown_{fire}", disabled=current_state != "new",
        help=text("proactive_triggers.mark_help"), width="stretch",
    ):  # fmt: skip
        save(view, lambda: outbox.record_shown(view.landing, row, view.now()))
    kind = st.selectbox(
        text("proactive_triggers.kind"), outbox.ACTION_KINDS, key=f"kind_{fire}",
        format_func=lambda code: view.language.code_name("action", code),
        disabled=current_state == "acted",
    )  # fmt: skip
    if st.button(
        text("proactive_triggers.mark_acted"), key=f"acted_{fire}", type="primary",
        disabled=current_state == "acted", width="stretch",
    ):  # fmt: skip
        save(view, lambda: act(view, row, kind))


def act(view: View, row: dict[str, object], kind: str) -> None:
    """An action implies that somebody saw the trigger."""
    outbox.record_shown(view.landing, row, view.now())
    outbox.record_action(view.landing, row, kind, view.now())


def save(view: View, write: Callable[[], object]) -> None:
    """Write and show the new state, or say in one sentence why it did not work."""
    try:
        write()
    except outbox.OutboxError as error:
        st.error(str(error))
        return
    st.toast(view.text("proactive_triggers.saved"), icon=":material/check:")
    st.rerun()


show(current())
