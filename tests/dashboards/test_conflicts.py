"""The section on identifiers that are kept apart: empty, in both languages, with its evidence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import conflicts
from dashboards.language import Language
from dashboards.publish import publish
from dashboards.view import View
from tests.dashboards.conftest import METRICS
from tests.dashboards.opening import open_page


@pytest.fixture
def divided(home: Path, warehouse: Path) -> Path:
    """One pair of real customers that an event of the log is said to name together."""
    later = home / "later.duckdb"
    shutil.copy(warehouse, later)
    with duckdb.connect(str(later)) as con:
        con.execute("delete from marts.identity_conflicts")
        con.execute("""insert into marts.identity_conflicts
            with two as (
                select id_hash, party_id, id_type, row_number() over (order by id_hash) as place
                from marts.identifiers where id_class = 'personal' and id_hash = party_id limit 2
            )
            select one.id_hash, other.id_hash, one.party_id, other.party_id, one.id_type,
                other.id_type, 'party_limit', (select min(event_key) from marts.events),
                timestamptz '2026-03-02 10:00:00+00'
            from two as one, two as other where one.place = 1 and other.place = 2""")
        con.execute("update log.build set build_id = 'divided'")
    publish(later, home / "serving" / "serving.duckdb", metrics=METRICS)
    return later


def test_without_a_conflict_the_section_says_so(app: AppTest) -> None:
    page = open_page(app, "data_trust")
    assert Language("en").text("conflicts.empty") in [found.value for found in page.success]


def test_a_copy_of_before_guests_is_shown_without_them(app: AppTest, home: Path) -> None:
    with duckdb.connect(str(home / "serving" / "serving.duckdb")) as con:
        con.execute("drop table if exists organisation_members")
        for table in ("customers", "contacts"):
            con.execute(f"alter table {table} drop column if exists is_guest")
        con.execute("update manifest set build_id = 'older'")
    page = open_page(app, "data_trust")
    assert not page.exception
    assert Language("en").text("conflicts.empty") in [found.value for found in page.success]


def test_a_pair_is_shown_with_its_reason_in_the_readers_language(
    app: AppTest, divided: Path
) -> None:
    open_page(app, "data_trust", "de")
    shown = next(table.value for table in app.dataframe if "earlier" in table.value)
    assert list(shown["why"]) == ["Grenze einer Person"]
    assert len(shown["earlier"].iloc[0].split()[-1]) == 12
    assert any(caption.value.startswith("1 Paare.") for caption in app.caption)


def test_a_chosen_pair_leads_to_both_parties_their_identifiers_and_the_event(
    app: AppTest, home: Path, divided: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = conflicts.table

    def first_row(view: View, frame: pd.DataFrame) -> int:
        draw(view, frame)
        return 0

    monkeypatch.setattr(conflicts, "table", first_row)  # the test client cannot click a row
    open_page(app, "data_trust")
    with duckdb.connect(str(divided), read_only=True) as con:
        query = "select earlier_party_id, later_party_id, evidence_event_key from marts.identity_conflicts"
        first, second, event_key = con.execute(query).fetchall()[0]
        query = "select count(*) from marts.identifiers where party_id in (?, ?)"
        known = con.execute(query, [first, second]).fetchall()[0][0]
        query = "select event_id from marts.events where event_key = ?"
        told = con.execute(query, [event_key]).fetchall()[0][0]
    tables = [table.value for table in app.dataframe]
    assert len(next(t for t in tables if "id_hash" in t)) == known
    assert any("event_id" in t and list(t["event_id"]) == [told] for t in tables)
    left = (home / "landing" / "waypost" / "access").glob("*.view")
    assert {json.loads(path.read_text("utf-8"))["subject"] for path in left} == {first, second}
    app.button(key="drill_conflict_second").click().run()
    assert app.query_params["value"] == second
