"""Why a number changed, against a split worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from click.testing import CliRunner
from event_rows import append, event

from waypost import measured, metric_contract, restatement, warehouse
from waypost.cli import UsageError, cli
from waypost.metric_contract import Metric
from waypost.settings import PROJECT, Settings

BEFORE, AFTER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
MAY = restatement.Moments(date(2026, 5, 1), date(2026, 6, 1), BEFORE, AFTER)
METRICS = {one.metric_id: one for one in metric_contract.load()}
REPEATED, SOLVED = (
    METRICS[f"{name}_rate"] for name in ("repeat_contact", "first_contact_resolution")
)


def _call(number: int, day: int, who: str, **fields: Any) -> dict[str, Any]:
    return event(
        "contact.started",
        f"2026-05-{day:02}T10:00:00",
        f"contact/k{number}",
        party=[who],
        contact_id=f"k{number}",
        channel="phone",
        direction="in",
        **{"reason_code": "pre.price"} | fields,
    )


def _log() -> list[dict[str, Any]]:
    """Five episodes, one with a second contact (1 / 5) – and then what is heard in June."""
    calls = [
        _call(1, 2, "1001"),
        _call(2, 4, "anna@example.test"),
        _call(3, 6, "1003"),
        _call(4, 16, "1003"),
        _call(5, 8, "1004"),
        _call(6, 10, "1004"),
    ]
    return [
        *calls,
        # late: a second call of the first customer (2 / 5)
        _call(7, 5, "1001", recorded_at=datetime(2026, 6, 10, tzinfo=UTC)),
        # correction: the sixth call was about something else and begins an episode (1 / 6)
        _call(6, 10, "1004", reason_code="during.delivery_status")
        | {
            "event_id": "k6/corrected",
            "event_key": b"k6/corrected----",
            "amends_id": calls[5]["event_id"],
            "recorded_at": datetime(2026, 6, 12, tzinfo=UTC),
        },
        # identity: the first two customers are one person (1 / 5)
        event(
            "party.identified",
            "2026-06-14T00:00:00",
            "party/1001",
            party=["1001", "anna@example.test"],
            strength=1,
        ),
        # time: a call of June is no news of May, and a message beyond the second moment no news
        event(
            "contact.started",
            "2026-06-20T10:00:00",
            "contact/k8",
            contact_id="k8",
            channel="phone",
            direction="in",
            party=["1009"],
        ),
        _call(9, 3, "1001", recorded_at=datetime(2026, 7, 2, tzinfo=UTC)),
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("restated")
    settings = Settings(home=folder / "home", secret_file=folder / "secret")
    settings.create()
    append(settings.log, _log())
    # configuration: a fortnight makes one episode of the third customer's two calls (2 / 4)
    defaults = (PROJECT / "dbt_project" / "seeds" / "settings.csv").read_text("utf-8")
    decided = "episode_window_days,14,2026-01-01,2026-06-15\n"
    (settings.config / "settings.csv").write_text(defaults.rstrip("\n") + "\n" + decided, "utf-8")
    return settings


@pytest.fixture(scope="module")
def found(home: Settings) -> restatement.Restatement:
    solved_then: Metric = replace(SOLVED, filters=("is_inbound",))
    return restatement.explain(
        home, [REPEATED, SOLVED], MAY, earlier_definitions={SOLVED.metric_id: solved_then}
    )


def test_each_kind_of_news_has_the_part_worked_out_by_hand(
    found: restatement.Restatement,
) -> None:
    entry = found.as_dict()[0]
    assert (entry["before"]["numerator"], entry["before"]["denominator"]) == (1, 5)
    assert entry["parts"] == {
        "time": 0,
        "late": 0.2,
        "corrections": -0.233333333,
        "identity": 0.033333333,
        "configuration": 0.3,
        "definition": 0,
    }
    assert (entry["after"]["numerator"], entry["after"]["denominator"]) == (2, 4)
    assert entry["steps"]["corrections"] == {
        "numerator": 1,
        "denominator": 6,
        "value": 0.166666667,
    }


def test_the_parts_sum_exactly_to_the_difference(found: restatement.Restatement) -> None:
    told = json.loads(json.dumps(found.as_dict()), parse_float=Decimal, parse_int=Decimal)
    for entry in told:
        assert sum(entry["parts"].values()) == entry["difference"]
        assert (entry["after"]["value"] or 0) - (entry["before"]["value"] or 0) == entry[
            "difference"
        ]


def test_a_changed_definition_is_the_last_part(found: restatement.Restatement) -> None:
    repeated, solved = found.as_dict()
    assert repeated["parts"]["definition"] == 0
    # no episode of May was resolved: by the later definition nothing counts
    assert solved["before"]["denominator"] == 5
    assert solved["after"] == {"numerator": 0, "denominator": 0, "value": None}
    assert solved["parts"]["definition"] == -solved["steps"]["configuration"]["value"]


def test_each_part_leads_to_its_events(found: restatement.Restatement) -> None:
    shown = {
        part: [(row.get("event_id") or row["name"]) for row in rows]
        for part, rows in found.news.items()
    }
    assert shown == {
        "late": ["contact/k7/contact.started/2026-05-05T10:00:00"],
        "corrections": ["k6/corrected"],
        "identity": ["party/1001/party.identified/2026-06-14T00:00:00"],
        "configuration": ["episode_window_days"],
    }
    assert found.news["corrections"][0]["is_in_period"]
    assert not found.news["identity"][0]["is_in_period"]


def test_a_metric_without_a_period_is_a_usage_error(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_HOME", str(home.home))
    moments = ["--known-at", "2026-06-01", "--known-at", "2026-07-01", "--period", "2026-05"]
    for name, words in (("event_count", "has no period"), ("nothing", "There is no metric")):
        result = CliRunner().invoke(cli, ["restate", name, *moments])
        assert (result.exit_code, words in result.output) == (UsageError.exit_code, True)


def test_every_other_metric_has_a_period() -> None:
    columns: dict[str, set[str]] = {}
    for path in (PROJECT / "dbt_project" / "models" / "marts").rglob("*__models.yml"):
        for entry in yaml.safe_load(path.read_text("utf-8"))["models"]:
            columns[entry["name"]] = {column["name"] for column in entry["columns"]}
    dated = {name for name in columns if columns[name] & set(measured.PERIOD_COLUMNS)}
    used = {one.model for one in METRICS.values()}
    assert used - dated == set(restatement.WITHOUT_PERIOD)


def test_by_commit_a_corrected_reading_is_a_correction(tmp_path: Path) -> None:
    """A new reading of an input withdraws one event, changes one, and names one anew."""
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    settings.create()
    told = [_call(1, 2, "1001"), _call(2, 3, "1002")]
    append(settings.log, told, BEFORE)
    later = datetime(2026, 6, 20, tzinfo=UTC)
    append(
        settings.log,
        [
            told[0] | {"is_retracted": True},
            told[1] | {"reason_code": "pre.advice"},
            _call(3, 2, "1001"),
        ],
        later,
    )
    append(settings.log, [_call(4, 4, "1003") | {"input_key": "another"}], later)
    by_commit = replace(MAY, is_by_commit=True)
    database = tmp_path / "laid.duckdb"
    for moments, kinds in ((MAY, []), (by_commit, ["corrections"] * 3 + ["late"])):
        database.unlink(missing_ok=True)
        warehouse.lay_log(settings, database, moments.build(settings, AFTER))
        restatement.hide(database, BEFORE, moments.build(settings, BEFORE), step=0)
        with duckdb.connect(str(database)) as connection:
            found = connection.execute("select kind from log.news order by 1 desc").fetchall()
            shown = connection.execute("select count(*) from log.contact").fetchall()
        assert [restatement.PARTS[kind] for (kind,) in found] == kinds
        assert shown == [(6 - len(kinds),)]
