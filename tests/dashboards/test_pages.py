"""Each page shows itself, in both languages, and leads where it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.language import Language
from tests.dashboards.conftest import APP, PAGES
from tests.dashboards.opening import open_page

HEADLINES = {
    "service_cost": 4,
    "journey_friction": 4,
    "value_contacts": 4,
    "proactive_triggers": 2,
    "data_trust": 4,
    "cases": 0,
    "find_customer": 0,
}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", PAGES)
def test_page_shows_itself_in_both_languages(app: AppTest, name: str, language: str) -> None:
    open_page(app, name, language)
    assert app.title[0].value == Language(language).text(f"{name}.title")
    assert len(app.metric) >= HEADLINES[name]
    assert all(metric.value for metric in app.metric)


@pytest.mark.parametrize("name", PAGES)
def test_every_headline_says_its_definition(app: AppTest, name: str) -> None:
    open_page(app, name)
    headlines = app.metric[: HEADLINES[name]]
    assert [metric.label for metric in headlines if not metric.help] == []


def test_german_pages_write_german_numbers(app: AppTest) -> None:
    english = [metric.value for metric in open_page(app, "service_cost").metric]
    german = [metric.value for metric in open_page(app, "service_cost", "de").metric]
    assert re.fullmatch(r"€[\d,]+\.\d\d", english[0])
    assert re.fullmatch(r"[\d.]+,\d\d\N{NO-BREAK SPACE}€", german[0])
    assert english != german


def test_filters_narrow_the_numbers_and_stay_across_pages(app: AppTest) -> None:
    everything = open_page(app, "journey_friction").metric[0].value
    app.multiselect(key="channels").select("phone").run()
    narrowed = app.metric[0].value
    assert narrowed != everything
    open_page(app, "value_contacts")
    assert app.multiselect(key="channels").value == ["phone"]
    open_page(app, "journey_friction")
    assert app.metric[0].value == narrowed


def test_small_groups_are_not_shown_as_a_rate(app: AppTest) -> None:
    first = app.session_state["period"][0]
    app.session_state["period"] = (first, first)
    app.multiselect(key="channels").select("phone").run()
    open_page(app, "value_contacts")
    notes = [caption.value for caption in app.caption if "n = " in caption.value]
    assert any("too few" in note for note in notes)
    for note in notes:
        count = int(re.findall(r"n = ([\d,]+)", note)[0].replace(",", ""))
        assert ("too few" in note) == (count < 30), note


def test_a_number_leads_to_its_cases_and_their_events(app: AppTest) -> None:
    open_page(app, "journey_friction", "de")
    app.multiselect(key="channels").select("phone").run()
    app.button(key="drill_failure_demand_rate").click().run()
    assert app.title[0].value == "Fälle und Ereignisse"  # still in German
    assert "Fehlbedarf" in " ".join(line.value for line in app.markdown)
    contacts = app.dataframe[0].value
    assert set(contacts["demand"]) == {"Fehlbedarf"}
    assert set(contacts["channel"]) == {"Telefon"}  # the filter came along


def test_a_case_in_the_address_shows_its_events(app: AppTest) -> None:
    open_page(app, "cases")
    case_id = next(str(value) for value in app.dataframe[0].value["case_id"] if value)
    app.query_params["case"] = case_id
    app.run()
    assert any(case_id in heading.value for heading in app.subheader)
    events = app.dataframe[-1].value
    assert len(events) > 0
    assert list(events["occurred_at"]) == sorted(events["occurred_at"])


def test_marking_a_trigger_writes_one_event_file(app: AppTest, home: Path) -> None:
    open_page(app, "proactive_triggers")
    shown = next(button for button in app.button if str(button.key).startswith("shown_"))
    shown.click().run()
    written = list((home / "landing" / "waypost").glob("*.jsonl"))
    assert len(written) == 1
    assert json.loads(written[0].read_text("utf-8"))["type"] == "trigger.fired"
    acted = next(button for button in app.button if str(button.key).startswith("acted_"))
    acted.click().run()
    assert len(list((home / "landing" / "waypost").glob("*.jsonl"))) == 2
    states = app.dataframe[0].value["state"]
    assert states.iloc[0] == "Acted" and set(states.iloc[1:]) == {"New"}


@pytest.mark.parametrize("page", ["cases", "proactive_triggers"])
def test_whoever_sees_rows_about_persons_is_noted_once(app: AppTest, home: Path, page: str) -> None:
    open_page(app, page)
    app.run()
    left = [path.read_text("utf-8") for path in (home / "landing" / "waypost").rglob("*.view")]
    assert [(line["what"], line["who"]) for line in map(json.loads, left)] == [(page, "local")]


def test_rows_about_persons_are_hidden_where_nobody_can_note_it(app: AppTest, home: Path) -> None:
    (home / "landing" / "waypost").mkdir(parents=True, exist_ok=True)
    (home / "landing" / "waypost" / "access").write_text("in the way", "utf-8")
    app.run()
    app.switch_page("app_pages/cases.py").run()
    assert "make it writable" in app.error[0].value
    assert not app.dataframe


def test_data_trust_works_before_anything_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_HOME", str(tmp_path))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "Data trust"
    assert "waypost run" in app.info[0].value


def test_data_trust_shows_a_red_gate_and_what_failed(app: AppTest, home: Path) -> None:
    report = {"gate": "marts", "status": "red", "passed": 11, "warned": 0, "failed": 1}
    failure = {
        "gate": "marts",
        "name": "orders_have_a_key",
        "table": "marts.orders",
        "label_en": "Every order has a key",
        "label_de": "Jede Bestellung hat einen Schlüssel",
        "severity": "critical",
        "count": 3,
        "sample_keys": ["o-1", "o-2"],
    }
    trust = {
        "gates": [report],
        "failures": [failure],
        "dbt": {"tests": 10, "warned": 0, "failures": ["assert_money_is_kept"]},
        "sources": [],
        "step": "gate_marts",
        "error": "The gate of the marts is red.",
    }
    (home / "runs" / "trust.json").write_text(json.dumps(trust), "utf-8")
    app.session_state["language"] = "de"
    app.switch_page("app_pages/data_trust.py").run()
    assert not app.exception
    assert "gate_marts" in app.error[0].value
    assert "Rot" in app.metric[0].value
    row = app.dataframe[0].value.iloc[0]
    assert row["what"] == "Jede Bestellung hat einen Schlüssel" and row["samples"] == "o-1, o-2"
    assert "assert_money_is_kept" in app.code[0].value


def test_a_broken_trust_report_does_not_hide_the_page(app: AppTest, home: Path) -> None:
    (home / "runs" / "trust.json").write_text("{half a rep", "utf-8")
    open_page(app, "data_trust")


def test_a_new_build_is_shown_without_a_restart(app: AppTest, home: Path, warehouse: Path) -> None:
    import shutil

    from dashboards.publish import publish
    from tests.dashboards.conftest import METRICS

    before = open_page(app, "journey_friction").metric[0].value
    later = home / "later.duckdb"
    shutil.copy(warehouse, later)
    with duckdb.connect(str(later)) as con:
        con.execute("update log.build set build_id = 'build-2'")
        con.execute("update marts.frictions set friction_cost_amount = friction_cost_amount * 2")
    publish(later, home / "serving" / "serving.duckdb", metrics=METRICS)
    app.run()
    assert app.metric[0].value != before
