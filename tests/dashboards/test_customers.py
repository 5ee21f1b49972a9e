"""The pages about single customers, guests and organisations: who is found, and who is not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import customers
from dashboards.language import Language
from ingestion import privacy
from tests.dashboards.conftest import known_customers
from tests.dashboards.opening import open_page


def a_customer(home: Path) -> tuple[str, str, str]:
    """Address, party and an order of a customer who has ordered."""
    addresses = sorted(set(known_customers(home)))
    secret = privacy.read_secret(home.parent / "secret")
    hashes = {privacy.hash_id(secret, "email", address): address for address, _ in addresses}
    with duckdb.connect(str(home / "serving" / "serving.duckdb"), read_only=True) as con:
        rows = con.execute(
            "select id_hash, party_id, min(order_id) from identifiers inner join orders"
            " using (party_id) where list_contains(?, id_hash) group by all order by all",
            [list(hashes)],
        ).fetchall()
    id_hash, party_id, order_id = rows[0]
    return hashes[id_hash], party_id, order_id


def look_for(app: AppTest, way: str, typed: str) -> AppTest:
    app.segmented_control(key="find_by").set_value(way).run()
    app.text_input(key="find_typed").input(typed)
    next(button for button in app.button if "find_form" in str(button.key)).click().run()
    assert not app.exception
    return app


def test_a_customer_is_found_by_address_and_by_number_and_the_address_is_gone(
    app: AppTest, published: Path
) -> None:
    address, party_id, order_id = a_customer(published)
    open_page(app, "find_customer", "de")
    for way, typed in (("email", f" {address.upper()}"), ("number", order_id)):
        look_for(app, way, typed)
        assert app.subheader[0].value == f"Kunde {party_id[:8]}"
        orders = next(frame.value for frame in app.dataframe if "total_amount" in frame.value)
        assert order_id in set(orders["order_id"])
        assert all(link.startswith("https://") for link in orders["source_url"])
        assert app.text_input(key="find_typed").value == ""
        kept = f"{app.session_state}{app.query_params}".lower()
        assert party_id in kept and address not in kept


@pytest.mark.parametrize(
    ("way", "typed", "message"),
    [
        ("email", "nobody-knows@example.org", "find_customer.nobody"),
        ("email", "info@example.org", "find_customer.is_functional"),
        ("email", "unknown", "find_customer.is_blocked"),
        ("phone", "+49 30 99999999", "find_customer.no_phone"),
        ("number", "no-such-order", "find_customer.no_number"),
        ("number", "  ", "find_customer.nothing_typed"),
    ],
)
def test_who_is_not_found_is_told_why(app: AppTest, way: str, typed: str, message: str) -> None:
    look_for(open_page(app, "find_customer"), way, typed)
    assert [info.value for info in app.info] == [Language("en").text(message)]
    assert not app.subheader


def test_a_local_number_is_read_in_the_country_of_the_settings(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, ...]] = []

    def hashed(_file: Path, *typed: str) -> tuple[str, str]:
        seen.append(typed)
        return "blocked", ""

    monkeypatch.setenv("WAYPOST_COUNTRY", "at")
    monkeypatch.setattr(customers, "hashed", hashed)
    look_for(open_page(app, "find_customer"), "phone", "0664 1234567")
    assert seen == [("phone", "0664 1234567", "AT")]


def test_a_secret_of_other_data_is_told_and_not_taken_for_nobody_found(
    app: AppTest, home: Path, published: Path
) -> None:
    (home.parent / "secret").write_text("another secret of some length\n")
    open_page(app, "find_customer")
    look_for(app, "number", a_customer(published)[2])
    assert len(app.subheader) == 1
    app.segmented_control(key="find_by").set_value("email").run()
    told = Language("en").text("find_customer.other_secret", path=home.parent / "secret")
    assert app.warning[0].value == told
    assert not app.text_input and not app.subheader


def test_without_a_secret_addresses_are_not_looked_up_and_numbers_are(
    app: AppTest, home: Path, published: Path
) -> None:
    (home.parent / "secret").unlink()
    open_page(app, "find_customer")
    look_for(app, "number", a_customer(published)[2])
    assert len(app.subheader) == 1
    app.segmented_control(key="find_by").set_value("email").run()
    assert "WAYPOST_SECRET_FILE" in app.warning[0].value
    assert not app.text_input and not app.subheader
    assert not (home.parent / "secret").exists()


def test_the_dearest_organisations_stand_in_a_tab_and_lead_to_their_contacts(
    app: AppTest, published: Path
) -> None:
    from dashboards import organisations, serving
    from dashboards.filters import Filters

    copy = serving.find(published / "serving" / "serving.duckdb")
    assert copy is not None
    frame = organisations.dearest(copy, Filters())
    sums = organisations.both_grains(copy, Filters()).iloc[0]
    assert 0 < sums["organisation_cost_amount"] < sums["cost_amount"]
    assert round(frame["service_cost_amount"].sum(), 2) == round(
        sums["organisation_cost_amount"], 2
    )
    open_page(app, "cases", "de")
    app.query_params["slice"] = "organisation"
    app.query_params["value"] = frame["organisation_id"].iloc[0]
    app.run()
    assert not app.exception
    assert app.markdown[0].value.startswith("**Organisation: ")
    assert len(app.dataframe[0].value) > 0


def test_guests_are_counted_apart_and_found_by_their_case(app: AppTest, published: Path) -> None:
    with duckdb.connect(str(published / "serving" / "serving.duckdb"), read_only=True) as con:
        query = """select case_id from cases inner join customers using (party_id)
            where is_guest order by case_id"""
        (case_id,) = con.execute(query).fetchall()[0]
        (count,) = con.execute("select count_if(is_guest) from customers").fetchall()[0]
    page = open_page(app, "data_trust")
    assert any(caption.value.startswith(f"{count} guests") for caption in page.caption)
    open_page(app, "find_customer")
    look_for(app, "number", case_id)
    assert any(caption.value.startswith("Guest since") for caption in app.caption)
