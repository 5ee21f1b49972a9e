from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from dashboards import serving
from dashboards.publish import PublishError, publish
from tests.dashboards.conftest import METRICS


def test_publish_copies_every_mart_with_all_rows(warehouse: Path, tmp_path: Path) -> None:
    counts = publish(warehouse, tmp_path / "serving.duckdb", metrics=METRICS)
    copy = serving.find(tmp_path / "serving.duckdb")
    assert copy is not None
    with duckdb.connect(str(warehouse), read_only=True) as con:
        names = con.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        expected = {
            name: con.execute(f"select count(*) from marts.{name}").fetchall()[0][0]
            for (name,) in names
        }
    assert {"contacts", "cases", "events", "monthly_costs", "triggers"} <= set(expected)
    row = serving.ask(copy, "select row_counts from manifest").iloc[0]
    assert json.loads(row["row_counts"]) == expected
    assert counts["rows"] == sum(expected.values())
    for name, count in expected.items():
        assert serving.ask(copy, f"select count(*) as n from {name}")["n"][0] == count


def test_publish_writes_build_checks_and_the_metric_contract(published: Path) -> None:
    copy = serving.find(published / "serving" / "serving.duckdb")
    assert copy is not None
    assert copy.build_id and copy.as_of.tzinfo
    assert [check["gate"] for check in copy.check_results()] == ["log", "marts"]
    metrics = serving.ask(copy, "select * from metrics")
    assert len(metrics) > 10
    assert (
        metrics[["label_en", "label_de", "definition_en", "definition_de"]].notna().to_numpy().all()
    )


def test_publish_keeps_the_old_copy_for_its_readers_and_shows_new_ones_the_new(
    warehouse: Path, tmp_path: Path
) -> None:
    place, later = tmp_path / "serving.duckdb", tmp_path / "later.duckdb"
    publish(warehouse, place, metrics=METRICS)
    shutil.copy(warehouse, later)
    with duckdb.connect(str(later)) as con:
        con.execute("update log.build set build_id = 'build-2'")
    with duckdb.connect() as reader:
        reader.execute(f"attach '{place}' as old (read_only)")
        publish(later, place, metrics=METRICS)
        assert reader.execute("select build_id from old.manifest").fetchall() != [("build-2",)]
        found = serving.find(place)
        assert found is not None and found.build_id == "build-2"


def test_publish_that_fails_leaves_the_last_good_copy(warehouse: Path, tmp_path: Path) -> None:
    place = tmp_path / "serving.duckdb"
    publish(warehouse, place, metrics=METRICS)
    before = place.read_bytes()
    broken = tmp_path / "broken.duckdb"
    with duckdb.connect(str(broken)) as con:
        con.execute("create schema marts; create table marts.contacts as select 1 as contact_id")
    with pytest.raises(duckdb.Error):  # no log.build: the copy was half-written
        publish(broken, place, metrics=METRICS)
    assert place.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("case", ["missing", "empty", "no contract"])
def test_publish_says_in_one_sentence_what_to_do(
    case: str, warehouse: Path, tmp_path: Path
) -> None:
    source, metrics = tmp_path / "warehouse.duckdb", METRICS
    if case == "empty":
        duckdb.connect(str(source)).close()
    if case == "no contract":
        source, metrics = warehouse, tmp_path / "metrics.yml"
    with pytest.raises(PublishError, match=r"run `waypost build`|restore the file"):
        publish(source, tmp_path / "serving.duckdb", metrics=metrics)


def test_find_gives_nothing_before_the_first_publish(tmp_path: Path) -> None:
    assert serving.find(tmp_path / "serving.duckdb") is None
