"""Part files: sealed with their checksum, and those of the first release that have none."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion import log, parts
from tests.ingestion.conftest import Home, event
from tests.ingestion.people import ADA, refs


def test_a_part_is_named_by_its_checksum(home: Home) -> None:
    home.ingest(home.write("contact/a.jsonl", [event(1)]))
    (part,) = log.file_uris(home.path / "log", "contact")
    assert parts.promised(part) == parts.checksum(Path(part))
    assert parts.damage(Path(part), Path(part).stat().st_size, deep=True) is None


def test_a_part_has_the_types_of_the_log(home: Home) -> None:
    """Words of closed lists are written from a type of DuckDB's own, which no reader must meet."""
    told = {"party_refs": refs(("email", ADA)), "priority": "high"}
    home.ingest(home.write("contact/a.jsonl", [event(1, data=told)]))
    (part,) = log.file_uris(home.path / "log", "contact")
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        wanted = con.sql(log.typed_empty("contact")).to_arrow_table().schema
    found = pq.read_schema(part)
    names = {*found.names} - {"key_prefix"}
    assert {"event_type", "priority", "party_refs", "input_key"} <= names
    assert {name: found.field(name).type for name in names} == {
        name: wanted.field(name).type for name in names
    }


@pytest.mark.parametrize("deep", [False, True])
def test_damage_is_found(deep: bool, home: Home) -> None:
    home.ingest(home.write("contact/a.jsonl", [event(1)]))
    part = Path(log.file_uris(home.path / "log", "contact")[0])
    whole = part.read_bytes()
    part.write_bytes(whole[:-10])
    assert "bytes where" in str(parts.damage(part, len(whole), deep=deep))
    assert parts.damage(part, None, deep=deep) == "is no whole Parquet file"
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 1
    part.write_bytes(flipped)
    assert bool(parts.damage(part, len(whole), deep=deep)) == deep
    part.unlink()
    assert parts.damage(part, len(whole), deep=deep) == "is missing"


def test_events_in_a_part_of_the_first_release_are_known(home: Home) -> None:
    home.ingest(home.write("contact/a.jsonl", [event(n) for n in range(3)]))
    table = log.open_table(home.path / "log", "contact")
    part = Path(table.file_uris()[0])
    old = part.with_name(f"part-00000001-{'a' * 12}-{'b' * 12}.parquet")
    with duckdb.connect() as con:
        con.execute(f"copy (select * exclude (key_prefix) from '{part}') to '{old}'")
    commit = part.parent / "_delta_log" / f"{1:020d}.json"
    text = commit.read_text("utf-8").replace(part.name, old.name)
    commit.write_text(text.replace(f'"size":{part.stat().st_size}', f'"size":{old.stat().st_size}'))
    part.unlink()
    assert not parts.is_sealed(old)

    changed = event(2, data={"channel": "phone"})
    counts = home.ingest(home.write("contact/b.jsonl", [event(1), changed, event(3)]))
    assert (counts["appended"], counts["duplicates"], counts["quarantined"]) == (1, 1, 1)
    assert len(home.live()) == 4
