"""The files: the same bytes for the same seed, every type, valid but for the broken lines."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.catalogue import EventType, Field, load
from ingestion.simulation import demo
from ingestion.simulation.company import Company

from .conftest import Simulated

TINY = Company(customers=120, days=120)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def run(company: Company, folder: Path) -> dict[str, str]:
    demo.simulate(company, folder / "landing", folder / "truth.json")
    return digests(folder)


def lines(folder: Path) -> list[str]:
    found = (path.read_text("utf-8").splitlines() for path in folder.glob("landing/*/*.jsonl"))
    return sorted(line for text in found for line in text)


def test_the_same_company_gives_the_same_bytes_and_names(tmp_path: Path) -> None:
    first = run(TINY, tmp_path / "a")
    assert len(first) > 10
    assert run(TINY, tmp_path / "b") == first
    assert run(TINY, tmp_path / "a") == first, "a second run into the same folder differs"


def test_another_seed_gives_other_events(tmp_path: Path) -> None:
    run(TINY, tmp_path / "a")
    run(Company(customers=120, days=120, seed=7), tmp_path / "b")
    assert not set(lines(tmp_path / "a")) & set(lines(tmp_path / "b"))


def test_a_shorter_period_removes_the_longer_one_s_files(tmp_path: Path) -> None:
    run(TINY, tmp_path)
    foreign = tmp_path / "landing/contact/theirs.jsonl"
    foreign.write_text("{}\n")
    run(Company(customers=120, days=40), tmp_path)
    assert not [path for path in tmp_path.rglob("demo-*q2*")]
    assert foreign.exists()


def test_the_size_of_a_chunk_changes_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(TINY, tmp_path / "whole")
    monkeypatch.setattr(demo, "CHUNK", 50)
    run(TINY, tmp_path / "parts")
    assert lines(tmp_path / "parts") == lines(tmp_path / "whole")
    truths = [json.loads((tmp_path / n / "truth.json").read_text()) for n in ("whole", "parts")]
    assert truths[0] == truths[1]


# told by adapters and templates of real systems; the demo company has none of them
_NOT_SIMULATED = {
    "case.priority_changed",
    "dispute.opened",
    "dispute.closed",
    "fx.rate_published",
    "payment.authorized",
    "payment.allocated",
    "payment.expired",
}


def test_every_type_of_the_five_domains_occurs(default_demo: Simulated) -> None:
    domains = {"contact", "order", "billing", "feedback", "party"}
    known = {t.name for t in load().types.values() if t.domain in domains}
    expected = known - _NOT_SIMULATED
    assert known >= _NOT_SIMULATED
    assert {row[0] for row in default_demo.rows("select distinct type from events")} == expected
    assert set(default_demo.truth["events"]) == expected


def test_a_line_lies_in_the_folder_of_its_domain(small_demo: Simulated) -> None:
    found = small_demo.rows("""
        select distinct split_part(file, '/', -2), json ->> 'type' from lines
        where json is not null""")
    types = load().types
    assert found
    assert all(types[name].domain == folder for folder, name in found if name in types)


def test_nothing_is_recorded_outside_the_period(default_demo: Simulated) -> None:
    assert default_demo.value("select max(recorded) < '2026-06-30' from events")
    assert default_demo.value("select bool_and(moment <= recorded) from events")
    history = default_demo.rows("select distinct type from events where moment < '2025-12-31'")
    assert {row[0] for row in history} >= {"account.created", "order.placed", "payment.succeeded"}
    assert not [kind for (kind,) in history if kind.startswith(("case.", "contact.", "survey."))]
    texts = default_demo.rows(
        "select distinct json ->> 'derivation' from lines "
        "where (json ->> 'time')::timestamptz < '2025-12-31'"
    )
    assert ["backfill"] in texts


def test_addresses_and_numbers_are_nobodys(default_demo: Simulated) -> None:
    kinds = default_demo.rows("""
        select ref ->> 'id_type', trim(ref ->> 'id') from events,
            unnest(json_extract(data, '$.party_refs[*]')) as refs(ref) group by all""")
    reserved = re.compile(
        r"\+49(3023125|4066969|2214710|6990009|8999998)\d{3}|"
        r"\+44(2079460|7700900|1632960|1134960|1214960)\d{3}|anonymous"
    )
    assert len(kinds) > 9_000
    for kind, value in kinds:
        if kind == "email":
            assert re.fullmatch(r"[a-z]+\d*@(firm\d+\.)?example\.(com|org|net)", value.lower()), (
                value
            )
        elif kind == "phone":
            assert reserved.fullmatch(value.replace(" ", "")), value


def test_records_are_late_out_of_order_and_delivered_twice(default_demo: Simulated) -> None:
    late = default_demo.value("""
        select count(*) from events
        where recorded > moment + interval 1 day and type <> 'payment.succeeded'""")
    assert late > 200
    path = next(default_demo.landing.glob("contact/demo-helpdesk-2026-q1-*"))
    times = re.findall(r'"recordedtime":"([^"]+)"', path.read_text("utf-8"))
    assert times != sorted(times)
    share = default_demo.truth["lines"]["duplicate"] / default_demo.truth["lines"]["sound"]
    assert 0.004 < share < 0.006


def problems_of(event: dict[str, Any]) -> list[str]:
    """What the catalogue has against an event; a second, plain reading of it."""
    kind = load().types[event["type"]]
    missing = [name for name in kind.required if key(kind, name) not in event["data"]]
    wrong = [
        name
        for name in kind.fields
        if key(kind, name) in event["data"]
        and not fits(field(kind, name), event["data"][key(kind, name)])
    ]
    subject = [] if event["subject"].startswith(f"{kind.subject}/") else ["subject"]
    return missing + wrong + subject


def field(kind: EventType, name: str) -> Field:
    return load().field(kind.domain, name)


def key(kind: EventType, name: str) -> str:
    return field(kind, name).key


def fits(found: Field, value: Any) -> bool:
    if found.klass == "enum":
        return value in found.values
    if found.klass == "money":
        return isinstance(value["minor"], int) and value["currency"] in ("EUR", "GBP", "CHF")
    if found.klass == "time":
        pattern = r"\d{4}-\d\d-\d\d" if found.type == "date" else r"[-\d]{10}T[:\d]{8}Z"
        return bool(re.fullmatch(pattern, value))
    if found.klass == "number":
        kinds = (int,) if found.type != "decimal" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    expected = {"boolean": bool, "list": list}.get(found.klass, str)
    return isinstance(value, expected) and value is not None


def test_sound_events_fit_the_catalogue(small_demo: Simulated) -> None:
    texts = small_demo.rows("select json::varchar from lines where json is not null")
    events = [json.loads(text) for (text,) in texts]
    sound = [event for event in events if not event["id"].endswith("/broken")]
    assert len(sound) == sum(
        small_demo.truth["lines"][kind] for kind in ("sound", "duplicate", "conflicting_duplicate")
    )
    assert [(e["id"], problems_of(e)) for e in sound if problems_of(e)] == []
    assert all("null" not in text for (text,) in texts)


def test_ids_name_facts_once(default_demo: Simulated) -> None:
    twice = default_demo.rows("select source, id from events group by all having count(*) > 1")
    assert twice == []
    assert default_demo.value("select bool_and(contains(id, '/')) from events")


def test_a_leap_year_february_has_its_runs() -> None:
    from ingestion.simulation.problems import billing_runs

    runs = billing_runs(Company(days=60, start=date(2028, 2, 1)))
    assert runs == [date(2028, 2, 3), date(2028, 3, 3)]
