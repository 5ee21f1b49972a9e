"""The log outlives its code: old parts stay readable, old versions are read as today's."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from ingestion import catalogue, checks, upcasts
from ingestion.catalogue import Catalogue, Upcast
from tests.ingestion.conftest import Home, event, message
from waypost.commands.build import build
from waypost.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
FIRST = FIXTURES / "log_first_release"
# of the fixture alone: it is what its hashes were made with
SECRET = "the secret of a fixture, of no use elsewhere\n"
SCHEMA = "https://waypost.example/contact.message_sent/2"


@pytest.fixture
def first_release(home: Home) -> Home:
    """A home with the log as the first release wrote it."""
    shutil.copytree(FIRST / "log", home.path / "log")
    secret = home.path.parent / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    return home


def test_a_log_of_the_first_release_takes_events_and_knows_its_own(first_release: Home) -> None:
    home = first_release
    before = {domain: home.rows(domain) for domain in ("contact", "order", "billing")}
    assert [len(rows) for rows in before.values()] == [10, 1, 1]
    counts = home.ingest(FIRST / "delivered", country="AT")  # read again, not skipped
    assert (counts["read"], counts["duplicates"]) == (12, 12)  # every payload hash is as it was
    counts = home.ingest(home.write("contact/new.jsonl", [event(9), message(9)]))
    assert counts["appended"] == 2
    after = {domain: home.rows(domain) for domain in before}
    assert set(map(str, before["contact"])) < set(map(str, after["contact"]))
    assert (after["order"], after["billing"]) == (before["order"], before["billing"])


def test_a_log_of_the_first_release_can_be_built(first_release: Home, tmp_path: Path) -> None:
    home = first_release
    home.ingest(home.write("contact/new.jsonl", [event(9)]))
    settings = Settings(home=home.path, secret_file=tmp_path / "secret")
    report = build(settings, selected=("+cases",), tests=False)
    assert report["failures"] == []
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        rows = con.execute("select case_id, channel from marts.cases order by case_id")
        assert rows.fetchall() == [
            ("c1", "phone"),
            ("c2", "email"),
            ("c3", "email"),
            ("zd-9", "email"),
        ]


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """A catalogue in which a message is at major version 3: seconds for minutes, a new word."""
    known = catalogue.load()
    steps = (
        Upcast(
            2, {"text_length": "text_length * 10", "template_id": "coalesce(template_id, 'none')"}
        ),
        Upcast(3, {"text_length": "text_length + 1"}),
    )
    kind = replace(known.types["contact.message_sent"], version=3, upcasts=steps)
    changed = replace(known, types={**known.types, kind.name: kind})
    for module in (catalogue, checks):
        monkeypatch.setattr(module, "load", lambda: changed)
    return changed


def test_old_versions_are_read_step_by_step_as_the_golden_file_says(raised: Catalogue) -> None:
    rows = json.loads((FIXTURES / "upcasts" / "messages.json").read_text("utf-8"))
    with duckdb.connect() as con:
        con.execute(
            "create table log (event_type varchar, schema_version integer, text_length bigint, "
            "template_id varchar, channel varchar)"
        )
        con.executemany("insert into log values (?, ?, ?, ?, ?)", rows["as delivered"])
        kinds = raised.domain_types("contact")
        found = con.execute(upcasts.applied("select * from log", kinds)).fetchall()
    assert [list(row) for row in found] == rows["as read today"]


def test_the_door_takes_the_major_version_of_the_catalogue_alone(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingestion import draft

    known = catalogue.load()
    kind = replace(known.types["contact.message_sent"], version=2)
    changed = replace(known, types={**known.types, kind.name: kind})
    monkeypatch.setattr(draft, "load", lambda: changed)
    lines = [
        message(1),
        message(2) | {"dataschema": SCHEMA},
        message(3) | {"dataschema": SCHEMA[:-1] + "3"},
    ]
    assert home.ingest(home.write("contact/a.jsonl", lines))["appended"] == 1
    assert home.rows(columns="event_id, schema_version") == [("m-2", 2)]
    assert home.reasons() == [
        ("unknown_version", "dataschema", 1),
        ("unknown_version", "dataschema", 3),
    ]


def test_events_of_a_version_before_are_not_withdrawn_when_their_file_is_read_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any change of the catalogue reads landed files anew."""
    from ingestion import draft, merge, reading

    file = home.write("contact/a.jsonl", [event(1), message(1), message(2)])
    assert home.ingest(file)["appended"] == 3
    known = catalogue.load()
    kind = replace(known.types["contact.message_sent"], version=2, upcasts=(Upcast(2, {}),))
    changed = replace(known, types={**known.types, kind.name: kind}, version="raised")
    for module in (draft, merge, reading):
        monkeypatch.setattr(module, "load", lambda: changed)
    counts = home.ingest(file)
    assert (counts["duplicates"], counts["quarantined"]) == (1, 2)
    assert home.rows(columns="event_id, is_retracted") == [
        ("m-1", False),
        ("m-2", False),
        ("zd-1/opened", False),
    ]


def test_a_raised_version_has_an_upcast_for_every_step_and_columns_of_its_domain() -> None:
    known = catalogue.load()
    for kind in known.types.values():
        assert [step.to for step in kind.upcasts] == list(range(2, kind.version + 1)), kind.name
        columns = known.columns(kind.domain)
        assert all(set(step.columns) <= set(columns) for step in kind.upcasts), kind.name
