"""Who is not known and who is kept apart: a section of the Data-trust page; knows no address."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import data, timeline, visits, widgets
from dashboards.serving import Serving, ask
from dashboards.view import View

_SHOWN = 200
_HASH_DIGITS = 12


@st.cache_data(show_spinner=False, max_entries=20)
def pairs(serving: Serving) -> pd.DataFrame:
    """Pairs that were kept apart, the latest first; columns of the mart, and the count of all."""
    query = f"""
        select *, count(*) over () as total_count from identity_conflicts
        order by recorded_at desc, earlier_id_hash, later_id_hash limit {_SHOWN}"""
    return ask(serving, query)


@st.cache_data(show_spinner=False, max_entries=50)
def identifiers(serving: Serving, parties: tuple[str, ...]) -> pd.DataFrame:
    """Up to fifty identifiers of the named parties."""
    query = """
        select party_id, id_type, id_hash from identifiers
        where list_contains($parties::varchar[], party_id)
        order by party_id, id_type, id_hash limit 50"""
    return ask(serving, query, parties=list(parties))


@st.cache_data(show_spinner=False, max_entries=20)
def guests(serving: Serving) -> tuple[int, int]:
    """Guests, and how many contacts they had."""
    query = """
        select (select count_if(is_guest) from customers) as guest_count,
            (select count_if(is_guest) from contacts) as contact_count"""
    row = ask(serving, query).iloc[0]
    return int(row["guest_count"]), int(row["contact_count"])


def show(view: View) -> None:
    """The section; that there is no conflict where there is none."""
    widgets.section(view, "conflicts.title", "conflicts.help")
    if view.copy.has("organisation_members"):  # a copy without it knows no guests either
        unknown(view)
    frame = pairs(view.copy).copy() if view.copy.has("identity_conflicts") else pd.DataFrame()
    if frame.empty:
        st.success(view.text("conflicts.empty"), icon=":material/check_circle:")
        return
    total = view.language.number(int(frame["total_count"].iloc[0]))
    _, about = widgets.definition(view, "identity_conflicts")
    st.caption(" ".join([view.text("conflicts.summary", n=total), about.partition("\n")[0]]))
    row = table(view, frame)
    if row is not None:
        one_pair(view, frame.iloc[row])


def unknown(view: View) -> None:
    """How many orders, cases and contacts are nobody's, with the way to the contacts."""
    count, contact_count = guests(view.copy)
    st.caption(view.text("conflicts.guests", n=view.language.number(count)))
    if contact_count:
        label = view.text("conflicts.guest_contacts", n=view.language.number(contact_count))
        widgets.drill_button(view, "guests", {"slice": "guest"}, label)


def table(view: View, frame: pd.DataFrame) -> int | None:
    """One row a pair; returns the chosen one."""
    language, text = view.language, view.text
    frame["why"] = [language.code_name("conflict", code) for code in frame["reason"]]
    for place in ("earlier", "later"):
        frame[place] = [
            f"{language.code_name('id_type', kind)} {id_hash[:_HASH_DIGITS]}"
            for kind, id_hash in zip(
                frame[f"{place}_id_type"], frame[f"{place}_id_hash"], strict=True
            )
        ]
    columns = {
        "why": (text("conflicts.why"), None),
        "earlier": (text("conflicts.earlier"), None),
        "later": (text("conflicts.later"), None),
        "recorded_at": (text("conflicts.recorded"), view.moment),
    }
    return widgets.table(
        view, frame, columns, key="conflicts", selectable=True,
        height=318 if len(frame) > 8 else "content",
    )  # fmt: skip


def one_pair(view: View, pair: pd.Series) -> None:
    """Both parties with their identifiers, and the event that named the two together."""
    parties = (str(pair["earlier_party_id"]), str(pair["later_party_id"]))
    for party in parties:
        visits.note(view, "data_trust", party)
    with st.container(border=True, key="conflict"):
        st.markdown(view.text(f"conflicts.about_{pair['reason']}"))
        for column, place, party in zip(st.columns(2), ("first", "second"), parties, strict=True):
            with column:
                name = view.text(f"conflicts.{place}_party", id=party[:_HASH_DIGITS])
                drill = {"slice": "party", "value": party}
                widgets.drill_button(view, f"conflict_{place}", drill, name)
        owners = dict(zip(parties, ("first", "second"), strict=True))
        known = identifiers(view.copy, parties).copy()
        known["whose"] = [view.text(f"conflicts.{owners[party]}") for party in known["party_id"]]
        known["kind"] = [view.language.code_name("id_type", kind) for kind in known["id_type"]]
        columns = {
            "whose": (view.text("conflicts.whose"), None),
            "kind": (view.text("conflicts.kind"), None),
            "id_hash": (view.text("conflicts.id_hash"), None),
        }
        widgets.table(view, known, columns, key="conflict_identifiers")
        st.markdown(view.text("conflicts.evidence"))
        events = data.events_by_key(view.copy, (str(pair["evidence_event_key"]),))
        timeline.show(view, events, key="conflict_event")
