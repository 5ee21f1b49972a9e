"""The same file at the same time, again and again: every event once, whoever wins."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from ingestion import fates, inputs, log, merge, pipeline, reading, receipts
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


def _order(number: int, **changes: Any) -> dict[str, Any]:
    data = {"order_id": f"{number}", "cancelled_by": "customer", "reason": "other"}
    body = event(number) | {"type": "order.cancelled", "subject": f"order/{number}", "data": data}
    return body | changes


def test_one_id_is_one_event_in_all_domains(home: Home) -> None:
    """Whichever comes first stays; what another domain has withdrawn is free again."""
    assert home.ingest(home.write("a.jsonl", [event(1), _order(2)]))["appended"] == 2
    counts = home.ingest(home.write("b.jsonl", [_order(1), event(2), event(3)]))
    assert (counts["appended"], counts["quarantined"]) == (1, 2)
    assert home.reasons() == [
        ("conflicting_duplicate", "id", 1),
        ("conflicting_duplicate", "id", 2),
    ]
    assert home.rows("order", "event_id") == [("zd-2/opened",)]
    assert [name for (name,) in home.rows("contact", "event_id")] == ["zd-1/opened", "zd-3/opened"]


@pytest.mark.parametrize("turned", [False, True])
def test_one_id_is_one_event_within_a_file(turned: bool, home: Home) -> None:
    lines = [event(1), _order(1), event(2)]
    file = home.write("a.jsonl", lines[::-1] if turned else lines)
    for counts in (home.ingest(file), home.ingest(home.write("b.jsonl", lines[:2]))):
        assert counts["quarantined"] == 1
    events = [*home.rows("contact", "event_id"), *home.rows("order", "event_id")]
    assert sorted(events) == [("zd-1/opened",), ("zd-2/opened",)]


def test_one_id_is_one_event_when_two_domains_get_it_at_once(home: Home) -> None:
    """Every input of one process has the ids of one of the other's, which go to another domain."""
    numbers = range(0, 2 * RUNS, 2)
    calls = [home.write(f"calls/{n}.jsonl", [event(n), event(n + 1)]) for n in numbers]
    orders = [home.write(f"orders/{n}.jsonl", [_order(n), _order(n + 1)]) for n in numbers]
    at_once(home, (calls, None), (orders, None))
    events = [*home.rows("contact", "event_id"), *home.rows("order", "event_id")]
    assert sorted(events) == sorted((f"zd-{n}/opened",) for n in range(2 * RUNS))
    assert len(home.reasons()) == 2 * RUNS


def test_an_id_that_comes_to_another_domain_before_the_commit_is_seen(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = home.write("late.jsonl", [event(1), event(2)])
    first, commit = home.write("first.jsonl", [_order(2), _order(3)]), reading.Reading.commit

    def after_another(self: reading.Reading, domain: str) -> merge.Merged:
        monkeypatch.setattr(reading.Reading, "commit", commit)
        assert home.ingest(first)["appended"] == 2
        return commit(self, domain)

    monkeypatch.setattr(reading.Reading, "commit", after_another)
    counts = home.ingest(late)
    assert (counts["appended"], counts["quarantined"]) == (1, 1)
    assert home.reasons() == [("conflicting_duplicate", "id", 2)]
    assert home.rows("contact", "event_id") == [("zd-1/opened",)]
    assert home.rows("order", "event_id") == [("zd-2/opened",), ("zd-3/opened",)]


@pytest.mark.parametrize("name", ["append.lock", ".work/input-{:.2}.lock"])
def test_commits_of_all_domains_and_readings_of_one_input_wait_for_each_other(
    name: str, home: Home
) -> None:
    file = home.write("a.jsonl", [event(1)])
    held = home.path / "log" / name.format(inputs.input_key(file))
    held.parent.mkdir(parents=True)
    with ThreadPoolExecutor(1) as aside, FileLock(held):
        begun = aside.submit(take_in, home.path, [file])
        with pytest.raises(TimeoutError):
            begun.result(timeout=2)
        assert home.rows(columns="event_id") == []
    begun.result()
    assert home.rows(columns="event_id") == [("zd-1/opened",)]


MISTAKEN = """
source: /shop
recorded: at
events:
  - {type: order.cancelled, id: "{id}", subject: "order/{id}", time: at,
     fields: {order_id: id, cancelled_by: {const: customer}, reason: {const: other}}}
"""
CORRECTED = """
source: /shop
recorded: at
events:
  - {type: case.opened, id: "{id}", subject: "case/{id}", time: at,
     fields: {case_id: id, channel: {const: email}, direction: {const: in}, case_type: {const: info}}}
"""


def test_a_corrected_mapping_moves_an_event_to_another_domain(home: Home) -> None:
    file = home.write("a.csv", "id,at\n7,2026-05-01T10:00:00Z\n8,2026-05-01T10:00:00Z\n")
    assert home.ingest(file, mapping_file=home.write("m.yaml", MISTAKEN))["appended"] == 2
    counts = home.ingest(file, mapping_file=home.write("c.yaml", CORRECTED))
    assert (counts["appended"], counts["quarantined"]) == (2, 0)
    assert home.rows("order", "event_id, is_retracted")[-2:] == [("7", True), ("8", True)]
    told, withdrawn = sorted(part.path for part in log.parts(home.path / "log", "order"))
    moved = [part.path for part in log.parts(home.path / "log", "contact")]
    with duckdb.connect() as con:
        assert [fates.meets(con, moved, [str(one)]) for one in (told, withdrawn)] == [True, False]
    counts = home.ingest(home.write("b.jsonl", [_order(7, id="7", source="/shop")]))
    assert (counts["appended"], counts["quarantined"]) == (0, 1)
