"""Numbers as agents read them: what the adapters of a shop and a help desk took in is found by them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import customers
from tests.dashboards.conftest import APP
from tests.dashboards.opening import open_page
from tests.dashboards.test_customers import look_for
from tests.ingestion.sources import shop
from tests.ingestion.sources import zendesk_payloads as desk

STEPS = """
from waypost.cli import cli

for step in (
    "ingest --source shopify {landing}/order",
    "ingest --source zendesk {landing}/contact",
    "build --no-tests",
    "publish",
):
    assert not cli.main(step.split(), standalone_mode=False)
"""


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose copy shows the payloads of both systems."""
    folder = tmp_path_factory.mktemp("numbers")
    landing = folder / "home" / "landing"
    for domain in ("order", "contact"):
        (landing / domain).mkdir(parents=True)
    (landing / "order" / "shop.jsonl").write_text(shop.landed(*shop.webhooks()))
    (landing / "contact" / "audits.json").write_text(json.dumps(desk.audits()))
    places = {"WAYPOST_HOME": str(folder / "home"), "WAYPOST_SECRET_FILE": str(folder / "secret")}
    done = subprocess.run(
        [sys.executable, "-c", STEPS.format(landing=landing)],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]} {done.stderr[-2000:]}"
    return folder / "home"


def test_orders_and_tickets_are_found_by_what_agents_see(
    taken_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(taken_in / "serving" / "serving.duckdb"), read_only=True) as con:
        found = con.execute("select order_id, order_number, party_id from orders").fetchall()
        ((order_id, order_number, buyer),) = found
        ((case_id, caller),) = con.execute("select case_id, party_id from cases").fetchall()
    assert (order_id, order_number) == ("5001", "#1001") and case_id.startswith("zd-")
    ticket = case_id.removeprefix("zd-")
    monkeypatch.setenv("WAYPOST_HOME", str(taken_in))
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(taken_in.parent / "secret"))
    app = open_page(AppTest.from_file(str(APP), default_timeout=60).run(), "find_customer", "de")
    gid = f"gid://shopify/Order/{order_id}"
    page = f"https://acme.zendesk.com/agent/tickets/{ticket}"
    for party, ways in (
        (buyer, ("#1001", "1001", " # 1001 ", order_id, gid)),
        (caller, (case_id, ticket, f"#{ticket}", page)),
    ):
        for typed in ways:
            look_for(app, "number", typed)
            assert [head.value for head in app.subheader] == [f"Kunde {party[:8]}"], typed
            assert app.session_state["found_customer"] == ("", [party])
            assert app.text_input(key="find_typed").value == "" and not app.query_params
        if party == buyer:
            shown = next(frame.value for frame in app.dataframe if "total_amount" in frame.value)
            assert list(shown["order_number"]) == ["#1001"]
    look_for(app, "number", "#100")
    assert not app.subheader and len(app.info) == 1


@pytest.mark.parametrize(
    ("typed", "tried"),
    [
        ("#7", ["#7", "7", "#7", "zd-7"]),
        ("RE-2026/7", ["RE-2026/7", "RE-2026/7", "#RE-2026/7", "zd-RE-2026/7"]),
        ("https://x.example.com/orders/7?a=1", ["https://x.example.com/orders/7?a=1", "7", "#7", "zd-7"]),
        ("#", ["#"]),
    ],
)  # fmt: skip
def test_a_number_is_tried_in_its_spellings(typed: str, tried: list[str]) -> None:
    assert customers.spellings(typed) == tried
