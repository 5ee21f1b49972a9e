"""The sections on changed numbers and on lateness, with results as `waypost restate` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.publish import publish
from tests.dashboards.conftest import APP, METRICS

PARTS = {
    "time": 0.0,
    "late": 0.2,
    "corrections": -0.05,
    "identity": 0.0,
    "configuration": 0.0,
    "definition": 0.0,
}


def _entry(metric_id: str, before: float | None, parts: dict[str, float]) -> dict[str, Any]:
    difference = round(sum(parts.values()), 9)
    after = (before or 0) + difference
    return {
        "metric_id": metric_id,
        "period": "2026-05",
        "known_at": ["2026-06-01T00:00:00+00:00", "2026-07-01T00:00:00+00:00"],
        "by": "recorded",
        "before": {"numerator": 1, "denominator": 5, "value": before},
        "after": {"numerator": 2, "denominator": 4, "value": after},
        "difference": difference,
        "parts": parts,
    }


RESULT = {
    "metrics": [
        _entry("repeat_contact_rate", 0.2, PARTS),
        _entry("reopen_rate", None, dict.fromkeys(PARTS, 0.0)),
    ],
    "news": {
        "late": [
            {
                "event_id": "call-7",
                "source": "/telephony",
                "event_type": "contact.started",
                "source_url": "https://calls.example.com/7",
                "is_in_period": True,
                "occurred_at": "2026-05-05 10:00:00+00",
                "recorded_at": "2026-06-10 00:00:00+00",
            }
        ],
        "configuration": [
            {"seed": "settings", "name": "episode_window_days", "known_from": "2026-06-15"}
        ],
    },
}


def _page(home: Path, language: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["language"] = language
    app.run()
    app.switch_page("app_pages/data_trust.py").run()
    assert not app.exception, app.exception[0].message
    return app


@pytest.mark.parametrize(
    ("language", "late"), [("en", "+20.0%"), ("de", "+20,0\N{NO-BREAK SPACE}%")]
)
def test_the_page_shows_the_parts_of_a_difference(
    home: Path, warehouse: Path, language: str, late: str
) -> None:
    (home / "runs" / "restatements").mkdir()
    (home / "runs" / "restatements" / "one.json").write_text(json.dumps(RESULT), "utf-8")
    copy = home / "serving" / "serving.duckdb"
    publish(warehouse, copy, metrics=METRICS, restatements=home / "runs" / "restatements")
    app = _page(home, language)
    table = next(frame.value for frame in app.dataframe if "late_part" in frame.value)
    assert len(table) == 1  # the number that did not change is counted, not listed
    assert table["late_part"].iloc[0] == late
    assert table["corrections_part"].iloc[0].startswith("\N{MINUS SIGN}5")
    behind = next(frame.value for frame in app.dataframe if "recorded_at" in frame.value)
    assert list(behind["event_id"]) == ["call-7", "episode_window_days"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_says_how_to_ask_when_nothing_was_asked(
    home: Path, warehouse: Path, language: str
) -> None:
    publish(warehouse, home / "serving" / "serving.duckdb", metrics=METRICS)
    app = _page(home, language)
    assert any("waypost restate" in info.value for info in app.info)


def test_lateness_leads_to_the_events_that_were_told_latest(home: Path) -> None:
    from dashboards import lateness, serving

    copy = serving.find(home / "serving" / "serving.duckdb")
    assert copy is not None
    source = serving.ask(copy, "select source from source_lateness order by event_count desc")
    events = lateness.latest_told(copy, str(source["source"][0]))
    waits = events["recorded_at"] - events["occurred_at"]
    slowest = serving.ask(
        copy,
        "select max_lateness_seconds as m from source_lateness where source = $source",
        source=str(source["source"][0]),
    )
    assert waits.is_monotonic_decreasing
    assert waits.iloc[0].total_seconds() // 1 == slowest["m"][0]
