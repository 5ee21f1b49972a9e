"""Results of `waypost restate` as files for the next publish; knows no log and no metric's meaning."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ingestion import privacy
from waypost import built
from waypost.moments import stamp
from waypost.restatement import Moments
from waypost.settings import Settings


def is_empty(entries: Iterable[Mapping[str, Any]]) -> bool:
    """True when no metric counted anything at either moment."""
    sides = (entry[side] for entry in entries for side in ("before", "after"))
    return not any(side["numerator"] or side["denominator"] for side in sides)


def keep(settings: Settings, moments: Moments, result: Mapping[str, Any]) -> Path:
    """Write a result where the next publish takes it from; the same question replaces its answer.

    Other metrics that were asked of the same month and moments stay beside it.
    """
    known = "_".join(map(stamp, (moments.before, moments.after)))
    folder = settings.runs / "restatements"
    place = folder / f"{moments.first_day:%Y-%m}_{known}_{moments.basis}.json"
    with built.lock(settings):
        folder.mkdir(parents=True, exist_ok=True)
        kept = _kept(place)
        answers = {one["metric_id"]: one for one in [*kept["metrics"], *result["metrics"]]}
        together = {"metrics": [*answers.values()], "news": {**kept["news"], **result["news"]}}
        with privacy.replacing(place) as draft:
            draft.write_text(json.dumps(together, sort_keys=True, default=str), "utf-8")
    return place


def _kept(place: Path) -> dict[str, Any]:
    """What was kept of the question; nothing where no whole answer is."""
    try:
        kept = json.loads(place.read_text("utf-8"))
        answers = [one for one in kept["metrics"] if one["metric_id"]]
        return {"metrics": answers, "news": dict(kept["news"])}
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return {"metrics": [], "news": {}}
