"""Which row of the log counts, and that a build of the past gives what was built then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from event_rows import append, event

from waypost.commands.build import build
from waypost.settings import Settings

FIRST, SECOND = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)
AT = datetime(2026, 2, 5, 10, tzinfo=UTC)
# the build's own number and the times of its tables differ by nature
SCHEMAS = "('base', 'intermediate', 'marts')"


def _call(number: int, at: str, **fields: Any) -> dict[str, Any]:
    return event(
        "contact.started",
        at,
        f"contact/k{number}",
        contact_id=f"k{number}",
        channel="phone",
        direction="in",
        reason_code="pre.price",
        **fields,
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


def _tables(database: Path) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = connection.execute(
            f"""select schema_name || '.' || table_name from duckdb_tables()
            where schema_name in {SCHEMAS} order by 1"""
        ).fetchall()
        for (name,) in names:
            query = f"select row_line::varchar from (select t as row_line from {name} t) order by 1"
            yield name, connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A log that grew: the build made at first, the same moment rebuilt later, and today's."""
    home = tmp_path_factory.mktemp("story")
    settings = Settings(home=home / "home", secret_file=home / "secret")
    append(settings.log, _known_first(), FIRST)
    reports = [build(settings, tests=False)]
    then = settings.warehouse.rename(home / "warehouse.duckdb")
    append(settings.log, _known_later(), SECOND)
    reports.append(build(settings, as_of=AT, log_as_of=FIRST, tests=False))
    reports.append(build(settings, tests=False))
    assert [report["failures"] for report in reports] == [[], [], []]
    return {"then": then, "rebuilt": Path(reports[1]["database"]), "now": settings}


def test_a_build_of_the_past_equals_the_build_made_then(story: dict[str, Any]) -> None:
    then, rebuilt = dict(_tables(story["then"])), dict(_tables(story["rebuilt"]))
    assert then.keys() == rebuilt.keys()
    assert [name for name in then if then[name] != rebuilt[name]] == []
    assert len(then["marts.events"]) == 5


def test_a_build_of_the_past_is_never_the_published_one(story: dict[str, Any]) -> None:
    assert story["rebuilt"].parent == story["now"].asof


def test_the_row_that_counts_is_the_latest_amendment_of_the_latest_commit(
    story: dict[str, Any],
) -> None:
    tables = dict(_tables(story["now"].warehouse))
    assert len(tables["marts.events"]) == 5  # k1 (amended), k2, k5, o1, the identification
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
        ("k1", "pre.price", "11"),
        ("k2", "pre.advice", "10"),
        ("k5", "pre.price", "10"),
    ]
    assert reasons == [("amended", 2), ("replaced", 2), ("retracted", 2)]
    assert parties == [(1,)]


def test_two_builds_of_one_log_are_equal(story: dict[str, Any]) -> None:
    settings: Settings = story["now"]
    before = dict(_tables(settings.warehouse))
    assert build(settings, full=True, tests=False)["failures"] == []
    after = dict(_tables(settings.warehouse))
    assert [name for name in before if before[name] != after[name]] == []
