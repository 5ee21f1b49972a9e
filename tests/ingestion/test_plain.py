"""The cheap statement and the exact one say the same of every line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion import draft, plain
from ingestion.catalogue import DOMAINS, Field
from tests.ingestion import mutations
from tests.ingestion.conftest import Home, event
from tests.ingestion.test_fuzz import sound_events

__all__ = ["sound_events"]

NO_WORDS = [
    True,
    1,
    1.5,
    ["email"],
    {"email": "email"},
    "Email",
    "email ",
    "ema\0il",
    "email\0",
    "é",
]
LINKS = [
    'https://example.com/"quoted"',
    "https://example.com/\t\0",
    "https://example.com/\\",
    *(f"https://example.com/{'x' * size}" for size in (300, 330, 1000, 1980, 1981, 3000)),
    *(f"https://example.com/{sign * 333}" for sign in ('"', "\x01", "ü", "😀")),
    "HTTPS://example.com",
    ["https://example.com"],
    {"https://example.com": 1},
]


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
        *(event(1100 + n, data={"channel": word}) for n, word in enumerate(NO_WORDS)),
        *(event(1200 + n, data={"source_url": link}) for n, link in enumerate(LINKS)),
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


def test_words_and_links_with_escapes_are_what_they_spell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.dumps(event(1, data={"source_url": "https://example.com/t/1"}))
    escaped = told.replace('"email"', '"\\u0065mail"').replace("/t/1", "\\/t\\/1")
    assert json.loads(escaped) == json.loads(told) != escaped
    for number, small in enumerate((0, 10**9)):
        home = ingested(tmp_path / str(number), escaped.encode() + b"\n", small, monkeypatch)
        assert home.rows(columns="channel, source_url") == [("email", "https://example.com/t/1")]


def test_a_type_in_two_halves_gives_the_same_log(
    tmp_path: Path, sound_events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    again = [one | {"time": "2020-01-01T00:00:00Z"} for one in sound_events[::7]]
    drawn = [line for line, _ in mutations.mixed(sound_events, 3_000, seed=6, share=0.3)]
    told = [json.dumps(one).encode() for one in sound_events]
    text = b"\n".join([*told, *drawn, *(json.dumps(one).encode() for one in again)]) + b"\n"
    whole = ingested(tmp_path / "whole", text, 0, monkeypatch)
    monkeypatch.setattr(draft, "_HALVED", 2)
    halved = ingested(tmp_path / "halved", text, 0, monkeypatch)
    assert whole.reasons() == halved.reasons()
    assert "conflicting_duplicate" in {code for code, _, _ in halved.reasons()}
    for domain in DOMAINS:
        assert list(map(str, whole.rows(domain))) == list(map(str, halved.rows(domain))), domain


@pytest.mark.parametrize("word", ["true", "NaN", "Infinity", "380", ""])
def test_a_list_with_a_word_that_is_json_is_read_as_json(word: str) -> None:
    fields = {
        "a": Field("a", "a", "enum", {}, values=("b", word)),
        "c": Field("c", "c", "link", {}),
    }
    assert plain.values(fields) == {'"d_c"'}
