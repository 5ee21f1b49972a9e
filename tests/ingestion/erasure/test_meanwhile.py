"""A person is erased while an input of theirs is taken in: its control totals still fit the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest

from ingestion import controls
from ingestion.reading import Reading
from ingestion.totals import Totals
from tests.ingestion.conftest import Home, event
from tests.ingestion.erasure.conftest import NOW, REFUNDS, forget, refunds
from tests.ingestion.people import ADA, BEA, refs
from tests.ingestion.sources import zendesk_payloads as desk
from tests.interruptions import stopped_at
from waypost import control_view, erasure
from waypost.settings import Settings


@pytest.fixture
def settings(home: Home) -> Settings:
    return home.settings()


def totals(settings: Settings) -> list[tuple[str, int, int | None]]:
    """Of each measure: objects and minor units, as the build counts them."""
    with duckdb.connect() as con:
        con.execute("create schema log")
        control_view.lay(con, settings.log / "controls", None)
        return con.execute(
            "select measure, count(*), sum(amount_minor)::bigint from ("
            "select distinct measure, object_id, amount_minor from log.controls) group by 1"
        ).fetchall()


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str, Callable[[], Any]], Thread]:
    """Start something in a thread just before a step is called, and give it time to come first."""

    def before(place: Any, step: str, run: Callable[[], Any]) -> Thread:
        meanwhile, kept = Thread(target=run), getattr(place, step)

        def begun(*arguments: Any) -> Any:
            monkeypatch.setattr(place, step, kept)
            meanwhile.start()
            meanwhile.join(1.5)
            return kept(*arguments)

        monkeypatch.setattr(place, step, begun)
        return meanwhile

    return before


@pytest.mark.parametrize("where", [(Reading, "read_all"), (Totals, "write")])
def test_a_table_that_names_the_person_has_the_sums_of_the_log(
    where: tuple[Any, str], home: Home, settings: Settings, beside: Any
) -> None:
    mapping = home.write("map.yaml", REFUNDS)
    first = home.write("billing/a.csv", refunds(("r-1", ADA, "10.00"), ("r-2", BEA, "20.00")))
    home.ingest(first, mapping_file=mapping)
    erased = beside(*where, lambda: forget(settings))
    second = home.write("billing/b.csv", refunds(("r-3", ADA, "30.00"), ("r-4", BEA, "40.00")))
    home.ingest(second, mapping_file=mapping)
    erased.join(60)
    rows = home.rows("billing", "refund_id, amount_minor")
    assert {"r-1", "r-3"}.isdisjoint(name for name, _ in rows)
    assert totals(settings) == [("refunded", len(rows), sum(minor for _, minor in rows))]


@pytest.mark.parametrize("where", [(Reading, "commit"), (Totals, "write")])
def test_an_input_that_was_cut_off_before_the_erasure_has_the_sums_of_the_log(
    where: tuple[Any, str], home: Home, settings: Settings
) -> None:
    mapping = home.write("map.yaml", REFUNDS)
    first = home.write("billing/a.csv", refunds(("r-1", ADA, "10.00"), ("r-2", BEA, "20.00")))
    home.ingest(first, mapping_file=mapping)
    second = home.write("billing/b.csv", refunds(("r-3", ADA, "30.00"), ("r-4", BEA, "40.00")))
    with stopped_at(1, *where):
        home.ingest(second, mapping_file=mapping)
    forget(settings)
    assert second.exists()
    home.ingest(second, mapping_file=mapping)
    erasure.erase_people(settings, now=NOW)
    rows = home.rows("billing", "refund_id, amount_minor")
    assert {"r-1", "r-3"}.isdisjoint(name for name, _ in rows)
    assert totals(settings) == [("refunded", len(rows), sum(minor for _, minor in rows))]
    assert not [*(settings.log / "controls" / controls.PENDING).iterdir()]


def test_totals_of_a_correction_that_never_came_go_with_the_person(
    home: Home, settings: Settings
) -> None:
    rows = refunds(("r-1", ADA, "10.00"), ("r-2", BEA, "20.00")).replace("0.00", "0.00,99.00")
    file = home.write("billing/a.csv", rows.replace("amount", "amount,wrong"))
    home.ingest(file, mapping_file=home.write("map.yaml", REFUNDS))
    other = home.write("other.yaml", REFUNDS.replace("column: amount", "column: wrong"))
    with stopped_at(1, Reading, "commit"):
        home.ingest(file, mapping_file=other)
    forget(settings)
    assert totals(settings) == [("refunded", 2, -3000)]
    home.ingest(file, mapping_file=home.path / "landing" / "map.yaml")
    assert totals(settings) == [("refunded", 2, -3000)]


def test_totals_of_what_the_log_never_had_go_with_the_person(
    home: Home, settings: Settings
) -> None:
    """Another file tells that the refund is hers, and its own was cut off before the commit."""
    hers = {"party_refs": refs(("email", ADA)), "objects": [{"type": "refund", "id": "r-1"}]}
    home.ingest(home.write("contact/c.jsonl", [event(1, data=hers)]))
    mapping = home.write("map.yaml", REFUNDS)
    file = home.write("billing/a.csv", refunds(("r-1", ADA, "10.00"), ("r-2", BEA, "20.00")))
    with stopped_at(1, Reading, "commit"):
        home.ingest(file, mapping_file=mapping)
    forget(settings)
    home.ingest(file, mapping_file=mapping)
    assert home.rows("billing", "refund_id, amount_minor") == [("r-2", -2000)]
    assert totals(settings) == [("refunded", 1, -2000)]


def test_an_adapters_input_has_the_counts_of_the_log(
    home: Home, settings: Settings, beside: Any
) -> None:
    erased = beside(Totals, "write", lambda: forget(settings, "10", "zendesk_user"))
    file = home.write("contact/zendesk/audits.json", json.dumps(desk.audits()))
    home.ingest(file, adapter="zendesk")
    erased.join(60)
    opened = [kind for (kind,) in home.rows("contact", "event_type") if kind == "case.opened"]
    assert totals(settings) == [("opened", len(opened), None)] == [("opened", 1, None)]
    assert not file.exists()


def test_inputs_do_not_wait_for_each_other(tmp_path: Path) -> None:
    one = controls.taking_in(tmp_path, is_told=True)
    with one, controls.taking_in(tmp_path, is_told=True):
        assert [*tmp_path.iterdir()]


def test_an_erasure_that_waits_comes_before_inputs_that_begin_later(tmp_path: Path) -> None:
    order: list[str] = []

    def enter(name: str, turn: AbstractContextManager[None]) -> None:
        with turn:
            order.append(name)

    later = Thread(target=enter, args=("input", controls.taking_in(tmp_path, is_told=True)))
    erases = Thread(target=enter, args=("erasure", controls.erasing(tmp_path)))
    with controls.taking_in(tmp_path, is_told=True):
        for thread in (erases, later):
            thread.start()
            thread.join(0.3)
        assert order == []
    for thread in (erases, later):
        thread.join(60)
    assert order == ["erasure", "input"]
