"""The hashing secret is rotated: the same people under other hashes, the same facts, no way back."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from ingestion import privacy
from ingestion.catalogue import DOMAINS
from ingestion.privacy import SecretError
from tests.ingestion.conftest import Home
from tests.ingestion.people import ADA, BEA, files_with, hash_of, order, refs
from tests.ingestion.rotation.conftest import (
    CARA,
    FILES,
    KEYS,
    LATER,
    acted,
    again,
    hashes,
    rotate,
)
from tests.ingestion.sources import shop
from tests.ingestion.sources.shop import landed
from waypost import disclosure, erasure, upkeep
from waypost.cli import cli
from waypost.settings import Settings


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


def test_a_key_put_there_by_hand_is_the_next_one(home: Home, settings: Settings) -> None:
    with settings.secret_file.open("a") as file:
        file.write(f"then:{KEYS[1]}\n")
    with pytest.raises(SecretError, match="run `waypost rotate`"):
        home.ingest(home.path / "landing" / FILES[0])
    assert rotate(settings)["key_count"] == 2
    assert KEYS[0] not in settings.secret_file.read_text()
    assert home.ingest(home.path / "landing" / FILES[0])["skipped_inputs"] == 1


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
