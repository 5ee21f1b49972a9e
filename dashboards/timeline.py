"""Events as a table in order of time, with the way to their record; knows no SQL."""

from __future__ import annotations

import pandas as pd

from dashboards import widgets
from dashboards.view import View
from ingestion import catalogue


def show(view: View, events: pd.DataFrame, *, key: str) -> None:
    """Time, what happened, who, channel, source, and a link into the source system."""
    if events.empty:
        widgets.nothing(view, "common.no_events")
        return
    language, text = view.language, view.text
    labels = {name: kind.label for name, kind in catalogue.load().types.items()}
    frame = events.copy()
    frame["what"] = [
        labels[name][language.code] if name in labels else name for name in frame["event_type"]
    ]
    for name, group, column in (("who", "actor", "actor_type"), ("where", "channel", "channel")):
        codes = frame[column]
        frame[name] = ["" if pd.isna(code) else language.code_name(group, code) for code in codes]
    columns = {
        "occurred_at": (text("timeline.when"), view.moment),
        "what": (text("timeline.what"), None),
        "who": (text("timeline.who"), None),
        "where": (text("timeline.where"), None),
        "source": (text("timeline.source"), None),
        "source_url": (text("timeline.link"), None),
        "event_id": (text("timeline.event_id"), None),
    }
    widgets.table(view, frame, columns, key=key, links=("source_url",))
