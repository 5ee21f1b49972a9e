"""Table exports of a shop, both families (REST and GraphQL), back to records; knows no event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.sources import exports
from ingestion.sources.adapter import Delivery

_TIMES = ("created_at", "updated_at", "processed_at", "cancelled_at", "happened_at")
# tables of records: columns kept, as the REST family names them
_RECORDS = {
    "order": (
        "id email phone taxes_included currency total_price created_at updated_at processed_at name "
        "customer_id cancel_reason cancelled_at source_name test order_status_url "
        "total_shipping_price _fivetran_deleted"
    ),
    "transaction": (
        "id order_id refund_id amount currency created_at processed_at gateway kind status "
        "error_code parent_id test _fivetran_deleted"
    ),
    "refund": (
        "id order_id created_at processed_at return_id total_refunded currency _fivetran_deleted"
    ),
    "fulfillment": (
        "id order_id status created_at updated_at tracking_company tracking_number "
        "_fivetran_deleted"
    ),
    "fulfillment_event": (
        "id fulfillment_id order_id status happened_at created_at updated_at country "
        "_fivetran_deleted"
    ),
    "customer": ("id email phone created_at updated_at _fivetran_deleted"),
}
# tables of parts: columns, and the records that they are parts of
_PARTS = {
    "order_line": (
        "order_id id sku quantity price line_total total_discount gift_card index",
        ("order",),
    ),
    "tax_line": ("order_line_id index price", ("order",)),
    "discount_allocation": ("order_line_id index amount", ("order",)),
    "order_shipping_line": ("order_id id price", ("order",)),
    "order_line_refund": (
        "refund_id id order_line_id quantity restock_type",
        ("refund", "transaction"),
    ),
    "fulfillment_tracking_info": ("fulfillment_id index company number", ("fulfillment",)),
}
# columns of the GraphQL family that have another name there
_GRAPHQL = {
    "currency": (
        "currency_code",
        "amount_set_pres_currency_code",
        "total_refunded_set_pres_currency_code",
    ),
    "total_price": ("total_price_set_shop_amount",),
    "total_shipping_price": ("total_shipping_price_set_shop_amount",),
    "total_refunded": ("total_refunded_set_pres_amount",),
    "amount": ("amount_set_pres_amount", "allocated_amount_set_shop_amount"),
    "price": ("price_set_shop_amount", "original_price_set_shop_amount"),
    "line_total": ("original_total_set_shop_amount",),
    "total_discount": ("total_discount_set_shop_amount",),
    "gift_card": ("is_gift_card",),
    "order_status_url": ("status_page_url",),
}
# tables of parts that the GraphQL family calls otherwise
_OTHERWISE = {"tax_line": "order_line_tax_line", "order_line_refund": "refund_line_item"}
# tables whose facts others tell, or that tell none: the topic that says so
_BESIDE = {
    "abandoned_checkout": "checkouts/create",
    "draft_order": "draft_orders/create",
    "draft_order_line": "draft_orders/create",
    "product": "products/create",
    "tender_transaction": "tender_transactions/create",
}
_FAMILIES = ("", "gql_")
TABLES = tuple(
    f"{family}{name}"
    for family in _FAMILIES
    for name in (*_RECORDS, *_PARTS, *_OTHERWISE.values(), *_BESIDE)
)
_LISTS = """
create or replace view lines as
with taxes as (
    select order_line_id as id, list({'price': price} order by "index") as tax_lines
    from tax_line group by all
), shares as (
    select order_line_id as id, list({'amount': amount} order by "index") as shares
    from discount_allocation group by all
)
select order_id as id, list({
    'id': id, 'sku': sku, 'quantity': quantity, 'total_discount': total_discount,
    'gift_card': gift_card, 'price': coalesce(price,
        (try_cast(line_total as decimal(18, 6)) / try_cast(quantity as double))::varchar),
    'tax_lines': tax_lines, 'discount_allocations': shares
} order by try_cast("index" as bigint), id) as line_items
from order_line left join taxes using (id) left join shares using (id) group by all;

create or replace view fees as
select order_id as id, list({'price': price} order by id) as shipping_lines
from order_shipping_line group by all;

create or replace view goods as
select refund_id as id, list({'order_line_id': order_line_id, 'quantity': quantity,
    'restock_type': restock_type} order by id) as refund_line_items
from order_line_refund group by all;

create or replace view returned_money as
select refund_id as id, any_value(order_id) as paid_order_id,
    min(coalesce(processed_at, created_at)) as paid_at, min(row_of_file) as paid_row,
    list({'id': id, 'parent_id': parent_id, 'kind': kind, 'status': status, 'amount': amount,
        'currency': currency, 'test': test} order by id) as transactions
from "transaction" where refund_id is not null and lower(kind) = 'refund' group by all;

create or replace view tracked as
select fulfillment_id as id, list({'company': company, 'number': number} order by "index")
    as tracking_info
from fulfillment_tracking_info group by all;
"""
_QUERIES = {
    "order": (
        "orders",
        """select *, coalesce(line_items, []) as line_items from "order"
        left join (select id, line_items from lines) using (id) left join fees using (id)""",
    ),
    "transaction": ("order_transactions", 'select * from "transaction"'),
    "refund": (
        "refunds",
        """select * replace (coalesce(order_id, paid_order_id) as order_id,
            coalesce(created_at, paid_at) as created_at, coalesce(row_of_file, paid_row) as row_of_file)
        from refund full join returned_money using (id) left join goods using (id)""",
    ),
    "fulfillment": (
        "fulfillments",
        "select * from fulfillment left join tracked using (id)",
    ),
    "fulfillment_event": ("fulfillment_events", "select * from fulfillment_event"),
    "customer": ("customers", "select * from customer"),
}


def deliveries_of_tables(
    con: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]
) -> Iterator[Delivery]:
    """Records of the shape of the REST API, rebuilt from the tables; times without zone are UTC."""
    for family in _FAMILIES:
        yield from (
            Delivery(topic, {}, row=1)
            for name, topic in _BESIDE.items()
            if f"{family}{name}" in tables
        )
        yield from _alone(tables, family)
        if any(f"{family}{name}" in tables for name in _RECORDS):
            _lay(con, tables, family)
            for topic, query in _QUERIES.values():
                for row in exports.rows(con, f"{query} order by row_of_file"):
                    yield _delivery(topic, row)


def _alone(tables: Mapping[str, Path], family: str) -> Iterator[Delivery]:
    """Tables of parts whose records are not there (lines without orders), one delivery each."""
    for name, (_, wholes) in _PARTS.items():
        is_there = any(f"{family}{n}" in tables for n in (name, _OTHERWISE.get(name)))
        if is_there and not any(f"{family}{whole}" in tables for whole in wholes):
            yield Delivery(f"table {name} without its {wholes[0]}", {}, row=1)


def _lay(con: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], family: str) -> None:
    parts = {name: columns for name, (columns, _) in _PARTS.items()}
    for name, columns in {**_RECORDS, **parts}.items():
        path = tables.get(f"{family}{name}") or tables.get(f"{family}{_OTHERWISE.get(name)}")
        wanted = columns.split()
        given = [n for column in wanted for n in (column, *_GRAPHQL.get(column, ()))]
        exports.lay(con, f"{family}raw_{name}", path, given)
        listed = ", ".join(f'{_first(column)} as "{column}"' for column in wanted)
        con.execute(
            f'create or replace view "{name}" as select {listed}, row_of_file from {family}raw_{name}'
        )
    con.execute(_LISTS)


def _first(column: str) -> str:
    names = (column, *_GRAPHQL.get(column, ()))
    return "coalesce(" + ", ".join(f"nullif(trim(\"{name}\"), '')" for name in names) + ", null)"


def _delivery(topic: str, row: Mapping[str, Any]) -> Delivery:
    record = {name: value for name, value in row.items() if value is not None}
    for name in _TIMES:
        if name in record:
            record[name] = _in_utc(record[name])
    number = int(record.pop("row_of_file", 0))
    if str(record.get("_fivetran_deleted")).lower() == "true":
        topic = "row deleted in the source"
    return Delivery(topic, record, row=number)


def _in_utc(text: Any) -> Any:
    """A time of a table with its zone: UTC where it names none."""
    try:
        found = datetime.fromisoformat(str(text).strip())
    except ValueError:
        return text
    return found.isoformat() + ("" if found.tzinfo else "Z")
