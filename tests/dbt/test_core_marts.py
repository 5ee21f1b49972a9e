"""The core marts of a small hand-made log."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest
from event_rows import append, event

from waypost import warehouse
from waypost.cli import WaypostError
from waypost.commands.build import build
from waypost.settings import Settings


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


def test_an_order_is_priced_at_the_rate_of_its_local_date(tiny: Settings) -> None:
    # 23:30 UTC on 31 January is 1 February in Berlin: 100.00 GBP at 1.1487
    found = rows(tiny, "select net_amount, cost_amount, fx_rate_date::varchar from marts.orders")
    assert found == [(Decimal("114.87"), Decimal("68.92"), "2026-02-01")]


def test_a_mail_and_a_call_about_one_order_are_one_episode(tiny: Settings) -> None:
    query = """select contact_count, customer_contact_count, channel_count, is_repeat, object_id
        from marts.episodes"""
    assert rows(tiny, query) == [(2, 2, 2, True, "order/o1")]


def test_identifiers_of_one_event_are_one_customer_and_functional_ones_join_nobody(
    tiny: Settings,
) -> None:
    query = "select count(*), count(distinct party_id) from intermediate.int_identities"
    # 1001 + anna, 1002 + ben, 1004, and info@ by itself
    assert rows(tiny, query) == [(6, 4)]


def test_every_event_of_a_customer_is_found_by_its_party(tiny: Settings) -> None:
    query = """select count(*), count(distinct party_id) from marts.events
        where order_id = 'o1' or case_id = 'c1' or contact_id = 'k1'"""
    assert rows(tiny, query) == [(8, 1)]


def test_the_second_build_of_an_unchanged_log_does_nothing(tiny: Settings) -> None:
    assert build(tiny)["is_unchanged"] is True


def test_the_unit_tests_of_the_rules_pass(tiny: Settings) -> None:
    chosen = ["test", "--select", "test_type:unit,path:models/base"]
    places = ("identities", "organisations", "cases", "contacts", "orders", "customers")
    for place in (*places, "reconciliation"):
        chosen.append(f"test_type:unit,path:models/intermediate/{place}")
    chosen.append("test_type:unit,path:models/marts/organisations")
    outcome = warehouse.run_dbt(
        tiny, tiny.warehouse, [*chosen, "test_type:unit,path:models/marts/_marts__unit_tests.yml"]
    )
    assert outcome.failures == []
    assert outcome.counts["unit_test"] >= 43


def test_an_empty_log_builds_empty_marts(tmp_path: Any) -> None:
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    assert build(settings)["failures"] == []
    assert rows(settings, "select count(*) from marts.events") == [(0,)]


def test_a_configuration_file_with_another_header_is_refused_in_one_sentence(
    tmp_path: Any,
) -> None:
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    settings.create()
    (settings.config / "settings.csv").write_text("name,wert\n", "utf-8")
    with pytest.raises(WaypostError, match=r"settings\.csv: the first line must be 'name,value"):
        build(settings)


def test_own_configuration_changes_the_answer(tmp_path: Any) -> None:
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    settings.create()
    default = (warehouse.DBT_PROJECT / "seeds" / "settings.csv").read_text("utf-8")
    own = default.replace("episode_window_days,7,", "episode_window_days,1,")
    (settings.config / "settings.csv").write_text(own, "utf-8")
    calls = [
        event(
            "contact.started",
            f"2026-01-0{day}T10:00:00",
            f"contact/{day}",
            party=["1001"],
            contact_id=str(day),
            channel="phone",
            direction="in",
            reason_code="pre.price",
        )
        for day in (1, 3)
    ]
    append(settings.log, calls)
    assert build(settings, selected=("+episodes",), tests=False)["failures"] == []
    assert rows(settings, "select count(*) from marts.episodes") == [(2,)]
