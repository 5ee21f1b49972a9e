"""Each view of rows about persons leaves a file in the landing folder; knows no page, no log.

The access log takes the files in and hashes reader and subject; nothing else reads them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import uuid4

import streamlit as st

from dashboards.outbox import OutboxError
from dashboards.view import View

_NOTED = "noted_visits"


def note(view: View, page: str, subject: str | None = None) -> None:
    """Note that the reader sees this page about this subject, once an hour.

    Shows nothing further when it cannot be noted.
    """
    visit = (page, subject, f"{view.now():%Y-%m-%d %H}")
    noted = st.session_state.setdefault(_NOTED, set())
    if visit in noted:
        return
    try:
        leave(view, page, subject)
    except OutboxError as error:
        st.error(str(error))
        st.stop()
    noted.add(visit)


def leave(view: View, page: str, subject: str | None) -> None:
    """Write one access, whole or not at all. Raises `OutboxError`."""
    line = {"at": view.now().isoformat(), "who": view.reader, "what": page, "subject": subject}
    folder = view.landing / "access"
    name = uuid4().hex
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}"
        _write(draft, json.dumps(line))
        draft.replace(folder / f"{name}.view")
    except OSError as error:
        raise OutboxError(
            f"{folder} cannot be written ({error.strerror}); make it writable for the dashboard."
        ) from error


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
