"""The steps that are killed. A new one is a function of a home and one line in `STEPS`."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from ingestion import pipeline
from tests.ingestion.conftest import event, message
from tests.ingestion.people import ADA, told
from tests.ingestion.test_exactly_once import MAPPING
from tests.torture.harness import NOW, Step, run_whole, settings_of
from waypost import erasure, retention, rotation, steps, upkeep
from waypost.settings import LANDING


def survey(number: int) -> dict[str, Any]:
    """A sound survey.sent: an event of another domain."""
    told = {"survey_id": f"s-{number}", "kind": "ces", "scale_id": "ces7", "trigger_point": "case"}
    about = {"id": f"s-{number}", "type": "survey.sent", "subject": f"survey/s-{number}"}
    return event(number) | about | {"data": told}


def _land(home: Path, files: int = 2) -> None:
    """Files that overlap, of two domains, one packed, one with broken lines."""
    settings_of(home).create()
    for number in range(files):
        first = 10 * number
        told = [event(n) for n in range(first, first + 12)] + [
            survey(n) for n in range(first, first + 4)
        ]
        told += [message(n) for n in range(first, first + 3)]
        text = "\n".join(json.dumps(one) for one in told) + ("\n{broken" if number == 0 else "")
        packed = gzip.compress(text.encode(), mtime=0) if number == 1 else text.encode()
        name = f"{number}.jsonl" + (".gz" if number == 1 else "")
        (home / "landing" / "contact" / name).write_bytes(packed)


def ingest(home: Path) -> None:
    steps.ingest_landing(settings_of(home), LANDING, run_started_at=NOW)


def correct(home: Path) -> None:
    _ingest_calls(home, "phone")


def _ingest_calls(home: Path, channel: str) -> None:
    settings = settings_of(home)
    pipeline.ingest(
        [settings.landing / "contact" / "calls.csv"],
        log=settings.log,
        quarantine=settings.quarantine,
        secret_file=settings.secret_file,
        run_started_at=NOW,
        mapping_file=settings.config / f"{channel}.yaml",
    )


def compact(home: Path) -> None:
    upkeep.compact_parts(
        settings_of(home), now=NOW + timedelta(days=30), retention=timedelta(0), min_parts=2
    )


def build(home: Path) -> None:
    from waypost.commands.build import build as build_warehouse

    report = build_warehouse(settings_of(home), tests=False)
    assert report["failures"] == []


def publish(home: Path) -> None:
    steps.publish_serving(settings_of(home))


def erase(home: Path) -> None:
    settings = settings_of(home)
    erasure.erase(settings, erasure.hash_of(settings, "email", ADA), now=NOW, salt="0" * 64)


def rotate(home: Path) -> None:
    """The secret stands in the home, so that each trial begins with one key."""
    settings = replace(settings_of(home), secret_file=home / "secret")
    rotation.rotate(settings, key="second" * 6, now=NOW)


def retain(home: Path) -> None:
    retention.apply(settings_of(home), as_of=NOW + timedelta(days=90), salt="0" * 64)


def _with_rules(home: Path) -> None:
    """People and landed files whose time is over."""
    _with_a_person(home)
    rules = "people: [{source: '*', days: 30}]\nlanding: {order: 1, contact: 30}\n"
    settings = settings_of(home)
    (settings.config / "retention.yaml").write_text(rules, "utf-8")
    for path in settings.landing.rglob("*.jsonl*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))


def _with_a_person(home: Path) -> None:
    """Somebody whose events stand in three domains, among those of others."""
    _with_events(home)
    settings = settings_of(home)
    text = "\n".join(json.dumps(one) for one in told())
    (settings.landing / "order" / "people.jsonl").write_text(text, "utf-8")
    run_whole(ingest, home)


def _with_an_erased_person(home: Path) -> None:
    """Tombstones beside the tables."""
    _with_a_person(home)
    run_whole(erase, home)
    shutil.copy(settings_of(home).secret_file, home / "secret")


def _with_events(home: Path) -> None:
    _land(home, files=4)
    run_whole(ingest, home)


def _with_wrong_mapping(home: Path) -> None:
    """A table of calls, taken in as e-mail."""
    settings = settings_of(home)
    settings.create()
    rows = "\n".join(f"{n},2026-05-01T10:00:00Z" for n in range(40))
    (settings.landing / "contact" / "calls.csv").write_text("id,at\n" + rows, "utf-8")
    for channel in ("email", "phone"):
        text = MAPPING.replace("CHANNEL", channel)
        (settings.config / f"{channel}.yaml").write_text(text, "utf-8")
    _ingest_calls(home, "email")


def _with_warehouse(home: Path) -> None:
    """A built home; one that was built before will do."""
    if not settings_of(home).warehouse.exists():
        _with_events(home)
        run_whole(build, home)


STEPS = {
    "ingest": Step(ingest, _land),
    "correct": Step(correct, _with_wrong_mapping),
    "compact": Step(compact, _with_events),
    "erase": Step(erase, _with_a_person),
    "rotate": Step(rotate, _with_an_erased_person),
    "retain": Step(retain, _with_rules),
    "build": Step(build, _with_events),
    "publish": Step(publish, _with_warehouse),
}
