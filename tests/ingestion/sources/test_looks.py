"""A plain look at payloads: what it finds, wherever it is nested, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion import controls
from ingestion.sources.looks import LOOKS, Seen, everything

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


def nobody(_: object) -> set[str]:
    return set()


SECONDS = int(TEN.timestamp())
TICKET = {"id": 7, "requester_id": 1, "subject": "s", "created_at": "2026-03-02T10:00:00Z"}
INVOICE = {"object": "invoice", "id": "in_1", "currency": "eur", "total": 11900, "created": SECONDS}
REFUND = {"object": "refund", "id": "re_1", "currency": "eur", "amount": 500, "created": SECONDS}
ORDER = {
    "admin_graphql_api_id": "gid://shopify/Order/820982911946154508",
    "id": 820982911946154500,
    "created_at": "2026-03-02T11:00:00+01:00",
    "total_price": "10.00",
}
BACK = {
    "id": "gid://shopify/Refund/9",
    "createdAt": "2026-03-02T10:00:00Z",
    "transactions": [
        {"kind": "refund", "status": "success", "amount": "5.00", "currency": "EUR"},
        {"kind": "refund", "status": "success", "amount": "1.50", "currency": "EUR"},
        {"kind": "refund", "status": "failure", "amount": "9.00", "currency": "EUR"},
    ],
}
WHOLE = {"totalRefundedSet": {"presentmentMoney": {"amount": "500", "currencyCode": "JPY"}}}


@pytest.mark.parametrize(
    ("system", "document", "expected"),
    [
        ("zendesk", {"tickets": [TICKET]}, Seen("opened", "7", TEN)),
        (
            "zendesk",
            {"ticket_id": 7, "created_at": "2026-03-02T10:00:00Z", "events": [{"type": "Create"}]},
            Seen("opened", "7", TEN),
        ),
        ("zendesk", {"ticket_id": 7, "created_at": "x", "events": [{"type": "Change"}]}, None),
        (
            "zendesk",
            {
                "ticket_id": 7,
                "created_at": "2026-03-02T10:00:00Z",
                "child_events": [{"event_type": "Create"}],
            },
            Seen("opened", "7", TEN),
        ),
        (
            "zendesk",
            {"type": "zen:event-type:ticket.created", "detail": {"id": "7", "created_at": SECONDS}},
            Seen("opened", "7", TEN),
        ),
        (
            "zendesk",
            {
                "type": "zen:event-type:ticket.status_changed",
                "detail": {"id": "7", "created_at": 1},
            },
            None,
        ),
        ("zendesk", TICKET | {"url": "https://a.example.com/api/v2/requests/7.json"}, None),
        ("shopify", {"data": {"orders": [ORDER]}}, Seen("placed", "820982911946154508", TEN)),
        (
            "shopify",
            ORDER | {"processed_at": "2020-01-01T00:00:00Z"},
            Seen("placed", "820982911946154508", datetime(2020, 1, 1, tzinfo=UTC)),
        ),
        ("shopify", {"admin_graphql_api_id": "gid://shopify/Order/1"}, None),
        ("shopify", ORDER | {"admin_graphql_api_id": "gid://shopify/DraftOrder/1"}, None),
        ("shopify", BACK, Seen("refunded", "9", TEN, "EUR", -650)),
        ("shopify", BACK | WHOLE | {"transactions": []}, Seen("refunded", "9", TEN, "JPY", -500)),
        ("shopify", BACK | {"transactions": []}, None),
        (
            "shopify",
            BACK | {"id": 9, "order_id": 1, "refund_line_items": []},
            Seen("refunded", "9", TEN, "EUR", -650),
        ),
        (
            "shopify",
            {
                "id": 4,
                "created_at": SECONDS,
                "total_price": "1",
                "line_items": [],
                "financial_status": "paid",
            },
            Seen("placed", "4", TEN),
        ),
        ("stripe", {"data": {"object": INVOICE}}, Seen("invoiced", "in_1", TEN, "EUR", 11900)),
        (
            "stripe",
            INVOICE | {"created": 0, "status_transitions": {"finalized_at": SECONDS}},
            Seen("invoiced", "in_1", TEN, "EUR", 11900),
        ),
        ("stripe", INVOICE | {"total": None}, Seen("invoiced", "in_1", TEN, "EUR", None)),
        (
            "stripe",
            INVOICE | {"currency": "isk"},
            Seen("invoiced", "in_1", TEN, "ISK", 119),
        ),
        ("stripe", INVOICE | {"status": "draft"}, None),
        ("stripe", {"refunds": {"data": [REFUND]}}, Seen("refunded", "re_1", TEN, "EUR", -500)),
        (
            "stripe",
            REFUND | {"status": "failed"},
            Seen("refunded", "re_1", TEN, "EUR", -500, is_withdrawn=True),
        ),
        ("stripe", REFUND | {"status": "requires_action"}, None),
    ],
)
def test_a_look_finds(system: str, document: Any, expected: Seen | None) -> None:
    assert list(everything(document, LOOKS[system])) == ([expected] if expected else [])


@pytest.mark.parametrize("system", LOOKS)
@pytest.mark.parametrize("odd", [None, [], {}, "x", {"id": []}, {"events": 3}, [[{"id": None}]]])
def test_a_look_survives_odd_documents(system: str, odd: Any) -> None:
    assert list(everything(odd, LOOKS[system])) == []


def test_an_object_that_was_taken_back_stays_so_whatever_comes_after(tmp_path: Path) -> None:
    import duckdb

    gone = Seen("refunded", "re_1", TEN, "EUR", -500, is_withdrawn=True)
    again = Seen("refunded", "re_1", TEN, "EUR", -500)
    controls.write(tmp_path, "k", [("/stripe", gone), ("/stripe", again)], TEN, nobody)
    file = tmp_path / "k-*.parquet"
    assert duckdb.sql(f"select is_withdrawn from '{file}'").fetchall() == [(True,)]
    controls.write(tmp_path, "k", [], TEN, nobody)
    assert not file.exists()


def test_a_file_that_breaks_the_look_costs_no_ingest(tmp_path: Path) -> None:
    deep = '{"a":' * 3000 + "1" + "}" * 3000
    huge = '{"object": "refund", "id": "r", "currency": "eur", "amount": 1' + "0" * 40 + "}"
    file = tmp_path / "odd.jsonl"
    file.write_text(f'{deep}\n{huge}\nno json\n[]\n{{"id": 1}}\n', "utf-8")
    seen = controls.of_deliveries(file, "stripe", tmp_path)
    assert seen == [Seen("refunded", "r", None, "EUR", None)]
    controls.write(tmp_path, "k", [("/stripe", one) for one in seen], TEN, nobody)
    (tmp_path / "broken.zip").write_bytes(b"PK")
    assert controls.of_deliveries(tmp_path / "broken.zip", "stripe", tmp_path) == []
