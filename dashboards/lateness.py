"""The events of a source that were told latest: the drill-down of lateness."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import timeline, widgets
from dashboards.serving import Serving, ask
from dashboards.view import View


@st.cache_data(show_spinner=False, max_entries=50)
def latest_told(serving: Serving, source: str) -> pd.DataFrame:
    """The hundred events of a source with the longest time between happening and record."""
    query = """
        select * from events where source = $source
        order by epoch_us(recorded_at) - epoch_us(occurred_at) desc, event_key limit 100"""
    return ask(serving, query, source=source)


def show(view: View, source: str | None) -> None:
    """The latest told events of the chosen source; how the number is defined."""
    _, about = widgets.definition(view, "lateness_p95_seconds")
    if about:
        st.caption(about.partition("\n")[0] + " " + view.text("lateness.choose"))
    if source is None:
        return
    with st.container(border=True, key="latest_told"):
        st.markdown(view.text("lateness.of", source=source))
        timeline.show(view, latest_told(view.copy, source), key="latest_told_events")
