"""The tab of organisations by itself: a test client cannot open a tab."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest


def _tab(path: str, code: str) -> None:
    from datetime import datetime
    from pathlib import Path

    from dashboards import organisations, serving
    from dashboards.filters import Filters
    from dashboards.language import Language
    from dashboards.view import View

    copy = serving.find(Path(path))
    place = Path(path).parent
    view = View(
        language=Language(code),
        filters=Filters(),
        serving=copy,
        landing=place,
        secret_file=place,
        trust=None,
        now=datetime.now,
    )
    organisations.show(view)


@pytest.mark.parametrize(("code", "known"), [("en", "Mail domain"), ("de", "Mail-Domain")])
def test_the_tab_shows_the_dearest_first_and_both_shares(
    published: Path, code: str, known: str
) -> None:
    path = published / "serving" / "serving.duckdb"
    tab = AppTest.from_function(_tab, args=(str(path), code), default_timeout=60).run()
    assert not tab.exception
    shown = tab.dataframe[0].value
    assert set(shown["known"]) == {known}
    with duckdb.connect(str(path), read_only=True) as con:
        query = """select sum(service_cost_amount)::double from organisation_costs
            group by organisation_id order by 1 desc"""
        assert list(shown["service_cost_amount"]) == [
            cost for (cost,) in con.execute(query).fetchall()
        ]
    assert len(tab.metric) == 2
    assert all(
        metric.help and metric.value.replace("\N{NO-BREAK SPACE}", "").endswith("%")
        for metric in tab.metric
    )
