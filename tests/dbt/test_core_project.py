"""The dbt project's own rules: catalogue and staging, no clock, size, grain, portable SQL."""

from __future__ import annotations

import logging
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp

from ingestion import catalogue
from waypost import warehouse
from waypost.settings import PROJECT, Settings

DBT = PROJECT / "dbt_project"
CLOCK = re.compile(
    r"\b(current_timestamp|current_date|current_time|localtimestamp|getdate|sysdate"
    r"|transaction_timestamp|now\s*\(|today\s*\()",
    re.IGNORECASE,
)


def models(layer: str = "") -> list[Path]:
    return sorted((DBT / "models" / layer).rglob("*.sql"))


@cache
def described() -> dict[str, dict[str, Any]]:
    """Every model entry of every YAML file by name."""
    found: dict[str, dict[str, Any]] = {}
    for path in (DBT / "models").rglob("*.yml"):
        for entry in yaml.safe_load(path.read_text("utf-8")).get("models") or ():
            found[entry["name"]] = entry
    return found


def staged_types() -> dict[str, list[str]]:
    entries = described()
    return {
        path.stem: entries[path.stem]["config"]["meta"]["event_types"] for path in models("staging")
    }


def test_every_event_type_of_the_catalogue_has_exactly_one_staging_model() -> None:
    staged = [kind for kinds in staged_types().values() for kind in kinds]
    assert sorted(staged) == sorted(catalogue.load().types)


def test_a_staging_model_reads_the_types_it_names_and_all_their_fields() -> None:
    loaded = catalogue.load()
    missing = []
    for name, kinds in staged_types().items():
        text = (DBT / "models" / "staging" / f"{name}.sql").read_text("utf-8")
        domain = name.removeprefix("stg_").partition("__")[0]
        read = re.search(r"live_events\('(\w+)', \[(.*?)\]\)", text, re.DOTALL)
        assert read and read[1] == domain
        assert sorted(re.findall(r"'([\w.]+)'", read[2])) == sorted(kinds)
        for kind in kinds:
            for field in loaded.types[kind].fields:
                # one document has one currency, so a money field is its minor units
                column = next(iter(loaded.field(domain, field).columns()))
                if not re.search(rf"\b{column}\b", text):
                    missing.append(f"{name}.{column}")
    assert missing == []


def test_a_staging_model_is_one_select_without_a_join() -> None:
    for path in models("staging"):
        text = path.read_text("utf-8").lower()
        assert text.startswith("select\n") and " join " not in text, path.name


def test_nothing_mentions_a_clock() -> None:
    files = [path for path in DBT.rglob("*") if path.suffix in {".sql", ".yml", ".csv"}]
    assert len(files) > 100
    assert [path.name for path in files if CLOCK.search(path.read_text("utf-8"))] == []


def test_a_model_knows_of_configuration_only_what_was_decided_by_as_of() -> None:
    """Published rates stand beside the configured ones, and `in_force` is over both."""
    read: dict[str, list[str]] = {}
    for path in models():
        text = re.sub(r"(in_force|config_at_as_of)\((ref\()?'\w+'", "", path.read_text("utf-8"))
        for seed in (one.stem for one in (DBT / "seeds").glob("*.csv")):
            if f"ref('{seed}')" in text:
                read.setdefault(path.stem, []).append(seed)
    assert read == {"exchange_rates": ["fx_rates"]}
    assert "in_force('told'" in (DBT / "models/base/exchange_rates.sql").read_text("utf-8")


def test_a_model_reads_events_of_the_log_and_not_its_bookkeeping() -> None:
    """Quarantine and receipts are as they are now, whatever the build looks from."""
    read = {
        name
        for path in [*models(), *(DBT / "macros").rglob("*.sql")]
        for name in re.findall(r"source\('log', '(\w+)'\)", path.read_text("utf-8"))
    }
    assert read == {"build", "controls"}


def test_models_are_small() -> None:
    sizes = {path.name: len(path.read_text("utf-8").splitlines()) for path in models()}
    assert {name: size for name, size in sizes.items() if size > 100} == {}


def test_every_model_says_its_grain_first() -> None:
    entries = described()
    wrong = [
        path.stem
        for path in models()
        if not entries.get(path.stem, {}).get("description", "").startswith("One row")
    ]
    assert wrong == []


def test_every_mart_column_is_described() -> None:
    for path in models("marts"):
        for column in described()[path.stem]["columns"]:
            assert column.get("description") and column.get("data_type"), (path.stem, column)


@pytest.fixture(scope="module")
def compiled(tiny: Settings) -> dict[str, str]:
    """Compiled SQL of the models, without what `adapter.dispatch` spells for each engine."""
    folder = tiny.runs / "dbt" / "compiled" / "waypost"
    # beside them lie tests and fixtures of unit tests, in folders named after their YAML file
    paths = {path.stem: folder / path.relative_to(DBT) for path in models()}
    return {name: path.read_text("utf-8") for name, path in paths.items()}


def test_every_model_transpiles_to_spark(
    compiled: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "sqlglot")  # a line for every index that counts from 0 there
    failed = []
    for name, text in compiled.items():
        try:
            sqlglot.transpile(
                text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
            )
        except sqlglot.errors.SqlglotError as error:
            failed.append(f"{name}: {error}")
    assert failed == []


def test_a_select_joins_at_most_four_times_and_uses_nothing_that_only_one_engine_has(
    compiled: dict[str, str],
) -> None:
    wrong = []
    for name, text in compiled.items():
        tree = sqlglot.parse_one(text, read="duckdb")
        joins = max((len(s.args.get("joins") or ()) for s in tree.find_all(exp.Select)), default=0)
        if joins > 4 or tree.find(exp.Qualify):
            wrong.append(f"{name}: {joins} joins")
        wrong += [f"{name}: {word}" for word in ("asof", "using key") if word in text.lower()]
    assert wrong == []


def test_a_plan_leaves_the_configuration_alone_that_a_build_is_reading(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    settings.create()
    seeds = warehouse.overlay_seeds(settings)
    before = warehouse.plan(settings, None, None).build_id
    named = seeds / "settings.csv"
    named.write_text("what a build reads", "utf-8")
    own = settings.config / "settings.csv"
    own.write_text((warehouse.DBT_PROJECT / "seeds" / "settings.csv").read_text("utf-8") + "\n")
    assert warehouse.plan(settings, None, None).build_id != before
    assert named.read_text("utf-8") == "what a build reads"
    warehouse.overlay_seeds(settings)
    assert named.read_bytes() == own.read_bytes()
