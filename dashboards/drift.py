"""What sources tell that the catalogue does not know: a section of the Data-trust page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import widgets
from dashboards.serving import Serving, ask
from dashboards.view import View


@st.cache_data(show_spinner=False, max_entries=20)
def unknown(serving: Serving) -> pd.DataFrame:
    """Unknown attributes by source, the most frequent first: source, name, event_count."""
    return ask(serving, "select * from drift order by event_count desc, source, name limit 100")


def show(view: View) -> None:
    """The section; nothing where every attribute is known."""
    frame = unknown(view.copy).copy() if view.copy.has("drift") else pd.DataFrame()
    if frame.empty:
        return
    widgets.section(view, "drift.title", "drift.help")
    columns = {
        "source": (view.text("timeline.source"), None),
        "name": (view.text("drift.name"), None),
        "event_count": (view.text("data_trust.count"), view.language.number),
    }
    widgets.table(view, frame, columns, key="drift", height=200)
