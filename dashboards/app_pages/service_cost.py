"""What service costs a customer, whether it rises, what it compares with, what it creates."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboards import charts, data, house_style, organisations, widgets
from dashboards.language import NO_VALUE
from dashboards.ratio import Ratio, slope_per_step
from dashboards.view import View, current

CENTRES = ("production", "marketing", "logistics", "sales", "service", "billing")
WORDS = {True: "rising", False: "falling", None: "stable"}
STABLE_BELOW = 0.01  # a change of less than 1 % a month is called stable


def show(view: View) -> None:
    """The whole page."""
    widgets.title(view, "service_cost")
    costs = data.monthly_costs(view.copy, view.filters)
    contacts = data.contacts_by_month(view.copy, view.filters)
    if costs.empty or contacts.empty:
        widgets.nothing(view)
        return
    base = "active" if costs["active_customer_count"].sum() else "contacting"
    costs["customer_count"] = costs[f"{base}_customer_count"]
    complete = whole_months(costs)
    trend = per_customer(view, costs, contacts)
    with st.container(key="headlines"):
        headlines(view, base, complete, whole_months(trend), contacts)
    left, right = st.columns(2, gap="medium")
    with left:
        trend_chart(view, base, trend)
    with right:
        comparison(view, base, complete)
    below(view, contacts)


def whole_months(frame: pd.DataFrame) -> pd.DataFrame:
    """The months with a complete ledger; all months where there is no ledger at all."""
    return frame[frame["is_complete_month"]] if frame["is_complete_month"].any() else frame


def has_ledger(costs: pd.DataFrame) -> bool:
    """Some cost centre besides service has a cost."""
    return any(float(costs[f"{centre}_amount"].sum()) for centre in CENTRES if centre != "service")


def per_customer(view: View, costs: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Service cost per customer by month; of the chosen contacts when filters narrow.

    Customers are the active ones, or those who made contact where no order is known.
    """
    frame = costs[["month", "customer_count", "is_complete_month", "service_amount"]].copy()
    if view.filters.narrows_contacts:
        chosen = contacts.set_index("month")["service_cost_amount"]
        frame["service_amount"] = frame["month"].map(chosen).fillna(0.0)
    frame["amount"] = frame["service_amount"] / frame["customer_count"].where(
        frame["customer_count"] > 0
    )
    return frame.dropna(subset="amount")


def headlines(
    view: View, base: str, complete: pd.DataFrame, trend: pd.DataFrame, contacts: pd.DataFrame
) -> None:
    """Four numbers: cost a customer, its direction, share of all cost, share that creates value."""
    language = view.language
    columns = st.columns(4, gap="small")
    with columns[0]:
        mean = trend["service_amount"].sum() / trend["customer_count"].sum()
        widgets.headline(
            view,
            f"service_cost_per_{base}_customer",
            language.money(mean),
            note=view.text("service_cost.a_month", n=len(trend)),
            drill={"slice": "all"},
        )
    with columns[1]:
        direction(view, trend)
    with columns[2]:
        total = sum(float(complete[f"{centre}_amount"].sum()) for centre in CENTRES)
        share = float(complete["service_amount"].sum()) / total if has_ledger(complete) else None
        widgets.headline(
            view,
            "service_share_of_cost",
            language.percent(share),
            note=view.text(
                "service_cost.of_total" if has_ledger(complete) else "service_cost.no_ledger",
                service=language.money(float(complete["service_amount"].sum()), 0),
                total=language.money(total, 0),
            ),
            drill={"slice": "all"},
        )
    with columns[3]:
        ratio = Ratio(
            int(contacts["value_creating_contact_count"].sum()),
            int(contacts["human_inbound_contact_count"].sum()),
        )
        value, note = widgets.ratio_texts(view, ratio)
        widgets.headline(
            view,
            "value_creating_contact_share",
            value,
            note=note,
            drill={"slice": "value_creating"},
        )


def direction(view: View, trend: pd.DataFrame) -> None:
    """Rising, stable or falling: the median slope of the complete months."""
    values = [float(value) for value in trend["amount"]]
    slope = slope_per_step(values)
    mean = sum(values) / len(values) if values else 0.0
    if slope is None or not mean:
        text, delta, is_rising = NO_VALUE, None, None
        note = view.text("service_cost.too_short")
    else:
        rate = slope / mean
        is_rising = None if abs(rate) < STABLE_BELOW else rate > 0
        text = view.text(f"service_cost.{WORDS[is_rising]}")
        delta = view.text(
            "service_cost.a_month_change", rate=view.language.percent(rate, sign=True)
        )
        note = view.text(
            "service_cost.slope", slope=view.language.money(slope, 2, sign=True), n=len(values)
        )
    widgets.headline(
        view,
        "service_cost_trend",
        text,
        delta=delta,
        is_rising=is_rising,
        note=note,
        drill={"slice": "all"},
    )


def trend_chart(view: View, base: str, trend: pd.DataFrame) -> None:
    """Service cost per customer by month."""
    widgets.section(view, f"service_cost.trend_{base}")
    chart = charts.trend(
        list(trend["month"]),
        list(trend["amount"]),
        complete=list(trend["is_complete_month"]),
        language=view.language,
        title=view.text(f"service_cost.axis_{base}"),
        incomplete_note=view.text("common.incomplete_month"),
    )
    widgets.figure(view, chart, key="cost_trend", alt=view.text(f"service_cost.trend_{base}"))
    if view.filters.narrows_contacts:
        st.caption(view.text("service_cost.narrowed"))


def comparison(view: View, base: str, complete: pd.DataFrame) -> None:
    """Service beside the other cost centres, all per customer and month."""
    widgets.section(view, "service_cost.comparison")
    customers = float(complete["customer_count"].sum())
    if not customers or not has_ledger(complete):
        st.info(view.text("service_cost.no_ledger_help"))
        return
    amounts = {c: float(complete[f"{c}_amount"].sum()) / customers for c in CENTRES}
    ordered = sorted(amounts, key=lambda centre: amounts[centre], reverse=True)
    chart = charts.bars(
        [view.language.code_name("centre", centre) for centre in ordered],
        [amounts[centre] for centre in ordered],
        language=view.language,
        title=view.text(f"service_cost.axis_{base}"),
        colours=[house_style.BLUE if centre == "service" else "#C3CCD4" for centre in ordered],
        height=300,
    )
    widgets.figure(view, chart, key="comparison", alt=view.text("service_cost.comparison"))


def below(view: View, contacts: pd.DataFrame) -> None:
    """What stands behind the first screen: the spread over customers, value by month, channels.

    Only the open tab is drawn: what nobody sees yet would delay the first screen.
    """
    st.divider()
    names = ("spread", "value_trend", "by_channel", "organisations")
    tabs = st.tabs([view.text(f"service_cost.{name}") for name in names], on_change="rerun")
    shown: tuple[Callable[[], None], ...] = (
        lambda: spread(view),
        lambda: value_trend(view, contacts),
        lambda: by_channel(view),
        lambda: organisations.show(view),
    )
    for tab, draw in zip(tabs, shown, strict=True):
        if tab.open:
            with tab:
                draw()


def value_trend(view: View, contacts: pd.DataFrame) -> None:
    """Share of contacts that create value, by month."""
    known = contacts[contacts["human_inbound_contact_count"] >= Ratio(0, 0).min_count]
    chart = charts.trend(
        list(known["month"]),
        list(known["value_creating_contact_count"] / known["human_inbound_contact_count"]),
        language=view.language,
        title=view.text("service_cost.value_axis"),
        colour=house_style.GREEN,
        unit="rate",
    )
    widgets.figure(view, chart, key="value_trend", alt=view.text("service_cost.value_trend"))


def by_channel(view: View) -> None:
    """Cost of contacts by channel; a click opens the channel's contacts."""
    frame = data.cost_by_channel(view.copy, view.filters)
    names = [view.language.code_name("channel", code) for code in frame["channel"]]
    chart = charts.bars(
        names,
        list(frame["service_cost_amount"].astype(float)),
        keys=list(frame["channel"]),
        language=view.language,
        title=view.text("common.eur_in_period", currency=view.language.currency),
        hovers=[
            (
                name,
                view.language.money(row.service_cost_amount),
                view.text("common.contacts_n", n=view.language.number(row.contact_count)),
            )
            for name, row in zip(names, frame.itertuples(), strict=True)
        ],
        height=300,
    )
    chosen = widgets.clickable(
        view, chart, key="by_channel", alt=view.text("service_cost.by_channel")
    )
    if chosen:
        widgets.open_cases({"slice": "channel", "value": chosen})


def spread(view: View) -> None:
    """How unevenly the cost is spread, and how many customers cost more than they earn."""
    row = data.cost_spread(view.copy, view.filters).iloc[0]
    if not row["customer_count"]:
        return
    st.caption(view.text("service_cost.spread_help"))
    language = view.language
    total = float(row["total_amount"])
    tiles = (
        ("median", language.money(row["median_amount"])),
        ("p90", language.money(row["p90_amount"])),
        ("top_tenth", language.percent(float(row["top_tenth_amount"]) / total if total else None)),
        ("unprofitable", language.number(row["unprofitable_count"])),
    )
    for column, (key, value) in zip(st.columns(4, gap="small"), tiles, strict=True):
        column.metric(
            view.text(f"service_cost.{key}"),
            value,
            help=view.text(f"service_cost.{key}_help"),
            border=True,
            height="stretch",
        )


show(current())
