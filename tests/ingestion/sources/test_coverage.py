"""Every real payload at hand through its adapter: each ends as events or as a named reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import receipts, sources
from tests import real
from tests.ingestion.conftest import Home

PROJECT = Path(__file__).resolve().parents[3]
PAGE = (PROJECT / "docs" / "sources.md").read_text("utf-8")
TABLES = ("zendesk", "stripe", "shopify")


def deliveries(folder: Path) -> Iterator[dict[str, Any]]:
    """Each payload as the line of a landed file; the examples name their topic beside the body."""
    for path in sorted(folder.rglob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        is_event = document.get("object") == "event"
        if is_event or "response" in document:
            yield {
                "waypost_delivery": 1,
                "topic": document["type" if is_event else "name"],
                "received_at": "2026-05-01T00:00:00Z",
                "document": document if is_event else document["response"],
            }


MEASURES = {
    "opened": ("contact", "case.opened", "null, 0"),
    "placed": ("order", "order.placed", "null, 0"),
    "invoiced": ("billing", "invoice.issued", "gross_currency, gross_minor"),
    "refunded": ("billing", "refund.issued", "amount_currency, amount_minor"),
}


def seen(home: Home) -> Counter[tuple[Any, ...]]:
    """What a plain look found in the input: measure, currency, minor units, day."""
    (file,) = (home.path / "log" / "controls").glob("*.parquet")
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        query = "select measure, currency, coalesce(amount_minor, 0), occurred_at::date from read_parquet(?)"
        return Counter(con.execute(query, [str(file)]).fetchall())


def held(home: Home) -> Counter[tuple[Any, ...]]:
    """The same of the events in the log; a credit note is no invoice."""
    found: Counter[tuple[Any, ...]] = Counter()
    for measure, (domain, kind, money) in MEASURES.items():
        code = "type_code" if domain == "billing" else "null"
        rows = home.rows(domain, f"event_type, {code}, {money}, occurred_at::date")
        found.update((measure, *row[2:]) for row in rows if row[0] == kind and row[1] != "381")
    return found


def ingest(home: Home, path: Path, name: str) -> dict[str, Any]:
    """Ingest one input and give its receipt; the counts must add up, and nothing may break."""
    counts = home.ingest(path, adapter=name)
    assert "bad_payload" not in {code for code, *_ in home.reasons()}, home.reasons()
    assert counts["appended"] > 5
    assert seen(home) == held(home)
    (file,) = (home.path / "log" / "inputs").glob("*.json")
    receipt = receipts.read(home.path / "log", file.stem)
    assert receipt is not None
    assert sum(receipt["unused_reasons"].values()) == counts["unused"]
    return receipt


@pytest.mark.parametrize(
    ("name", "folder"), [("stripe", "stripe_events"), ("shopify", "shopify_webhooks")]
)
def test_every_webhook_body_ends_as_events_or_with_a_reason(
    name: str, folder: str, home: Home
) -> None:
    lines = list(deliveries(real.needed(folder)))
    ingest(home, home.write("all.jsonl", lines), name)
    known = sources.find(name).TOPICS
    assert len(lines) > 80
    told = {line["topic"] for line in lines}
    families = [topic.removesuffix("*") for topic in known if topic.endswith(".*")]
    assert {t for t in told if f"`{t}`" not in PAGE and not t.startswith(tuple(families))} == set()
    assert [topic for topic in known if f"`{topic}`" not in PAGE] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_table_export_ends_as_events_or_with_a_reason(name: str, home: Home) -> None:
    receipt = ingest(home, real.needed(f"{name}_tables"), name)
    assert receipt["counts"]["read"] >= receipt["counts"]["appended"] > 20
    assert [table for table in sources.find(name).TABLES if f"`{table}`" not in PAGE] == []
