"""Files to deliveries to outcomes: forms of files, places, reasons; an adapter cannot stop it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.sources import exports, reader
from ingestion.sources.adapter import Delivery, Outcome, Snapshot, Unused, Wrong


class Notes:
    """A system whose payloads say what the adapter makes of them."""

    NAME, VERSION, ABOUT = "notes", "1", {"en": "Notes.", "de": "Notizen."}
    TOPICS: Mapping[str, tuple[str, ...] | Unused] = {"note/made": ("case.opened",)}
    TABLES = ("note",)

    def deliveries(self, document: Any, topic: str | None) -> Iterator[Delivery]:
        for note in document.get("notes", [document]):
            yield Delivery(topic or "?", note)

    def events(self, delivery: Delivery) -> Iterator[Outcome]:
        for said in delivery.payload["say"]:
            if said == "event":
                yield {"id": delivery.payload.get("id", "1"), "type": delivery.topic}
            elif said == "unused":
                yield Unused("topic not used: anna@example.org")
            elif said == "wrong":
                yield Wrong("bad_time", "created")
            elif said == "state":
                yield Snapshot("note/1", "2026-01-01T00:00:00Z", {"a": 1})
            elif said == "odd":
                yield {"id": float("nan")}
            else:
                raise KeyError("anna@example.org")

    def deliveries_of_tables(
        self, con: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]
    ) -> Iterator[Delivery]:
        exports.lay(con, "note", tables["note"], ["id", "color"])
        for row in exports.rows(con, "select * from note order by row_of_file"):
            assert row["color"] is None
            place = row["row_of_file"]
            assert isinstance(place, int)
            yield Delivery("note/made", {"say": ["event"], "id": row["id"]}, row=place)


def read(path: Path, **options: Any) -> tuple[list[dict[str, Any]], reader.Taken]:
    work = path.parent / "work"
    work.mkdir()
    taken = reader.read(path, Notes(), work, **options)
    return [json.loads(line) for line in taken.lines.path.read_text().splitlines()], taken


def landed(document: Any, **more: Any) -> dict[str, Any]:
    return {reader.LANDED: 1, "topic": "note/made", "document": document} | more


SAID = {"say": ["event"]}
FORMS = {
    "lone.json": json.dumps(SAID, indent=2).encode(),
    "array.json": json.dumps([SAID]).encode(),
    "lines.jsonl": json.dumps(SAID).encode() + b"\n\n",
    "lines.jsonl.gz": gzip.compress(json.dumps(SAID).encode()),
    "page.json": json.dumps({"notes": [SAID]}).encode(),
    "landed.jsonl": json.dumps(landed(SAID)).encode(),
    "landed_list.jsonl": json.dumps(landed([SAID])).encode(),
}


@pytest.mark.parametrize("name", FORMS)
def test_read_takes_every_form_of_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FORMS[name])
    events, taken = read(path, topic=None if "landed" in name else "note/made")
    assert events == [{"waypostrow": 1, "id": "1", "type": "note/made"}]
    assert (taken.unused, taken.rejected, taken.lines.rejected) == ({}, [], [])


def test_a_document_without_a_topic_is_what_its_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "note").mkdir()
    path = tmp_path / "note" / "made.json"
    path.write_text(json.dumps(SAID))
    assert read(path)[0][0]["type"] == "note/made"


def test_the_time_of_receipt_stands_in_for_the_time_of_telling(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(landed(SAID, received_at="2026-05-01T10:00:00Z")))
    assert read(path)[0][0]["recordedtime"] == "2026-05-01T10:00:00Z"


def test_every_outcome_is_counted_with_its_place_and_none_stops_the_rest(tmp_path: Path) -> None:
    lines = [
        landed({"say": ["event", "unused", "wrong", "odd", "crash"]}),
        "no json",
        landed(7),
        landed({"notes": []}),
        landed({"notes": "ab"}),
        landed({"say": []}),
        landed({"say": ["event"]}),
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    events, taken = read(path)
    assert [event["waypostrow"] for event in events] == [1, 7]
    assert taken.unused == {
        "topic not used: anna…example.org": 1,
        "no record in the delivery": 1,
        "nothing to tell: note/made": 1,
    }
    assert taken.rejected == [
        ("bad_time", "created", 1),
        ("bad_payload", "note/made", 1),
        ("bad_payload", "note/made: KeyError", 1),
        ("not_json", "", 2),
        ("not_json", "", 3),
        ("bad_payload", "note/made: TypeError", 5),
        ("bad_payload", "note/made: TypeError", 5),
    ]


def test_a_state_goes_through_the_differ(tmp_path: Path) -> None:
    class Twice:
        def outcomes(self, snapshot: Snapshot) -> Iterator[Outcome]:
            yield {"id": f"{snapshot.object_key}/a", "type": "x"}
            yield Unused("no change")

        def keep(self) -> None:
            raise AssertionError("the reader keeps nothing")

    path = tmp_path / "a.json"
    path.write_text(json.dumps({"say": ["state"]}))
    events, taken = read(path, differ=Twice())
    assert [event["id"] for event in events] == ["note/1/a"]
    assert taken.unused == {"no change": 1}


@pytest.mark.parametrize("name", ["note.csv", "NOTE_data.csv.gz", "export_note_data.csv"])
def test_a_folder_of_tables_is_one_input_with_the_rows_as_places(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    content = b"ID,more\n7,x\n8,\n"
    (folder / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    (folder / "other.csv").write_text("a\n1\n")
    events, taken = read(folder)
    assert [(event["id"], event["waypostrow"]) for event in events] == [("7", 2), ("8", 3)]
    assert taken.unused == {"table not used": 1}
    key = exports.input_key(folder)
    (folder / "other.csv").write_text("a\n2\n")
    assert exports.input_key(folder) != key


def test_a_broken_table_is_one_candidate_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "note.parquet"
    path.write_bytes(b"PAR1 nothing")
    _, taken = read(path)
    assert [(code, line) for code, _, line in taken.rejected] == [("bad_payload", 0)]


def test_a_row_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "note.csv"
    path.write_text("id,more\n7,x\n8,y,z\n9,\n")
    events, taken = read(path)
    assert [(event["id"], event["waypostrow"]) for event in events] == [("7", 2), ("9", 4)]
    assert taken.rejected == [("bad_row", "note", 3)]


def test_the_broken_rows_of_one_table_are_not_those_of_the_next(tmp_path: Path) -> None:
    for name, text in (("a", "id\n1\n2,x\n"), ("b", "id\n1\n2\n")):
        (tmp_path / f"{name}.csv").write_text(text)
    with duckdb.connect() as con:
        for name in ("a", "b"):
            exports.lay(con, name, tmp_path / f"{name}.csv", ["id"])
        assert exports.rejected(con) == [("a", 3, "bad_row")]
        assert [row["id"] for row in exports.rows(con, "from b")] == ["1", "2"]
