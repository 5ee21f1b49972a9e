"""The organisations that cost most: a tab of the service-cost page, with the way to their cases."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import widgets
from dashboards.filters import Filters
from dashboards.serving import Serving, ask
from dashboards.view import View

_SHOWN = 50
_ID_DIGITS = 12
_PERIOD = "month between $first::date and $last::date"


@st.cache_data(show_spinner=False, max_entries=50)
def dearest(serving: Serving, filters: Filters) -> pd.DataFrame:
    """Organisations with contacts or orders in the period, by service cost, and the count of all."""
    query = f"""
        select organisations.organisation_id, organisations.known_by, organisations.person_count,
            sum(costs.contact_count) as contact_count, sum(costs.order_count) as order_count,
            sum(costs.service_cost_amount)::double as service_cost_amount,
            sum(costs.revenue_amount)::double as revenue_amount,
            sum(costs.margin_amount)::double as margin_amount,
            count(*) over () as total_count
        from organisation_costs as costs
        inner join organisations on costs.organisation_id = organisations.organisation_id
        where costs.{_PERIOD}
        group by all order by service_cost_amount desc, organisations.organisation_id
        limit {_SHOWN}"""
    return ask(serving, query, **filters.parameters)


@st.cache_data(show_spinner=False, max_entries=50)
def both_grains(serving: Serving, filters: Filters) -> pd.DataFrame:
    """One row: cost and revenue of organisations, and of all customers, in the period."""
    query = f"""
        select
            coalesce(sum(service_cost_amount) filter (organisation_id is not null), 0)::double
                as organisation_cost_amount,
            coalesce(sum(service_cost_amount), 0)::double as cost_amount,
            coalesce(sum(revenue_amount) filter (organisation_id is not null), 0)::double
                as organisation_revenue_amount,
            coalesce(sum(revenue_amount), 0)::double as revenue_amount
        from customer_costs where {_PERIOD}"""
    return ask(serving, query, **filters.parameters)


def show(view: View) -> None:
    """The tab; how organisations come about where there is none."""
    st.caption(view.text("organisations.help"))
    frame = dearest(view.copy, view.filters) if view.copy.has("organisation_costs") else None
    if frame is None or frame.empty:
        widgets.nothing(view, "organisations.empty")
        return
    shares(view)
    row = table(view, frame)
    total = view.language.number(int(frame["total_count"].iloc[0]))
    st.caption(view.text("organisations.shown", n=len(frame), total=total))
    if row is not None:
        widgets.open_cases({"slice": "organisation", "value": frame["organisation_id"].iloc[row]})


def shares(view: View) -> None:
    """What part of service cost and of revenue is that of organisations."""
    sums = both_grains(view.copy, view.filters).iloc[0]
    names = {
        "organisation_cost_share": ("organisation_cost_amount", "cost_amount"),
        "organisation_revenue_share": ("organisation_revenue_amount", "revenue_amount"),
    }
    for column, (metric_id, (part, whole)) in zip(st.columns(2), names.items(), strict=True):
        share = sums[part] / sums[whole] if sums[whole] else None
        money = view.language.money
        note = view.text("organisations.of", part=money(sums[part]), whole=money(sums[whole]))
        with column:
            widgets.headline(view, metric_id, view.language.percent(share), note=note)


def table(view: View, frame: pd.DataFrame) -> int | None:
    """One row an organisation; returns the chosen one."""
    language, text = view.language, view.text
    shown = frame.copy()
    shown["organisation"] = [name[:_ID_DIGITS] for name in frame["organisation_id"]]
    shown["known"] = [language.code_name("known_by", code) for code in frame["known_by"]]
    columns = {
        "organisation": (text("organisations.organisation"), None),
        "known": (text("organisations.known_by"), None),
        "person_count": (text("organisations.people"), language.number),
        "contact_count": (text("common.contacts"), language.number),
        "service_cost_amount": (text("organisations.cost"), language.money),
        "revenue_amount": (text("organisations.revenue"), language.money),
        "margin_amount": (text("organisations.margin"), language.money),
    }
    return widgets.table(
        view, shown, columns, key="organisations", selectable=True,
        height=360 if len(frame) > 9 else "content",
    )  # fmt: skip
