"""Shopify into a real log: through the door, again and again, after crashes and repairs."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from tests import real
from tests.ingestion.conftest import Home
from tests.ingestion.sources import shop, shop_graphql, shop_tables

DOMAINS = ("order", "billing", "party")


def ingest(home: Home, name: str, text: str) -> dict[str, int]:
    return home.ingest(home.write(f"order/shopify/{name}", text), adapter="shopify")


def live(home: Home) -> list[str]:
    return [event_id for domain in DOMAINS for event_id in home.live(domain)]


def forget(home: Home, *, receipts: int) -> None:
    """Lose the newest receipts, as a crash before they were written does."""
    found = sorted(
        (home.path / "log" / "inputs").glob("*.json"), key=lambda p: p.stat().st_mtime_ns
    )
    for path in found[-receipts:]:
        path.unlink()


def test_an_order_comes_out_of_the_log_to_the_cent(home: Home) -> None:
    counts = ingest(home, "webhooks.jsonl", shop.landed(*shop.webhooks()))
    assert (counts["appended"], counts["quarantined"]) == (10, 0)
    orders = home.rows("order", "event_id, total_minor, total_currency, shipping_minor")
    assert ("order/5001/placed", 16674, "EUR", 490) in orders
    money = home.rows("billing", "event_type, amount_minor, payment_id, order_id, derivation")
    assert money == [
        ("refund.issued", -1904, "902", "5001", "webhook"),
        ("payment.authorized", 16674, "901", "5001", "webhook"),
        ("payment.succeeded", 16674, "902", "5001", "webhook"),
    ]
    assert home.rows("party", "derivation, time_uncertainty_seconds") == [("baseline", None)] * 2


def test_poll_and_tables_add_nothing_to_what_webhooks_told(home: Home, tmp_path: Path) -> None:
    ingest(home, "webhooks.jsonl", shop.landed(*shop.webhooks()))
    before = live(home)
    assert ingest(home, "page.json", json.dumps(shop_graphql.answer()))["appended"] == 0
    bulk = "".join(json.dumps(line) + "\n" for line in shop_graphql.bulk())
    counts = ingest(home, "bulk.jsonl", bulk)
    assert (counts["appended"], counts["quarantined"]) == (0, 0)
    folder = tmp_path / "export"
    folder.mkdir()
    shop_tables.write(folder)
    counts = home.ingest(folder, adapter="shopify")
    assert (counts["appended"], counts["quarantined"]) == (0, 0)
    assert live(home) == before


def test_a_crash_before_the_states_were_kept_repeats_harmlessly(home: Home) -> None:
    ingest(home, "a.jsonl", shop.landed(*shop.webhooks()[:4]))
    states = home.path / "log" / "states"
    shutil.copytree(states, home.path / "states")
    ingest(home, "b.jsonl", shop.landed(*shop.webhooks()[4:]))
    before = live(home)
    shutil.rmtree(states)
    shutil.copytree(home.path / "states", states)
    forget(home, receipts=1)
    counts = ingest(home, "b.jsonl", shop.landed(*shop.webhooks()[4:]))
    assert counts["appended"] == 0 and counts["quarantined"] == 0 and counts["duplicates"] > 0
    assert live(home) == before


def test_inputs_read_again_withdraw_nothing(home: Home) -> None:
    edited = shop.order(updated_at="2026-03-12T00:00:00Z", total_price="186.74")
    ingest(home, "a.jsonl", shop.landed(*shop.webhooks()))
    ingest(home, "b.jsonl", shop.landed(("orders/updated", edited)))
    before, rows = live(home), home.rows("order", "event_id")
    assert len([event_id for event_id in before if event_id.startswith("order/5001/placed")]) == 2
    forget(home, receipts=2)
    for name, told in (("a.jsonl", shop.webhooks()), ("b.jsonl", [("orders/updated", edited)])):
        assert ingest(home, name, shop.landed(*told))["quarantined"] == 0
    assert live(home) == before and home.rows("order", "event_id") == rows


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_and_repeated_files_leave_the_same_log(home: Home, seed: int) -> None:
    deliveries = shop.webhooks() * 2
    random.Random(seed).shuffle(deliveries)
    for number in range(0, len(deliveries), 5):
        ingest(home, f"{number}.jsonl", shop.landed(*deliveries[number : number + 5]))
    other = Home(home.path.parent / "other")
    ingest(other, "webhooks.jsonl", shop.landed(*shop.webhooks()))
    what = "event_id, occurred_at, hex(payload_hash)"
    for domain in ("order", "billing"):
        assert sorted(home.rows(domain, what)) == sorted(other.rows(domain, what))


def test_every_documented_payload_passes_the_door(home: Home) -> None:
    examples = real.needed("shopify_webhooks")
    files = sorted(path for path in examples.rglob("*.json") if path.parent != examples)
    documents = "".join(json.dumps(json.loads(p.read_text("utf-8"))) + "\n" for p in files)
    counts = ingest(home, "examples.jsonl", documents)
    assert counts["read"] >= len(files)
    wrong = {(code, path) for code, path, _ in home.reasons()}
    assert wrong == {("rounded_id", "order_id"), ("rounded_id", "id")}  # fulfilments, disputes
    assert {line[0] for line in home.rows("order", "order_id")} - {None} == {"820982911946154508"}


def test_every_table_of_the_export_is_read_or_named(home: Home) -> None:
    counts = home.ingest(real.needed("shopify_tables"), adapter="shopify")
    assert counts["quarantined"] == 0 and counts["appended"] == 85
    (receipt,) = (home.path / "log" / "inputs").glob("*.json")
    assert "table not used" in receipt.read_text("utf-8")
