"""From delivered files to the mart: what an adapter loses shows as a difference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import pipeline
from ingestion.sources import shopify
from waypost import warehouse
from waypost.settings import PROJECT, Settings

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEMPLATE = PROJECT / "ingestion" / "sources" / "templates" / "erp_invoices.yaml"
INVOICES = (
    "Belegnummer;Belegart;Belegdatum;Fälligkeit;Währung;Netto;Steuer;Brutto;Zahlbetrag;Auftrag;"
    "Kundennummer;E-Mail;Storno am\n"
    "R1;Rechnung;02.03.2026;16.03.2026;EUR;100,00;19,00;119,00;;A1;4711;;\n"
    "R2;Rechnung;02.03.2026;16.03.2026;EUR;100,00;19,00;120,00;;A2;4712;;\n"
    "G1;Gutschrift;02.03.2026;;EUR;10,00;1,90;11,90;;A1;4711;;\n"
)


def order(number: int, day: int) -> dict[str, Any]:
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/Order/{number}",
        "created_at": f"2026-03-0{day}T10:00:00+01:00",
        "updated_at": f"2026-03-0{day}T10:00:00+01:00",
        "currency": "EUR",
        "total_price": "10.00",
        "total_tax": "1.60",
        "line_items": [],
    }


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("reconciled")
    settings = Settings(home=home / "home", secret_file=home / "secret")
    settings.create()
    return settings


@pytest.fixture(scope="module")
def found(settings: Settings) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(told_by, source, measure, day) → (expected, found, is_matched), with order 2 lost."""
    home = settings.home.parent
    landed = home / "orders.jsonl"
    bodies = [order(1, 2), order(2, 2), order(3, 3), order(3, 3)]
    lines = [{"waypost_delivery": 1, "topic": "orders/create", "document": b} for b in bodies]
    landed.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    (home / "erp.csv").write_text(INVOICES, "utf-8")
    (settings.config / "control_totals.csv").write_text(
        "source,measure,currency,value,valid_from,known_from\n"
        "/shopify,orders_placed,,2,2026-03-02,2026-03-03\n"
        "/erp/main,gross_invoiced,EUR,119.01,2026-03-02,2026-03-03\n",
        "utf-8",
    )
    whole = shopify.events

    def losing(delivery: Any) -> Iterator[Any]:
        return whole(delivery) if delivery.payload.get("id") != 2 else iter(())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shopify, "events", losing)
        ingest(settings, landed, adapter="shopify")
    ingest(settings, home / "erp.csv", mapping_file=TEMPLATE)
    warehouse.prepare(settings, settings.warehouse, None, None)
    warehouse.overlay_seeds(settings)
    chosen = ["build", "--select", "+reconciliations", "warn_control_totals_match"]
    chosen += ["--exclude-resource-type", "unit_test"]
    outcome = warehouse.run_dbt(
        settings, settings.warehouse, [*chosen, "--indirect-selection", "cautious"]
    )
    assert outcome.failures == []
    assert outcome.counts["warn"] == 1
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        rows = con.execute(
            "select told_by, source, measure, total_date, expected_value, found_value, is_matched "
            "from marts.reconciliations"
        ).fetchall()
    return {row[:4]: row[4:] for row in rows}


def ingest(settings: Settings, path: Path, **options: Any) -> None:
    counts = pipeline.ingest(
        [path],
        log=settings.log,
        quarantine=settings.quarantine,
        secret_file=settings.secret_file,
        run_started_at=NOW,
        recorded_as_occurred=True,
        **options,
    )
    assert counts["appended"]


def test_an_order_that_the_adapter_lost_is_a_difference(found: dict[Any, Any]) -> None:
    day = date(2026, 3, 2)
    assert found["landing", "/shopify", "orders_placed", day] == (2, 1, False)
    assert found["source", "/shopify", "orders_placed", day] == (2, 1, False)


def test_an_order_told_twice_counts_once(found: dict[Any, Any]) -> None:
    assert found["landing", "/shopify", "orders_placed", date(2026, 3, 3)] == (1, 1, True)


def test_an_invoice_in_quarantine_is_a_difference_and_a_credit_note_no_invoice(
    found: dict[Any, Any],
) -> None:
    day = date(2026, 3, 2)
    assert found["landing", "/erp/main", "invoices_issued", day] == (2, 1, False)
    assert found["landing", "/erp/main", "gross_invoiced", day] == (239, 119, False)


def test_a_given_total_may_differ_by_a_cent(found: dict[Any, Any]) -> None:
    given = found["source", "/erp/main", "gross_invoiced", date(2026, 3, 2)]
    assert given == (Decimal("119.010"), 119, True)
    assert len(found) == 6


def test_a_source_whose_own_totals_mostly_differ_stops_the_build(
    settings: Settings, found: dict[Any, Any]
) -> None:
    wrong = "".join(f"/shopify,orders_placed,,9,2026-02-{n:02},2026-03-01\n" for n in range(1, 11))
    path = settings.config / "control_totals.csv"
    before = path.read_text("utf-8")
    chosen = "control_totals int_control_totals_expected+1 reconciliations".split()
    chosen += ["assert_most_control_totals_match", "--indirect-selection", "empty"]
    chosen += ["--exclude-resource-type", "unit_test"]
    for text, failures in ((before, 0), (before + wrong, 1)):
        path.write_text(text, "utf-8")
        warehouse.prepare(settings, settings.warehouse, None, None)
        warehouse.overlay_seeds(settings)
        outcome = warehouse.run_dbt(settings, settings.warehouse, ["build", "--select", *chosen])
        assert len(outcome.failures) == failures, outcome.failures
    assert outcome.failures[0].startswith("assert_most_control_totals_match")
