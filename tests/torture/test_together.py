"""Three ingests, a compaction, a build and a reader at the same time: nobody waits in vain or sees half.

Fifteen seconds, or a minute with `--torture`; at least one build and two publishes in any case.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import duckdb

from dashboards import serving
from ingestion import log
from ingestion.catalogue import DOMAINS
from tests.ingestion.conftest import event
from tests.torture.harness import FORKS, NOW, settings_of
from waypost import steps, upkeep
from waypost.commands.build import build

PAUSE = 0.2  # seconds: on two cores the build shall get on as well
SOURCES = ("contact", "order", "billing")


def ingest_until(home: Path, end: Any, folder: str) -> None:
    """Deliver a file of a source of its own after the other, each overlapping the one before."""
    settings, number = settings_of(home), 0
    while not end.is_set():
        events = [
            event(n, id=f"{folder}-{n}", source=f"/test/{folder}")
            for n in range(number, number + 4)
        ]
        text = "\n".join(json.dumps(one) for one in events)
        (settings.landing / folder / f"{number}.jsonl").write_text(text, "utf-8")
        steps.ingest_landing(settings, [folder], run_started_at=NOW)
        number += 3
        end.wait(PAUSE)
    (home / f"{folder}.delivered").write_text(str(number + 1), "utf-8")


def compact_until(home: Path, end: Any) -> None:
    while not end.wait(1):
        upkeep.compact_parts(settings_of(home), now=NOW, min_parts=4)


def build_and_publish(home: Path, seconds: float) -> None:
    """Build, publish, publish again; until the time is over, at least once."""
    settings, start, is_over = settings_of(home), time.monotonic(), False
    while not is_over:
        assert build(settings, tests=False)["failures"] == []
        steps.publish_serving(settings)
        steps.publish_serving(settings)
        is_over = time.monotonic() - start > seconds


def read_until(home: Path, end: Any) -> None:
    """Ask like a page; every table must have the rows that the manifest of the same file says."""
    settings, seen = settings_of(home), set()
    while not end.is_set():
        copy = serving.find(settings.serving_copy)
        if copy is None:
            time.sleep(0.05)
            continue
        with serving._attached(str(settings.serving_copy)) as con:
            row = con.execute("select build_id, row_counts from manifest").fetchone()
            assert row is not None
            for name, rows in json.loads(row[1]).items():
                assert con.execute(f'select count(*) from "{name}"').fetchone() == (rows,), name
        end.wait(PAUSE)
        seen.add(settings.serving_copy.stat().st_ino)
    (home / "swaps.seen").write_text(str(len(seen)), "utf-8")


def count_until(home: Path, end: Any) -> None:
    """Read the log itself beside appends and compactions: never an event twice, never one less."""
    folder, before = settings_of(home).log, 0
    while not end.is_set():
        files = log.file_uris(folder, "contact")
        if not files:
            continue
        with duckdb.connect() as con:
            rows, keys = con.execute(
                "select count(*), count(distinct event_key) from read_parquet(?)", [files]
            ).fetchone() or (0, 0)
        assert rows == keys, "an event stands twice in one view of the log"
        assert rows >= before, "an event went away"
        before = rows
        end.wait(PAUSE)


def test_ingests_a_compaction_a_build_and_readers_at_once(is_long: bool, tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings_of(home).create()
    end = FORKS.Event()
    others = [FORKS.Process(target=ingest_until, args=(home, end, folder)) for folder in SOURCES]
    others += [
        FORKS.Process(target=act, args=(home, end))
        for act in (compact_until, read_until, count_until)
    ]
    for process in others:
        process.start()
    builder = FORKS.Process(target=build_and_publish, args=(home, 60.0 if is_long else 5.0))
    while not log.file_uris(settings_of(home).log, "contact"):
        time.sleep(0.1)
        assert all(process.is_alive() for process in others)
    builder.start()
    builder.join()
    end.set()
    for process in others:
        process.join()
    assert [process.exitcode for process in [builder, *others]] == [0] * (len(others) + 1)
    assert int((home / "swaps.seen").read_text("utf-8")) >= 1
    assert_everything_arrived(home)


def assert_everything_arrived(home: Path) -> None:
    expected = sorted(
        f"{folder}-{number}"
        for folder in SOURCES
        for number in range(int((home / f"{folder}.delivered").read_text("utf-8")))
    )
    settings = settings_of(home)
    parts = [part for domain in DOMAINS for part in log.parts(settings.log, domain)]
    with duckdb.connect() as con:
        found = con.execute(
            "select event_id from read_parquet(?)", [[str(part.path) for part in parts]]
        ).fetchall()
    assert sorted(one for (one,) in found) == expected
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []
