"""Forms of files, identity of events, repairs, and what an append keeps."""

from __future__ import annotations

import gzip
import json
import multiprocessing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ingestion import ahead, chunks, inputs, log, pipeline
from ingestion.catalogue import DOMAINS
from tests.ingestion.conftest import NOW, Home, event, message

FORMS = {
    "lines.jsonl": lambda events: "\n".join(map(json.dumps, events)).encode(),
    "lines.jsonl.gz": lambda events: gzip.compress("\n".join(map(json.dumps, events)).encode()),
    "array.json": lambda events: json.dumps(events).encode(),
    "pretty.json": lambda events: json.dumps(events, indent=2).encode(),
    "pretty.json.gz": lambda events: gzip.compress(json.dumps(events, indent=2).encode()),
    "bom.jsonl": lambda events: b"\xef\xbb\xbf" + "\n".join(map(json.dumps, events)).encode(),
    "windows.jsonl": lambda events: "\r\n".join(map(json.dumps, events)).encode(),
}


@pytest.mark.parametrize("name", FORMS)
def test_ingest_reads_every_form_of_a_file(name: str, home: Home) -> None:
    events = [event(n) for n in range(3)]
    counts = home.ingest(home.write(f"contact/{name}", FORMS[name](events)))
    assert (counts["read"], counts["appended"]) == (3, 3)
    assert home.live() == [e["id"] for e in events]


@pytest.mark.parametrize("indent", [None, 2])
def test_ingest_reads_a_single_object(indent: int | None, home: Home) -> None:
    counts = home.ingest(home.write("contact/one.json", json.dumps(event(1), indent=indent)))
    assert (counts["read"], counts["appended"]) == (1, 1)


def test_an_event_goes_to_its_domain_whatever_the_folder(home: Home) -> None:
    survey = event(1) | {
        "id": "s-1",
        "type": "survey.sent",
        "subject": "survey/s-1",
        "data": {"survey_id": "s-1", "kind": "ces", "scale_id": "ces7", "trigger_point": "case"},
    }
    home.ingest(home.write("contact/mixed.jsonl", [event(1), survey]))
    assert home.live("contact") == ["zd-1/opened"]
    assert home.rows("feedback", "event_id, survey_kind") == [("s-1", "ces")]


def test_a_domain_without_events_gets_no_table(home: Home) -> None:
    home.ingest(home.write("contact/a.jsonl", [event(1)]))
    found = {domain for domain in DOMAINS if log.table(home.path / "log", domain)}
    assert found == {"contact"}


def test_the_same_file_is_read_once(home: Home) -> None:
    file = home.write("contact/a.jsonl", [event(1)])
    home.ingest(file)
    copy = home.write("contact/copy.jsonl", [event(1)])
    assert home.ingest(file, copy) == dict.fromkeys(pipeline.COUNTS, 0) | {"skipped_inputs": 2}
    assert len(home.rows()) == 1


def test_a_redelivered_event_is_a_duplicate_whatever_its_spelling(home: Home) -> None:
    home.ingest(home.write("contact/a.jsonl", [event(1, time="2026-05-01T10:00:00Z")]))
    respelled = event(1, time="2026-05-01T12:00:00.000+02:00", recordedtime="2026-05-02T00:00:00Z")
    text = json.dumps(respelled, indent=None, separators=(" , ", " : ")).replace(
        "email", "\\u0065mail"
    )
    counts = home.ingest(home.write("contact/b.jsonl", text))
    assert (counts["appended"], counts["duplicates"]) == (0, 1)


def test_the_first_of_two_payloads_in_one_file_wins(home: Home) -> None:
    file = home.write(
        "contact/a.jsonl",
        [
            event(1, data={"channel": "phone"}),
            event(2),
            event(1),
            event(1, data={"channel": "phone"}),
        ],
    )
    counts = home.ingest(file)
    assert (counts["appended"], counts["duplicates"], counts["quarantined"]) == (2, 1, 1)
    assert home.reasons() == [("conflicting_duplicate", "id", 3)]
    assert home.rows(columns="event_id, channel")[0] == ("zd-1/opened", "phone")


def test_another_payload_in_another_file_is_a_conflict(home: Home) -> None:
    home.ingest(home.write("contact/a.jsonl", [event(1)]))
    counts = home.ingest(
        home.write("contact/b.jsonl", [event(1, data={"channel": "phone"}), event(2)])
    )
    assert (counts["appended"], counts["quarantined"]) == (1, 1)


def test_duplicates_are_found_across_the_chunks_of_one_file(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 2000)
    monkeypatch.setattr(chunks, "BLOCK", 2000)
    monkeypatch.setattr(ahead, "chunks", partial(chunks.chunks, size=4000))
    events: list[Any] = [event(n) for n in range(100)]
    events += ["broken", event(3), event(4, data={"channel": "phone"}), event(100)]
    file = home.write("contact/long.jsonl", events)
    counts = home.ingest(file)
    assert (counts["appended"], counts["duplicates"], counts["quarantined"]) == (101, 1, 2)
    assert home.reasons() == [("not_json", "", 101), ("conflicting_duplicate", "id", 103)]
    assert len(home.live()) == 101
    assert len(log.commits(home.path / "log", "contact")) == 1


def test_a_chunk_has_few_long_lines(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file that fits is read whole; where its lines are long, in chunks whose places still fit."""
    monkeypatch.setattr(inputs, "BLOCK", 4000)
    monkeypatch.setattr(chunks, "BLOCK", 4000)
    monkeypatch.setattr(chunks, "_FEW_ENDS", 4)
    long = [event(n, data={"queue": "q" * 3000}) for n in range(100, 140)]
    file = home.write("contact/long.jsonl", [*map(event, range(40)), *long, "broken", event(41)])
    cut = [*chunks.chunks(inputs.json_lines(file, tmp_path))]
    assert len(cut) == 9
    # after the light lines at the beginning: four blocks and the end of a line
    assert max(chunk.size for chunk in cut[1:]) < 5 * 4000
    light = home.write("contact/short.jsonl", [event(n) for n in range(50, 90)])
    assert len([*chunks.chunks(inputs.json_lines(light, tmp_path))]) == 1
    counts = home.ingest(file)
    assert (counts["appended"], counts["quarantined"]) == (41, 41)
    assert home.reasons()[-1] == ("not_json", "", 81)


def test_unknown_attributes_go_to_extra_unless_they_could_tell_a_person(home: Home) -> None:
    extras = {
        "score": 0.5,
        "vip": True,
        "tier": "gold",
        "seen": "2026-05-01T10:00:00Z",
        "mail": "anna@example.com",
        "phone": "+49 30 1234567",
        "tel": "+49301234567",
        "note": "two words",
        "long": "x" * 41,
        "nested": {"a": 1},
    }
    home.ingest(home.write("contact/a.jsonl", [event(1, data=extras, tenant="acme"), event(2)]))
    kept = json.loads(home.rows(columns="extra")[0][0])
    assert kept == {
        "score": 0.5,
        "vip": True,
        "tier": "gold",
        "seen": "2026-05-01T10:00:00Z",
        "tenant": "acme",
    }
    assert home.rows(columns="extra")[1] == (None,)
    (receipt,) = (home.path / "log" / "inputs").glob("*.json")
    dropped = json.loads(receipt.read_text())["extra_dropped"]
    assert dropped == dict.fromkeys(("mail", "phone", "tel", "note", "long", "nested"), 1)


def test_a_key_seen_late_in_a_file_is_kept_too(home: Home) -> None:
    events = [event(n) for n in range(50)] + [event(50, data={"tier": "gold", "priority": "high"})]
    home.ingest(home.write("contact/late.jsonl", events))
    assert ("zd-50/opened", "high", '{"tier":"gold"}') in home.rows(
        columns="event_id, priority, extra"
    )


def test_recorded_at_falls_back_to_the_run_or_the_occurrence(home: Home) -> None:
    home.ingest(home.write("contact/a.jsonl", [event(1, recordedtime=None)]))
    home.ingest(
        home.write("contact/b.jsonl", [event(2, recordedtime=None)]), recorded_as_occurred=True
    )
    assert [r for (r,) in home.rows(columns="recorded_at = occurred_at")] == [False, True]
    assert home.rows(columns="recorded_at")[0][0] == NOW


def test_a_dry_run_counts_and_writes_nothing(home: Home) -> None:
    counts = home.ingest(home.write("contact/a.jsonl", [event(1), "broken"]), dry_run=True)
    assert (counts["appended"], counts["quarantined"]) == (1, 1)
    assert home.rows() == []
    assert home.reasons() == []


def _ingest_in_a_process(path: str, file: str) -> None:
    Home(Path(path)).ingest(Path(file))


@pytest.mark.parametrize("is_new", [True, False])
def test_two_ingests_at_once_never_double_an_event(is_new: bool, home: Home) -> None:
    """Two files with the same events, read by two processes at the same time."""
    events: list[Any] = [event(n) for n in range(3000)]
    one = home.write("contact/one.jsonl", events)
    two = home.write("contact/two.jsonl", [message(1), *reversed(events)])
    if not is_new:
        home.ingest(home.write("contact/first.jsonl", [event(9999)]))
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_ingest_in_a_process, args=(str(home.path), str(file)))
        for file in (one, two)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    ids = [event_id for (event_id,) in home.rows(columns="event_id")]
    assert len(ids) == len(set(ids)) == 3001 + (not is_new)


def test_no_clear_identifier_is_left_outside_the_landing_zone(home: Home) -> None:
    refs = [
        {"id_type": "email", "id": "Änne.Müßig@example.com", "role": "customer"},
        {"id_type": "phone", "id": "030 / 901820", "role": "customer"},
        {"id_type": "customer_number", "id": "KD-4711-0815"},
    ]
    agent = {"type": "agent", "ref": "agent.smith.77", "team": "service_de"}
    home.ingest(
        home.write("contact/a.jsonl", [event(1, data={"party_refs": refs, "actor": agent})]),
        home.write("contact/b.jsonl", [event(2, type="x", data={"party_refs": refs})]),
    )
    stored = b"".join(
        p.read_bytes()
        for p in home.path.rglob("*")
        if p.is_file() and "landing" not in p.relative_to(home.path).parts
    ).lower()
    for secret in ("müßig", "901820", "4711-0815", "agent.smith"):
        assert secret.encode() not in stored
    assert not [p for p in (home.path / "landing" / ".work").iterdir() if p.is_dir()]


def test_objects_are_kept_as_a_list(home: Home) -> None:
    objects = [{"type": "order", "id": "o-1", "qualifier": "about"}, {"type": "case", "id": "zd-1"}]
    home.ingest(home.write("contact/a.jsonl", [event(1, data={"objects": objects})]))
    assert home.rows(columns="len(objects), objects[1].id, objects[2].qualifier") == [
        (2, "o-1", None)
    ]


def test_more_keys_than_are_looked_at_lose_no_line(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.shapes._MAX_KEYS", 25)
    events = [event(n, data={f"key_{n}": n}) for n in range(20)]
    events += [message(21), event(22, data={"priority": "high"})]
    counts = home.ingest(home.write("contact/many.jsonl", events))
    assert (counts["read"], counts["appended"]) == (22, 22)
    assert ("zd-22/opened", "high") in home.rows(columns="event_id, priority")


def test_a_type_that_needs_parties_says_so_beside_one_that_has_them(home: Home) -> None:
    refs = [{"id_type": "email", "id": "anna@example.com"}]
    alone = event(2) | {
        "id": "party-1",
        "type": "party.identified",
        "subject": "party/1",
        "data": {"strength": 1},
    }
    counts = home.ingest(home.write("party/p.jsonl", [event(1, data={"party_refs": refs}), alone]))
    assert (counts["appended"], counts["quarantined"]) == (1, 1)
    assert home.reasons() == [("party_refs", "data.party_refs", 2)]
