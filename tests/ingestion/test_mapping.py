"""Tables through a mapping: values, times, money, changes."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion import suggestion
from ingestion.mapping import read
from tests.ingestion.conftest import Home
from tests.ingestion.tables import OPENED, STATUS, ingest, mapping_file


def test_a_row_becomes_an_event(home: Home) -> None:
    top = {"parties": [{"id_type": "email", "column": "mail"}]}
    counts = ingest(
        home,
        "ticket;created;via;mail\n7;2026-03-01T10:00:00+02:00;Phone;anna@example.com\n",
        mapping_file(home, OPENED, **top),
    )
    assert counts["appended"] == 1
    columns = "event_id, subject_id, channel, occurred_at, len(party_refs), party_hash is not null"
    assert home.rows(columns=columns) == [
        ("7/opened", "7", "phone", datetime(2026, 3, 1, 8, tzinfo=UTC), 1, True)
    ]


@pytest.mark.parametrize(
    ("cell", "time", "expected"),
    [
        ("29/3/2026 1:30", {"format": "%d/%m/%Y %H:%M", "zone": "UTC"}, (2026, 3, 29, 1, 30)),
        (
            "29.03.2026 03:30",
            {"format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
            (2026, 3, 29, 1, 30),
        ),
        ("2026-01-15 10:00:00", {"zone": "Europe/Berlin"}, (2026, 1, 15, 9, 0)),
        ("2026-01-15T10:00:00-05:00", {"zone": "Europe/Berlin"}, (2026, 1, 15, 15, 0)),
        ("2026-01-15 10:00 +0200", {"format": "%Y-%m-%d %H:%M %z"}, (2026, 1, 15, 8, 0)),
    ],
)
def test_local_times_become_utc(cell: str, time: dict[str, str], expected: Any, home: Home) -> None:
    ingest(home, f"ticket,created,via\n7,{cell},Phone\n", mapping_file(home, OPENED, time=time))
    assert home.rows(columns="occurred_at") == [(datetime(*expected, tzinfo=UTC),)]


def test_what_cannot_be_read_is_quarantined_with_its_line(home: Home) -> None:
    table = (
        "ticket,created,via\n1,2026-03-01 10:00:00,Phone\n2,soon,Phone\n"
        "3,2026-03-01 10:00:00,Pigeon\n4,2026-03-01 10:00:00\n,2026-03-01 10:00:00,Mail\n"
    )
    counts = ingest(home, table, mapping_file(home, OPENED))
    assert (counts["appended"], counts["quarantined"]) == (1, 4)
    assert home.reasons() == [
        ("bad_time", "time", 3),
        ("enum", "data.channel", 4),
        ("bad_row", "", 5),
        ("missing_field", "id", 6),
    ]


def test_an_invalid_byte_rejects_its_row_only(home: Home) -> None:
    table = b"ticket,created,via\n1,2026-03-01 10:00:00,Phone\n2,2026-03-01 10:00:00,M\xff\n"
    assert ingest(home, table, mapping_file(home, OPENED))["appended"] == 1
    assert home.reasons() == [("bad_encoding", "", 3)]


def test_changes_give_previous_and_new_value_and_nothing_when_unchanged(home: Home) -> None:
    table = (
        "ticket,n,created,state\na,1,2026-03-01 10:00:00,New\na,10,2026-03-01 15:00:00,Busy\n"
        "a,2,2026-03-01 11:00:00,Busy\na,3,2026-03-01 12:00:00,Busy\na,9,2026-03-01 14:00:00,Done\n"
        "a,4,2026-03-01 13:00:00,??\nb,1,2026-03-01 10:00:00,Done\n"
    )
    mapping = mapping_file(home, STATUS, by="ticket", order="n")
    counts = ingest(home, table, mapping)
    assert home.rows(columns="event_id, from_status, to_status") == [
        ("a/status/10", "solved", "open"),
        ("a/status/2", "new", "open"),
        ("a/status/9", "open", "solved"),
        ("b/status/1", "new", "solved"),
    ]
    assert home.reasons() == [("enum", "data.to_status", 7)]
    assert (counts["read"], counts["unused"]) == (7, 2)


def test_a_condition_decides_and_rows_without_an_event_are_unused(home: Home) -> None:
    fields = {k: v for k, v in STATUS["fields"].items() if k != "from_status"}
    closed = STATUS | {
        "changes": None,
        "when": {"state": ["Done"], "row": "last"},
        "fields": fields,
    }
    mapping = mapping_file(home, closed, by="ticket", order="n")
    table = (
        "ticket,n,created,state\na,1,2026-03-01 10:00:00,Done\na,2,2026-03-01 11:00:00,Done\n"
        "b,1,2026-03-01 10:00:00,New\n"
    )
    counts = ingest(home, table, mapping)
    assert (counts["read"], counts["appended"], counts["unused"]) == (3, 1, 2)


def test_money_and_numbers_are_read_as_the_mapping_says(home: Home) -> None:
    paid = {
        "type": "payment.succeeded",
        "id": "{no}",
        "subject": "payment/{no}",
        "time": "at",
        "fields": {
            "payment_id": "no",
            "amount": {"column": "sum", "currency": "{cur}", "decimal": ","},
            "method": {"const": "card"},
        },
    }
    table = (
        "no;at;sum;cur\n1;2026-03-01;1.234,50;EUR\n2;2026-03-01;1500;JPY\n3;2026-03-01;0,005;EUR\n"
        "4;2026-03-01;12;XXX\n5;2026-03-01;1,234;KWD\n"
    )
    counts = ingest(home, table, mapping_file(home, paid, recorded=None))
    assert counts["quarantined"] == 2
    assert home.rows("billing", "event_id, amount_minor, amount_currency") == [
        ("1", 123450, "EUR"),
        ("2", 1500, "JPY"),
        ("5", 1234, "KWD"),
    ]
    assert [code for code, *_ in home.reasons()] == ["bad_money", "bad_money"]


def test_rows_without_an_id_get_one_from_what_they_say(home: Home) -> None:
    anonymous = {k: v for k, v in OPENED.items() if k != "id"}
    table = "ticket,created,via\n1,2026-03-01 10:00:00,Phone\n1,2026-03-01 10:00:00,Phone\n"
    assert ingest(home, table, mapping_file(home, anonymous))["appended"] == 2
    assert ingest(home, table + "\n", mapping_file(home, anonymous), "u.csv")["duplicates"] == 2


def test_a_corrected_mapping_replaces_what_the_wrong_one_appended(home: Home) -> None:
    table = "ticket,created,via\n1,2026-03-01 10:00:00,Phone\n2,2026-03-01 10:00:00,Mail\n"
    wrong = OPENED | {"fields": OPENED["fields"] | {"direction": {"const": "out"}}}
    ingest(home, table, mapping_file(home, wrong))
    only_mail = OPENED | {"when": {"via": "Mail"}}
    counts = ingest(home, table, mapping_file(home, only_mail))
    assert (counts["appended"], counts["unused"]) == (1, 1)
    assert home.live() == ["2/opened"]
    rows = home.rows(columns="event_id, direction, is_retracted, commit_no")
    commits = sorted({row[3] for row in rows})
    assert len(commits) == 2
    assert {row[:3] for row in rows if row[3] == commits[1]} == {
        ("1/opened", None, True),
        ("2/opened", "in", False),
    }
    again = ingest(home, table, mapping_file(home, OPENED))
    assert (again["appended"], again["duplicates"]) == (1, 1)
    assert home.live() == ["1/opened", "2/opened"]


def test_tables_come_as_tsv_parquet_and_zip(home: Home, tmp_path: Path) -> None:
    import duckdb

    rows = "ticket\tcreated\tvia\n{}\t2026-03-01 10:00:00\tPhone\n"
    mapping = mapping_file(home, OPENED)
    assert ingest(home, rows.format(1), mapping, "a.tsv")["appended"] == 1
    parquet = tmp_path / "b.parquet"
    duckdb.sql(
        "select 2 as ticket, timestamp '2026-03-01 10:00:00' as created, 'Phone' as via"
    ).write_parquet(str(parquet))
    assert home.ingest(parquet, mapping_file=mapping)["appended"] == 1
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("c.csv", rows.format(3).replace("\t", ","))
    assert home.ingest(tmp_path / "c.zip", mapping_file=mapping)["appended"] == 1


def test_a_column_that_occurs_twice_gets_a_number(home: Home) -> None:
    second = OPENED | {"fields": OPENED["fields"] | {"queue": "via_2"}}
    ingest(
        home,
        "ticket,created,via,via\n1,2026-03-01 10:00:00,Phone,first\n",
        mapping_file(home, second),
    )
    assert home.rows(columns="channel, queue") == [("phone", "first")]


def test_a_suggested_mapping_can_be_read(home: Home) -> None:
    table = home.write("t.csv", "ticket,opened at,customer\n1,01.02.2026 10:00,4711\n")
    text = suggestion.suggest(table)
    mapping = read(home.write("m.yaml", text))
    assert "%d.%m.%Y %H:%M" in text
    assert mapping.columns() <= {"ticket", "opened at", "customer"}
    counts = home.ingest(table, mapping_file=mapping.path)
    assert counts["appended"] == 1


def test_the_country_of_a_mapping_reads_local_phone_numbers(home: Home) -> None:
    party = {"parties": [{"id_type": "phone", "column": "tel"}]}
    row = "ticket,created,via,tel\n{},2026-03-01 10:00:00,Phone,{}\n"
    ingest(home, row.format(1, "+43 1 5880012"), mapping_file(home, OPENED, **party), "a.csv")
    ingest(
        home,
        row.format(2, "01 5880012"),
        mapping_file(home, OPENED, country="AT", **party),
        "b.csv",
    )
    assert len({hashed for (hashed,) in home.rows(columns="party_hash")}) == 1
