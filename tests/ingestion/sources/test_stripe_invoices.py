"""Stripe's invoices and credit notes: the same document in every API version."""

from __future__ import annotations

from tests.ingestion.sources import stripe_payloads as payloads
from tests.ingestion.sources.stripe_outcomes import only, reasons
from tests.ingestion.sources.stripe_payloads import CREATED, basil


def test_an_invoice_says_the_same_in_every_version() -> None:
    old = only("invoice.finalized", payloads.invoice(status="open"))
    new = only("invoice.finalized", basil(payloads.invoice(status="open")))
    assert old == new
    assert old["time"] == "2026-01-01T09:59:50Z"
    data = old["data"]
    assert (data["net"]["minor"], data["tax"]["minor"], data["gross"]["minor"]) == (1000, 190, 1190)
    assert (data["number"], data["type_code"]) == ("R-1", "380")
    assert (data["issue_date"], data["due_date"]) == ("2026-01-01", "2026-01-01")
    assert data["subscription_id"] == "sub_1"


def test_an_invoice_before_the_states_of_2018_is_issued_when_it_is_made() -> None:
    early = {k: v for k, v in payloads.invoice().items() if not k.startswith("status")}
    early |= {"date": early.pop("created"), "closed": False}
    assert only("invoice.created", early)["time"] == "2026-01-01T09:00:00Z"
    assert reasons("invoice.created", payloads.invoice(status="draft")) == [
        "a draft is no invoice yet"
    ]
    assert reasons("invoice.created", payloads.invoice(status="open")) == [
        "covered by invoice.finalized"
    ]


def test_a_void_invoice_and_a_credit_note_are_documents() -> None:
    passed = {"finalized_at": CREATED, "voided_at": CREATED + 60}
    void = payloads.invoice(status="void", status_transitions=passed)
    told = only("invoice.voided", void)
    assert (told["id"], told["time"]) == ("in_1/voided", "2026-01-01T10:01:00Z")
    note = only("credit_note.created", payloads.credit_note())
    assert note["data"]["type_code"] == "381"
    assert (note["data"]["net"]["minor"], note["data"]["gross"]["minor"]) == (160, 190)
    assert note["data"]["objects"] == [{"type": "invoice", "id": "in_1", "qualifier": "credits"}]
    ended = payloads.credit_note(status="void", voided_at=CREATED + 300)
    assert only("credit_note.voided", ended)["subject"] == "invoice/cn_1"
