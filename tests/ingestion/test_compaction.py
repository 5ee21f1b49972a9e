"""Few parts of many: the same rows, the same past, beside appends, with damaged sources refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingestion import compaction, log, parts
from tests.ingestion.conftest import NOW, Home, event
from waypost import warehouse

AT = datetime(2026, 7, 1, tzinfo=UTC)
COLUMNS = "event_id, commit_no, payload_hash, input_key, occurred_at, case_id, channel"


def deliver(home: Home, files: int) -> None:
    """Overlapping files, a commit each an hour after the one before."""
    for number in range(files):
        events = [event(n) for n in range(3 * number, 3 * number + 4)]
        file = home.write(f"contact/{number}.jsonl", events)
        home.ingest(file, clock=lambda hours=number: NOW + timedelta(hours=hours))


def compact(home: Home, min_parts: int = 2) -> dict[str, int]:
    return compaction.compact(home.path / "log", at=AT, min_parts=min_parts)


def test_compaction_keeps_every_row(home: Home) -> None:
    deliver(home, 4)
    before = home.rows(columns=COLUMNS)
    assert compact(home) == {"parts_before": 4, "parts_after": 1, "events_rewritten": 13}
    assert home.rows(columns=COLUMNS) == before
    assert compact(home)["events_rewritten"] == 0
    (part,) = log.parts(home.path / "log", "contact")
    part.check(deep=True)


def test_a_domain_with_few_parts_is_left_alone(home: Home) -> None:
    deliver(home, 3)
    assert compact(home, min_parts=4)["events_rewritten"] == 0


def test_the_past_is_found_in_compacted_parts(home: Home) -> None:
    deliver(home, 4)
    compact(home)
    then = NOW + timedelta(hours=1, minutes=30)
    limit = warehouse.commit_limits(home.path / "log", then)["contact"]
    known = [number for _, number in home.rows(columns="event_id, commit_no") if number <= limit]
    assert (limit, len(known)) == (2, 7)


def test_events_in_compacted_parts_are_known(home: Home) -> None:
    deliver(home, 3)
    compact(home)
    changed = event(3, data={"channel": "phone"})
    counts = home.ingest(home.write("contact/late.jsonl", [event(1), event(99), changed]))
    assert (counts["appended"], counts["duplicates"], counts["quarantined"]) == (1, 1, 1)
    assert [number for number, *_ in log.commits(home.path / "log", "contact")][-1] == 5


def test_an_append_under_way_is_not_disturbed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compaction between the key check and the commit: nothing is read again, nothing lost."""
    from ingestion import merge, reading

    deliver(home, 3)
    begun: list[str] = []
    begin, commit = merge.begin, reading.Reading.commit

    def watched(
        con: duckdb.DuckDBPyConnection, folder: Path, domain: str, staging: Path
    ) -> merge.Merged:
        begun.append(domain)
        return begin(con, folder, domain, staging)

    def interrupted(self: reading.Reading, domain: str) -> merge.Merged:
        if domain == "contact":
            assert compact(home)["events_rewritten"] == 10
        return commit(self, domain)

    monkeypatch.setattr(merge, "begin", watched)
    monkeypatch.setattr(reading.Reading, "commit", interrupted)
    home.ingest(home.write("contact/more.jsonl", [event(2), event(50)]))
    assert begun.count("contact") == 1
    assert len(home.rows()) == len(home.live()) == 11


def test_replaced_files_stay_for_their_readers(home: Home) -> None:
    deliver(home, 3)
    old = [Path(uri) for uri in log.file_uris(home.path / "log", "contact")]
    compact(home)
    assert compaction.sweep(home.path / "log", before=AT) == 0
    assert all(path.exists() for path in old)
    assert compaction.sweep(home.path / "log", before=AT + timedelta(seconds=1)) == 3
    assert not any(path.exists() for path in old)
    assert len(home.live()) == 10


def test_a_damaged_part_is_not_blessed_with_a_new_checksum(home: Home) -> None:
    deliver(home, 3)
    part = Path(log.file_uris(home.path / "log", "contact")[0])
    content = bytearray(part.read_bytes())
    content[len(content) // 3] ^= 1
    part.write_bytes(content)
    with pytest.raises(parts.DamagedPartError, match=part.name):
        compact(home)
    assert len(log.file_uris(home.path / "log", "contact")) == 3
