"""The metric contract against the marts it names, and the pages made from it."""

from __future__ import annotations

import json

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from ingestion.catalogue import load
from waypost import documentation, metric_contract
from waypost.commands.metrics import command
from waypost.settings import PROJECT

MARTS = {model["name"]: model for model in documentation.mart_models()}
METRICS = metric_contract.load()
PAGES = {
    "service cost": {"service_cost_per_active_customer", "service_share_of_cost"},
    "journey friction": {"friction_cost", "customer_minutes", "failure_demand_rate"},
    "value-creating contacts": {"value_creating_contact_share", "offer_acceptance_rate"},
    "proactive triggers": {"open_trigger_count", "value_at_risk"},
    "data trust": {"event_count", "lateness_p95_seconds"},
}


@pytest.fixture(scope="module")
def empty_marts() -> duckdb.DuckDBPyConnection:
    """Every mart without rows, typed as its contract says."""
    connection = duckdb.connect()
    for name, model in MARTS.items():
        columns = ", ".join(f"{c['name']} {c['data_type']}" for c in model["columns"])
        connection.execute(f"create table {name} ({columns})")
    return connection


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.metric_id)
def test_metric_uses_a_mart_and_columns_that_exist(
    metric: metric_contract.Metric, empty_marts: duckdb.DuckDBPyConnection
) -> None:
    assert metric.model in MARTS
    row = empty_marts.execute(metric.query).fetchone()
    assert row is not None and row[2] in (None, 0)


def test_contract_tells_each_metric_once_in_both_languages() -> None:
    assert len(METRICS) >= 30
    assert len({metric.metric_id for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.unit in metric_contract.UNITS
        assert all(metric.label[language] for language in ("en", "de"))
        assert metric.label["en"] == metric.label["de"] or metric.definition["de"]
        assert metric.definition["en"] != metric.definition["de"]


@pytest.mark.parametrize("page", PAGES)
def test_contract_covers_the_headlines_of_each_page(page: str) -> None:
    assert {metric.metric_id for metric in METRICS} >= PAGES[page]


def test_metric_query_divides_and_filters() -> None:
    metric = metric_contract.Metric(
        "a", {}, {}, "t", "sum(x)", "sum(y)", "rate", "data", ("x > 1", "y > 0")
    )
    connection = duckdb.connect()
    connection.execute("create table t as from (values (1, 5), (3, 2), (5, 2), (7, 0)) as v(x, y)")
    assert connection.execute(metric.query).fetchone() == (8.0, 4.0, 2.0)


def test_generated_pages_are_up_to_date() -> None:
    for name, text in documentation.pages().items():
        assert (PROJECT / name).read_text("utf-8") == text, "run `waypost metrics --write-docs`"


def test_events_page_names_every_type_and_field() -> None:
    text = documentation.events_page(load())
    for kind in load().types.values():
        assert f"### `{kind.name}`" in text
        for name in kind.fields:
            assert f"`{load().field(kind.domain, name).key}`" in text


def test_every_mart_tells_its_grain_and_each_column() -> None:
    for model in MARTS.values():
        assert model["description"].strip().startswith("One row per"), model["name"]
        for column in model["columns"]:
            assert column.get("description"), (model["name"], column["name"])


def test_every_value_mart_and_step_has_a_description() -> None:
    models = PROJECT / "dbt_project" / "models"
    for layer in ("intermediate", "marts"):
        folder = models / layer / "value"
        entries = yaml.safe_load((folder / "_value__models.yml").read_text("utf-8"))["models"]
        described = {entry["name"] for entry in entries if entry.get("description")}
        assert {path.stem for path in folder.rglob("*.sql")} == described


def test_command_shows_one_metric_and_refuses_an_unknown_one() -> None:
    shown = CliRunner().invoke(command, ["friction_cost", "--language", "de"])
    assert "Kosten der Reibung" in shown.output
    listed = json.loads(CliRunner().invoke(command, ["--json"]).output)
    assert len(listed) == len(METRICS)
    refused = CliRunner().invoke(command, ["nonsense"])
    assert refused.exit_code == 1 and "no metric 'nonsense'" in refused.output


def test_no_value_model_mentions_a_clock() -> None:
    project = PROJECT / "dbt_project"
    words = ("current_timestamp", "current_date", "now()", "today()", "getdate", "localtimestamp")
    for path in (*project.rglob("value/**/*.sql"), *project.rglob("value/*.yml")):
        text = path.read_text("utf-8").lower()
        assert not [word for word in words if word in text], path
