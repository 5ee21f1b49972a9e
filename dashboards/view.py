"""What a page is given: language, filters, the serving copy and the edge's values; knows no SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import streamlit as st

from dashboards.filters import Filters
from dashboards.language import NO_VALUE, Language, is_missing
from dashboards.serving import Serving

_KEY = "view"


@dataclass(frozen=True)
class View:
    """The settings of one run of a page."""

    language: Language
    filters: Filters
    serving: Serving | None
    landing: Path
    secret_file: Path
    trust: Mapping[str, Any] | None
    now: Callable[[], dt.datetime]
    reader: str = "local"
    country: str = "DE"  # of phone numbers that are typed without one

    @property
    def copy(self) -> Serving:
        """The serving copy; pages that need one are only shown when there is one."""
        if self.serving is None:
            st.stop()
        return self.serving

    def moment(self, value: dt.datetime | None) -> str:
        """A time as the reader's clock shows it, in the reporting zone."""
        if value is None or is_missing(value):
            return NO_VALUE
        return self.language.time(self.copy.local(value))

    def text(self, key: str, **values: object) -> str:
        """A label in the reader's language."""
        return self.language.text(key, **values)

    def label(self, row: Mapping[str, Any], prefix: str = "label") -> str:
        """The text of a row that carries `<prefix>_en` and `<prefix>_de`."""
        return str(row[f"{prefix}_{self.language.code}"])


def enter(view: View) -> None:
    """Make the view known to the page that runs next."""
    st.session_state[_KEY] = view


def current() -> View:
    """The view of this run."""
    return cast(View, st.session_state[_KEY])
