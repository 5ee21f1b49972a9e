"""Stripe's table exports: the same ids and payloads as by webhook, and a repair by a new version."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from ingestion.sources import stripe
from tests import real
from tests.ingestion.conftest import Home
from tests.ingestion.sources import stripe_payloads as payloads
from tests.ingestion.sources.stripe_payloads import CREATED, event

ROWS: dict[str, dict[str, Any]] = {
    "charge": {
        "id": "ch_1",
        "amount": 1190,
        "balance_transaction_id": "txn_1",
        "captured": "TRUE",
        "card_id": "pm_1",
        "created": "2026-01-01 10:00:00",
        "currency": "eur",
        "customer_id": "cus_1",
        "invoice_id": "in_1",
        "livemode": "true",
        "metadata": '{"order_id": "A-17"}',
        "paid": "TRUE",
        "payment_intent_id": "pi_1",
        "refunded": "FALSE",
        "status": "succeeded",
    },
    "payment_method": {"id": "pm_1", "type": "sepa_debit"},
    "payment_intent": {"id": "pi_1", "capture_method": "automatic"},
    "balance_transaction": {"id": "txn_1", "created": "2026-01-03 10:00:00"},
    "refund": {
        "id": "re_1",
        "amount": 190,
        "charge_id": "ch_1",
        "created": "2026-01-01 10:01:00.000",
        "currency": "eur",
        "reason": "requested_by_customer",
        "status": "succeeded",
    },
    "dispute": {
        "id": "du_1",
        "_fivetran_synced": "2026-02-01 00:00:00",
        "amount": 1190,
        "charge_id": "ch_1",
        "created": "2026-01-01 10:02:00 UTC",
        "currency": "eur",
        "livemode": "true",
        "reason": "fraudulent",
        "status": "lost",
    },
    "invoice": {
        "id": "in_1",
        "amount_due": 1190,
        "amount_paid": 1190,
        "created": "2026-01-01 09:00:00",
        "currency": "eur",
        "customer_id": "cus_1",
        "is_deleted": "FALSE",
        "livemode": "TRUE",
        "number": "R-1",
        "paid": "true",
        "period_end": "2026-01-01 09:00:00",
        "period_start": "2025-12-02 09:00:00",
        "status": "paid",
        "status_transitions_finalized_at": "2026-01-01 09:59:50",
        "subscription_id": "sub_1",
        "tax": 190,
        "total": 1190,
    },
    "credit_note": {
        "id": "cn_1",
        "created": "2026-01-01 10:01:30.000",
        "currency": "eur",
        "customer_id": "cus_1",
        "invoice_id": "in_1",
        "livemode": "TRUE",
        "number": "R-1-CN-01",
        "status": "issued",
        "subtotal_excluding_tax": 160,
        "total": 190,
    },
    "subscription": {
        "id": "sub_1",
        "created": "2026-01-01 10:00:00",
        "customer_id": "cus_1",
        "livemode": "TRUE",
        "start_date": "2026-01-01 10:00:00",
        "status": "active",
    },
    "subscription_item": {"subscription_id": "sub_1", "price_id": "price_1", "quantity": 2},
    "price": {
        "id": "price_1",
        "currency": "eur",
        "unit_amount": 500,
        "recurring_interval": "month",
        "recurring_interval_count": 1,
    },
    "customer": {
        "id": "cus_1",
        "_fivetran_synced": "2026-02-01 00:00:00",
        "created": "2026-01-01 08:00:00",
        "email": "anna@example.org",
        "livemode": "TRUE",
    },
}
TOLD = [
    event("customer.created", payloads.customer(), created=CREATED - 7200),
    event("charge.succeeded", payloads.charge()),
    event("refund.created", payloads.refund(), created=CREATED + 60),
    event("charge.dispute.created", payloads.dispute(), created=CREATED + 120),
    event("charge.dispute.closed", payloads.dispute(status="lost"), created=CREATED + 9000),
    event("invoice.finalized", payloads.invoice(), created=CREATED - 10),
    event("credit_note.created", payloads.credit_note(), created=CREATED + 90),
    event("customer.subscription.created", payloads.subscription()),
]
IDS = {
    "ch_1/succeeded",
    "re_1/issued",
    "du_1/opened",
    "in_1/issued",
    "cn_1/issued",
    "sub_1/started",
}


def export(folder: Path, rows: dict[str, dict[str, Any]] = ROWS) -> Path:
    folder.mkdir(parents=True)
    for name, row in rows.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([list(row), list(row.values())])
    return folder


def test_tables_tell_again_what_webhooks_told(home: Home, tmp_path: Path) -> None:
    counts = home.ingest(home.write("a.jsonl", TOLD), adapter="stripe")
    assert (counts["appended"], counts["duplicates"], counts["quarantined"]) == (8, 1, 0)
    before = home.live("billing") + home.live("party")
    counts = home.ingest(export(tmp_path / "export"), adapter="stripe")
    assert (counts["appended"], counts["duplicates"], counts["quarantined"]) == (0, 6, 0)
    assert home.live("billing") + home.live("party") == before


def test_tables_alone_give_the_same_facts_and_the_end_of_a_dispute_an_interval(
    home: Home, tmp_path: Path
) -> None:
    folder = export(tmp_path / "export")
    counts = home.ingest(folder, adapter="stripe")
    assert (counts["appended"], counts["quarantined"]) == (8, 0)
    assert set(home.live("billing")) > IDS
    rows = home.rows("billing", "event_type, occurred_at::varchar, time_uncertainty_seconds")
    (closed,) = (row[1:] for row in rows if row[0] == "dispute.closed")
    assert closed == ("2026-02-01 00:00:00+00", (30 * 24 + 13) * 3600 + 58 * 60)
    assert home.ingest(folder, adapter="stripe")["skipped_inputs"] == 1
    counts = home.ingest(home.write("a.jsonl", TOLD), adapter="stripe")
    assert (counts["appended"], counts["quarantined"]) == (0, 0)


def test_a_manual_capture_is_paid_when_the_money_moved(home: Home, tmp_path: Path) -> None:
    intent = {"payment_intent": {"id": "pi_1", "capture_method": "manual"}}
    home.ingest(export(tmp_path / "export", ROWS | intent), adapter="stripe")
    (at,) = (
        row[1]
        for row in home.rows("billing", "event_id, occurred_at::varchar")
        if row[0] == "ch_1/succeeded"
    )
    assert at == "2026-01-03 10:00:00+00"


def test_history_without_the_state_of_now_stands_in_for_it(home: Home, tmp_path: Path) -> None:
    kept = ROWS["subscription"] | {"_fivetran_active": "TRUE"}
    rows = {k: v for k, v in ROWS.items() if k != "subscription"} | {"subscription_history": kept}
    home.ingest(export(tmp_path / "export", rows), adapter="stripe")
    assert "sub_1/started" in home.live("billing")


def test_a_table_by_itself_can_be_read(home: Home, tmp_path: Path) -> None:
    folder = export(tmp_path / "export")
    counts = home.ingest(folder / "refund.csv", adapter="stripe")
    assert (counts["read"], counts["appended"]) == (1, 1)


def test_a_corrected_adapter_replaces_what_it_read_before(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home.write("a.jsonl", TOLD)
    home.ingest(file, adapter="stripe")
    assert home.ingest(file, adapter="stripe")["skipped_inputs"] == 1
    monkeypatch.setattr(stripe, "VERSION", "next")
    monkeypatch.setitem(stripe.topics.HANDLERS, "refund.created", stripe.topics.payments.OPEN)
    counts = home.ingest(file, adapter="stripe")
    assert (counts["skipped_inputs"], counts["appended"]) == (0, 0)
    assert set(home.live("billing")) >= IDS - {"re_1/issued"}
    assert "re_1/issued" not in home.live("billing")


def test_the_real_export_is_read_whole(home: Home) -> None:
    counts = home.ingest(real.needed("stripe_tables"), adapter="stripe", recorded_as_occurred=True)
    assert (counts["quarantined"], counts["duplicates"]) == (0, 0)
    kinds = dict(home.rows("billing", "event_type, count(*) over (partition by event_type)"))
    assert kinds["payment.failed"] == 16
    assert kinds["dispute.opened"] == 12
    assert kinds["refund.issued"] == 4
