"""Whether the numbers can be trusted: gates, freshness, lateness, quarantine; works empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import conflicts, data, drift, lateness, reconciliation, restatement, widgets
from dashboards.view import View, current

STALE_AFTER_SECONDS = 2 * 86400
COUNTS = ("read", "appended", "duplicates", "quarantined", "unused", "refused")


def show(view: View) -> None:
    """The whole page."""
    widgets.title(view, "data_trust")
    trust = dict(view.trust or {})
    if view.serving is None:
        st.info(view.text("data_trust.empty"), icon=":material/rocket_launch:")
    if trust.get("error"):
        step = str(trust.get("step", ""))
        st.error(
            view.text("data_trust.stopped", step=step, error=trust["error"]),
            icon=":material/error:",
        )
    tiles(view, trust)
    failed_checks(view, trust)
    freshness(view, trust)
    if view.serving is not None:
        reconciliation.show(view)
        restatement.show(view)
        quarantine(view)
        conflicts.show(view)
        drift.show(view)
        receipts(view)


def tiles(view: View, trust: Mapping[str, Any]) -> None:
    """Both gates, the tests of the build, and which build the pages show."""
    reports = list(trust.get("gates") or [])
    if not reports and view.serving is not None:
        reports = view.serving.check_results()
    if not reports and not trust:
        st.caption(view.text("data_trust.no_run"))
    columns = iter(st.columns(4, gap="small"))
    for report in reports[:2]:
        with next(columns):
            gate(view, report)
    if trust.get("dbt"):
        with next(columns):
            tests(view, trust["dbt"])
    if view.serving is not None:
        with next(columns):
            published(view)


def tile(
    view: View, key: str, name: str, value: str, note: str, about: str = "", *, red: bool = False
) -> None:
    """A state with its small print; red states carry a sign as well as a colour."""
    with st.container(border=True, height="stretch", key=f"tile_{key}"):
        st.metric(name, f"{'✗ ' if red else ''}{value}", help=about or None)
        st.caption(note)


def counts(view: View, passed: int, warned: int, failed: int) -> str:
    """Passed, warned, failed in one line."""
    number = view.language.number
    return view.text(
        "data_trust.counts", passed=number(passed), warned=number(warned), failed=number(failed)
    )


def gate(view: View, report: Mapping[str, Any]) -> None:
    """One gate."""
    name = view.language.code_name("gate", report.get("gate"))
    state = "green" if report.get("status") == "green" else "red"
    tile(
        view,
        f"gate_{report.get('gate')}",
        view.text("data_trust.gate", name=name),
        view.text(f"data_trust.{state}"),
        counts(view, report.get("passed", 0), report.get("warned", 0), report.get("failed", 0)),
        view.text("data_trust.gate_help"),
        red=state == "red",
    )


def tests(view: View, dbt: Mapping[str, Any]) -> None:
    """The tests that ran inside the build."""
    failed = len(dbt.get("failures") or [])
    ran = int(dbt.get("tests") or 0) > 0
    state = "red" if failed else "green" if ran else "not_run"
    passed = int(dbt.get("tests") or 0) - failed - int(dbt.get("warned") or 0)
    tile(
        view,
        "tests",
        view.text("data_trust.build_tests"),
        view.text(f"data_trust.{state}"),
        counts(view, max(passed, 0), int(dbt.get("warned") or 0), failed),
        view.text("data_trust.build_tests_help"),
        red=state == "red",
    )


def published(view: View) -> None:
    """Which build the pages show."""
    copy = view.copy
    tile(
        view,
        "published",
        view.text("data_trust.shown_build"),
        view.language.date(copy.local(copy.as_of)),
        view.text("data_trust.build", build=copy.build_id[:12]),
        view.text("data_trust.shown_build_help"),
    )


def failed_checks(view: View, trust: Mapping[str, Any]) -> None:
    """Every check that did not hold, with its table, count and sample keys."""
    failures = list(trust.get("failures") or [])
    if failures:
        widgets.section(view, "data_trust.failures")
        text = view.text
        frame = pd.DataFrame(failures)
        frame["what"] = frame[f"label_{view.language.code}"]
        frame["weight"] = [view.language.code_name("severity", code) for code in frame["severity"]]
        frame["samples"] = [", ".join(map(str, keys)) for keys in frame["sample_keys"]]
        columns = {
            "weight": (text("data_trust.severity"), None),
            "what": (text("data_trust.check"), None),
            "table": (text("data_trust.table"), None),
            "count": (text("data_trust.count"), view.language.number),
            "samples": (text("data_trust.samples"), None),
        }
        widgets.table(view, frame, columns, key="failures")
    broken = list((trust.get("dbt") or {}).get("failures") or [])
    if broken:
        widgets.section(view, "data_trust.broken_tests")
        st.code("\n".join(map(str, broken)), language=None, wrap_lines=True)


def freshness(view: View, trust: Mapping[str, Any]) -> None:
    """Age of every source in the log, with its lateness in the published build."""
    frame = pd.DataFrame(list(trust.get("sources") or []))
    if view.serving is not None:
        frame = with_lateness(view, frame, data.source_lateness(view.copy))
    if frame.empty:
        return
    widgets.section(view, "data_trust.freshness", "data_trust.freshness_help")
    language, text = view.language, view.text
    frame["state"] = [
        text("data_trust.old" if age > STALE_AFTER_SECONDS else "data_trust.fresh")
        for age in frame["age_seconds"]
    ]
    columns: dict[str, Any] = {
        "state": (text("data_trust.state"), None),
        "source": (text("timeline.source"), None),
        "age_seconds": (text("data_trust.age"), language.duration),
        "event_count": (text("data_trust.events"), language.number),
    }
    for name in ("p50", "p95"):
        if f"{name}_lateness_seconds" in frame:
            columns[f"{name}_lateness_seconds"] = (text(f"data_trust.{name}"), language.duration)
    if view.serving is not None:
        columns["last_recorded_at"] = (text("data_trust.last"), view.moment)
    has_events = view.serving is not None
    row = widgets.table(view, frame, columns, key="freshness", selectable=has_events)
    if has_events:
        lateness.show(view, None if row is None else str(frame["source"].iloc[row]))


def with_lateness(view: View, sources: pd.DataFrame, by_source: pd.DataFrame) -> pd.DataFrame:
    """The build's sources with their age: of the log where a run told it, else of the build."""
    frame = by_source.copy()
    newest = frame["last_recorded_at"].max()
    ages = [(newest - moment).total_seconds() for moment in frame["last_recorded_at"]]
    told = dict(zip(sources["source"], sources["age_seconds"], strict=True)) if len(sources) else {}
    frame["age_seconds"] = [
        told.get(name, age) for name, age in zip(frame["source"], ages, strict=True)
    ]
    return frame


def quarantine(view: View) -> None:
    """What was not let in, by reason."""
    widgets.section(view, "data_trust.quarantine", "data_trust.quarantine_help")
    frame = data.quarantine(view.copy).copy() if view.copy.has("quarantine_reasons") else None
    if frame is None or frame.empty:
        st.success(view.text("data_trust.quarantine_empty"))
        return
    language, text = view.language, view.text
    frame["why"] = [language.code_name("quarantine", code) for code in frame["code"]]
    columns = {
        "why": (text("data_trust.why"), None),
        "row_count": (text("data_trust.count"), language.number),
        "settled_count": (text("data_trust.settled"), language.number),
        "source": (text("timeline.source"), None),
        "example_reason": (text("data_trust.example"), None),
    }
    columns = {name: column for name, column in columns.items() if name in frame}
    widgets.table(view, frame, columns, key="quarantine", height=318)


def receipts(view: View) -> None:
    """The last inputs: read = appended + duplicates + quarantined + unused + refused."""
    if not view.copy.has("receipts"):
        return
    widgets.section(view, "data_trust.receipts", "data_trust.receipts_help")
    frame, language = data.receipts(view.copy), view.language
    if frame.empty:
        widgets.nothing(view)
        return
    columns: dict[str, Any] = {"file_name": (view.text("data_trust.file"), None)}
    columns |= {
        name: (view.text(f"data_trust.{name}"), language.number) for name in COUNTS if name in frame
    }
    columns["committed_at"] = (view.text("data_trust.committed"), view.moment)
    widgets.table(view, frame, columns, key="receipts", height=318)


show(current())
