"""Table exports of Stripe (one row an object, nested fields joined by _), to objects of its lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.sources import exports
from ingestion.sources.adapter import Delivery

Row = dict[str, Any]
SEEN_AT = (
    "_seen_at"  # when the export read the row; no time of telling, so that history keeps its own
)

# table → its columns that are read, as text
_COLUMNS = {
    "charge": "id amount amount_captured balance_transaction_id bank_account_id captured card_id "
    "created currency customer_id failure_code invoice_id livemode metadata outcome_reason paid "
    "payment_intent_id payment_method_id receipt_email refunded status",
    "refund": "id amount charge_id created currency payment_intent_id reason status",
    "dispute": "id amount charge_id created currency livemode reason status _fivetran_synced",
    "invoice": "id amount_due amount_paid charge_id created currency customer_id customer_email "
    "date due_date finalized_at livemode metadata number paid paid_out_of_band payment_intent_id "
    "period_end period_start status status_transitions_finalized_at status_transitions_paid_at "
    "status_transitions_voided_at subscription_id tax total total_excluding_tax is_deleted",
    "credit_note": "id created currency customer_id invoice_id livemode number status "
    "subtotal_excluding_tax total tax voided_at",
    "subscription": "id canceled_at cancellation_details_reason created customer_id ended_at "
    "livemode start_date status",
    "subscription_history": "id canceled_at cancellation_details_reason created customer_id "
    "ended_at livemode start_date status _fivetran_active",
    "subscription_item": "id created plan_id price_id quantity subscription_id",
    "plan": "id amount currency interval interval_count",
    "price": "id currency unit_amount recurring_interval recurring_interval_count",
    "customer": "id created email is_deleted livemode phone _fivetran_synced",
    "payment_method": "id billing_detail_email type",
    "balance_transaction": "id created",
    "payment_intent": "id capture_method",
}
TABLES = tuple(_COLUMNS)

_TIMES = ("created", "due_date", "date", "period_start", "period_end", "finalized_at", "paid_at",
          "voided_at", "ended_at", "canceled_at", "start_date", "moved_at")  # fmt: skip
_BOOLEANS = ("captured", "livemode", "paid", "refunded", "paid_out_of_band")

_CHARGES = """
    select charge.*, payment_method.type, payment_method.billing_detail_email,
        case when payment_intent.capture_method = 'manual' then moved.created end as moved_at
    from charge
        left join payment_method
            on coalesce(charge.payment_method_id, charge.card_id) = payment_method.id
        left join payment_intent on charge.payment_intent_id = payment_intent.id
        left join balance_transaction as moved on charge.balance_transaction_id = moved.id
    order by charge.row_of_file"""

_SUBSCRIPTIONS = """
    with known as (
        select * from subscription
        union all by name
        select * exclude (_fivetran_active) from subscription_history
        where lower(_fivetran_active) = 'true' and id not in (select id from subscription)
    ), priced as (
        select items.subscription_id, items.row_of_file, json_object(
            'quantity', items.quantity,
            'plan', case when items.plan_id is not null then json_object('id', items.plan_id,
                'amount', plan.amount, 'currency', plan.currency, 'interval', plan.interval,
                'interval_count', plan.interval_count) end,
            'price', case when items.price_id is not null then json_object('id', items.price_id,
                'unit_amount', price.unit_amount, 'currency', price.currency,
                'recurring', json_object('interval', price.recurring_interval,
                    'interval_count', price.recurring_interval_count)) end)::varchar as item
        from subscription_item as items
            left join plan on items.plan_id = plan.id
            left join price on items.price_id = price.id
    ), listed as (
        select subscription_id, list(item order by row_of_file) as items
        from priced group by subscription_id
    )
    select known.*, listed.items
    from known left join listed on known.id = listed.subscription_id
    order by known.row_of_file"""


def deliveries(con: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> Iterator[Delivery]:
    """Objects of an export as the lists give them, kind by kind in the order of their rows."""
    for name, columns in _COLUMNS.items():
        exports.lay(con, name, tables.get(name), columns.split())
    for kind, (query, rebuild) in _KINDS.items():
        for found in exports.rows(con, query):
            row = _typed(found)
            seen_at = _moment(row.pop("_fivetran_synced", None))
            thing = {"object": kind, **rebuild(row)}
            if seen_at:
                thing[SEEN_AT] = seen_at.isoformat()
            yield Delivery(kind, thing, row=row["row_of_file"])


def _typed(found: Mapping[str, Any]) -> Row:
    """The cells that say something: times as seconds, booleans and metadata as in a payload."""
    row: Row = {key: value for key, value in found.items() if value is not None}
    for name in row.keys() & set(_TIMES):
        row[name] = _seconds(row[name])
    for name in row.keys() & set(_BOOLEANS):
        row[name] = {"true": True, "false": False}.get(str(row[name]).lower())
    row["metadata"] = _parsed(row.get("metadata"))
    return row


def _moment(text: Any) -> datetime | None:
    """A time as exports write it; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(str(text).strip().replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _seconds(text: Any) -> int | str:
    found = _moment(text)
    return int(found.timestamp()) if found else str(text)


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _same(row: Row) -> Row:
    return row


def _charge(row: Row) -> Row:
    method = row.get("type") or ("bank_account" if "bank_account_id" in row else None)
    method = method or ("card" if "card_id" in row else None)
    return row | {
        "customer": row.get("customer_id"),
        "invoice": row.get("invoice_id"),
        "payment_intent": row.get("payment_intent_id"),
        "outcome": {"reason": row.get("outcome_reason")},
        "payment_method_details": {"type": method},
        "billing_details": {"email": row.get("billing_detail_email")},
        "balance_transaction": {"created": row.get("moved_at")},
    }


def _of_charge(row: Row) -> Row:
    return row | {"charge": row.get("charge_id"), "payment_intent": row.get("payment_intent_id")}


def _invoice(row: Row) -> Row:
    """An empty cell does not tell that there is no charge: many exports have no such column."""
    passed = {
        name: _seconds(row[f"status_transitions_{name}"])
        for name in ("finalized_at", "paid_at", "voided_at")
        if f"status_transitions_{name}" in row
    }
    told = {"charge": row["charge_id"]} if "charge_id" in row else {}
    return (
        row
        | told
        | {
            "status_transitions": passed,
            "customer": row.get("customer_id"),
            "payment_intent": row.get("payment_intent_id"),
            "subscription": row.get("subscription_id"),
        }
    )


def _credit_note(row: Row) -> Row:
    return row | {"customer": row.get("customer_id"), "invoice": row.get("invoice_id")}


def _subscription(row: Row) -> Row:
    return row | {
        "customer": row.get("customer_id"),
        "items": {"data": [_parsed(item) for item in row.get("items", [])]},
        "cancellation_details": {"reason": row.get("cancellation_details_reason")},
    }


_ROWS = "select * from {} order by row_of_file"
_ALIVE = (
    "select * from {} where lower(coalesce(is_deleted, 'false')) <> 'true' order by row_of_file"
)
_KINDS: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "customer": (_ALIVE.format("customer"), _same),
    "charge": (_CHARGES, _charge),
    "refund": (
        "select refund.*, charge.livemode from refund left join charge "
        "on refund.charge_id = charge.id order by refund.row_of_file",
        _of_charge,
    ),
    "dispute": (_ROWS.format("dispute"), _of_charge),
    "payment_intent": (_ROWS.format("payment_intent"), _same),
    "invoice": (_ALIVE.format("invoice"), _invoice),
    "credit_note": (_ROWS.format("credit_note"), _credit_note),
    "subscription": (_SUBSCRIPTIONS, _subscription),
}
