"""Which row of the log counts, and that a build of the past gives what was built then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deliveries import rows
from event_rows import append, event

from ingestion import totals
from ingestion.sources.looks import Seen
from waypost import control_view
from waypost.cli import WaypostError
from waypost.commands.build import build
from waypost.commands.replay import differences, replay
from waypost.settings import Settings

FIRST, SECOND, THIRD = (datetime(2026, 3, day, 12, tzinfo=UTC) for day in (1, 2, 9))
AT = datetime(2026, 2, 5, 10, tzinfo=UTC)
# between the two records of the second delivery: the later amendment is not known then
BETWEEN = datetime(2026, 3, 2, 6, tzinfo=UTC)
# the build's own number and the times of its tables differ by nature
SCHEMAS = ("base", "intermediate", "marts")
# of the first of the two moments, to save time: its log is small, the second has everything
FIRST_MODELS = ("+events", "+episodes", "+orders")


def _call(number: int, at: str, **fields: Any) -> dict[str, Any]:
    return event(
        "contact.started",
        at,
        f"contact/k{number}",
        contact_id=f"k{number}",
        channel="phone",
        direction="in",
        **{"reason_code": "pre.price"} | fields,
    )


def _known_first() -> list[dict[str, Any]]:
    return [
        _call(1, "2026-02-01T10:00:00", party=["1001"]),
        _call(2, "2026-02-02T10:00:00", party=["anna@example.test"]),
        _call(3, "2026-02-03T10:00:00", party=["1001"]),
        _call(4, "2026-02-04T10:00:00", party=["1003"]),
        event(
            "order.placed",
            "2026-02-05T10:00:00",
            "order/o1",
            party=["1001"],
            order_id="o1",
            total_minor=1000,
            total_currency="EUR",
            lines=[],
        ),
    ]


def _known_later() -> list[dict[str, Any]]:
    known = _known_first()
    late = datetime(2026, 3, 2, tzinfo=UTC)
    return [
        # told late: it happened before the first build
        _call(5, "2026-02-06T10:00:00", party=["1001"], recorded_at=late),
        # an amendment of the first call, and one that removes the third
        _call(
            1,
            "2026-02-01T11:00:00",
            party=["1001"],
            recorded_at=late,
            amends_id=known[0]["event_id"],
        ),
        _call(
            3,
            "2026-02-03T11:00:00",
            party=["1001"],
            recorded_at=late,
            is_retracted=True,
            amends_id=known[2]["event_id"],
        ),
        # a corrected mapping took the fourth call back and gave the second another reason
        known[3] | {"is_retracted": True},
        known[1] | {"reason_code": "pre.advice"},
        # an amendment of the amendment, told after BETWEEN
        _call(
            1,
            "2026-02-01T11:30:00",
            party=["1001"],
            recorded_at=late + timedelta(hours=8),
            amends_id="contact/k1/contact.started/2026-02-01T11:00:00",
            reason_code="pre.advice",
        ),
        # the two identifiers turn out to be one person
        event(
            "party.identified",
            "2026-02-20T00:00:00",
            "party/1001",
            party=["1001", "anna@example.test"],
            strength=1,
            recorded_at=late,
        ),
    ]


def _known_last() -> list[dict[str, Any]]:
    """Late for the second delivery: a call, a third identifier, a reading replaced once more."""
    late = datetime(2026, 3, 2, 3, tzinfo=UTC)
    known = _known_first()
    return [
        _call(6, "2026-02-07T10:00:00", party=["1003"], recorded_at=late),
        known[1] | {"reason_code": "pre.availability", "recorded_at": late},
        known[4] | {"is_retracted": True},
        event(
            "party.identified",
            "2026-02-21T00:00:00",
            "party/1003",
            party=["1003", "anna@example.test"],
            strength=1,
            recorded_at=late,
        ),
    ]


def _tables(database: Path) -> dict[str, list[str]]:
    return rows(database, SCHEMAS)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A log that grew: the build made at first, the same moment rebuilt later, and today's."""
    home = tmp_path_factory.mktemp("story")
    settings = Settings(home=home / "home", secret_file=home / "secret")
    append(settings.log, _known_first(), FIRST)
    reports = [build(settings, tests=False, selected=FIRST_MODELS)]
    then = [settings.warehouse.rename(home / "first.duckdb")]
    append(settings.log, _known_later(), SECOND)
    reports.append(build(settings, as_of=BETWEEN, tests=False))
    then.append(Path(reports[1]["database"]).rename(home / "second.duckdb"))
    append(settings.log, _known_last(), THIRD)
    past = {"as_of": AT, "log_as_of": FIRST, "selected": FIRST_MODELS}
    reports.append(build(settings, tests=False, **past))
    reports.append(build(settings, as_of=BETWEEN, log_as_of=SECOND, tests=False))
    rebuilt = [Path(report["database"]) for report in reports[2:]]
    reports.append(build(settings, tests=False))
    assert [report["failures"] for report in reports] == [[]] * 5
    return {"then": then, "rebuilt": rebuilt, "now": settings}


@pytest.mark.parametrize("moment", [0, 1])
def test_a_build_of_the_past_equals_the_build_made_then(story: dict[str, Any], moment: int) -> None:
    then, rebuilt = _tables(story["then"][moment]), _tables(story["rebuilt"][moment])
    assert then.keys() == rebuilt.keys()
    assert [name for name in then if then[name] != rebuilt[name]] == []
    assert then["marts.events"] != _tables(story["now"].warehouse)["marts.events"]


def test_a_build_of_the_past_is_never_the_published_one(story: dict[str, Any]) -> None:
    assert {one.parent for one in story["rebuilt"]} == {story["now"].asof}


def test_the_row_that_counts_is_the_latest_amendment_of_the_latest_commit(
    story: dict[str, Any],
) -> None:
    tables = _tables(story["now"].warehouse)
    assert len(tables["marts.events"]) == 6  # k1 (amended twice), k2, k5, k6, two identifications
    with duckdb.connect(str(story["now"].warehouse), read_only=True) as connection:
        contacts = connection.execute(
            """select contact_id, reason_code, strftime(started_at at time zone 'UTC', '%H')
            from intermediate.int_contacts order by 1"""
        ).fetchall()
        reasons = connection.execute(
            "select reason, count(*) from base.excluded_events group by 1 order by 1"
        ).fetchall()
        parties = connection.execute(
            "select count(distinct party_id) from marts.events where party_id is not null"
        ).fetchall()
    assert contacts == [
        ("k1", "pre.advice", "11"),
        ("k2", "pre.availability", "10"),
        ("k5", "pre.price", "10"),
        ("k6", "pre.price", "10"),
    ]
    assert reasons == [("amended", 3), ("replaced", 4), ("retracted", 3)]
    assert parties == [(2,)]  # a second customer number of one address is a conflict


def test_a_replay_gives_the_same_warehouse(story: dict[str, Any]) -> None:
    settings: Settings = story["now"]
    before = _tables(settings.warehouse)
    report = replay(settings, tests=False, publishes=False)
    assert (report["is_equal"], report["different"]) == (True, {})
    after = _tables(settings.warehouse)
    assert [name for name in before if before[name] != after[name]] == []
    assert not (settings.runs / "before_replay.duckdb").exists()


def test_a_failed_replay_brings_the_warehouse_back(
    story: dict[str, Any],
) -> None:
    settings: Settings = story["now"]
    before = settings.warehouse.stat().st_ino
    (settings.config / "settings.csv").write_text("another,header\n", "utf-8")
    with pytest.raises(WaypostError, match="first line"):
        replay(settings, tests=False, publishes=False)
    (settings.config / "settings.csv").unlink()
    assert settings.warehouse.stat().st_ino == before


def test_differences_count_rows_that_only_one_file_has(tmp_path: Path) -> None:
    files = [tmp_path / "before.duckdb", tmp_path / "after.duckdb"]
    for file, rows_of_file in zip(files, ("(1), (1), (2)", "(1), (3), (4)"), strict=True):
        with duckdb.connect(str(file)) as connection:
            connection.execute("create schema marts; create table marts.same as select 1 as id")
            connection.execute("create table marts.calls(id integer)")
            connection.execute(f"insert into marts.calls values {rows_of_file}")
            connection.execute(f"create table marts.{file.stem} as select 1 as id")
    assert differences(*files) == {
        "after": {"lost": -1, "gained": -1},
        "before": {"lost": -1, "gained": -1},
        "calls": {"lost": 2, "gained": 2},
    }


def test_control_totals_of_the_past_are_those_of_the_reading_then(tmp_path: Path) -> None:
    """A corrected mapping reads an input again; an input may also lose all its totals."""
    for at, objects in ((FIRST, ["a", "b"]), (SECOND, ["a"]), (THIRD, [])):
        with duckdb.connect() as connection:
            seen = totals.Totals(connection, tmp_path, "0" * 32)
            seen.add("/test", [Seen("opened", name, at) for name in objects])
            seen.write(at, None)
    with duckdb.connect() as connection:
        connection.execute("create schema log")
        found = []
        for moment in (AT, FIRST, SECOND, THIRD, None):
            control_view.lay(connection, tmp_path, moment)
            query = "select object_id from log.controls order by 1"
            found.append([name for (name,) in connection.execute(query).fetchall()])
    assert found == [[], ["a", "b"], ["a"], [], []]
