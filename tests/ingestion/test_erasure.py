"""A person is erased: the facts stay, nothing names the person, the door knows, crashes heal."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from filelock import FileLock

from dashboards.publish import PublishError
from ingestion import erasure as steps_of_log
from ingestion import log, parts, privacy
from ingestion.catalogue import DOMAINS
from ingestion.reading import Account, Reading
from tests.ingestion.conftest import Home, event
from waypost import erasure, steps, upkeep
from waypost.cli import WaypostError
from waypost.settings import Settings

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
SALT = "0" * 64
ADA, BEA = "ada.lang@example.com", "bea@example.org"


def refs(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id_type": kind, "id": value} for kind, value in pairs]


ADAS = refs(("email", ADA), ("shop_customer", "c-4711"))


def order(number: int, people: list[dict[str, str]]) -> dict[str, Any]:
    order_id = f"ord-{number}"
    return event(number) | {
        "id": f"order/{order_id}/placed",
        "source": "/shop/test",
        "type": "order.placed",
        "subject": f"order/{order_id}",
        "data": {
            "order_id": order_id,
            "total": {"minor": 1000 + number, "currency": "EUR"},
            "lines": [],
            "party_refs": people,
        },
    }


def paid(number: int) -> dict[str, Any]:
    """A payment names no person, only its order."""
    return event(number) | {
        "id": f"pay-{number}",
        "source": "/shop/test",
        "type": "payment.succeeded",
        "subject": f"payment/pay-{number}",
        "data": {
            "payment_id": f"pay-{number}",
            "order_id": f"ord-{number}",
            "amount": {"minor": 1000 + number, "currency": "EUR"},
            "method": "card",
        },
    }


def case(number: int, people: list[dict[str, str]]) -> dict[str, Any]:
    links = [{"type": "order", "id": f"ord-{number}"}]
    url = f"https://desk.example.com/zd-{number}"
    return event(number, data={"party_refs": people, "objects": links, "source_url": url})


def status(number: int) -> dict[str, Any]:
    told = {"case_id": f"zd-{number}", "to_status": "solved", "changed_by": "agent"}
    about = {"id": f"zd-{number}/solved", "type": "case.status_changed"}
    return event(number) | about | {"data": told}


def told() -> list[dict[str, Any]]:
    """Ada by two identifiers and by what is hers; Bea beside her; a third who stays nameless."""
    return [
        order(7001, ADAS),
        paid(7001),
        case(7002, refs(("email", ADA))),
        status(7002),
        order(8001, refs(("email", BEA))),
        paid(8001),
        case(8002, refs(("email", BEA))),
        status(8002),
        order(9001, refs(("shop_customer", "c-4711"))),
    ]


HERS = ("ord-7001", "pay-7001", "zd-7002", "ord-9001", "c-4711", ADA)


@pytest.fixture
def settings(home: Home) -> Settings:
    found = Settings(home=home.path, secret_file=home.path.parent / "secret")
    found.create()
    home.ingest(home.write("order/mixed.jsonl", told()))
    home.ingest(home.write("contact/others.jsonl", [case(n, []) for n in range(5)]))
    return found


def hash_of(settings: Settings, value: str = ADA, id_type: str = "email") -> str:
    return erasure.hash_of(settings, id_type, value)


def forget(settings: Settings) -> dict[str, Any]:
    return erasure.erase(settings, hash_of(settings), now=NOW, salt=SALT)


def files_with(settings: Settings, *wanted: str) -> list[str]:
    """Files of the home that hold one of these texts, packed or not, in any case of letters."""
    found = []
    for path in sorted(settings.home.rglob("*")):
        if path.is_file():
            text = path.read_bytes()
            text = gzip.decompress(text) if path.suffix == ".gz" else text
            if path.suffix == ".parquet":
                text += unpacked(path)
            found += [f"{path}: {one}" for one in wanted if one.lower().encode() in text.lower()]
    return found


def unpacked(path: Path) -> bytes:
    """All values of a Parquet file: its bytes are compressed."""
    import pyarrow.parquet as pq

    return json.dumps(pq.read_table(path).to_pylist(), default=str).encode()


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


def test_what_many_share_is_no_person(home: Home, settings: Settings) -> None:
    crowd = [
        order(10_000 + n, refs(("phone", "+4930123456"), ("shop_customer", f"c-{n}")))
        for n in range(60)
    ]
    home.ingest(home.write("order/crowd.jsonl", crowd))
    with pytest.raises(WaypostError, match="many share"):
        erasure.erase(settings, hash_of(settings, "+4930123456", "phone"), now=NOW, salt=SALT)


def test_a_crash_between_two_domains_is_finished_with_the_same_stand_ins(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Home(home.path.parent / "whole")
    undisturbed = Settings(home=whole.path, secret_file=settings.secret_file)
    undisturbed.create()
    whole.ingest(whole.write("order/mixed.jsonl", told()))
    whole.ingest(whole.write("contact/others.jsonl", [case(n, []) for n in range(5)]))
    forget(undisturbed)
    swap, calls = steps_of_log.swap, []

    def stop(*arguments: Any) -> None:
        calls.append(arguments[2])
        if len(calls) == 2:
            raise KeyboardInterrupt
        swap(*arguments)

    monkeypatch.setattr(steps_of_log, "swap", stop)
    with pytest.raises(KeyboardInterrupt):
        forget(settings)
    monkeypatch.undo()
    assert erasure.erase_people(settings, now=NOW) == {"people": 1, "events": 3}
    for domain in ("contact", "order", "billing", "privacy"):
        columns = "* exclude (commit_no, key_prefix)" if domain != "privacy" else "event_id"
        assert sorted(map(str, home.rows(domain, columns))) == sorted(
            map(str, whole.rows(domain, columns))
        )
    assert files_with(settings, *HERS) == []


def test_the_request_under_way_is_kept_from_others(settings: Settings) -> None:
    asked = erasure.ask(settings, hash_of(settings), now=NOW, salt=SALT)
    (place,) = (settings.log / "erasures").glob("*.json")
    assert place.stat().st_mode & 0o077 == 0
    assert erasure.erase_people(settings, now=NOW) == {"people": 1, "events": 5}
    assert asked["request_id"] in str(place)
    assert not place.exists()
    assert erasure.erase_people(settings, now=NOW) is None


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


def test_a_publish_waits_for_what_empties_the_pages(settings: Settings) -> None:
    told: list[Exception] = []

    def publish() -> None:
        try:
            steps.publish_serving(settings)
        except PublishError as error:
            told.append(error)

    beside = Thread(target=publish)
    with FileLock(settings.runs / "build.lock"):
        beside.start()
        beside.join(0.5)
        assert told == []
    beside.join(60)
    assert "There is no warehouse" in str(told[0])


def test_tombstones_tell_no_trace_without_the_secret(settings: Settings) -> None:
    forget(settings)
    (stones,) = (settings.log / "erasures").glob("*.parquet")
    assert privacy.hash_id(
        privacy.read_secret(settings.secret_file), "erased", "order/ord-7001"
    ).encode() in unpacked(stones)
    assert b"ord-7001" not in unpacked(stones)


def test_a_crash_before_the_receipt_of_the_erasure_is_healed(settings: Settings) -> None:
    counts = forget(settings)
    (receipt,) = (
        path
        for path in (settings.log / "inputs").glob("*.json")
        if counts["request_id"] in path.read_text("utf-8")
    )
    receipt.unlink()
    forget(settings)
    assert receipt.exists()
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []


def test_a_tombstone_that_comes_during_an_ingest_is_counted(
    home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = [order(9002, ADAS), case(9003, refs(("email", ADA))), case(9004, []), case(9005, [])]
    file = home.write("order/meanwhile.jsonl", [*new, "{broken", *told()])
    read_all = Reading.read_all

    def erased_meanwhile(reading: Reading, account: Account) -> Any:
        monkeypatch.undo()
        rejects = read_all(reading, account)
        forget(settings)
        return rejects

    monkeypatch.setattr(Reading, "read_all", erased_meanwhile)
    counts = home.ingest(file)
    parts = ("appended", "duplicates", "quarantined", "unused", "refused")
    assert counts["read"] == 14 == sum(counts[name] for name in parts)
    assert (counts["refused"], counts["appended"], counts["quarantined"]) == (7, 2, 1)
    assert files_with(settings, "ord-9002", "zd-9003") == [f"{file}: ord-9002", f"{file}: zd-9003"]


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
