"""Results of `waypost restate` as files: what was asked of one question stands side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from waypost import metric_contract, restated
from waypost.cli import cli
from waypost.restatement import Moments
from waypost.settings import Settings

ASKED = Moments(
    date(2026, 2, 1), date(2026, 3, 1), *(datetime(2026, n, 1, tzinfo=UTC) for n in (3, 4))
)
KNOWN = ["--known-at", "2026-03-01", "--known-at", "2026-04-01"]


def _answer(name: str, value: float, **news: list[dict[str, Any]]) -> dict[str, Any]:
    return {"metrics": [{"metric_id": name, "difference": value}], "news": news}


def _kept(place: Path) -> Any:
    return json.loads(place.read_text("utf-8"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    settings.create()
    return settings


def test_a_second_metric_stands_beside_the_first(settings: Settings) -> None:
    late = [{"event_id": "k1"}]
    place = restated.keep(settings, ASKED, _answer("ces_rate", 1.0, late=late))
    assert restated.keep(settings, ASKED, _answer("reopen_rate", 2.0, identity=[])) == place
    assert _kept(place)["news"] == {"late": late, "identity": []}
    restated.keep(settings, ASKED, _answer("ces_rate", 3.0, late=[]))
    found = {one["metric_id"]: one["difference"] for one in _kept(place)["metrics"]}
    assert found == {"ces_rate": 3.0, "reopen_rate": 2.0}
    assert _kept(place)["news"]["late"] == []
    assert [one.name for one in place.parent.iterdir()] == [place.name]


def test_moments_within_one_second_are_two_questions(settings: Settings) -> None:
    other = replace(ASKED, after=ASKED.after + timedelta(microseconds=1))
    places = [restated.keep(settings, one, _answer("ces_rate", 1.0)) for one in (ASKED, other)]
    assert places[0].name == "2026-02_20260301T000000Z_20260401T000000Z_recorded.json"
    assert places[0] != places[1]


@pytest.mark.parametrize("torn", ["", '{"metrics": [{"metric_id"', "[]", '{"metrics": [{}]}'])
def test_half_an_answer_gives_way_to_a_whole_one(torn: str, settings: Settings) -> None:
    place = restated.keep(settings, ASKED, _answer("ces_rate", 1.0))
    place.write_text(torn, "utf-8")
    restated.keep(settings, ASKED, _answer("reopen_rate", 2.0))
    assert _kept(place) == _answer("reopen_rate", 2.0)


@pytest.mark.parametrize("text", ["a: [", "metrics: 5", "5", "", "- id: reopen_rate", "\x00"])
def test_definitions_that_are_none_are_refused(
    text: str, waypost_home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "metrics.yml"
    file.write_text(text, "utf-8")
    asked = ["restate", "reopen_rate", "--period", "2026-02", *KNOWN, "--definitions-then"]
    result = CliRunner().invoke(cli, [*asked, str(file)])
    assert (result.exit_code, str(file) in result.output) == (2, True)


def test_a_definition_that_says_one_thing_twice_is_refused(
    waypost_home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "metrics.yml"
    text = metric_contract.CONTRACT.read_text("utf-8")
    file.write_text(
        text.replace("\n  numerator:", "\n  numerator: sum(1)\n  numerator:", 1), "utf-8"
    )
    asked = ["restate", "reopen_rate", "--period", "2026-02", *KNOWN, "--definitions-then"]
    result = CliRunner().invoke(cli, [*asked, str(file)])
    assert result.exit_code == 2
    assert f"{file} has the key 'numerator' in line" in " ".join(result.output.split())


@pytest.mark.parametrize("period", ["9999-12", "2026-13", "May"])
def test_what_is_no_month_is_refused(period: str, waypost_home: Path) -> None:
    result = CliRunner().invoke(cli, ["restate", "--period", period, *KNOWN])
    assert (result.exit_code, "write a month such as" in result.output) == (2, True)
