"""Each expectation finds what it is there for, and a sound file passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations import gate, limits
from tests.expectations.conftest import AS_OF, LIMITS, judge_log, judge_marts

Change = Callable[[Path, str], None]


def found(report: gate.Report) -> dict[str, tuple[str, int, list[str]]]:
    return {one.name: (one.severity, one.count, one.sample_keys) for one in report.failures}


def test_a_sound_log_passes(log_file: Path) -> None:
    report = judge_log(log_file)
    assert (found(report), report.evaluated) == ({}, 19)


def test_sound_marts_pass(marts_file: Path) -> None:
    report = judge_marts(marts_file, {"events": 1000})
    assert found(report) == {}
    assert report.evaluated == 8


def test_an_empty_log_is_red(log_file: Path, change: Change) -> None:
    change(log_file, "truncate log.contact; truncate log.order")
    assert found(judge_log(log_file))["log_holds_events"] == ("critical", 0, [])


def test_a_silent_source_is_a_warning(log_file: Path, change: Change) -> None:
    change(log_file, "delete from log.order where recorded_at > '2026-06-20'")
    assert found(judge_log(log_file))["source_is_fresh"] == ("warning", 1, ["/shop/demo"])


def test_a_flood_is_a_warning(log_file: Path, change: Change) -> None:
    change(
        log_file,
        "insert into log.order select o.* from log.order o, range(9)"
        " where recorded_at > '2026-06-25'",
    )
    assert found(judge_log(log_file))["daily_volume_is_steady"] == ("warning", 1, ["/shop/demo"])


@pytest.mark.parametrize(
    ("bad", "severities"),
    [(10, []), (11, ["warning"]), (50, ["warning"]), (51, ["critical", "warning"])],
)
def test_quarantine_warns_above_one_percent_and_fails_above_five(
    log_file: Path, change: Change, bad: int, severities: list[str]
) -> None:
    change(log_file, f"update log.receipts set quarantined = {bad} where read = 1000")
    ratios = {n: f for n, f in found(judge_log(log_file)).items() if n.startswith("quarantine")}
    assert sorted(severity for severity, _, _ in ratios.values()) == severities
    assert all(keys == ["/helpdesk/demo"] for _, _, keys in ratios.values())


def test_what_a_person_has_settled_no_longer_counts(log_file: Path, change: Change) -> None:
    change(log_file, "update log.receipts set quarantined = 60, settled = 50 where read = 1000")
    assert found(judge_log(log_file)) == {}


def test_an_old_bad_delivery_is_forgotten(log_file: Path, change: Change) -> None:
    change(log_file, "update log.receipts set quarantined = 900, committed_at = '2026-06-01'"
                     " where read = 1000")  # fmt: skip
    assert found(judge_log(log_file)) == {}


def test_a_source_may_have_its_own_limit(log_file: Path, change: Change, tmp_path: Path) -> None:
    change(log_file, "update log.receipts set quarantined = 100 where read = 1000")
    own = tmp_path / "gate_limits.csv"
    own.write_text(
        LIMITS.read_text("utf-8")
        + "quarantine_failure_rate,/helpdesk/demo,0.2,2000-01-01,2000-01-01\n"
    )
    assert "quarantine_failure_ratio" in found(judge_log(log_file))
    assert "quarantine_failure_ratio" not in found(judge_log(log_file, own))


def test_one_implausible_amount_warns_and_many_are_red(log_file: Path, change: Change) -> None:
    change(log_file, "update log.order set total_minor = 1e12 where event_id = 'e7'")
    assert found(judge_log(log_file)) == {"order_values_in_range": ("warning", 1, ["e7"])}
    change(log_file, "update log.order set total_minor = 1e12 where event_id < 'e2'")
    severity, count, keys = found(judge_log(log_file))["order_values_mostly_in_range"]
    assert (severity, len(keys)) == ("critical", 5)
    assert count > 1000


def test_a_share_outside_zero_and_one_is_red(marts_file: Path, change: Change) -> None:
    change(
        marts_file, "update marts.contact_reasons set repeat_rate = 1.01 where contact_count = 3"
    )
    assert found(judge_marts(marts_file)) == {
        "contact_reasons_repeat_rate_in_range": ("critical", 1, ["r3"])
    }


def test_a_negative_sum_is_red(marts_file: Path, change: Change) -> None:
    change(marts_file, "update marts.contact_reasons set service_cost_amount = -1")
    assert "contact_reasons_service_cost_amount_sum_not_negative" in found(judge_marts(marts_file))


def test_a_mart_that_lost_half_of_its_rows_is_red(marts_file: Path) -> None:
    report = judge_marts(marts_file, {"events": 2001, "contact_reasons": 11})
    assert found(judge_marts(marts_file, {"events": 2000})) == {}
    assert found(report) == {"events_keeps_its_rows": ("critical", 1000, [])}


def test_marts_that_miss_the_newest_events_are_red(marts_file: Path, change: Change) -> None:
    change(marts_file, "delete from marts.events where recorded_at > '2026-06-26'")
    assert found(judge_marts(marts_file))["marts_are_fresh"][0] == "critical"


def test_a_month_of_thrice_the_cost_is_a_warning(marts_file: Path, change: Change) -> None:
    change(
        marts_file, "update marts.monthly_costs set service_amount = 900 where month = '2026-03-01'"
    )
    assert found(judge_marts(marts_file))["service_cost_is_steady"][:2] == ("warning", 1)


def test_the_error_names_expectation_table_count_and_keys(marts_file: Path, change: Change) -> None:
    change(marts_file, "update marts.contact_reasons set repeat_rate = 2")
    report = judge_marts(marts_file)
    error = gate.GateFailedError("marts", report.critical)
    assert str(error) == (
        "The gate of the marts is red: contact_reasons_repeat_rate_in_range on"
        " marts.contact_reasons (repeat_rate is within 0 and 1): 11 found"
        " (for example r0, r1, r2, r3, r4)."
    )


def test_the_report_is_written_as_json(marts_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "gate_marts.json"
    judge_marts(marts_file).write(path, checked_at="now")
    assert json.loads(path.read_text())["status"] == "green"
    assert not path.with_suffix(".draft").exists()


def test_a_check_on_a_missing_column_is_an_error_and_not_a_pass(marts_file: Path) -> None:
    check = gate.Check("x", "marts.events", "x", "x", broken="select nope from {batch}")
    with pytest.raises(RuntimeError, match="could not run"):
        gate.run("marts", marts_file, [check], "now")


def test_limits_decided_later_do_not_hold_yet(tmp_path: Path) -> None:
    path = tmp_path / "gate_limits.csv"
    path.write_text(
        "name,scope,value,valid_from,known_from\n"
        "a,*,1,2000-01-01,2000-01-01\na,*,2,2026-01-01,2026-03-01\n"
    )
    assert limits.load(path, datetime(2026, 2, 1, tzinfo=UTC))["a"] == 1
    assert limits.load(path, AS_OF)["a"] == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name,value\na,1\n", "need the columns"),
        ("name,scope,value,valid_from,known_from\na,*,much,2000-01-01,2000-01-01\n", "unreadable"),
        ("name,scope,value,valid_from,known_from\n", "lack a row 'a'"),
    ],
)
def test_limits_say_what_is_wrong_with_them(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "gate_limits.csv"
    path.write_text(text)
    with pytest.raises(limits.LimitsError, match=problem):
        limits.load(path, AS_OF)["a"]
