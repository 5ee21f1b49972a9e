"""`waypost doctor`: each kind of damage is found, named and, where that can be, repaired."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from ingestion import log, receipts
from tests.ingestion.conftest import event
from tests.ingestion.people import ADA, case, hash_of, refs
from waypost import built, erasure, upkeep
from waypost.cli import cli
from waypost.settings import Settings


@pytest.fixture
def settings(waypost_home: Path) -> Settings:
    """A home with two files in its log, the second with a line in quarantine."""
    settings = Settings.from_environment()
    settings.create()
    for name, numbers in (("a", range(4)), ("b", range(4, 8))):
        lines = [json.dumps(event(number)) for number in numbers] + ["{"] * (name == "b")
        (settings.landing / "contact" / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    waypost("ingest", str(settings.landing / "contact"))
    assert doctor() == (0, {"findings": [], "repaired": []})
    return settings


def waypost(*arguments: str) -> Any:
    result = CliRunner().invoke(cli, [*arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def doctor(*options: str) -> tuple[int, Any]:
    result = waypost("doctor", "--json", *options)
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def kinds(report: Any, key: str = "findings") -> list[str]:
    return [one["kind"] for one in report[key]]


def events(settings: Settings) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        return con.execute(
            "select event_id, payload_hash, input_key, recorded_at from read_parquet(?)"
            " order by event_id",
            [log.file_uris(settings.log, "contact")],
        ).fetchall()


def part(settings: Settings, number: int = 0) -> Path:
    return log.parts(settings.log, "contact")[number].path


def flip(path: Path) -> None:
    """Change one bit of a file, as a bad disk does."""
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(("spoil", "look"), [(flip, ["--deep"]), (cut, []), (Path.unlink, [])])
def test_a_damaged_part_is_named_and_read_again_from_landing(
    spoil: Any, look: list[str], settings: Settings
) -> None:
    before, damaged = events(settings), part(settings)
    spoil(damaged)
    code, report = doctor(*look)
    assert (code, kinds(report)) == (1, ["part_damaged"])
    assert damaged.name in report["findings"][0]["problem"]
    code, report = doctor("--repair", *look)
    assert (code, kinds(report, "repaired")) == (0, ["part_damaged"])
    assert events(settings) == before
    assert doctor("--deep")[0] == 0


def test_a_damaged_part_whose_input_is_gone_stays_named(settings: Settings) -> None:
    cut(part(settings))
    (settings.landing / "contact" / "a.jsonl").unlink()
    code, report = doctor("--repair")
    assert (code, kinds(report)) == (1, ["part_damaged"])
    assert len(log.parts(settings.log, "contact")) == 2


def test_a_damaged_part_with_rows_of_the_erased_stays_for_nothing_brings_them_back(
    settings: Settings,
) -> None:
    file = settings.landing / "contact" / "c.jsonl"
    file.write_text(json.dumps(case(90, refs(("email", ADA)))), "utf-8")
    waypost("ingest", str(file))
    waypost("compact", "--min-parts", "2")
    erasure.erase(settings, hash_of(settings), now=datetime.now(UTC), salt="0" * 64)
    assert not file.exists() and len(log.parts(settings.log, "contact")) == 1
    flip(part(settings))
    code, report = doctor("--repair", "--deep")
    assert (code, kinds(report)) == (1, ["part_damaged"])
    assert sum(one.rows for one in log.parts(settings.log, "contact")) == 9


def test_a_damaged_compacted_part_gives_way_to_what_it_was_made_from(settings: Settings) -> None:
    before = events(settings)
    waypost("compact", "--min-parts", "2")
    flip(part(settings))
    for name in ("a", "b"):
        (settings.landing / "contact" / f"{name}.jsonl").unlink()
    code, _ = doctor("--repair", "--deep")
    assert code == 0
    assert events(settings) == before
    assert len(log.parts(settings.log, "contact")) == 2


@pytest.mark.parametrize("command", [["build"], ["check", "log"], ["compact", "--min-parts", "2"]])
def test_a_damaged_part_is_never_read_silently(command: list[str], settings: Settings) -> None:
    flip(part(settings))
    result = waypost(*command)
    assert result.exit_code == 1
    assert part(settings).name in result.output
    assert "waypost doctor" in result.output


def test_an_ingest_refuses_a_truncated_part(settings: Settings) -> None:
    cut(part(settings))
    more = settings.landing / "contact" / "c.jsonl"
    more.write_text(json.dumps(event(9)), "utf-8")
    result = waypost("ingest", str(more))
    assert result.exit_code == 1
    assert part(settings).name in result.output


def test_a_part_is_verified_once_until_it_is_touched(settings: Settings) -> None:
    upkeep.verify_parts(settings)
    stamps = json.loads((settings.runs / "verified.json").read_text("utf-8"))
    assert sorted(stamps) == [one.path.name for one in log.parts(settings.log, "contact")]
    flip(part(settings))
    with pytest.raises(Exception, match="another checksum"):
        upkeep.verify_parts(settings)


def test_what_a_killed_process_leaves_is_swept(settings: Settings) -> None:
    leftovers = [
        settings.log / "contact" / part(settings).name.replace("-0000000", "-9000000"),
        settings.log / "inputs" / "x.77.tmp",
        settings.log / "inputs" / ".x.json.77.part",
        settings.quarantine / "x.tmp",
        settings.quarantine / ".x.parquet.77.part",
        settings.serving / ".serving.duckdb.77",
        settings.log / ".work" / "tmpdead" / "part.parquet",
        settings.landing / ".work" / "tmpdead" / "unpacked.jsonl",
    ]
    for path in leftovers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PAR1")
    code, report = doctor()
    assert (code, len(report["findings"])) == (0, len(leftovers))
    code, report = doctor("--repair")
    assert (code, len(report["repaired"]), report["findings"]) == (0, len(leftovers), [])
    assert not any(path.exists() for path in leftovers)


@pytest.mark.parametrize("state", ["missing", "torn"])
def test_a_receipt_that_is_not_whole_is_written_again(state: str, settings: Settings) -> None:
    before, key = events(settings), receipts.names(settings.log)[0]
    path = receipts.path_of(settings.log, key)
    if state == "missing":
        path.unlink()
    else:
        path.write_text('{"input_key"', "utf-8")
    code, report = doctor()
    assert code == 1
    assert f"receipt_{'missing' if state == 'missing' else 'unreadable'}" in kinds(report)
    assert doctor("--repair")[0] == 0
    assert (receipts.read(settings.log, key) or {})["input_key"] == key
    assert events(settings) == before


def test_a_receipt_that_cannot_be_read_is_told_in_a_sentence(settings: Settings) -> None:
    person = case(7002, refs(("email", ADA)))
    (settings.landing / "contact" / "c.jsonl").write_text(json.dumps(person), "utf-8")
    waypost("ingest", str(settings.landing / "contact"))
    for key in receipts.names(settings.log):
        receipts.path_of(settings.log, key).write_text('{"input_key"', "utf-8")
    for asked in (
        ["ingest", str(settings.landing / "contact")],
        ["erase", "--hash", hash_of(settings)],
    ):
        result = waypost(*asked)
        assert result.exit_code == 1
        assert "cannot be read: run `waypost doctor --repair`" in result.stderr
    assert doctor("--repair")[0] == 0
    assert waypost("erase", "--hash", hash_of(settings)).exit_code == 0
    assert not (settings.landing / "contact" / "c.jsonl").exists()


@pytest.mark.parametrize(
    ("last", "known"), [("}", 12), ('"key_count": 12,', 12), ('"key_count": 1', 3), ("old", 1)]
)
def test_how_many_keys_had_sealed_an_input_outlives_its_receipt(
    last: str, known: int, settings: Settings
) -> None:
    """Whole, or cut off after the number; one cut off itself tells nothing, an old receipt one."""
    key = receipts.names(settings.log)[0]
    path = receipts.path_of(settings.log, key)
    text = path.read_text("utf-8").replace('"key_count": 1', '"key_count": 12')
    if last == "old":
        path.write_text(text.replace('"key_count": 12, ', ""), "utf-8")
    else:
        path.write_text(text[: text.rindex(last) + len(last)], "utf-8")
    receipts.forget(settings.log, key)
    assert receipts.key_count(settings.log, key, 3) == known


def test_a_damaged_quarantine_file_is_written_again(settings: Settings) -> None:
    (file,) = settings.quarantine.glob("*.parquet")
    cut(file)
    assert kinds(doctor()[1]) == ["quarantine_damaged"]
    assert doctor("--repair")[0] == 0
    with duckdb.connect() as con:
        assert con.execute("select count(*) from read_parquet(?)", [str(file)]).fetchone() == (1,)


@pytest.mark.parametrize("left", [0, 3, -20, -9])
@pytest.mark.parametrize(
    "command", [["build"], ["quarantine", "list"], ["quarantine", "discard", "--code", "not_json"]]
)
def test_half_a_quarantine_file_is_told_in_a_sentence(
    command: list[str], left: int, settings: Settings
) -> None:
    (file,) = settings.quarantine.glob("*.parquet")
    file.write_bytes(file.read_bytes()[:left])
    asked = [*command, *(["--reason", "a test"] if "discard" in command else [])]
    result = waypost(*asked)
    assert result.exit_code == 1
    assert f"Error: The quarantine file {file} cannot be read: run `waypost doctor" in result.stderr


@pytest.mark.parametrize("option", ["--deep", "--repair"])
def test_a_home_that_is_not_there_is_found_and_not_made(option: str, waypost_home: Path) -> None:
    code, report = doctor(option)
    assert (code, kinds(report), report["repaired"]) == (1, ["home_missing"], [])
    assert str(waypost_home) in report["findings"][0]["problem"]
    assert not waypost_home.exists()


def test_a_serving_copy_that_is_not_its_manifest_is_found(settings: Settings) -> None:
    with duckdb.connect(str(settings.serving_copy)) as con:
        con.execute("create table cases as select 1 as case_id")
        con.execute("create table manifest as select '{\"cases\": 2}' as row_counts")
    code, report = doctor()
    assert (code, kinds(report)) == (1, ["serving_differs"])
    assert "1 rows in cases where its manifest says 2" in report["findings"][0]["problem"]


def test_a_warehouse_whose_build_did_not_end_is_told_unless_it_is_under_way(
    settings: Settings,
) -> None:
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("create schema log; create table log.build as select 'one' as build_id")
    code, report = doctor("--repair")
    assert (code, kinds(report), report["repaired"]) == (0, ["build_unfinished"], [])
    assert settings.warehouse.exists()
    told = waypost("doctor").stdout
    assert "leftover  build_unfinished" in told and "Run `waypost build`" in told
    assert upkeep.check_files(settings) == {"leftovers": 1}
    with ThreadPoolExecutor(1) as others, built.lock(settings):
        assert others.submit(upkeep.examine, settings, deep=False).result() == []
    built.write(settings, {"build_id": "another", "failures": []})
    assert kinds(doctor()[1]) == ["build_unfinished"]
    built.write(settings, {"build_id": "one", "failures": []})
    assert doctor() == (0, {"findings": [], "repaired": []})
    cut(settings.warehouse)
    code, report = doctor()
    assert (code, kinds(report)) == (0, ["build_unfinished"])
    assert "cannot be read" in report["findings"][0]["problem"]


def test_commits_that_cannot_be_read_are_named(settings: Settings) -> None:
    commit = settings.log / "contact" / "_delta_log" / f"{1:020d}.json"
    commit.write_text("{", "utf-8")
    code, report = doctor()
    assert code == 1
    assert kinds(report)[0] == "table_unreadable"
