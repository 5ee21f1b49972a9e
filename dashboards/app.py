"""The edge of the pages: reads environment, address and clock, asks who looks, shows the page."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.auth_util import get_secrets_auth_section

from dashboards import data, serving, view
from dashboards.filters import Filters
from dashboards.language import LANGUAGES, Language

PAGES = (
    ("service_cost", ":material/payments:"),
    ("journey_friction", ":material/route:"),
    ("value_contacts", ":material/forum:"),
    ("proactive_triggers", ":material/notifications_active:"),
    ("data_trust", ":material/verified_user:"),
    ("cases", ":material/search:"),
    ("find_customer", ":material/person_search:"),
)
SECRET = "~/.config/waypost/secret"
LOCAL = ("127.0.0.1", "localhost", "::1")
FOLDER = Path(__file__).parent
STYLE = FOLDER / "style.css"


def main() -> None:
    """Show the page that the address asks for."""
    st.set_page_config(page_title="Waypost", page_icon="🧭", layout="wide")
    st.html(STYLE)
    language = Language(_language_code())
    _let_in(language)
    home = Path(os.environ.get("WAYPOST_HOME", ".waypost")).expanduser().resolve()
    copy = serving.find(home / "serving" / "serving.duckdb")
    pages = [
        st.Page(
            FOLDER / "app_pages" / f"{name}.py",
            title=language.text(f"{name}.title"),
            icon=icon,
            url_path=name,
            default=name == ("service_cost" if copy else "data_trust"),
        )
        for name, icon in PAGES
        if copy or name == "data_trust"
    ]
    page = st.navigation(pages)
    filters = _sidebar(language, copy)
    if copy:
        language = Language(language.code, copy.currency)
    view.enter(
        view.View(
            language=language,
            filters=filters,
            serving=copy,
            landing=home / "landing" / "waypost",
            secret_file=Path(os.environ.get("WAYPOST_SECRET_FILE", SECRET)).expanduser().resolve(),
            country=os.environ.get("WAYPOST_COUNTRY", "").strip().upper() or "DE",
            trust=_trust(home / "runs" / "trust.json"),
            now=lambda: dt.datetime.now(dt.UTC),
            reader=_reader(),
        )
    )
    page.run()


def _start(key: str, value: Any) -> None:
    """Give a widget its value: the one it had before Streamlit forgot it, else `value`.

    Streamlit drops the values of widgets when a page sends the reader to another page.
    """
    if key not in st.session_state:
        st.session_state[key] = st.session_state.setdefault("kept", {}).get(key, value)


def _language_code() -> str:
    asked = st.query_params.get("lang") or (st.context.locale or "en")[:2]
    _start("language", asked if asked in LANGUAGES else "en")
    return str(st.session_state["language"])


def _let_in(language: Language) -> None:
    """Stop unless the reader is on this machine or has logged in."""
    if get_secrets_auth_section():
        if not st.user.is_logged_in:
            st.title("Waypost", anchor=False)
            st.button(language.text("app.log_in"), on_click=st.login, type="primary")
            st.stop()
    elif _listens() and st.get_option("server.address") not in LOCAL:
        st.error(language.text("app.not_local"))
        st.stop()


def _reader() -> str:
    """The address of the login, for the access log; `local` on this machine without one."""
    if not st.user.get("is_logged_in"):
        return "local"
    return str(st.user.get("email") or st.user.get("sub") or "unknown")


def _listens() -> bool:
    """True under a server; a page that is run by a test or a check cannot be reached."""
    return runtime.exists() and type(runtime.get_instance()) is runtime.Runtime


def _sidebar(language: Language, copy: serving.Serving | None) -> Filters:
    with st.sidebar:
        st.segmented_control(
            language.text("app.language"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="language",
            required=True,
            label_visibility="collapsed",
        )
        if copy is None:
            return Filters()
        filters = _filters(language, copy)
        kept = ("language", "period", "channels", "segments")
        st.session_state["kept"] = {k: st.session_state[k] for k in kept if k in st.session_state}
        st.caption(
            language.text(
                "app.as_of",
                time=language.time(copy.local(copy.as_of)),
                zone=copy.zone,
                build=copy.build_id[:12],
            )
        )
        if st.user.get("is_logged_in"):
            st.button(language.text("app.log_out"), on_click=st.logout)
    return filters


def _filters(language: Language, copy: serving.Serving) -> Filters:
    values = data.filter_values(copy)
    months = [month.date() for month in data.months(copy)["month"]]
    first, last = (months[0], months[-1]) if months else (Filters.first, Filters.last)
    if len(months) > 1:
        start = (months[max(len(months) - 12, 0)], last)
        first, last = st.select_slider(
            language.text("app.period"),
            months,
            value=_within(st.session_state.get("kept", {}).get("period"), months) or start,
            format_func=language.month,
            key="period",
        )
    everything = language.text("app.all")
    _start("channels", [])
    _start("segments", [])
    channels = st.multiselect(
        language.text("app.channel"),
        values["channel"],
        format_func=lambda code: language.code_name("channel", code),
        placeholder=everything,
        key="channels",
    )
    segments = st.multiselect(
        language.text("app.segment"),
        values["segment"],
        format_func=lambda code: language.code_name("segment", code),
        placeholder=everything,
        key="segments",
    )
    return Filters(first, last, tuple(channels), tuple(segments))


def _within(period: Any, months: list[dt.date]) -> tuple[dt.date, dt.date] | None:
    """The kept period, if a newer build still has its months."""
    return period if period and set(period) <= set(months) else None


def _trust(report: Path) -> dict[str, Any] | None:
    if not report.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    except ValueError:  # a half-written or foreign file must not hide the rest of the page
        return None
    return content


main()
