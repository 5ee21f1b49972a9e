"""What is held on a person is written out whole, explained, and noted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.ingestion.conftest import Home
from tests.ingestion.people import ADA, BEA, order, refs, told
from waypost import disclosure, erasure
from waypost.cli import UsageError, WaypostError, cli
from waypost.settings import Settings

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)


@pytest.fixture
def settings(home: Home) -> Settings:
    found = home.settings()
    home.ingest(home.write("order/mixed.jsonl", told()))
    return found


def test_every_event_of_the_person_and_no_other(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "ada.jsonl"
    person = erasure.hash_of(settings, "email", ADA)
    counts = disclosure.export(settings, person, out, now=NOW, who="clerk")
    first, *events = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    kinds = ["case.opened", "case.status_changed", "order.placed", "order.placed"]
    assert sorted(one["event"]["event_type"] for one in events) == [*kinds, "payment.succeeded"]
    assert counts["events"] == first["events"] == 5
    assert first["fields"]["order"]["total_minor"]["de"]
    assert all(one["about"]["en"] and one["about"]["de"] for one in events)
    assert out.stat().st_mode & 0o077 == 0
    assert erasure.hash_of(settings, "email", BEA) not in out.read_text("utf-8")


def test_each_access_is_noted_without_a_way_to_the_person(
    settings: Settings, tmp_path: Path
) -> None:
    person = erasure.hash_of(settings, "email", ADA)
    for number in range(2):
        disclosure.export(settings, person, tmp_path / f"{number}", now=NOW, who="clerk")
    text = (settings.log / "access.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(one["who"], one["what"], one["at"]) for one in lines] == [
        ("clerk", "export", NOW.isoformat())
    ] * 2
    assert len({one["subject"] for one in lines}) == 1
    assert person not in text


def test_nobody_and_a_file_inside_the_home_are_told(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WaypostError, match="knows nobody"):
        disclosure.export(settings, "f" * 32, tmp_path / "x", now=NOW, who="clerk")
    with pytest.raises(UsageError, match="lies inside"):
        disclosure.export(settings, "f" * 32, settings.home / "x", now=NOW, who="clerk")


def test_an_identifier_comes_from_standard_input_alone(settings: Settings, tmp_path: Path) -> None:
    environment = {
        "WAYPOST_HOME": str(settings.home),
        "WAYPOST_SECRET_FILE": str(settings.secret_file),
    }
    out = str(tmp_path / "out.jsonl")
    refused = CliRunner().invoke(cli, ["export", "--email", ADA, "--out", out], env=environment)
    assert refused.exit_code == 2
    assert ADA not in refused.output
    told = CliRunner().invoke(
        cli, ["export", "--email", "-", "--out", out, "--json"], env=environment, input=ADA.upper()
    )
    assert json.loads(told.output) == {"events": 5, "mentions": 0, "path": out}
    erased = CliRunner().invoke(
        cli, ["erase", "--id", "shop_customer=-", "--json"], env=environment, input="c-4711\n"
    )
    assert json.loads(erased.output)["events"] == 5


def test_who_only_stands_in_events_of_others_is_told_so(
    home: Home, settings: Settings, tmp_path: Path
) -> None:
    given = [{"id_type": "email", "id": "cem@example.de", "role": "recipient"}]
    home.ingest(home.write("order/gift.jsonl", [order(1, refs(("email", ADA)) + given)]))
    out, cem = tmp_path / "cem.jsonl", erasure.hash_of(settings, "email", "cem@example.de")
    counts = disclosure.export(settings, cem, out, now=NOW, who="clerk")
    assert (counts["events"], counts["mentions"]) == (0, 1)
    first, line = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert first["mentions"] == 1 and line["about"]["de"]
    mention = line["mention"]
    assert (mention["event_type"], mention["role"]) == ("order.placed", "recipient")
    assert mention["id_hash"] == cem and mention["occurred_at"]
    assert "ord-1" not in out.read_text("utf-8")
    assert erasure.hash_of(settings, "email", ADA) not in out.read_text("utf-8")
