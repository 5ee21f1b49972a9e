"""The section on agreement with the sources: empty, in order of importance, in both languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
from streamlit.testing.v1 import AppTest

from dashboards.publish import publish
from tests.dashboards.conftest import METRICS
from tests.dashboards.opening import open_page

ROWS = """
    ('/shop', 'landing', 'orders_placed', null, 5, 5, 0, true, date '2026-03-04'),
    ('/shop', 'landing', 'orders_placed', null, 1205, 1204, -1, false, date '2026-03-02'),
    ('/erp', 'source', 'gross_invoiced', 'EUR', 1190.5, 0, -1190.5, false, date '2026-03-03')"""


def test_without_totals_the_section_says_how_to_give_some(app: AppTest) -> None:
    page = open_page(app, "data_trust")
    assert any("config/control_totals.csv" in info.value for info in page.info)


def test_differences_come_first_and_values_are_written_in_the_readers_language(
    app: AppTest, home: Path, warehouse: Path
) -> None:
    later = home / "later.duckdb"
    shutil.copy(warehouse, later)
    with duckdb.connect(str(later)) as con:
        con.execute(f"insert into marts.reconciliations values {ROWS}")
        con.execute("update log.build set build_id = 'reconciled'")
    publish(later, home / "serving" / "serving.duckdb", metrics=METRICS)
    app.session_state["language"] = "de"
    app.switch_page("app_pages/data_trust.py").run()
    assert not app.exception
    assert any("1 von 3 Kontrollsummen stimmen" in warning.value for warning in app.warning)
    shown = next(t.value for t in app.dataframe if "difference_value" in t.value)
    assert list(shown["state"]) == ["✗ Weicht ab", "✗ Weicht ab", "✓ Stimmt"]
    assert list(shown["source"]) == ["/erp", "/shop", "/shop"]
    assert list(shown["expected_value"]) == ["1.190,50 EUR", "1.205", "5"]
    assert list(shown["told"]) == ["Quellsystem", "gelieferte Daten", "gelieferte Daten"]
