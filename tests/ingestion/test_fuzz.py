"""Mutated lines by the thousand: all accounted for, none lost, the sound ones of the file kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion import draft, inputs
from ingestion.catalogue import DOMAINS, load
from ingestion.simulation import demo
from ingestion.simulation.company import Company
from tests.ingestion import mutations, oracle
from tests.ingestion.conftest import NOW, Home

_A_TYPE = 6  # events of each type that are mutated


@pytest.fixture(scope="session")
def sound_events(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """A few sound events of every type that a tiny company delivers."""
    folder = tmp_path_factory.mktemp("tiny")
    demo.simulate(Company(customers=30, days=40), folder / "landing", folder / "truth.json")
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((folder / "landing").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            event = parsed(line)
            if event.get("type") in load().types and not event["id"].endswith("/broken"):
                found.setdefault(event["type"], []).append(event)
    assert len(found) > 30
    return [event for events in found.values() for event in events[:_A_TYPE]]


def parsed(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def candidates(text: bytes) -> list[int]:
    """Numbers of the lines that are not empty, counted without the code under test."""
    lines = text.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [n for n, line in enumerate(lines, 1) if line.strip(b" \t\r\n\v\f")]


def log_ids(home: Home) -> set[str]:
    return {name for domain in DOMAINS for (name,) in home.rows(domain, "event_id")}


def assert_all_accounted_for(home: Home, lines: list[tuple[bytes, bool]], path: Path) -> None:
    """Ingest lines as one file and hold its account against the bytes."""
    text = b"\n".join(line for line, _ in lines) + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    counts = home.ingest(path)  # the sum of the counts is checked there
    numbers = candidates(text)
    assert counts["read"] == len(numbers)
    sound = {parsed(line)["id"] for line, is_sound in lines if is_sound}
    assert sound <= log_ids(home)
    places = [line for _, _, line in home.reasons()]
    assert len(places) == counts["quarantined"]
    assert set(places) <= set(numbers)


def test_five_thousand_mutated_lines_are_all_accounted_for(
    home: Home, sound_events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "_SMALL", 0)  # the way of the large types
    lines = [*mutations.mixed(sound_events, 6_000, seed=1, share=0.85)]
    assert_all_accounted_for(home, lines, home.path / "landing/contact/mutated.jsonl")


@pytest.mark.parametrize("head", mutations.FIRST_LINES)
def test_a_file_is_read_line_by_line_whatever_its_first_line_is(
    head: bytes, tmp_path: Path
) -> None:
    sound = [b'{"a": [{"b": 1}]}', b'{"a": 2}']
    text = b"\n".join([head, *sound]) + b"\n"
    (tmp_path / "lines.json").write_bytes(text)
    lines = inputs.json_lines(tmp_path / "lines.json", tmp_path)
    read = lines.path.read_bytes()
    assert len(candidates(read)) + len(lines.rejected) == len(candidates(text))
    assert read.endswith(b"\n".join(sound) + b"\n")


def test_a_slow_second_opinion_agrees_on_every_line(
    home: Home, sound_events: list[dict[str, Any]]
) -> None:
    drawn = (line for line, _ in mutations.mixed(sound_events, 3_000, seed=11, share=0.95))
    lines = [
        line for line in drawn if b"\n" not in line and line.strip() and oracle.has_opinion(line)
    ]
    home.ingest(home.write("contact/mutated.jsonl", b"\n".join(lines) + b"\n"))
    rejected = {line: code for code, _, line in home.reasons()}
    conflicts = {line for line, code in rejected.items() if code == "conflicting_duplicate"}
    differing = [
        (rejected.get(number), line[:300])
        for number, line in enumerate(lines, 1)
        if number not in conflicts and oracle.is_sound(line, NOW) == (number in rejected)
    ]
    assert len(lines) > 2_000
    assert not differing
