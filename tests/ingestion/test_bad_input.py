"""Bad input ends in quarantine with its reason, and the good lines of the same file are kept."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from ingestion import inputs
from tests.ingestion.conftest import Home, event, message


def _linked(path: str) -> dict[str, Any]:
    return event(9, data={"source_url": f"https://desk.example{path}"})


BAD_EVENTS: dict[str, tuple[Any, str, str]] = {
    "unknown type": (event(9, type="case.teleported"), "unknown_type", "type"),
    "missing field": (event(9, data={"channel": None}), "missing_field", "data.channel"),
    "missing id": (event(9, id=None), "missing_field", "id"),
    "text for a number": (message(9, text_length="12"), "wrong_type", "data.text_length"),
    "fraction for an integer": (message(9, text_length=1.7), "wrong_type", "data.text_length"),
    "true for an integer": (message(9, text_length=True), "wrong_type", "data.text_length"),
    "integer above 2^53": (message(9, text_length=2**53 + 1), "wrong_type", "data.text_length"),
    "negative length": (message(9, text_length=-1), "wrong_type", "data.text_length"),
    "text for a boolean": (message(9, is_public="true"), "wrong_type", "data.is_public"),
    "number for a boolean": (message(9, is_public=1), "wrong_type", "data.is_public"),
    "object for a text": (event(9, data={"case_id": {"a": 1}}), "bad_text", "data.case_id"),
    "number for a text": (event(9, data={"case_id": 12}), "bad_text", "data.case_id"),
    "list for a text": (event(9, data={"queue": ["a"]}), "bad_text", "data.queue"),
    "e-mail in an id": (event(9, data={"case_id": "anna@example.com"}), "bad_text", "data.case_id"),
    "e-mail in an id as a URL writes it": (
        event(9, data={"case_id": "anna%40example.com"}),
        "bad_text",
        "data.case_id",
    ),
    "telephone number as an id": (
        event(9, data={"case_id": "+49301234567"}),
        "bad_text",
        "data.case_id",
    ),
    "telephone number as a subject": (event(9, subject="case/+49301234567"), "bad_text", "subject"),
    "telephone number in an event's id": (event(9, id="+49301234567/opened"), "bad_text", "id"),
    "e-mail in a link": (_linked("/cases?by=anna%2540example.com"), "bad_text", "data.source_url"),
    "telephone number in a link": (
        _linked("/cases?tel=%2B49301234567"),
        "bad_text",
        "data.source_url",
    ),
    "telephone number in a link's path": (
        _linked("/people/+49301234567"),
        "bad_text",
        "data.source_url",
    ),
    "prose in a code": (
        event(9, data={"reason_code": "the parcel never came to my house"}),
        "bad_text",
        "data.reason_code",
    ),
    "unlisted word": (event(9, data={"channel": "pigeon"}), "enum", "data.channel"),
    "time without zone": (event(9, time="2026-05-01T10:00:00"), "time_without_zone", "time"),
    "no time at all": (event(9, time="yesterday Z"), "time_without_zone", "time"),
    "impossible time": (event(9, time="2026-13-01T10:00:00Z"), "bad_time", "time"),
    "number for a time": (event(9, time=1777622400), "bad_time", "time"),
    "recorded in the future": (
        event(9, recordedtime="2026-06-01T12:06:00Z"),
        "recorded_in_future",
        "recordedtime",
    ),
    "occurred after recorded": (
        event(9, time="2026-05-01T10:10:00Z"),
        "occurred_after_recorded",
        "time",
    ),
    "other specversion": (event(9, specversion="0.3"), "bad_specversion", "specversion"),
    "subject of another type": (event(9, subject="order/zd-9"), "subject", "subject"),
    "unknown major version": (
        event(9, dataschema="https://waypost.example/case.opened/7"),
        "unknown_version",
        "dataschema",
    ),
    "data is no object": (event(9) | {"data": "text"}, "wrong_type", "data"),
    "party without type": (
        event(9, data={"party_refs": [{"id": "a@example.com"}]}),
        "party_refs",
        "data.party_refs",
    ),
    "party as object": (
        event(9, data={"party_refs": {"id_type": "email", "id": "a@example.com"}}),
        "party_refs",
        "data.party_refs",
    ),
    "actor of no type": (event(9, data={"actor": {"type": "ghost"}}), "actor", "data.actor"),
    "retracted without amends": (event(9, retracted=True), "missing_field", "amends"),
    "a key twice": (
        json.dumps(event(9)).replace('"channel"', '"channel": "phone", "channel"'),
        "double_key",
        "",
    ),
    "a bare word for a time": (
        json.dumps(event(9)).replace('"2026-05-01T10:00:00Z"', "-Infinity"),
        "bad_time",
        "time",
    ),
    "two events in a line": (json.dumps(event(9)) + json.dumps(event(8)), "not_json", ""),
    "broken JSON": ('{"id": "a", ', "not_json", ""),
    "an array in a line": ("[1, 2]", "not_json", ""),
    "a bare number": ("12", "not_json", ""),
}


@pytest.mark.parametrize("name", BAD_EVENTS)
def test_a_bad_event_is_quarantined_with_its_reason(name: str, ingest_lines: Any) -> None:
    bad, code, path = BAD_EVENTS[name]
    counts, reasons = ingest_lines([event(1), bad, event(2)])
    assert (counts["appended"], counts["quarantined"]) == (2, 1)
    assert reasons == [(code, path, 2)]


def test_money_needs_whole_minor_units_and_a_known_currency(home: Home) -> None:
    def payment(number: int, amount: Any) -> dict[str, Any]:
        return event(number) | {
            "id": f"p-{number}",
            "type": "payment.succeeded",
            "subject": f"payment/p-{number}",
            "data": {"payment_id": f"p-{number}", "amount": amount},
        }

    amounts = [
        {"minor": 1250, "currency": "EUR"},
        {"minor": 12.5, "currency": "EUR"},
        {"minor": "1250", "currency": "EUR"},
        {"minor": 1250, "currency": "XXL"},
        {"minor": 1250},
        1250,
    ]
    file = home.write("billing/p.jsonl", [payment(n, a) for n, a in enumerate(amounts)])
    assert home.ingest(file)["appended"] == 1
    assert home.reasons() == [("bad_money", "data.amount", line) for line in (2, 3, 4, 5, 6)]
    assert home.rows("billing", "amount_minor, amount_currency") == [(1250, "EUR")]


def test_gross_is_net_plus_tax_within_one_minor_unit(home: Home) -> None:
    def invoice(number: int, gross: int) -> dict[str, Any]:
        def money(minor: int) -> dict[str, Any]:
            return {"minor": minor, "currency": "EUR"}

        return event(number) | {
            "id": f"i-{number}",
            "type": "invoice.issued",
            "subject": f"invoice/i-{number}",
            "data": {
                "invoice_id": f"i-{number}",
                "number": f"R{number}",
                "type_code": "380",
                "issue_date": "2026-05-01",
                "due_date": "2026-05-15",
                "net": money(10000),
                "tax": money(1900),
                "gross": money(gross),
                "amount_due": money(gross),
            },
        }

    home.ingest(
        home.write("billing/i.jsonl", [invoice(n, g) for n, g in enumerate((11900, 11901, 11902))])
    )
    assert home.reasons() == [("gross_mismatch", "data.gross", 3)]


def test_signs_that_are_no_address_stay(home: Home) -> None:
    data = {"queue": "sales+service", "case_id": "zd-1", "brand": "50%", "reason_code": "+12"}
    link = {"source_url": "https://desk.example/cases/1?q=late%20parcel&sort=+date"}
    assert home.ingest(home.write("contact/a.jsonl", [event(1, data=data | link)]))["appended"] == 1
    assert home.rows(columns="queue, brand, reason_code") == [("sales+service", "50%", "+12")]


def test_an_empty_file_reads_nothing(home: Home) -> None:
    counts = home.ingest(home.write("contact/empty.jsonl", b""))
    assert not any(counts.values())


def test_empty_lines_are_not_read_and_do_not_shift_line_numbers(home: Home) -> None:
    lines = ["", json.dumps(event(1)), "", "   ", "broken", json.dumps(event(2)), ""]
    counts = home.ingest(home.write("contact/gaps.jsonl", "\n".join(lines) + "\n"))
    assert counts["read"] == 3
    assert home.reasons() == [("not_json", "", 5)]


def test_a_binary_file_is_one_candidate(home: Home) -> None:
    counts = home.ingest(home.write("contact/photo.jsonl", bytes(range(256)) * 40))
    assert (counts["read"], counts["quarantined"]) == (1, 1)
    assert home.reasons() == [("binary_file", "", 1)]


def test_a_truncated_gzip_keeps_its_whole_lines(home: Home) -> None:
    whole = gzip.compress("".join(json.dumps(event(n)) + "\n" for n in range(5000)).encode())
    counts = home.ingest(home.write("contact/cut.jsonl.gz", whole[: len(whole) // 2]))
    assert counts["appended"] > 100
    assert counts["quarantined"] == 1
    assert home.reasons()[0][0] == "truncated_gzip"


def test_of_a_damaged_gzip_only_what_its_checksum_covers_is_taken(home: Home) -> None:
    """A flipped bit leaves lines that are whole, valid and wrong."""
    sound = gzip.compress((json.dumps(event(0)) + "\n").encode())
    damaged = bytearray(
        gzip.compress("".join(json.dumps(event(n)) + "\n" for n in range(1, 5000)).encode())
    )
    damaged[len(damaged) // 2] ^= 1
    counts = home.ingest(home.write("contact/a.jsonl.gz", sound + bytes(damaged)))
    assert (counts["appended"], counts["quarantined"]) == (1, 1)
    assert home.reasons() == [("truncated_gzip", "", 2)]
    damaged[len(damaged) // 2] ^= 1
    damaged[-6] ^= 1  # of the checksum itself
    counts = home.ingest(home.write("contact/b.jsonl.gz", bytes(damaged)))
    assert (counts["appended"], counts["quarantined"]) == (0, 1)


def test_a_line_above_16_mib_is_left_out_alone(home: Home) -> None:
    huge = json.dumps(event(5, data={"queue": "x" * (50 * 2**20)}))
    counts = home.ingest(home.write("contact/huge.jsonl", [event(1), huge, event(2)]))
    assert (counts["appended"], counts["quarantined"]) == (2, 1)
    assert home.reasons() == [("line_too_long", "", 2)]


def test_invalid_utf8_is_quarantined(home: Home) -> None:
    good = json.dumps(event(1)).encode()
    bad = json.dumps(event(2)).encode().replace(b"zd-2", b"zd-\xff\xfe")
    counts = home.ingest(home.write("contact/latin.jsonl", good + b"\n" + bad + b"\n"))
    assert (counts["appended"], counts["quarantined"]) == (1, 1)
    assert home.reasons() == [("not_json", "", 2)]


def test_a_path_that_is_not_there_is_an_error(home: Home) -> None:
    with pytest.raises(inputs.InputError, match="does not exist"):
        home.ingest(home.path / "nowhere.jsonl")


def test_a_table_without_a_mapping_is_an_error(home: Home) -> None:
    with pytest.raises(inputs.InputError, match="--mapping"):
        home.ingest(home.write("contact/t.csv", "ticket,created\n1,2026-03-01\n"))


def test_a_broken_line_keeps_its_place(home: Any) -> None:
    for number in range(5):  # a join of lines and types put it first four times out of five
        lines = [json.dumps(event(n)) for n in range(19)]
        lines.insert(17, "{broken")
        counts = home.ingest(
            home.write(f"contact/{number}.jsonl", "\n".join(lines) + "\n" * number)
        )
        assert counts["quarantined"] == 1
    assert [line for _, _, line in home.reasons()] == [18] * 5
