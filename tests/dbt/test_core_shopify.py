"""A shop's order from its webhooks to the marts: what was ordered, paid and refunded, to the cent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from ingestion import pipeline
from tests.ingestion.sources import shop
from waypost.commands.build import build
from waypost.settings import Settings

MARTS = ("+orders", "+payments", "+refunds", "+shipments")


def test_an_order_of_a_shop_comes_out_to_the_cent(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    edited = shop.order(updated_at="2026-03-12T00:00:00Z", total_price="186.74")
    edited["line_items"].append(shop.line(13, "RUG", "20.00", 1, "3.19"))
    told = [*shop.webhooks(), ("orders/updated", edited)]
    landed = tmp_path / "shop.jsonl"
    landed.write_text(
        "".join(
            json.dumps({"waypost_delivery": 1, "topic": topic, "document": body}) + "\n"
            for topic, body in told
        )
    )
    pipeline.ingest(
        [landed],
        log=settings.log,
        quarantine=settings.quarantine,
        secret_file=settings.secret_file,
        run_started_at=datetime(2026, 6, 1, tzinfo=UTC),
        adapter="shopify",
    )
    assert build(settings, tests=False, selected=MARTS)["failures"] == []
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        orders = con.execute(
            "select order_number, total_amount, net_amount, refund_amount, total_minor"
            " from marts.orders"
        ).fetchall()
        payments = con.execute("select amount, status, method from marts.payments").fetchall()
        refunds = con.execute("select amount, payment_id, order_id from marts.refunds").fetchall()
        shipments = con.execute("select status, order_id from marts.shipments").fetchall()
    # net: 119.00 - 19.00, 2 x 23.80 - 4.76 - 6.84, 20.00 - 3.19
    assert orders == [("#1001", Decimal("186.74"), Decimal("152.81"), Decimal("-19.04"), 18674)]
    assert payments == [(Decimal("166.74"), "succeeded", "paypal")]
    assert refunds == [(Decimal("-19.04"), "902", "5001")]
    assert shipments == [("delivered", "5001")]
