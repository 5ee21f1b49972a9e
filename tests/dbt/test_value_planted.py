"""The planted problems of the demo company, found again in the value marts of a real build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import pipeline
from ingestion.simulation import demo
from ingestion.simulation.company import Company
from waypost.commands.build import build
from waypost.settings import PROJECT, Settings

COMPANY = Company(customers=1200, days=180, seed=11, start=date(2026, 1, 1))
# A company of a quarter of the demo's size: fewer answers a month, a smaller automation project.
OVERRIDES = {"drift_minimum_count": "25", "automation_setup_amount": "1500"}


def _override_settings(settings: Settings) -> None:
    lines = (PROJECT / "dbt_project" / "seeds" / "value_settings.csv").read_text("utf-8")
    rows = [line.split(",") for line in lines.splitlines()]
    for row in rows:
        row[1] = OVERRIDES.get(row[0], row[1])
    text = "\n".join(",".join(row) for row in rows) + "\n"
    (settings.config / "value_settings.csv").write_text(text, "utf-8")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with the simulated company, ingested and built."""
    folder = tmp_path_factory.mktemp("planted")
    home = Settings(home=folder / "home", secret_file=folder / "secret")
    home.create()
    _override_settings(home)
    demo.simulate(COMPANY, home.landing, folder / "truth.json", lambda _name: None)
    now = datetime.now(UTC)
    pipeline.ingest(
        [home.landing],
        log=home.log,
        quarantine=home.quarantine,
        secret_file=home.secret_file,
        run_started_at=now,
        clock=lambda: now,
    )
    report = build(home, tests=False)
    assert report["failures"] == []
    return home


@pytest.fixture(scope="module")
def truth(settings: Settings) -> dict[str, Any]:
    """What the simulation planted."""
    path: Path = settings.home.parent / "truth.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def marts(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts, read-only."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{settings.warehouse}' as warehouse (read_only)")
        connection.execute("use warehouse.marts; set TimeZone = 'Europe/Berlin'")
        yield connection


def one(marts: duckdb.DuckDBPyConnection, query: str, **values: Any) -> Any:
    """The single value of a query."""
    row = marts.execute(query, values).fetchone()
    assert row is not None
    return row[0]


def test_carrier_delay_shows_as_late_shipments_of_one_carrier_and_as_evidence(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    plan = truth["parameters"]
    span = "dispatched_at::date between $first::date and $last::date"
    days = {"first": plan["delay_from"], "last": plan["delay_to"]}
    rates = dict(
        marts.execute(
            f"select carrier, avg(is_late::int) from shipments where {span} group by carrier", days
        ).fetchall()
    )
    culprit = rates.pop(plan["delay_carrier"])
    assert culprit > 0.6 and culprit > 3 * max(rates.values())
    proven = one(
        marts,
        "select count(*) from contacts inner join shipments using (order_id)"
        f" where demand_evidence = 'late_delivery' and carrier = $carrier and {span}",
        carrier=plan["delay_carrier"],
        **days,
    )
    assert proven >= 0.8 * truth["carrier_delay"]["contacts"]


def test_wrong_billing_run_is_the_evidence_of_the_contacts_about_it(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    plan, found = truth["parameters"], truth["wrong_billing_run"]
    about_it, proven = marts.execute(
        "select count(*), count(*) filter (demand_evidence = 'wrong_invoice')"
        " from contacts inner join invoices using (invoice_id)"
        " where reason_code = 'after.invoice_wrong' and issue_date = $1::date",
        [plan["wrong_run"]],
    ).fetchone() or (0, 0)
    assert about_it == pytest.approx(found["contacts"], rel=0.1)
    assert proven >= 0.9 * about_it
    month, owner = marts.execute(
        "select month, owner_department from frictions group by all"
        " order by sum(friction_cost_amount) desc limit 1"
    ).fetchone() or (None, None)
    assert owner == "billing" and str(month)[:7] == plan["wrong_run"][:7]


def test_unreadable_invoice_is_found_as_a_reason_to_eliminate_not_to_automate(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    reason, found = "after.invoice_unreadable", truth["unreadable_invoice"]
    layout_from = truth["parameters"]["layout_from"]
    before, after = marts.execute(
        "select count(*) filter (started_at < $1::date), count(*) filter (started_at >= $1::date)"
        " from contacts where reason_code = $2 and contact_kind in ('call', 'chat', 'thread')",
        [layout_from, reason],
    ).fetchone() or (0, 0)
    assert after > 5 * before
    assert before + after == pytest.approx(
        found["contacts_before"] + found["contacts_after"], rel=0.1
    )
    worst = one(
        marts,
        "select reason_code from contact_reason_months where is_to_be_eliminated"
        " and month > $layout_from::date group by all order by sum(service_cost_amount) desc",
        layout_from=layout_from,
    )
    assert worst == reason
    gains = marts.execute(
        "select automation_gain_amount from contact_reason_months where quadrant = 'eliminate'"
    ).fetchall()
    assert gains and all(gain is None for (gain,) in gains)


def test_falling_effort_while_nps_holds_raises_the_drift_alert(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    last = marts.execute(
        "select is_alert, is_enough_data, ces_slope, nps_slope_high from experience_drift"
        " where segment = 'all' order by month desc limit 1"
    ).fetchone()
    assert last is not None
    is_alert, is_enough_data, ces_slope, nps_slope_high = last
    assert is_enough_data and is_alert
    assert ces_slope < -0.02 and nps_slope_high >= 0


def test_password_reset_is_the_best_reason_to_automate(marts: duckdb.DuckDBPyConnection) -> None:
    ranked = marts.execute(
        "select reason_code, sum(automation_gain_amount) as gain from contact_reason_months"
        " where automation_gain_amount is not null group by reason_code order by gain desc"
    ).fetchall()
    assert ranked[0][0] == "during.password_reset"
    assert ranked[0][1] > 0


def test_upgrade_advice_sells_and_creates_value(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    made, accepted = marts.execute(
        "select sum(offer_count), sum(accepted_offer_count) from contact_reason_months"
        " where reason_code = 'pre.upgrade_advice'"
    ).fetchone() or (0, 0)
    planted = truth["offers"]["pre.upgrade_advice"]
    assert made == pytest.approx(planted["made"], rel=0.05)
    assert accepted == pytest.approx(planted["accepted"], rel=0.05)
    assert accepted / made == pytest.approx(truth["parameters"]["upgrade_accept_rate"], abs=0.12)
    best = one(
        marts,
        "select reason_code from contact_reason_months group by reason_code"
        " order by sum(accepted_offer_amount) desc",
    )
    assert best == "pre.upgrade_advice"
    shares = marts.execute(
        "select bool_and(is_value_creating) from contacts"
        " where reason_code = 'pre.upgrade_advice' and is_customer_initiated and is_human_handled"
    ).fetchone()
    assert shares == (True,)


def test_open_problems_at_the_end_fire_their_triggers(
    marts: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    open_at_end = truth["open_at_end"]
    found = dict(
        marts.execute("select trigger_id, count(*) from triggers group by trigger_id").fetchall()
    )
    limits = {
        "late_delivery": open_at_end["late_shipments"],
        "payment_failed": open_at_end["failed_payments"],
        "unanswered_message": open_at_end["unanswered_messages"],
        "repeat_contact_risk": open_at_end["recent_repeats"],
        "ces_drop": open_at_end["effort_drops"],
    }
    assert found.keys() == limits.keys()
    # At most what was planted: triggers leave out what is older than their horizon, what the
    # customer has asked about already and what is solved.
    assert all(0 < found[name] <= limits[name] + 3 for name in limits), (found, limits)


def test_costs_of_a_complete_month_are_the_ledgers_to_the_cent(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = marts.execute(
        "select month, service_amount, (select sum(service_cost_amount) from contacts"
        " where contacts.month = monthly_costs.month), direct_service_amount,"
        " active_customer_count from monthly_costs where is_complete_month order by month"
    ).fetchall()
    assert len(rows) == 5
    for _, ledger, contacts, direct, active in rows:
        assert ledger == contacts
        assert 0 < direct < ledger
        assert active > 0


def test_a_rebuild_of_a_past_day_fires_the_triggers_that_stood_then(
    settings: Settings, truth: dict[str, Any]
) -> None:
    moment = datetime(2026, 3, 20, tzinfo=UTC)
    report = build(settings, as_of=moment, tests=False)
    assert report["failures"] == []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{report['database']}' as past (read_only); use past.marts")
        late, of_carrier = connection.execute(
            "select count(distinct fire_id), count(distinct fire_id) filter (carrier = $1)"
            " from triggers inner join shipments using (order_id)"
            " where trigger_id = 'late_delivery'",
            [truth["parameters"]["delay_carrier"]],
        ).fetchone() or (0, 0)
        latest = connection.execute(
            "select greatest((select max(fired_at) from triggers),"
            " (select max(started_at) from contacts), (select max(occurred_at) from journey_steps))"
        ).fetchone()
        complete = connection.execute(
            "select max(month) from monthly_costs where is_complete_month"
        ).fetchone()
    assert late >= 5 and of_carrier > late / 2
    assert latest is not None and latest[0] <= moment
    assert complete == (date(2026, 2, 1),)
