"""The hashing secret is rotated: the same people under other hashes, the same facts, no way back."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from ingestion import log as event_log
from ingestion import privacy, receipts
from ingestion import rotation as steps_of_log
from ingestion.catalogue import DOMAINS
from ingestion.parts import DamagedPartError
from ingestion.privacy import SecretError
from ingestion.reading import Reading
from tests.ingestion.conftest import NOW, Home, event
from tests.ingestion.sources import shop
from tests.ingestion.sources.test_shopify_ingest import landed
from tests.ingestion.test_erasure import ADA, BEA, case, files_with, order, refs, told
from waypost import disclosure, erasure, retention, rotation, upkeep, warehouse
from waypost.cli import WaypostError, cli
from waypost.settings import Settings

LATER = datetime(2026, 6, 3, tzinfo=UTC)
CARA = "cara@example.org"
KEYS = ["second" * 6, "third" * 8]
FILES = ("order/mixed.jsonl", "contact/desk.jsonl", "order/cara.jsonl", "waypost/act.jsonl")
PLACES = "event_id, party_hash, list_transform(party_refs, lambda r: r.id_hash), actor_ref_hash"


def assigned(number: int) -> dict[str, Any]:
    """A hand-over between two agents, told by a third."""
    data = {"case_id": f"zd-{number}", "from_agent": "agent-1", "to_agent": "agent-2"}
    about = {"id": f"zd-{number}/assigned", "type": "case.assigned"}
    return event(number) | about | {"data": data | {"actor": {"type": "agent", "ref": "agent-3"}}}


def acted(number: int, party: str, evidence: list[str] | None = None) -> dict[str, Any]:
    """What a page writes: it knows a person by the hash alone."""
    fired = {"fire_id": f"f-{number}", "trigger_id": "late", "version": "1", "dedupe_key": "d"}
    fired |= {"as_of": "2026-05-01T10:00:00Z", "evidence_event_ids": evidence or ["zd-1/opened"]}
    about = {"id": f"fire/{number}/shown", "type": "trigger.fired", "subject": f"fire/f-{number}"}
    return event(number) | about | {"data": fired | {"party_refs": refs(("party", party))}}


def settings_of(home: Home) -> Settings:
    return Settings(home=home.path, secret_file=home.path.parent / "secret")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with people in several domains, states of a shop, somebody erased and one looked at."""
    home = Home(tmp_path_factory.mktemp("lived-in") / "home")
    found = settings_of(home)
    found.create()
    home.ingest(home.write(FILES[0], told()))
    home.ingest(home.write(FILES[1], [assigned(1), case(5, refs(("email", BEA)))]))
    home.ingest(home.write("order/shopify/w.jsonl", landed(*shop.webhooks())), adapter="shopify")
    home.ingest(home.write(FILES[2], [order(1, refs(("email", CARA)))]))
    erasure.erase(found, hash_of(found, CARA), now=NOW, salt="0" * 64)
    home.write(FILES[2], [order(1, refs(("email", CARA))), order(2, refs(("email", CARA)))])
    named = [one for (one,) in home.rows("party", "event_id") if "email" in one]
    home.ingest(home.write(FILES[3], [acted(1, hash_of(found), named)]))
    out = home.path.parent / "export"
    disclosure.export(found, hash_of(found), out, now=NOW, who="clerk")
    return home.path.parent


@pytest.fixture
def settings(home: Home, lived_in: Path) -> Settings:
    """A copy of it."""
    shutil.copytree(lived_in, home.path.parent, dirs_exist_ok=True)
    return settings_of(home)


def hash_of(settings: Settings, value: str = ADA, id_type: str = "email") -> str:
    return erasure.hash_of(settings, id_type, value)


def rotate(settings: Settings, key: str = KEYS[0]) -> dict[str, Any]:
    return rotation.rotate(settings, key=key, now=LATER)


def again(home: Home, settings: Settings) -> dict[str, int]:
    """Every file is read as if a new version read it, and the counts of all."""
    for key in receipts.names(settings.log):
        receipts.set_back(settings.log, key)
    counts = home.ingest(*(home.path / "landing" / name for name in FILES))
    shopped = home.ingest(home.path / "landing" / "order/shopify/w.jsonl", adapter="shopify")
    return {name: counts[name] + shopped[name] for name in counts}


def hashes(home: Home) -> set[str]:
    """Every keyed hash of the log, and what stands of one in an id."""
    personal = {"contact": ", from_agent, to_agent", "order": ", tracking"}
    found: set[str] = set()
    for domain in DOMAINS:
        columns = f"{PLACES}, hex(payload_hash){personal.get(domain, '')}"
        for event_id, party, listed, *others in home.rows(domain, columns):
            found |= {one.lower() for one in (party, *(listed or ()), *others) if one}
            found |= {event_id} if "/email/" in event_id else set()
    return found


def test_sealing_in_sql_is_sealing_in_python() -> None:
    keys = [b"first" * 5, *(key.encode() for key in KEYS)]
    secret = privacy.chained(keys)
    first = privacy.hash_id(keys[0], "email", ADA)
    two = privacy.hash_id(privacy.chained(keys[:2]), "email", ADA)
    assert privacy.keys(secret) == privacy.keys(secret.replace(b"\n", b" ")) == keys
    with duckdb.connect() as con:
        privacy.install(con, secret)
        row = con.execute(
            "select keyed_hash('email', $1), sealed_2($2), sealed($2), sealed_2('2:' || $3),"
            " sealed('2:' || $3), sealed('3:' || $3), sealed(null)",
            [ADA, first, two],
        ).fetchone()
    whole = privacy.hash_id(secret, "email", ADA)
    assert row == (first, two, whole, two, whole, two, None)
    assert len({first, two, whole, privacy.seal(secret, first[:8])}) == 4


def test_what_was_delivered_before_is_a_duplicate_after_two_rotations(
    home: Home, settings: Settings
) -> None:
    before = hashes(home)
    facts = {d: home.rows(d, "event_type, subject_id, occurred_at, commit_no") for d in DOMAINS}
    for key in KEYS:
        counts = rotate(settings, key)
        assert not counts["is_resumed"]
    assert counts["key_count"] == 3
    after = hashes(home)
    assert len(after) == len(before) and not after & before
    found = {d: home.rows(d, "event_type, subject_id, occurred_at, commit_no") for d in DOMAINS}
    assert {d: sorted(map(str, rows)) for d, rows in found.items()} == {
        d: sorted(map(str, rows)) for d, rows in facts.items()
    }
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []
    counts = again(home, settings)
    assert (counts["appended"], counts["quarantined"], counts["refused"]) == (0, 0, 2)
    assert counts["duplicates"] > 20 and hashes(home) == after


def test_no_old_hash_is_left_in_any_file(home: Home, settings: Settings) -> None:
    (access,) = (settings.log / "access.jsonl").read_text("utf-8").splitlines()
    stones = [path.read_bytes() for path in (settings.log / "erasures").glob("*.parquet")]
    known = [*hashes(home), json.loads(access)["subject"]]
    (settings.landing / FILES[3]).unlink()  # landing is not rotated: it holds clear data anyhow
    assert files_with(settings, *known)
    rotate(settings)
    assert files_with(settings, *known) == []
    assert stones != [path.read_bytes() for path in (settings.log / "erasures").glob("*.parquet")]
    assert not settings.warehouse.exists() and not settings.serving_copy.exists()


def test_the_same_person_is_the_same_party_and_the_old_key_leads_to_nobody(
    home: Home, settings: Settings
) -> None:
    old = hash_of(settings)
    old_secret = privacy.read_secret(settings.secret_file)
    rotate(settings)
    home.ingest(home.write("order/more.jsonl", [order(7003, refs(("email", ADA.upper())))]))
    parties = dict(home.rows("order", "order_id, party_hash"))
    assert parties["ord-7003"] == parties["ord-7001"] == hash_of(settings) != old
    home.ingest(home.write("waypost/more.jsonl", [acted(2, hash_of(settings))]))
    assert {p for (p,) in home.rows("proactive", "party_hash")} == {hash_of(settings)}
    whom = privacy.hash_id(old_secret, "email", ADA)
    assert whom == old not in {h for d in DOMAINS for (h,) in home.rows(d, "party_hash")}
    settings.secret_file.write_bytes(old_secret)
    with pytest.raises(SecretError, match="not the one that made this log"):
        home.ingest(home.write("order/old.jsonl", [order(7004, refs(("email", ADA)))]))
    settings.secret_file.write_text(f"{old_secret.decode()} then:{KEYS[0]}\n")  # on one line
    assert erasure.hash_of(settings, "email", ADA) == parties["ord-7001"]


def test_the_differ_knows_what_it_knew(home: Home, settings: Settings) -> None:
    rotate(settings)
    same = shop.customer(updated_at="2026-02-02T00:00:00Z")
    counts = home.ingest(
        home.write("order/shopify/same.jsonl", landed(("customers/update", same))),
        adapter="shopify",
    )
    assert (counts["appended"], counts["unused"]) == (0, 1)
    moved = shop.customer(updated_at="2026-02-03T00:00:00Z", email="kim.new@example.com")
    counts = home.ingest(
        home.write("order/shopify/moved.jsonl", landed(("customers/update", moved))),
        adapter="shopify",
    )
    assert counts["appended"] == 1
    rotate(settings, KEYS[1])
    assert again(home, settings)["appended"] == 0
    ((evidence,),) = home.rows("proactive", "evidence_event_ids")
    assert set(evidence) < {one for (one,) in home.rows("party", "event_id")}


def test_who_was_erased_or_looked_at_is_still_known(home: Home, settings: Settings) -> None:
    rotate(settings)
    erasure.erase(settings, hash_of(settings, BEA), now=LATER, salt="1" * 64)
    rotate(settings, KEYS[1])
    late = [order(11, refs(("email", CARA))), order(12, refs(("email", BEA)))]
    counts = home.ingest(home.write("order/late.jsonl", late))
    assert (counts["refused"], counts["appended"]) == (2, 0)
    disclosure.export(settings, hash_of(settings), home.path.parent / "b", now=LATER, who="clerk")
    lines = (settings.log / "access.jsonl").read_text("utf-8").splitlines()
    assert len({json.loads(line)["subject"] for line in lines}) == 1


def test_stopped_between_two_domains_the_log_is_closed_and_a_second_run_ends_it(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal, calls = steps_of_log._seal_domain, []
    first = hashes(home)

    def stop(*arguments: Any) -> None:
        calls.append(arguments[1])
        if len(calls) == 3:
            raise KeyboardInterrupt
        seal(*arguments)

    monkeypatch.setattr(steps_of_log, "_seal_domain", stop)
    with pytest.raises(KeyboardInterrupt):
        rotate(settings)
    monkeypatch.undo()
    assert hashes(home) & first and hashes(home) - first, "half is sealed"
    assert [one.kind for one in upkeep.examine(settings, deep=False)] == ["rotation_unfinished"]
    with pytest.raises(SecretError, match="run `waypost rotate`"):
        home.ingest(home.write("order/more.jsonl", [order(7003, refs(("email", ADA)))]))
    with pytest.raises(SecretError, match="run `waypost rotate`"):
        erasure.erase(settings, hash_of(settings), now=LATER, salt="2" * 64)
    with pytest.raises(WaypostError, match="run `waypost rotate`"):
        warehouse.plan(settings, None, None)
    assert rotate(settings, KEYS[1]) == {
        **steps_of_log.count(settings.log), "key_count": 2, "is_resumed": True,
    }  # fmt: skip
    assert not hashes(home) & first
    assert again(home, settings)["appended"] == 0


def test_an_append_that_began_before_is_not_committed(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Reading.commit

    def meanwhile(*arguments: Any) -> Any:
        rotate(settings)
        return commit(*arguments)

    monkeypatch.setattr(Reading, "commit", meanwhile)
    path = home.write("order/more.jsonl", [order(7003, refs(("email", ADA)))])
    with pytest.raises(SecretError):
        home.ingest(path)
    monkeypatch.undo()
    assert home.ingest(path)["appended"] == 1
    assert dict(home.rows("order", "order_id, party_hash"))["ord-7003"] == hash_of(settings)


def test_a_key_put_there_by_hand_is_the_next_one(home: Home, settings: Settings) -> None:
    with settings.secret_file.open("a") as file:
        file.write(f"then:{KEYS[1]}\n")
    with pytest.raises(SecretError, match="run `waypost rotate`"):
        home.ingest(home.path / "landing" / FILES[0])
    assert rotate(settings)["key_count"] == 2
    assert KEYS[0] not in settings.secret_file.read_text()
    assert home.ingest(home.path / "landing" / FILES[0])["skipped_inputs"] == 1


def test_open_erasures_and_foreign_secrets_are_told(settings: Settings) -> None:
    erasure.ask(settings, hash_of(settings), now=NOW, salt="3" * 64)
    with pytest.raises(WaypostError, match=r"not finished \(1\) know people"):
        rotate(settings)
    kept = settings.secret_file.read_text()
    settings.secret_file.write_text("another secret of some length")
    with pytest.raises(WaypostError, match="not the one that made this log"):
        rotate(settings)
    settings.secret_file.write_text(kept)
    erasure.erase_people(settings, now=LATER)
    assert rotate(settings)["key_count"] == 2


def test_what_is_done_in_the_pages_until_they_are_emptied_names_the_new_hash(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = hash_of(settings)
    click = settings.landing / "waypost" / "click.jsonl"

    def clicked(*arguments: Any) -> None:
        if not click.exists():  # the last thing that a page does before it is empty
            home.write("waypost/click.jsonl", [acted(90, old)])
        erasure.purge_derived(*arguments)

    monkeypatch.setattr(rotation, "purge_derived", clicked)
    rotate(settings)
    home.ingest(click)
    parties = [party for (party,) in home.rows("proactive", "party_hash")]
    assert parties == [hash_of(settings)] * 2 != [old] * 2


def test_of_two_that_go_on_with_a_rotation_the_second_has_nothing_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with settings.secret_file.open("a") as file:
        file.write(f"then:{KEYS[0]}\n")
    count = steps_of_log.count

    def faster(folder: Path) -> dict[str, int]:
        monkeypatch.undo()
        rotate(settings, "another" * 5)
        return count(folder)

    monkeypatch.setattr(steps_of_log, "count", faster)
    assert rotate(settings, KEYS[1])["key_count"] == 2


def test_a_damaged_part_is_told_before_anything_is_changed(settings: Settings) -> None:
    before = settings.secret_file.read_text()
    part = event_log.parts(settings.log, "order")[0]
    kept = part.path.read_bytes()
    part.path.write_bytes(kept[:200] + b"\0" + kept[201:])
    with pytest.raises(DamagedPartError, match="waypost doctor"):
        rotate(settings)
    assert settings.secret_file.read_text() == before
    part.path.write_bytes(kept)
    assert rotate(settings)["key_count"] == 2


def test_a_retention_and_a_rotation_are_never_half_done_both(settings: Settings) -> None:
    (settings.config / "retention.yaml").write_text("people: [{source: /shop*, days: 3}]", "utf-8")
    under_way = retention.under_way(settings)
    under_way.write_text(json.dumps({"salt": "5" * 64, "as_of": LATER.isoformat()}), "utf-8")
    with pytest.raises(WaypostError, match="run `waypost retain` first"):
        rotate(settings)
    kept = settings.fingerprint.read_text()
    settings.fingerprint.write_text(f"{kept}{'0' * 16}\n")
    with pytest.raises(WaypostError, match="run `waypost rotate`"):
        retention.apply(settings, as_of=LATER, salt="6" * 64)
    settings.fingerprint.write_text(kept)
    retention.apply(settings, as_of=LATER, salt="6" * 64)
    assert rotate(settings)["key_count"] == 2


def test_the_command_counts_and_tells(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_HOME", str(settings.home))
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(settings.secret_file))
    before = settings.secret_file.read_text()
    dry = CliRunner().invoke(cli, ["rotate", "--dry-run", "--json"])
    counts = json.loads(dry.stdout)
    assert counts["is_dry_run"] and counts["parts"] > 5 and counts["events"] > 20
    assert settings.secret_file.read_text() == before
    result = CliRunner().invoke(cli, ["rotate"])
    assert result.exit_code == 0, result.output
    assert f"{counts['events']} events in {counts['parts']} parts sealed" in result.stdout
    assert "2 keys" in result.stdout and oct(settings.secret_file.stat().st_mode)[-3:] == "600"
    home.ingest(home.path / "landing" / FILES[0])
    Path(settings.secret_file).write_text(before)
    result = CliRunner().invoke(cli, ["ingest", str(home.path / "landing" / FILES[0])])
    assert result.exit_code and "not the one that made this log" in result.stderr
