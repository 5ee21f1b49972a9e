"""Writes runs/trust.json after every step, green or red: gates, failures, tests, sources' age.

Its readers are the Data-trust page and the summary of `waypost run`; the keys are in
docs/operations.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waypost import source_ages
from waypost.settings import Settings

GATES = ("log", "marts")


def write(settings: Settings, step: str, *, now: datetime, error: str | None = None) -> None:
    """Gather what the runs left behind into one file, replaced in one rename.

    Each step has a file of its own: steps run beside each other, and one's success must not hide
    another's failure.
    """
    last = {"step": step, "error": error, "ended_at": now.astimezone(UTC).isoformat()}
    write_json(settings.runs / "steps" / f"{step}.json", last)
    steps = [_read(path) or {} for path in sorted((settings.runs / "steps").glob("*.json"))]
    errors = [one["error"] for one in steps if one["error"]]
    gates = reports(settings)
    dbt = _dbt(_read(settings.runs / "build.json"))
    red = errors or any(gate["status"] == "red" for gate in gates) or (dbt and dbt["failures"])
    trust = {
        "status": "red" if red else "green",
        "checked_at": now.astimezone(UTC).isoformat(),
        "error": errors[0] if errors else None,
        "steps": steps,
        "gates": [
            {key: value for key, value in gate.items() if key not in ("failures", "inputs")}
            for gate in gates
        ],
        "failures": [
            {"gate": gate["gate"], **failure} for gate in gates for failure in gate["failures"]
        ],
        "dbt": dbt,
        "sources": source_ages.of_sources(settings.log, settings.runs / "sources.json"),
        "published": _read(published_path(settings)),
    }
    write_json(settings.runs / "trust.json", trust)


def forget(settings: Settings, step: str) -> None:
    """Drop what a step told last: it is not run any more."""
    (settings.runs / "steps" / f"{step}.json").unlink(missing_ok=True)


def report_path(settings: Settings, gate: str) -> Path:
    """Where the report of a gate lies."""
    return settings.runs / f"gate_{gate}.json"


def reports(settings: Settings) -> list[dict[str, Any]]:
    """The last reports of the gates, as far as there are any."""
    return [gate for name in GATES if (gate := _read(report_path(settings, name)))]


def published_path(settings: Settings) -> Path:
    """Where it says which build was published last."""
    return settings.runs / "published.json"


def read(settings: Settings) -> dict[str, Any]:
    """The last trust.json; empty when no step has run."""
    return _read(settings.runs / "trust.json") or {}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON beside the file and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str), "utf-8")
    draft.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    """None as well for a file that a crash has cut off: its step is done again."""
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content


def _dbt(report: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if report is None:
        return None
    counts = report.get("counts", {})
    return {
        "build_id": report["build_id"],
        "as_of": report["as_of"],
        "models": counts.get("model", 0),
        "tests": counts.get("test", 0),
        "warned": counts.get("warn", 0),
        "failures": report.get("failures", []),
        "seconds": report.get("seconds"),
    }
