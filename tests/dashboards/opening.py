"""Opens a page of the dashboards in a language, as a person would."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def open_page(app: AppTest, name: str, language: str = "en") -> AppTest:
    app.session_state["language"] = language
    app.switch_page(f"app_pages/{name}.py").run()
    assert not app.exception, app.exception[0].message
    assert not app.error, app.error[0].value
    return app
