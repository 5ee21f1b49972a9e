"""The order of the invented shop as the tables of an export, of either family."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tests.ingestion.sources import shop
from tests.ingestion.sources.shop import Json


def write(folder: Path, family: str = "") -> None:
    """A file for each table; `family` begins their names, of which `…gql_` has columns of its own."""
    rows: dict[str, list[Json]] = {
        "order": [
            _flat(
                shop.order(customer_id=301, total_shipping_price="4.90", updated_at=shop.REFUNDED)
            )
        ],
        "order_line": [
            {"order_id": 5001, "id": 11, "sku": "CHAIR", "quantity": 1, "price": "119.00"},
            {"order_id": 5001, "id": 12, "sku": "LAMP", "quantity": 2, "price": "23.8"},
        ],
        "tax_line": [
            {"order_line_id": 11, "index": 1, "price": "19.0"},
            {"order_line_id": 12, "index": 1, "price": "6.84"},
        ],
        "discount_allocation": [{"order_line_id": 12, "index": 0, "amount": "4.76"}],
        "transaction": [
            _flat(shop.transaction(901, "authorization", "166.74")),
            _flat(shop.transaction(902, "capture", "166.74", parent_id=901)),
            _flat(shop.refund()["transactions"][0] | {"refund_id": 801}),
        ],
        "refund": [_flat(shop.refund())],
        "order_line_refund": [
            {
                "id": 1,
                "refund_id": 801,
                "order_line_id": 12,
                "quantity": 1,
                "restock_type": "return",
            }
        ],
        "fulfillment": [_flat(shop.fulfillment())],
        "fulfillment_event": [_flat(shop.step())],
        "customer": [_flat(shop.customer())],
    }
    for name, found in rows.items():
        if family.endswith("gql_"):
            found = [_newer(name, row) for row in found]
        with (folder / f"{family}{name}_data.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, sorted({key for row in found for key in row}))
            writer.writeheader()
            writer.writerows(found)


def _newer(table: str, row: Json) -> Json:
    """A row as the GraphQL family of tables has it: money in sets, enumerations in capitals."""
    sides = {"transaction": "pres"}
    renamed: Json = {}
    for name, value in row.items():
        if name in ("total_price", "total_shipping_price", "total_discount"):
            renamed[f"{name}_set_shop_amount"] = value
        elif name == "price" and table == "order_line":
            gross = float(value) * row["quantity"]
            renamed["original_total_set_shop_amount"] = f"{gross:.2f}"
        elif name == "price":
            renamed["price_set_shop_amount"] = value
        elif name == "amount":
            prefix = "amount" if table in sides else "allocated_amount"
            renamed[f"{prefix}_set_{sides.get(table, 'shop')}_amount"] = value
        elif name == "currency" and table == "transaction":
            renamed["amount_set_pres_currency_code"] = value
        elif name in ("kind", "status", "restock_type"):
            renamed[name] = value.upper()
        else:
            renamed[{"currency": "currency_code"}.get(name, name)] = value
    return renamed


def _flat(record: Json) -> Json:
    """Plain values of a record as a table has them; times without their zone, in UTC."""
    plain = {k: v for k, v in record.items() if not isinstance(v, list | dict)}
    plain |= {k: v.replace("Z", "").replace("T", " ") for k, v in plain.items() if _is_utc(v)}
    return plain | {k: _to_utc(v) for k, v in plain.items() if str(v).endswith("+01:00")}


def _is_utc(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("Z") and value[:2] == "20"


def _to_utc(value: str) -> str:
    hour = int(value[11:13]) - 1
    return f"{value[:10]} {hour:02d}{value[13:19]}.000"
