"""The cheap statement and the exact one say the same of every line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion import draft
from ingestion.catalogue import DOMAINS
from tests.ingestion import mutations
from tests.ingestion.conftest import Home, event
from tests.ingestion.test_fuzz import sound_events

__all__ = ["sound_events"]


def ingested(folder: Path, text: bytes, small: int, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that took in the lines; types with fewer rows than `small` by the exact one alone."""
    monkeypatch.setattr(draft, "_SMALL", small)
    home = Home(folder)
    home.ingest(home.write("contact/lines.jsonl", text))
    return home


def test_both_ways_give_the_same_log_and_the_same_reasons(
    tmp_path: Path, sound_events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [
        event(1001, data={"brand": "a b c d e"}),
        event(1002, data={"brand": "Grün & Söhne"}),
        event(1003, data={"brand": 'quo"ted'}),
        event(1004, data={"brand": "person@example.com"}),
        event(1005, data={"brand": "a@b"}),
        event(1006, data={"source_url": "https://example.com/?q=person@example.com"}),
        event(1007, data={"channel": ""}),
        event(1008, time="2026-05-01T12:00:00+02:00"),
    ]
    drawn = (line for line, _ in mutations.mixed(sound_events, 6_000, seed=5, share=0.5))
    lines = [line for line in drawn if b"\n" not in line]
    lines += [json.dumps(one, ensure_ascii=False).encode() for one in odd]
    text = b"\n".join(lines) + b"\n"
    cheap = ingested(tmp_path / "cheap", text, 0, monkeypatch)
    exact = ingested(tmp_path / "exact", text, 10**9, monkeypatch)
    assert cheap.reasons() == exact.reasons()
    for domain in DOMAINS:
        assert list(map(str, cheap.rows(domain))) == list(map(str, exact.rows(domain))), domain
    assert len(exact.rows("contact")) > 500
