"""What is past its time goes: people out of events, files out of landing, lines out of the access log."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ingestion import erasure as rewriting
from ingestion import log
from tests.ingestion.conftest import Home, event
from tests.ingestion.people import ADA, BEA, case, files_with, hash_of, order, refs
from waypost import access_log, retention, upkeep
from waypost.cli import UsageError, cli
from waypost.settings import Settings

AS_OF = datetime(2026, 6, 15, tzinfo=UTC)
SALT = "0" * 64
RULES = """
people:
  - {source: /shop*, types: [order.placed], days: 60}
  - {source: /shop/kept, days: 9000}
  - {source: /helpdesk/test, days: 200}
landing: {order: 30, order/kept: 9000, contact: 30}
access_log: 100
"""


def at(body: dict[str, Any], moment: str) -> dict[str, Any]:
    return body | {"time": moment, "recordedtime": moment}


def told() -> list[dict[str, Any]]:
    """Orders before and after the limit of 60 days (in whole months: 1 April), one of a friend."""
    ada = refs(("email", ADA), ("shop_customer", "c-1"))
    return [
        at(order(1, ada), "2026-03-01T10:00:00Z"),
        at(order(2, ada), "2026-03-31T23:59:59Z"),
        at(order(3, ada), "2026-04-01T00:00:00Z"),
        at(order(4, refs(("email", BEA))), "2026-03-05T10:00:00Z"),
        at(case(5, refs(("email", ADA))), "2026-01-05T10:00:00Z"),
    ]


@pytest.fixture
def settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = home.settings()
    monkeypatch.setenv("WAYPOST_HOME", str(found.home))
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(found.secret_file))
    (found.config / "retention.yaml").write_text(RULES, "utf-8")
    home.ingest(home.write("order/a.jsonl", told()))
    home.ingest(
        home.write("contact/b.jsonl", [case(6, []), at(order(7, []), "2026-03-01T10:00:00Z")])
    )
    return found


def apply(settings: Settings, **options: Any) -> dict[str, Any]:
    return retention.apply(settings, **{"as_of": AS_OF, "salt": SALT} | options)


def by_order(home: Home, columns: str) -> dict[str, Any]:
    return {row[0]: row[1:] for row in home.rows("order", f"order_id, {columns}")}


def test_due_events_lose_their_people_and_nothing_else(home: Home, settings: Settings) -> None:
    facts = "event_id, event_key, payload_hash, occurred_at, recorded_at, commit_no, total_minor"
    before, people = by_order(home, facts), by_order(home, "party_hash, party_refs")
    assert apply(settings)["events"] == 3
    assert by_order(home, facts) == before
    now = by_order(home, "party_hash, party_refs")
    assert now["ord-3"] == people["ord-3"], "not due yet"
    assert now["ord-1"] == now["ord-2"] != people["ord-1"], "still one person in a month"
    assert now["ord-4"][0] not in {now["ord-1"][0], hash_of(settings, BEA)}
    assert [ref["id_type"] for ref in now["ord-1"][1]] == ["email", "shop_customer"]
    hashes = [hash_of(settings), hash_of(settings, "c-1", "shop_customer")]
    assert {r["id_hash"] for name in ("ord-1", "ord-2") for r in now[name][1]}.isdisjoint(hashes)
    assert files_with(settings, hash_of(settings, BEA)) == []
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []


def test_a_second_run_finds_nothing_and_a_delivery_again_is_a_duplicate(
    home: Home, settings: Settings
) -> None:
    counts = apply(settings, is_dry=True)
    assert (counts["events"], counts["parts"]) == (3, 1)
    apply(settings)
    after = by_order(home, "party_hash")
    assert apply(settings, salt="1" * 64)["events"] == 0
    again = home.ingest(home.write("order/again.jsonl", [*told(), event(99)]))
    assert (again["appended"], again["duplicates"], again["refused"]) == (1, 5, 0)
    assert by_order(home, "party_hash") == after


def test_parts_without_due_events_are_not_touched(home: Home, settings: Settings) -> None:
    before = {part.path.name for part in log.parts(settings.log, "contact")}
    apply(settings)
    assert {part.path.name for part in log.parts(settings.log, "contact")} == before
    assert {path.name for path in (settings.log / "order").glob("*.parquet")} == {
        part.path.name for part in log.parts(settings.log, "order")
    }, "old files go at once"


def test_a_crash_between_is_finished_with_the_same_stand_ins(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap = rewriting.swap

    def stop(*arguments: Any) -> None:
        swap(*arguments)
        raise KeyboardInterrupt

    rules = settings.config / "retention.yaml"
    rules.write_text(rules.read_text("utf-8").replace("days: 200", "days: 60"), "utf-8")
    monkeypatch.setattr(rewriting, "swap", stop)
    with pytest.raises(KeyboardInterrupt):
        apply(settings)
    monkeypatch.undo()
    (place,) = settings.log.glob("retention.json")
    assert place.stat().st_mode & 0o077 == 0
    apply(settings, salt="1" * 64, as_of=AS_OF + timedelta(days=90))
    assert not place.exists()
    (party,) = {p for o, (p,) in by_order(home, "party_hash").items() if o in ("ord-1", "ord-2")}
    ((other,),) = {row for row in home.rows("contact", "party_hash") if row[0]}
    assert party == other


def test_landed_files_go_once_they_were_taken_in(home: Home, settings: Settings) -> None:
    kept = home.write("order/kept/a.jsonl", [order(20, [])])
    home.ingest(kept)
    unread = home.write("order/unread.jsonl", [order(21, [])])
    young = home.write("order/young.jsonl", [order(22, [])])
    home.ingest(young)
    old = (AS_OF - timedelta(days=31)).timestamp()
    for path in settings.landing.rglob("*.jsonl"):
        os.utime(path, (old, old))
    os.utime(young, (old + 2 * 86400, old + 2 * 86400))
    assert apply(settings, is_dry=True)["landing_deleted"] == 2
    assert apply(settings)["landing_deleted"] == 2
    assert sorted(settings.landing.rglob("*.jsonl")) == sorted([kept, unread, young])
    assert apply(settings)["landing_deleted"] == 0


def test_a_landed_file_that_was_replaced_meanwhile_stays(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (AS_OF - timedelta(days=31)).timestamp()
    file = settings.landing / "order" / "a.jsonl"
    os.utime(file, (old, old))
    anonymise = retention._anonymise

    def meanwhile(*arguments: Any) -> dict[str, int]:
        home.write("order/a.jsonl", [order(30, [])])
        return anonymise(*arguments)

    monkeypatch.setattr(retention, "_anonymise", meanwhile)
    assert apply(settings)["landing_deleted"] == 0
    assert home.ingest(file)["appended"] == 1


def test_the_access_log_forgets_what_is_older(settings: Settings) -> None:
    secret = settings.secret_file.read_bytes().strip()
    for days in (10, 99, 101, 400):
        moment = AS_OF - timedelta(days=days)
        access_log.note(settings, secret, at=moment, who="me", what="export", subject="a")
    assert apply(settings)["accesses_deleted"] == 2
    assert len(access_log.read(settings)) == 2


def test_without_rules_nothing_happens(home: Home, settings: Settings) -> None:
    (settings.config / "retention.yaml").unlink()
    before = by_order(home, "*")
    counts = apply(settings)
    assert not any(counts.values())
    assert by_order(home, "*") == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("people: {a: 1}", "people must be a list"),
        ("peoples: []", "people; take out peoples."),
        ("[1]", "write it as a table of these"),
        ("people: [{days: 3}]", "rule 1 of people names no source"),
        ("people: [{source: /a, days: 0}]", "at least 1 and at most 36,500, not 0"),
        ("people: [{source: /a, days: soon}]", "not soon"),
        ("people: [{source: /a, days: 3, types: [order.eaten]}]", "called order.eaten"),
        ("people: [{source: /a, days: 3, type: x}]", "rule 1 of people may have days, source"),
        ("landing: {elsewhere: 3}", "no folder elsewhere"),
        ("landing: {contact/../order: 3}", "no folder"),
        ("access_log: -1", "access_log: days"),
        ("people: [{source: /a, days: 900000}]", "at most 36,500, not 900000"),
        ("landing: {contact: 99999999999}", "landing contact: days"),
        ("access_log: 9999999999", "at most 36,500, not 9999999999"),
        ("people: [", "is no YAML"),
        ("access_log: 2026-13-45", "is no YAML (month must be in 1..12)"),
        ("people: " + "[" * 5000, "is no YAML"),
        (
            "access_log: 3\nlanding: {}\naccess_log: 9",
            "the key 'access_log' in line 3 for the second",
        ),
        (
            "landing: {order: 30, contact: 30,\n  order: 90}",
            "retention.yaml has the key 'order' in",
        ),
        ("people:\n- source: /a\n  days: 3\n  days: 4", "'days' in line 4 for the second time"),
    ],
)
def test_a_wrong_rule_is_told_in_one_sentence(settings: Settings, text: str, told: str) -> None:
    (settings.config / "retention.yaml").write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        apply(settings)
    assert told in caught.value.message
    assert "retention.yaml" in caught.value.message
    assert caught.value.message.endswith(".")


def test_a_hundred_years_are_allowed(settings: Settings) -> None:
    days = retention.MOST_DAYS
    rules = (
        f"people: [{{source: /shop, days: {days}}}]\nlanding: {{order: {days}}}\naccess_log: {days}"
    )
    (settings.config / "retention.yaml").write_text(rules, "utf-8")
    counts = apply(settings)
    assert not any(counts[name] for name in ("events", "landing_deleted", "accesses_deleted"))


def test_a_rule_whose_source_no_event_has_is_told(settings: Settings) -> None:
    assert apply(settings, is_dry=True)["rules_without_source"] == [2]
    assert retain("--dry-run").stdout.endswith("nothing was changed. Rule 2 fits no source.\n")
    rules = "people: [{source: '/shpo*', days: 3}, {source: '/sh*', days: 900}]"
    (settings.config / "retention.yaml").write_text(rules, "utf-8")
    assert json.loads(retain("--json").stdout)["rules_without_source"] == [1]


def test_a_moment_to_come_is_looked_at_and_no_more(home: Home, settings: Settings) -> None:
    before = by_order(home, "party_hash")
    refused = retain("--as-of", "2226-01-01")
    assert refused.exit_code == 2 and "still to come" in refused.stderr
    assert by_order(home, "party_hash") == before
    looked = json.loads(retain("--as-of", "2226-01-01", "--dry-run", "--json").stdout)
    assert looked["events"] > apply(settings, is_dry=True)["events"]
    early = retain("--as-of", "0050-01-01")
    assert early.exit_code == 2 and "before 1970" in early.stderr


def test_a_dry_run_counts_the_access_log_and_leaves_it(settings: Settings) -> None:
    secret = settings.secret_file.read_bytes().strip()
    access_log.note(settings, secret, at=AS_OF - timedelta(days=101), who="me", what="match")
    left = settings.landing / "waypost" / "access" / "1.view"
    left.parent.mkdir()
    moment = (AS_OF - timedelta(days=400)).isoformat()
    left.write_text(json.dumps({"at": moment, "who": "local", "what": "cases"}), "utf-8")
    assert apply(settings, is_dry=True)["accesses_deleted"] == 2
    assert "and 2 lines of the access log; nothing was changed" in retain("--dry-run").stdout
    assert left.exists() and apply(settings)["accesses_deleted"] == 2


def retain(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["retain", *arguments])
