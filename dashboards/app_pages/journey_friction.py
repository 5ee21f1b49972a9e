"""Where journeys rub: friction in money and minutes, the flow of journeys, risky transitions."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import charts, data, house_style, maps, widgets
from dashboards.ratio import Ratio
from dashboards.view import View, current

TOP = 10
SEPARATOR = "|"
SMALLEST_BRANCH = 0.015  # of the widest ribbon; thinner ones are left out of the flow


def show(view: View) -> None:
    """The whole page."""
    widgets.title(view, "journey_friction")
    frame = data.frictions(view.copy, view.filters)
    if frame.empty:
        widgets.nothing(view)
        return
    frame["label"] = frame[f"label_{view.language.code}"]
    frame["months"] = month_count(view)
    headlines(view, frame)
    ranking(view, frame)
    flow(view)
    risky(view)
    drift(view)


def month_count(view: View) -> int:
    """Months of the period that the copy covers; the divisor of every 'a month'."""
    return max(len(data.monthly_costs(view.copy, view.filters)), 1)


def headlines(view: View, frame: pd.DataFrame) -> None:
    """Cost, minutes, failure demand and first-contact resolution."""
    language, months = view.language, int(frame["months"].iloc[0])
    contacts = data.contacts_by_month(view.copy, view.filters)
    columns = st.columns(4, gap="small")
    with columns[0]:
        amount = float(frame["friction_cost_amount"].sum()) / months
        widgets.headline(
            view, "friction_cost", language.money(amount, 0),
            note=view.text("common.a_month"), drill={"slice": "failure"},
        )  # fmt: skip
    with columns[1]:
        minutes = float(frame["customer_minutes"].sum()) / months
        waiting = language.number(float(frame["waiting_hours"].sum()) / months)
        widgets.headline(
            view, "customer_minutes", view.text("journey_friction.min", n=language.number(minutes)),
            note=view.text("journey_friction.waiting", n=waiting), drill={"slice": "failure"},
        )  # fmt: skip
    with columns[2]:
        ratio = Ratio(
            int(contacts["failure_contact_count"].sum()),
            int(contacts["classified_contact_count"].sum()),
        )
        value, note = widgets.ratio_texts(view, ratio)
        widgets.headline(view, "failure_demand_rate", value, note=note, drill={"slice": "failure"})
    with columns[3]:
        first_contact_resolution(view)


def first_contact_resolution(view: View) -> None:
    """First-contact resolution of the episodes that are old enough to judge."""
    row = data.resolution(view.copy, view.filters).iloc[0]
    value, note = widgets.ratio_texts(
        view, Ratio(int(row["first_count"]), int(row["resolved_count"]))
    )
    immature = view.language.number(row["immature_count"])
    widgets.headline(
        view, "first_contact_resolution_rate", value,
        note=f"{note} · {view.text('common.immature', n=immature)}", drill={"slice": "repeat"},
    )  # fmt: skip


def ranking(view: View, frame: pd.DataFrame) -> None:
    """Step × owner by money a month, and the customers' minutes beside it."""
    left, right = st.columns([3, 2], gap="medium")
    language, top = view.language, frame.head(TOP)
    owners = [language.code_name("department", code) for code in top["owner_department"]]
    names = [f"{name} · {owner}" for name, owner in zip(top["label"], owners, strict=True)]
    keys = list(top["journey_step"] + SEPARATOR + top["owner_department"])
    with left:
        widgets.section(view, "journey_friction.ranking", "journey_friction.ranking_help")
        money = charts.bars(
            names,
            list(top["friction_cost_amount"].astype(float) / top["months"]),
            keys=keys,
            language=language,
            title=view.text("common.eur_a_month", currency=language.currency),
            colours=[
                house_style.DEPARTMENTS.get(code, house_style.GREY)
                for code in top["owner_department"]
            ],
            hovers=[
                hover(view, name, row) for name, row in zip(names, top.itertuples(), strict=True)
            ],
        )
        chosen = widgets.clickable(
            view, money, key="ranking", alt=view.text("journey_friction.ranking")
        )
        st.caption(view.text("journey_friction.click"))
    with right:
        widgets.section(view, "journey_friction.minutes", "journey_friction.minutes_help")
        steps = frame.groupby("label", sort=False)["customer_minutes"].sum() / month_count(view)
        steps = steps.sort_values(ascending=False).head(TOP)
        minutes = charts.bars(
            list(steps.index), list(steps.astype(float)), language=language, unit="count",
            title=view.text("journey_friction.minutes_axis"), colours=house_style.SKY,
        )  # fmt: skip
        widgets.figure(view, minutes, key="minutes", alt=view.text("journey_friction.minutes"))
    if chosen:
        step, owner = chosen.split(SEPARATOR)
        widgets.open_cases({"slice": "step", "value": step, "second": owner})


def hover(view: View, name: str, row: object) -> list[str]:
    """What a bar says when pointed at, line by line."""
    language = view.language
    parts = [name]
    for key in ("service_cost_amount", "compensation_amount", "refund_amount"):
        amount = language.money(float(getattr(row, key) or 0) / getattr(row, "months", 1), 0)
        parts.append(f"{view.text(f'journey_friction.{key}')}: {amount}")
    count = language.number(getattr(row, "failure_contact_count", 0))
    parts.append(view.text("journey_friction.failure_contacts", n=count))
    return parts


def flow(view: View) -> None:
    """The first steps of all journeys, from left to right."""
    widgets.section(view, "journey_friction.flow", "journey_friction.flow_help")
    moves = data.journey_flow(view.copy, view.filters)
    if len(moves):
        moves = moves[moves["journey_count"] >= SMALLEST_BRANCH * moves["journey_count"].max()]
    if moves.empty:
        widgets.nothing(view)
        return
    moves = moves.sort_values(["step_number", "journey_count"], ascending=[True, False])
    moves["from_label"] = moves[f"from_label_{view.language.code}"]
    moves["to_label"] = moves[f"to_label_{view.language.code}"]
    moves["contact_rate"] = [
        Ratio(int(move.contact_count), int(move.mature_count)).rate for move in moves.itertuples()
    ]
    texts = {key: view.text(f"journey_friction.{key}") for key in ("journeys", "median", "contact")}
    chart = maps.flow(moves, language=view.language, texts=texts)
    with st.container(key="wide_flow"):
        widgets.figure(view, chart, key="flow", alt=view.text("journey_friction.flow"))
    names = {name: view.text(f"journey_friction.risk_{name}") for name in maps.RISKS}
    widgets.legend(
        view.text("journey_friction.flow_legend"),
        [(maps.RISKS[name], text) for name, text in names.items()],
    )


def risky(view: View) -> None:
    """The transitions after which most customers get in touch."""
    widgets.section(view, "journey_friction.risky", "journey_friction.risky_help")
    frame, language = data.risky_edges(view.copy), view.language
    frame["move"] = (
        frame[f"from_label_{language.code}"] + " → " + frame[f"to_label_{language.code}"]
    )
    ratios = [
        Ratio(int(hits), int(n))
        for hits, n in zip(
            frame["contact_within_72h_count"], frame["mature_transition_count"], strict=True
        )
    ]
    frame["rate"] = [ratio.rate for ratio in ratios]
    frame["interval"] = [
        f"{language.percent(low, 0)}–{language.percent(high, 0)}"
        for low, high in (ratio.interval for ratio in ratios)
    ]
    text = view.text
    columns = {
        "move": (text("journey_friction.move"), None),
        "transition_count": (text("journey_friction.count"), language.number),
        "contact_within_72h_count": (text("journey_friction.contacts_72h"), language.number),
        "rate": (text("journey_friction.rate"), language.percent),
        "interval": (text("journey_friction.interval"), None),
        "median_seconds": (text("journey_friction.median"), language.duration),
        "p90_seconds": (text("journey_friction.p90"), language.duration),
        "mean_cost_amount": (text("journey_friction.mean_cost"), language.money),
    }
    widgets.table(view, frame, columns, key="risky")


def drift(view: View) -> None:
    """Effort and recommendation side by side: effort falls before recommendation does."""
    if not view.copy.has("experience_drift"):
        return
    frame = data.experience_drift(view.copy, view.filters)
    if frame.empty:
        return
    widgets.section(view, "journey_friction.drift", "journey_friction.drift_help")
    if frame["is_alert"].fillna(False).any():
        st.warning(view.text("journey_friction.drift_alert"), icon=":material/trending_down:")
    elif not frame["is_enough_data"].fillna(False).any():
        st.info(view.text("journey_friction.drift_little"), icon=":material/info:")
    effort = [rate * 100 for rate in frame["ces_rate"]]
    chart = charts.two_trends(
        list(frame["month"]), effort, list(frame["nps"]), language=view.language,
        titles=(view.text("journey_friction.ces"), view.text("journey_friction.nps")),
    )  # fmt: skip
    widgets.figure(view, chart, key="drift", alt=view.text("journey_friction.drift"))


show(current())
