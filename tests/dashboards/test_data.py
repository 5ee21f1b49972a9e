from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dashboards import data, serving
from dashboards.filters import Filters
from dashboards.serving import Serving

EVERYTHING = Filters()


@pytest.fixture(scope="module")
def copy(published: Path) -> Serving:
    found = serving.find(published / "serving" / "serving.duckdb")
    assert found is not None
    return found


def test_counts_of_contacts_agree_with_the_monthly_mart(copy: Serving) -> None:
    ours = data.contacts_by_month(copy, EVERYTHING).set_index("month")
    mart = data.monthly_costs(copy, EVERYTHING).set_index("month")
    for name in ("human_inbound", "value_creating", "failure", "classified"):
        column = f"{name}_contact_count"
        assert ours[column].to_dict() == mart.loc[ours.index, column].to_dict(), column


@pytest.mark.parametrize(
    ("slice_name", "column"),
    [
        ("all", "contact_count"),
        ("failure", "failure_contact_count"),
        ("value_creating", "value_creating_contact_count"),
    ],
)
def test_the_cases_behind_a_number_are_as_many_as_the_number(
    copy: Serving, slice_name: str, column: str
) -> None:
    counted = int(data.contacts_by_month(copy, EVERYTHING)[column].sum())
    behind = data.contacts_in(copy, EVERYTHING, slice_name)
    assert counted > 0
    assert int(behind["total_count"].iloc[0]) == counted
    assert len(behind) == min(counted, 100)


def test_channels_and_segments_split_the_whole(copy: Serving) -> None:
    whole = data.contacts_by_month(copy, EVERYTHING)["contact_count"].sum()
    values = data.filter_values(copy)
    channels = [Filters(channels=(name,)) for name in values["channel"]]
    segments = [Filters(segments=(name,)) for name in values["segment"]]
    for narrowed in (channels, segments):
        parts = [data.contacts_by_month(copy, filters) for filters in narrowed]
        assert sum(part["contact_count"].sum() for part in parts) == whole


def test_a_period_holds_its_months_only(copy: Serving) -> None:
    month = dt.date(2026, 3, 1)
    found = data.contacts_by_month(copy, Filters(first=month, last=month))
    assert [moment.date() for moment in found["month"]] == [month]


@pytest.mark.parametrize("slice_name", ["reason", "step", "quadrant", "channel", "party", "case"])
def test_values_from_the_address_are_bound_never_run(copy: Serving, slice_name: str) -> None:
    attack = "x' or 'a' = 'a"
    assert data.contacts_in(copy, EVERYTHING, slice_name, attack, attack).empty


def test_friction_by_step_keeps_every_cent(copy: Serving) -> None:
    ranked = data.frictions(copy, EVERYTHING)
    whole = serving.ask(copy, "select sum(friction_cost_amount) as amount from frictions")
    assert ranked["friction_cost_amount"].sum() == pytest.approx(whole["amount"][0], abs=0.005)
    assert ranked["friction_cost_amount"].is_monotonic_decreasing


def test_the_copy_cannot_be_written_and_reads_no_other_file(copy: Serving, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n")
    for query in (
        "create table manifest2 as select 1",
        "delete from contacts",
        f"select * from read_csv('{tmp_path / 'other.csv'}')",
        f"copy contacts to '{tmp_path / 'out.csv'}'",
    ):
        with pytest.raises(Exception, match=r"read-only|disabled|[Pp]ermission"):
            serving.ask(copy, query)
    assert not (tmp_path / "out.csv").exists()
