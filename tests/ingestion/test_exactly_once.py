"""The same file at the same time, again and again: every event once, whoever wins."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from ingestion import log, pipeline, receipts
from tests.ingestion.conftest import NOW, Home, event, message

FORKS = multiprocessing.get_context("forkserver")
RUNS, PROCESSES = 20, 2
MAPPING = """
source: /table/calls
recorded: at
events:
  - type: case.opened
    id: "{id}/opened"
    subject: case/{id}
    time: at
    fields:
      case_id: id
      channel: {const: CHANNEL}
      direction: {const: in}
      case_type: {const: support}
"""


def take_in(home: Path, files: list[Path], mapping: Path | None = None) -> None:
    pipeline.ingest(
        files,
        log=home / "log",
        quarantine=home / "quarantine",
        secret_file=home.parent / "secret",
        run_started_at=NOW,
        mapping_file=mapping,
    )


def at_once(home: Home, *calls: tuple[list[Path], Path | None]) -> None:
    FORKS.set_forkserver_preload(["tests.torture.preloaded"])
    processes = [FORKS.Process(target=take_in, args=(home.path, *call)) for call in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(calls)


def test_concurrent_ingests_of_the_same_file_never_double(home: Home) -> None:
    """The processes take the files in the same order, so that they meet at each."""
    files = [
        home.write(f"contact/{n}.jsonl", [event(n), event(n + 1), message(n), "{broken"])
        for n in range(RUNS)
    ]
    at_once(home, *[(files, None)] * PROCESSES)
    everything = sorted(
        {e for n in range(RUNS) for e in (f"zd-{n}/opened", f"zd-{n + 1}/opened", f"m-{n}")}
    )
    assert [row[0] for row in sorted(home.rows(columns="event_id"))] == everything
    numbers = [number for number, *_ in log.commits(home.path / "log", "contact")]
    assert len(set(numbers)) == len(numbers) == RUNS
    assert len(receipts.names(home.path / "log")) == RUNS
    assert len(home.reasons()) == RUNS


@pytest.mark.parametrize("corrected", [1, 2])
def test_a_corrected_mapping_replaces_once_when_several_correct(corrected: int, home: Home) -> None:
    rows = "\n".join(f"{n},2026-05-01T10:00:00Z" for n in range(6))
    table = home.write("contact/calls.csv", "id,at\n" + rows)
    mappings = [home.path / f"{channel}.yaml" for channel in ("email", "phone")]
    for mapping in mappings:
        mapping.write_text(MAPPING.replace("CHANNEL", mapping.stem), "utf-8")
    take_in(home.path, [table], mappings[0])
    at_once(home, *[([table], mappings[1])] * corrected)
    assert home.live() == [f"{n}/opened" for n in range(6)]
    latest = {row[0]: row[1] for row in home.rows(columns="event_id, channel, commit_no")}
    assert set(latest.values()) == {"phone"}
    assert len(home.rows()) == 12, "each event twice: as it was first read, and corrected"
