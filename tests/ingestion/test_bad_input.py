"""Bad input ends in quarantine with its reason, and the good lines of the same file are kept."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from ingestion import documents, inputs, rejects
from tests.ingestion.conftest import Home, event, message

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


def test_a_broken_array_keeps_the_elements_before_the_break(home: Home) -> None:
    text = json.dumps([event(1), event(2)], indent=1)[:-2] + ', {"id": '
    counts = home.ingest(home.write("contact/array.json", text))
    assert (counts["appended"], counts["quarantined"]) == (2, 1)
    assert home.reasons()[0][0] == "broken_array"


def test_a_broken_array_is_read_a_stretch_at_a_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elements keep their text (here a key named twice), and places are bytes of the file."""
    elements = [json.dumps(event(n, source="/süd"), indent=1, ensure_ascii=False) for n in range(9)]
    elements[4] = elements[4].replace('"id"', '"id": "zd-0", "id"', 1)
    whole = "[\r\n" + ",\r\n".join(elements)
    found = []
    for stretch in (64, 8 * 2**20):
        monkeypatch.setattr(documents, "_STRETCH", stretch)
        home.write("work/array.json", whole + ', {"id": "ä')
        lines = inputs.json_lines(home.path / "landing/work/array.json", home.path)
        assert lines.rejected == [(10, len(whole.encode()) + 2, "broken_array")]
        found.append(lines.path.read_bytes())
    assert found[0] == found[1]
    assert [json.loads(line)["id"] for line in found[0].splitlines()] == [
        event(n)["id"] for n in range(9)
    ]
    counts = home.ingest(home.write("contact/array.json", whole + ', {"id": "ä'))
    assert (counts["appended"], counts["quarantined"]) == (8, 2)
    assert [code for code, *_ in home.reasons()] == ["double_key", "broken_array"]


@pytest.mark.parametrize(
    ("text", "elements", "broken"),
    [
        ('[{"id":1},{"id":2}', ['{"id":1}', '{"id":2}'], (3, 18)),
        ('[\n {"id":1},\n {"id":2}\n', ['{"id":1}', '{"id":2}'], (3, 23)),
        ('[{"id":1},{"id":', ['{"id":1}'], (2, 10)),
        ('[1.5,-12.25e3,{"id":2}, x', ["1.5", "-12.25e3", '{"id":2}'], (4, 24)),
        ("[", [], (1, 1)),
    ],
)
def test_an_array_is_kept_up_to_its_break_wherever_a_stretch_ends(
    text: str, elements: list[str], broken: tuple[int, int], tmp_path: Path
) -> None:
    file, target = tmp_path / "array.json", tmp_path / "lines"
    file.write_text(text, "utf-8")
    for stretch in range(1, len(text) + 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(documents, "_STRETCH", stretch)
            assert documents.write_array(file, target) == [(*broken, "broken_array")]
        assert target.read_text("utf-8").splitlines() == elements


def test_an_element_above_16_mib_is_left_out_alone(home: Home) -> None:
    huge, bad = event(5, data={"queue": "x" * (40 * 2**20)}), event(6, type="nothing")
    text = json.dumps([event(1), huge, event(2), bad])
    counts = home.ingest(home.write("contact/huge.json", text))
    assert (counts["appended"], counts["quarantined"]) == (2, 2)
    assert home.reasons() == [("line_too_long", "", 2), ("unknown_type", "type", 4)]


def test_one_object_keeps_its_text(home: Home) -> None:
    """What a parser would put right is still seen: a key that is named twice."""
    text = json.dumps(event(1), indent=1).replace('"id"', '"id": "zd-0",\n "id"', 1)
    counts = home.ingest(home.write("contact/one.json", text))
    assert (counts["appended"], counts["quarantined"]) == (0, 1)
    assert [code for code, *_ in home.reasons()] == ["double_key"]


def test_rejected_lines_are_looked_at_in_batches_of_few_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five thousand lines of 60 KB at a time did not fit in the memory of an ingest."""
    monkeypatch.setattr(rejects, "_BATCH", 4)
    monkeypatch.setattr(rejects, "_BATCH_BYTES", 100_000)
    longest = rejects._LONGEST
    lengths = [10] * 9 + [longest] * 3 + [longest + 1] * 3 + [40_000] * 5
    slices = [*rejects._batches(np.array(lengths))]
    assert [n for part in slices for n in lengths[part]] == lengths
    assert max(len(lengths[part]) for part in slices) == 4
    shown = [sum(n for n in lengths[part] if n <= longest) for part in slices]
    assert max(shown) < 100_000 + longest
    assert [*rejects._batches(np.array([7]))] == [slice(0, 1)]


def test_the_shape_of_a_rejected_line_tells_no_value(home: Home) -> None:
    bad = event(9, type="nothing", data={"anna@example.com": 1, "note": "Anna Berg"})
    home.ingest(home.write("contact/shape.jsonl", [bad]))
    stored = b"".join(p.read_bytes() for p in (home.path / "quarantine").iterdir())
    assert b"anna" not in stored
    assert b"Berg" not in stored


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


def test_many_rejects_are_written_as_few(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked at and written a batch at a time, so that a file of nothing else fits in memory."""
    wrong = [event(n, time="never", data={"more": [n] * (n % 3)}) for n in range(1, 8)]
    told = []
    for batch in (5_000, 3):
        monkeypatch.setattr(rejects, "_BATCH", batch)
        home.ingest(home.write(f"contact/{batch}.jsonl", [*wrong, "{broken", " " * batch]))
        (file,) = (home.path / "quarantine").glob("*.parquet")
        with duckdb.connect() as con:
            columns = "* exclude (quarantine_id, input_key), split_part(quarantine_id, '-', 2)"
            told.append(
                con.execute(f"select {columns} from read_parquet(?)", [str(file)]).fetchall()
            )
        file.unlink()
    assert told[0] == told[1] and len(told[0]) == 8
    assert [row[-1] for row in told[1]] == [str(n) for n in range(8)]
