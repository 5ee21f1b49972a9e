"""A person is erased: the facts stay, nothing names the person, the door knows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ingestion import erasure as steps_of_log
from ingestion import log, parts, privacy
from ingestion.catalogue import DOMAINS
from tests.ingestion.conftest import Home, event
from tests.ingestion.erasure.conftest import NOW, SALT, forget
from tests.ingestion.people import (
    ADA,
    ADAS,
    BEA,
    HERS,
    case,
    files_with,
    hash_of,
    order,
    paid,
    refs,
    told,
    unpacked,
)
from waypost import erasure, upkeep
from waypost.cli import WaypostError
from waypost.settings import Settings


def test_facts_and_money_stay_and_nothing_names_the_person(home: Home, settings: Settings) -> None:
    facts = "event_type, occurred_at, recorded_at, total_minor, commit_no"
    before = home.rows("order", facts), home.rows("contact", "event_type, occurred_at")
    hashes = [hash_of(settings), hash_of(settings, "c-4711", "shop_customer")]
    assert files_with(settings, *HERS, *hashes), "the search finds what is there"
    counts = forget(settings)
    assert (counts["events"], counts["identifiers"]) == (5, 2)
    assert sorted(map(str, home.rows("order", facts))) == sorted(map(str, before[0]))
    assert sorted(home.rows("contact", "event_type, occurred_at")) == sorted(before[1])
    assert files_with(settings, *HERS, *hashes) == []
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []


def test_what_belongs_together_still_does(home: Home, settings: Settings) -> None:
    forget(settings)
    orders = home.rows("order", "party_hash, order_id, party_refs")
    bea = hash_of(settings, BEA)
    ((ada, order_id),) = {(p, o) for p, o, r in orders if p != bea and len(r) == 2}
    other = {p for p, o, r in orders if p != bea and o != order_id}
    assert {r["id_hash"] for _, o, refs in orders if o == order_id for r in refs} == other | {ada}
    payments = home.rows("billing", "order_id, subject_id, payment_id")
    assert {o for o, _, _ in payments} == {order_id, "ord-8001"}
    assert all(subject == payment for _, subject, payment in payments)
    cases = home.rows("contact", "case_id, subject_id, event_type")
    (mine,) = {c for c, _, _ in cases if not c.startswith("zd-")}
    hers = sorted(kind for case_id, subject, kind in cases if case_id == subject == mine)
    assert hers == ["case.opened", "case.status_changed"]


def test_other_people_are_not_touched(home: Home, settings: Settings) -> None:
    where = "event_id, event_key, party_hash, subject_id, payload_hash"
    mine = [r for d in ("order", "billing", "contact") for r in home.rows(d, where)]
    kept = [row for row in mine if "-8" in row[3] or row[3] in [f"zd-{n}" for n in range(5)]]
    assert len(kept) == 9
    forget(settings)
    now = [r for d in ("order", "billing", "contact") for r in home.rows(d, where)]
    assert set(kept) <= set(now)
    assert len(set(now) - set(kept)) == 5


def test_only_parts_that_hold_the_person_are_rewritten(home: Home, settings: Settings) -> None:
    def parts() -> dict[str, set[str]]:
        return {d: {p.path.name for p in log.parts(settings.log, d)} for d in ("contact", "order")}

    before = parts()
    forget(settings)
    after = parts()
    assert len(before["contact"] & after["contact"]) == 1, "the file of others"
    assert not before["order"] & after["order"]
    on_disk = {path.name for path in (settings.log / "order").glob("*.parquet")}
    assert on_disk == after["order"], "old files go at once"


def test_a_late_or_repeated_delivery_is_refused_and_counted(home: Home, settings: Settings) -> None:
    forget(settings)
    before = len(home.rows("order"))
    counts = home.ingest(home.write("order/again.jsonl", [*told(), order(9002, ADAS), paid(9001)]))
    assert counts["refused"] == 7
    assert counts["duplicates"] == 4
    assert counts["appended"] == 0
    assert len(home.rows("order")) == before


def test_the_erasure_is_an_event_that_names_nobody(home: Home, settings: Settings) -> None:
    counts = forget(settings)
    rows = home.rows("privacy", "event_id, event_type, subject_pseudonym, party_hash")
    ((event_id, kind, pseudonym, party),) = rows
    assert (event_id, kind, party) == (counts["request_id"], "privacy.erasure_completed", None)
    stand_ins = {p for (p,) in home.rows("order", "party_hash")}
    assert pseudonym not in {hash_of(settings), *stand_ins}
    again = erasure.erase(settings, hash_of(settings), now=datetime.now(UTC), salt="1" * 64)
    assert (again["events"], again["parts"]) == (0, 0)
    assert len(home.rows("privacy")) == 1


def test_a_dry_run_counts_and_changes_nothing(settings: Settings) -> None:
    before = {path: path.read_bytes() for path in settings.log.rglob("*") if path.is_file()}
    counts = erasure.erase(settings, hash_of(settings), now=NOW, salt=SALT, is_dry=True)
    assert (counts["events"], counts["parts"], counts["identifiers"]) == (5, 3, 2)
    after = {path: path.read_bytes() for path in settings.log.rglob("*") if path.is_file()}
    assert {p: t for p, t in after.items() if ".lock" not in p.name} == {
        p: t for p, t in before.items() if ".lock" not in p.name
    }


@pytest.mark.parametrize(("kind", "value"), [("email", ADA), ("shop_customer", "c-4711")])
def test_any_identifier_of_a_person_leads_to_all(settings: Settings, kind: str, value: str) -> None:
    found = hash_of(settings, value, kind)
    counts = erasure.erase(settings, found, now=NOW, salt=SALT, is_dry=True)
    assert (counts["events"], counts["identifiers"]) == (5, 2)


def test_an_account_of_several_people_stays(home: Home, settings: Settings) -> None:
    def opened(number: int, email: str) -> dict[str, Any]:
        data = {"account_id": "firm-1", "party_refs": refs(("email", email))}
        about = {"id": f"a-{number}", "type": "account.created", "subject": "account/firm-1"}
        return event(number) | about | {"data": data}

    home.ingest(home.write("party/a.jsonl", [opened(1, ADA), opened(2, BEA)]))
    forget(settings)
    parties = dict(home.rows("order", "event_id, party_hash"))
    assert parties["a-2"] == hash_of(settings, BEA)
    assert hash_of(settings) not in parties.values()
    assert {a for (a,) in home.rows("order", "account_id") if a} == {"firm-1"}


def test_whom_nobody_knows_is_told(settings: Settings) -> None:
    with pytest.raises(WaypostError, match="knows nobody"):
        erasure.erase(settings, "f" * 32, now=NOW, salt=SALT)


def test_a_request_about_nobody_is_not_written_down(settings: Settings) -> None:
    settings.warehouse.write_bytes(b"built")
    with pytest.raises(WaypostError, match="knows nobody"):
        erasure.ask(settings, "f" * 32, now=NOW, salt=SALT)
    assert erasure.erase_people(settings, now=NOW) is None
    assert settings.warehouse.exists()


def test_a_shared_mailbox_is_no_person(home: Home, settings: Settings) -> None:
    shared = order(50, refs(("email", "info@example.com"), ("shop_customer", "c-50")))
    home.ingest(home.write("order/shared.jsonl", [shared]))
    mailbox = hash_of(settings, "info@example.com")
    for act in (erasure.erase, erasure.ask):
        with pytest.raises(WaypostError, match="is a shared mailbox"):
            act(settings, mailbox, now=NOW, salt=SALT)
    assert steps_of_log.under_way(settings.log) == []
    assert forget(settings, "c-50", "shop_customer")["events"] == 1
    again = home.ingest(
        home.write("order/other.jsonl", [order(51, refs(("email", "info@example.com")))])
    )
    assert again["appended"] == 1, "others go on to write from it"


def test_what_many_share_is_no_person(home: Home, settings: Settings) -> None:
    crowd = [
        order(10_000 + n, refs(("phone", "+4930123456"), ("shop_customer", f"c-{n}")))
        for n in range(60)
    ]
    home.ingest(home.write("order/crowd.jsonl", crowd))
    with pytest.raises(WaypostError, match="many share"):
        erasure.erase(settings, hash_of(settings, "+4930123456", "phone"), now=NOW, salt=SALT)


def test_the_number_of_a_request_cannot_be_made_of_the_person(settings: Settings) -> None:
    secret = privacy.read_secret(settings.secret_file)
    one, two = (
        steps_of_log.begin(settings.log, secret, hash_of(settings), salt=n * 64, at=NOW).request_id
        for n in "12"
    )
    assert len(one) == len(two) == 20 and one != two
    asked = erasure.ask(settings, hash_of(settings), now=NOW, salt=SALT)["request_id"]
    for salt in "34":  # under way, then done
        found = erasure.erase(settings, hash_of(settings), now=NOW, salt=salt * 64)
        assert found["request_id"] == asked
    number = hash_of(settings, "c-4711", "shop_customer")
    by_other = erasure.erase(settings, number, now=NOW, salt="5" * 64)
    assert (by_other["request_id"], by_other["events"]) == (asked, 0)


def test_tombstones_tell_no_trace_without_the_secret(settings: Settings) -> None:
    forget(settings)
    (stones,) = (settings.log / "erasures").glob("*.parquet")
    assert privacy.hash_id(
        privacy.read_secret(settings.secret_file), "erased", "order/ord-7001"
    ).encode() in unpacked(stones)
    assert b"ord-7001" not in unpacked(stones)


def test_of_many_parts_only_those_of_the_person_change_a_byte(
    home: Home, settings: Settings
) -> None:
    for number in range(30):
        body = order(300 + number, ADAS if number % 10 == 3 else refs(("email", BEA)))
        home.ingest(home.write(f"order/part-{number}.jsonl", [body, case(400 + number, [])]))

    def sums() -> dict[str, str]:
        listed = (p for d in DOMAINS if d != "privacy" for p in log.parts(settings.log, d))
        return {str(part.path): parts.checksum(part.path) for part in listed}

    before = sums()
    assert len(before) > 60
    counts = forget(settings)
    after = sums()
    kept = before.keys() & after
    assert counts["parts"] == len(before) - len(kept) == len(after) - len(kept) == 6
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
