"""Tables before their rules: columns to rows, computed columns, conditions, actors, encodings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.mapping import MappingError, read
from tests.ingestion.conftest import Home

ENDED: dict[str, Any] = {
    "type": "contact.ended",
    "id": "{call}/ended",
    "subject": "contact/{call}",
    "time": "at",
    "fields": {"contact_id": "call"},
}
PAID: dict[str, Any] = {
    "type": "payment.succeeded",
    "id": "{no}",
    "subject": "payment/{no}",
    "time": {"const": "2026-03-01T00:00:00Z"},
    "fields": {"payment_id": "no"},
}


def ingest(home: Home, cells: str | bytes, *rules: dict[str, Any], **top: Any) -> dict[str, int]:
    spec = {"source": "/table/test", "events": list(rules)} | top
    mapping = home.write("map.yaml", yaml.safe_dump(spec, allow_unicode=True))
    return home.ingest(home.write("t.csv", cells), mapping_file=mapping)


@pytest.mark.parametrize(
    ("unit", "cells", "expected"),
    [
        ("s", ("60", "5"), 65),
        ("ms", ("1499", "1"), 2),
        ("min", ("1,5", ""), 90),
        ("h", ("0.5", "1"), 5400),
        ("h:m:s", ("01:02:03", "100:00:00"), 363_723),
        ("s", ("", ""), None),
    ],
)
def test_durations_are_added_up_as_whole_seconds(
    unit: str, cells: tuple[str, str], expected: int | None, home: Home
) -> None:
    rule = ENDED | {"fields": {"contact_id": "call", "talk_s": "total"}}
    columns = {"total": {"seconds": ["talk", "more"], "unit": unit}}
    table = "call;at;talk;more\n1;2026-03-01 10:00:00;{};{}\n".format(*cells)
    ingest(home, table, rule, columns=columns)
    assert home.rows(columns="talk_s") == [(expected,)]


def test_a_duration_that_is_none_is_told_by_the_door(home: Home) -> None:
    rule = ENDED | {"fields": {"contact_id": "call", "talk_s": "total"}}
    table = "call;at;talk\n1;2026-03-01 10:00:00;long\n2;2026-03-01 10:00:00;-5\n"
    ingest(home, table, rule, columns={"total": {"seconds": "talk"}})
    assert home.reasons() == [("wrong_type", "data.talk_s", 2), ("wrong_type", "data.talk_s", 3)]


def test_seconds_are_added_to_a_time_across_the_change_of_clocks(home: Home) -> None:
    rule = ENDED | {"time": {"column": "at", "plus": "wait"}}
    table = "call,at,wait\n1,2026-03-29 01:59:30,60\n2,2026-03-29 01:59:30,soon\n"
    ingest(home, table, rule, time={"zone": "Europe/Berlin"})
    assert home.rows(columns="occurred_at") == [(datetime(2026, 3, 29, 1, 0, 30, tzinfo=UTC),)]
    assert home.reasons() == [("bad_time", "time", 3)]


def test_the_first_filled_column_counts_and_a_computed_one_serves_the_next(home: Home) -> None:
    columns = {
        "key": {"first_of": ["parent", "call"]},
        "link": {"text": "https://calls.example.com/{key}"},
        "length": {"length": "note"},
    }
    rule = ENDED | {
        "id": "{call}/ended",
        "subject": "contact/{key}",
        "fields": {"contact_id": "key", "source_url": "link", "talk_s": "length"},
    }
    table = "call,parent,at,note\na,,2026-03-01 10:00:00,Grüße\nb,a,2026-03-01 10:00:00,\n"
    ingest(home, table, rule, columns=columns)
    assert home.rows(columns="event_id, contact_id, source_url, talk_s") == [
        ("a/ended", "a", "https://calls.example.com/a", 5),
        ("b/ended", "a", "https://calls.example.com/a", None),
    ]


def test_columns_become_rows_and_empty_cells_no_candidates(home: Home) -> None:
    rule = PAID | {
        "when": {"amount": "present"},
        "id": "{no}/{shop}",
        "subject": "payment/{no}-{shop}",
        "fields": {"payment_id": "no", "amount": {"column": "amount", "currency": "EUR"}},
    }
    table = "no,Nord,Süd,\n1,1.50,2,\n2,,3,\n3,,,\n"
    counts = ingest(
        home,
        table,
        rule,
        unpivot={"columns": ["Nord", "Süd"], "name": "shop", "value": "amount"},
    )
    assert home.rows("billing", "event_id, amount_minor") == [
        ("1/Nord", 150),
        ("1/Süd", 200),
        ("2/Süd", 300),
    ]
    assert (counts["read"], counts["unused"]) == (4, 1)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"n": {"above": 0}}, ["a", "d"]),
        ({"n": {"below": 0.5}}, ["b", "c"]),
        ({"n": {"above": 0, "below": 5}}, ["d"]),
        ({"n": {"not": "7"}}, ["b", "c", "d", "e"]),
        ({"n": {"not": ["7", "0"]}}, ["c", "d", "e"]),
        ({"n": {"sign": "negative"}}, ["c"]),
        ({"n": {"sign": "positive"}}, ["a", "b", "d"]),
    ],
)
def test_a_condition_compares(condition: dict[str, Any], expected: list[str], home: Home) -> None:
    table = "call,at,n\n" + "".join(
        f"{call},2026-03-01 10:00:00,{n}\n"
        for call, n in (("a", "7"), ("b", "0"), ("c", "-2"), ("d", "0.5"), ("e", ""))
    )
    ingest(home, table, ENDED | {"when": condition})
    assert home.rows(columns="contact_id") == [(call,) for call in expected]


def test_amounts_are_read_in_either_spelling_and_never_guessed(home: Home) -> None:
    amount = {"column": "sum", "currency": "EUR", "decimal": ","}
    rule = PAID | {"fields": {"payment_id": "no", "amount": amount}}
    cells = (
        "1.234,50",
        "1234,5",
        "12,50-",
        "-0,01",
        "1234.50",
        "1.23",
        "1,2,3",
        "12-,5",
        "0,00049",
    )
    table = "no;sum\n" + "".join(f"{n};{cell}\n" for n, cell in enumerate(cells))
    ingest(home, table, rule)
    assert home.rows("billing", "event_id, amount_minor") == [
        ("0", 123450),
        ("1", 123450),
        ("2", -1250),
        ("3", -1),
    ]
    assert [(code, line) for code, _, line in home.reasons()] == [
        ("bad_money", line) for line in (6, 7, 8, 9, 10)
    ]


def test_what_went_out_is_negative_however_it_was_signed(home: Home) -> None:
    rule = PAID | {
        "type": "refund.issued",
        "subject": "refund/{no}",
        "fields": {
            "refund_id": "no",
            "payment_id": {"const": "p"},
            "amount": {"column": "sum", "currency": "EUR", "negative": True},
        },
    }
    ingest(home, "no,sum\n1,5.00\n2,-5.00\n3,5.00-\n4,0\n", rule)
    assert home.rows("billing", "event_id, amount_minor") == [("1", -500), ("2", -500), ("3", -500)]
    assert home.reasons() == [("refund_not_negative", "data.amount", 5)]


def test_parties_follow_their_condition_and_the_actor_its_columns(home: Home) -> None:
    parties = [
        {"id_type": "phone", "column": "from", "when": {"way": "in"}},
        {"id_type": "phone", "column": "to", "when": {"way": "out"}},
    ]
    rule = ENDED | {"actor": {"type": "agent", "id": "who", "team": "team"}}
    table = (
        "call,at,way,from,to,who,team\n1,2026-03-01 10:00:00,in,+493012345678,+498912345678,7,A\n"
        "2,2026-03-01 10:00:00,out,+498912345678,+493012345678,,\n"
    )
    ingest(home, table, rule, parties=parties)
    rows = home.rows(columns="party_hash, actor_type, actor_team, actor_ref_hash is not null")
    assert [row[1:] for row in rows] == [("agent", "A", True), ("agent", None, False)]
    assert rows[0][0] == rows[1][0] is not None


def test_an_old_encoding_is_read_and_a_byte_it_does_not_know_rejects_its_row(home: Home) -> None:
    rule = ENDED | {"fields": {"contact_id": "Anruf-Nr", "wrapup_code": "Schlüssel"}} | {
        "id": "{Anruf-Nr}", "subject": "contact/{Anruf-Nr}"
    }  # fmt: skip
    head = "Anruf-Nr;at;Schlüssel\n1;2026-03-01 10:00:00;Größe €\n".encode("cp1252")
    broken = b"2;2026-03-01 10:00:00;\x81\n"
    ingest(home, head + broken, rule, table={"encoding": "cp1252"})
    assert home.rows(columns="contact_id, wrapup_code") == [("1", "Größe €")]
    assert home.reasons() == [("bad_encoding", "", 3)]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unit": ({"columns": {"x": {"seconds": "a", "unit": "sec"}}}, "'columns.x.unit' is no unit"),
    "kind": ({"columns": {"x": {"unit": "s"}}}, "'columns.x' needs one of first_of"),
    "no column": ({"columns": {"x": {"first_of": []}}}, "'columns.x.first_of' must name a column"),
    "columns": ({"columns": ["x"]}, "'columns' must name new columns"),
    "unpivot": ({"unpivot": {"name": "n"}}, "'unpivot' needs either 'keep' or 'columns'"),
    "comparison": (
        {"events": [ENDED | {"when": {"a": {"abov": 1}}}]},
        "'events[0].when.a.abov' is unknown: did you mean 'above'?",
    ),
    "number": (
        {"events": [ENDED | {"when": {"a": {"above": "1"}}}]},
        "'events[0].when.a.above' must be a number",
    ),
    "sign": (
        {"events": [ENDED | {"when": {"a": {"sign": "minus"}}}]},
        "'events[0].when.a.sign' must be negative or positive",
    ),
    "actor": (
        {"events": [ENDED | {"actor": {"type": "robot"}}]},
        "'events[0].actor.type' is no actor: did you mean 'bot'?",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_section_is_told_in_one_sentence(name: str, home: Home, tmp_path: Path) -> None:
    changes, sentence = WRONG[name]
    path = tmp_path / "m.yaml"
    path.write_text(yaml.safe_dump({"source": "/t", "events": [ENDED]} | changes), "utf-8")
    with pytest.raises(MappingError) as caught:
        read(path)
    assert sentence in str(caught.value)


def test_a_column_of_a_computed_one_must_be_in_the_table(home: Home) -> None:
    columns = {"total": {"seconds": ["talk", "hold"]}}
    rule = ENDED | {"fields": {"contact_id": "call", "talk_s": "total"}}
    with pytest.raises(MappingError, match="column 'hold' is not in"):
        ingest(home, "call,at,talk\n1,2026-03-01 10:00:00,5\n", rule, columns=columns)


def test_an_encoding_that_nobody_knows_is_told(home: Home) -> None:
    from ingestion.inputs import InputError

    with pytest.raises(InputError, match="no text encoding is called ansi-de"):
        ingest(home, "call,at\n1,2026-03-01 10:00:00\n", ENDED, table={"encoding": "ansi-de"})
