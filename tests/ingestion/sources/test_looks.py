"""A plain look at payloads: what it finds, wherever it is nested, and what it leaves alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import controls, side_books, totals
from ingestion.sources.looks import LOOKS, Seen, everything

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
LATER = datetime(2026, 4, 1, tzinfo=UTC)


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


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def written(folder: Path, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute(f"select {columns} from '{folder}/k-*.parquet' order by all")
        return found.fetchall()


def test_an_object_that_was_taken_back_stays_so_whatever_comes_after(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    gone = Seen("refunded", "re_1", TEN, "EUR", -500, is_withdrawn=True)
    again = Seen("refunded", "re_1", TEN, "EUR", -500)
    seen = totals.Totals(con, tmp_path, "k")
    seen.add("/stripe", [gone, again])
    seen.write(TEN, None)
    assert written(tmp_path, "is_withdrawn") == [(True,)]
    totals.Totals(con, tmp_path, "k").write(TEN, None)
    assert written(tmp_path, "is_withdrawn") == []


def test_a_reading_that_was_cut_off_goes_with_the_next_which_tells_nothing(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    cut_off = totals.Totals(con, tmp_path, "k")
    cut_off.add("/stripe", [Seen("refunded", "re_1", TEN, "EUR", -500)])
    cut_off.announce(TEN, "a" * 32)
    assert not [*tmp_path.glob("*.parquet")]
    assert written(tmp_path / controls.PENDING, "object_id") == [("re_1",)]
    totals.Totals(con, tmp_path, "k").write(LATER, None)
    assert written(tmp_path, "object_id") == []
    assert not [*(tmp_path / controls.PENDING).iterdir()]


def test_of_an_object_the_last_look_counts_over_any_number_of_batches(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "_BATCH", 2)
    seen = totals.Totals(con, tmp_path, "k")
    seen.add("/a", (Seen("invoiced", str(n % 3), None, "EUR", n) for n in range(8)))
    seen.add("/b", [Seen("invoiced", "0", TEN, "EUR", 2**63), Seen("opened", "\ud800", TEN)])
    refused = [{f"invoice/{n}"} for n in (1,)]
    seen.write(
        TEN,
        lambda names: {name for name, own in names.items() if any(r & {*own} for r in refused)},
    )
    assert written(tmp_path, "source, measure, object_id, amount_minor, occurred_at") == [
        ("/a", "invoiced", "0", 6, TEN),
        ("/a", "invoiced", "2", 5, TEN),
        ("/b", "invoiced", "0", None, TEN),
        ("/b", "opened", "?", None, TEN),
    ]


def test_a_mapped_table_is_counted_before_any_check(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    def line(number: int, kind: str, data: dict[str, Any], time: object = TEN.isoformat()) -> str:
        told = {"type": kind, "source": "/t", "subject": f"x/{number}", "time": time, "data": data}
        return json.dumps(told) + "\n"

    lines = tmp_path / "mapped.jsonl"
    lines.write_text(
        line(1, "case.opened", {}, "2026-03-02T11:00:00+01:00")
        + line(2, "case.closed", {})
        + line(3, "invoice.issued", {"gross": {"minor": 119, "currency": "EUR"}})
        + line(4, "invoice.issued", {"type_code": "381", "gross": {"minor": 1, "currency": "EUR"}})
        + line(5, "refund.issued", {"amount": {"minor": -1.5, "currency": "EUR"}}, "never")
        + line(6, "refund.issued", {"amount": "much"}, None)
        + line(7, "order.placed", {"gross": {"minor": 7}})
        + '{"type": "case.opened", "source": "/t", "subject": null, "data": {}}\n',
        "utf-8",
    )
    seen = totals.Totals(con, tmp_path, "k")
    seen.add_mapped(lines)
    seen.write(LATER, None)
    assert side_books.move_totals(tmp_path, "r", {"case/nobody"}, str, lambda *_: True) == 0
    assert written(tmp_path, "object_id, measure, currency, amount_minor, occurred_at") == [
        ("", "opened", None, None, LATER),
        ("x/1", "opened", None, None, TEN),
        ("x/3", "invoiced", "EUR", 119, TEN),
        ("x/5", "refunded", "EUR", None, LATER),
        ("x/6", "refunded", None, None, LATER),
        ("x/7", "placed", None, None, TEN),
    ]


def test_a_file_that_breaks_the_look_costs_no_ingest(tmp_path: Path) -> None:
    deep = '{"a":' * 3000 + "1" + "}" * 3000
    huge = '{"object": "refund", "id": "r", "currency": "eur", "amount": 1' + "0" * 40 + "}"
    file = tmp_path / "odd.jsonl"
    file.write_text(f'{deep}\n{huge}\nno json\n[]\n{{"id": 1}}\n', "utf-8")
    seen = [*totals.of_deliveries(file, "stripe", tmp_path)]
    assert seen == [Seen("refunded", "r", None, "EUR", None)]
    (tmp_path / "broken.zip").write_bytes(b"PK")
    assert [*totals.of_deliveries(tmp_path / "broken.zip", "stripe", tmp_path)] == []


def test_a_table_that_breaks_off_tells_no_total(tmp_path: Path) -> None:
    """Half of it would be an arbitrary one."""
    rows = [f"{n},1,s,2026-03-02T10:00:00Z" for n in range(300_000)]
    rows[250_000] = '5,"'
    table = tmp_path / "ticket.csv"
    table.write_text("\n".join(["id,requester_id,subject,created_at", *rows]) + "\n", "utf-8")
    assert next(totals.of_deliveries(table, "zendesk", tmp_path), None) is None
    table.write_text("\n".join(["id,requester_id,subject,created_at", *rows[:3]]) + "\n", "utf-8")
    assert len([*totals.of_deliveries(table, "zendesk", tmp_path)]) == 3
