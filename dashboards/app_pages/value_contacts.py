"""Which contacts create value: the value-irritant matrix, offers, automation, elimination."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import charts, data, house_style, maps, widgets
from dashboards.ratio import Ratio
from dashboards.view import View, current

TOP = 8


def show(view: View) -> None:
    """The whole page."""
    widgets.title(view, "value_contacts")
    frame = data.reasons(view.copy, view.filters)
    if frame.empty:
        widgets.nothing(view)
        return
    frame["label"] = frame[f"label_{view.language.code}"]
    headlines(view, frame)
    matrix(view, frame)
    left, right = st.columns(2, gap="medium")
    with left:
        offers(view, frame)
    with right:
        automation(view, frame)
    eliminate(view, frame)


def headlines(view: View, frame: pd.DataFrame) -> None:
    """Shares of value, failure and unclassified contacts; what offers in service brought."""
    contacts = data.contacts_by_month(view.copy, view.filters)
    counts = {name: int(contacts[name].sum()) for name in contacts if name.endswith("_count")}
    inbound, classified = counts["inbound_contact_count"], counts["classified_contact_count"]
    human = counts["human_inbound_contact_count"]
    columns = st.columns(4, gap="small")
    shares = (
        (
            "value_creating_contact_share",
            counts["value_creating_contact_count"],
            human,
            "value_creating",
        ),
        ("failure_demand_rate", counts["failure_contact_count"], classified, "failure"),
        ("unclassified_contact_share", inbound - classified, inbound, "unclassified"),
    )
    for column, (metric_id, part, whole, slice_name) in zip(columns, shares, strict=False):
        with column:
            value, note = widgets.ratio_texts(view, Ratio(part, whole))
            widgets.headline(view, metric_id, value, note=note, drill={"slice": slice_name})
    with columns[3]:
        made, accepted = int(frame["offer_count"].sum()), int(frame["accepted_offer_count"].sum())
        value, note = widgets.ratio_texts(view, Ratio(accepted, made))
        amount = view.language.money(float(frame["accepted_offer_amount"].sum()), 0)
        widgets.headline(
            view, "offer_acceptance_rate", value,
            note=f"{view.text('value_contacts.brought', amount=amount)} · {note}",
            drill={"slice": "quadrant", "value": "leverage"},
        )  # fmt: skip


def matrix(view: View, frame: pd.DataFrame) -> None:
    """The four fields; a click on a reason opens its contacts."""
    widgets.section(view, "value_contacts.matrix", "value_contacts.matrix_help")
    keys = ("leverage", "automate", "simplify", "eliminate")
    texts = {key: view.language.code_name("quadrant", key) for key in keys}
    for key in ("low", "high", "company", "customer", "contacts", "disagreement"):
        texts[key] = view.text(f"value_contacts.{key}")
    chart = maps.quadrants(frame[frame["quadrant"].isin(keys)], language=view.language, texts=texts)
    with st.container(key="wide_matrix"):
        chosen = widgets.clickable(
            view, chart, key="matrix", alt=view.text("value_contacts.matrix")
        )
    st.caption(view.text("value_contacts.matrix_legend"))
    if chosen:
        widgets.open_cases({"slice": "reason", "value": chosen})


def offers(view: View, frame: pd.DataFrame) -> None:
    """Offers made in service contacts that sell."""
    widgets.section(view, "value_contacts.offers", "value_contacts.offers_help")
    sold = frame[frame["accepted_offer_amount"] > 0].nlargest(TOP, "accepted_offer_amount").copy()
    if sold.empty:
        widgets.nothing(view)
        return
    language = view.language
    ratios = [
        Ratio(int(row.accepted_offer_count), int(row.offer_count)) for row in sold.itertuples()
    ]
    hovers = [
        (
            row.label,
            language.money(float(row.accepted_offer_amount)),
            view.text("value_contacts.accepted", part=ratio.numerator, whole=ratio.denominator),
            " · ".join(widgets.ratio_texts(view, ratio)),
        )
        for row, ratio in zip(sold.itertuples(), ratios, strict=True)
    ]
    chart = charts.bars(
        list(sold["label"]), list(sold["accepted_offer_amount"].astype(float)), language=language,
        title=view.text("value_contacts.offers_axis", currency=language.currency),
        colours=house_style.GREEN, hovers=hovers, keys=list(sold["reason_code"]),
    )  # fmt: skip
    chosen = widgets.clickable(view, chart, key="offers", alt=view.text("value_contacts.offers"))
    if chosen:
        widgets.open_cases({"slice": "reason", "value": chosen})


def automation(view: View, frame: pd.DataFrame) -> None:
    """Reasons worth automating, by the gain a month; never those that should be eliminated."""
    widgets.section(view, "value_contacts.automation", "value_contacts.automation_help")
    gains = frame[(frame["quadrant"] != "eliminate") & (frame["automation_gain_amount"] > 0)].copy()
    if gains.empty:
        widgets.nothing(view, "value_contacts.automation_none")
        return
    gains["gain"] = gains["automation_gain_amount"].astype(float) / gains["month_count"]
    gains = gains.nlargest(TOP, "gain")
    chart = charts.bars(
        list(gains["label"]), list(gains["gain"]), language=view.language,
        title=view.text("common.eur_a_month", currency=view.language.currency),
        colours=[house_style.QUADRANTS.get(code, house_style.GREY) for code in gains["quadrant"]],
        keys=list(gains["reason_code"]),
    )  # fmt: skip
    chosen = widgets.clickable(
        view, chart, key="automation", alt=view.text("value_contacts.automation")
    )
    if chosen:
        widgets.open_cases({"slice": "reason", "value": chosen})


def eliminate(view: View, frame: pd.DataFrame) -> None:
    """Contacts nobody wants: whose they are and what they cost a month."""
    widgets.section(view, "value_contacts.eliminate", "value_contacts.eliminate_help")
    bad = frame[frame["quadrant"] == "eliminate"].copy().reset_index(drop=True)
    if bad.empty:
        widgets.nothing(view)
        return
    language, text = view.language, view.text
    months = bad["month_count"].clip(lower=1)
    bad["cost"] = bad["service_cost_amount"].astype(float) / months
    bad["minutes"] = bad["customer_minutes"].astype(float) / months
    bad["repeat"] = [
        Ratio(int(row.repeat_contact_count), int(row.contact_count)).rate
        for row in bad.itertuples()
    ]
    bad["owner"] = [language.code_name("department", code) for code in bad["owner_department"]]
    columns = {
        "label": (text("common.reason"), None),
        "owner": (text("common.owner"), None),
        "contact_count": (text("common.contacts"), language.number),
        "cost": (
            text("common.eur_a_month", currency=language.currency),
            lambda v: language.money(v, 0),
        ),
        "minutes": (text("value_contacts.minutes"), language.number),
        "repeat": (text("value_contacts.repeat"), language.percent),
    }
    chosen = widgets.table(view, bad, columns, key="eliminate", selectable=True)
    if chosen is not None:
        reason = str(bad["reason_code"].iloc[chosen])
        widgets.drill_button(view, "eliminate", {"slice": "reason", "value": reason})
    else:
        st.caption(text("common.choose_row"))


show(current())
