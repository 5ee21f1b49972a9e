"""A home of its own for each test, and events written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import log, pipeline
from waypost.settings import Settings

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A sound case.opened; `data` in changes is merged into its data, None removes a key."""
    body: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"zd-{number}/opened",
        "source": "/helpdesk/test",
        "type": "case.opened",
        "subject": f"case/zd-{number}",
        "time": "2026-05-01T10:00:00Z",
        "recordedtime": "2026-05-01T10:01:00Z",
        "data": {
            "case_id": f"zd-{number}",
            "channel": "email",
            "direction": "in",
            "case_type": "info",
        },
    }
    body["data"] |= changes.pop("data", {})
    body |= changes
    body["data"] = {k: v for k, v in body["data"].items() if v is not None}
    return {k: v for k, v in body.items() if v is not None}


def message(number: int = 1, **data: Any) -> dict[str, Any]:
    """A sound contact.message_sent, the type with whole numbers and booleans."""
    body = event(
        number, id=f"m-{number}", type="contact.message_sent", subject=f"message/m-{number}"
    )
    body["data"] = {
        "message_id": f"m-{number}",
        "case_id": "zd-1",
        "author_role": "customer",
        "is_public": True,
        "is_automated": False,
        "text_length": 12,
    } | data
    return body


@dataclass
class Home:
    """A WAYPOST_HOME in a temporary folder."""

    path: Path

    def settings(self) -> Settings:
        """Its settings, once its folders are there; the secret lies beside the home."""
        found = Settings(home=self.path, secret_file=self.path.parent / "secret")
        found.create()
        return found

    def write(self, name: str, events: list[Any] | str | bytes) -> Path:
        target = self.path / "landing" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(events, bytes):
            target.write_bytes(events)
        elif isinstance(events, str):
            target.write_text(events, "utf-8")
        else:
            lines = (e if isinstance(e, str) else json.dumps(e, ensure_ascii=False) for e in events)
            target.write_text("\n".join(lines) + "\n", "utf-8")
        return target

    def ingest(self, *paths: Path, **options: Any) -> dict[str, int]:
        counts = pipeline.ingest(
            paths,
            log=self.path / "log",
            quarantine=self.path / "quarantine",
            secret_file=self.path.parent / "secret",
            **({"run_started_at": NOW} | options),
        )
        parts = ("appended", "duplicates", "quarantined", "unused", "refused")
        assert counts["read"] == sum(counts[name] for name in parts), counts
        return counts

    def rows(self, domain: str = "contact", columns: str = "*") -> list[tuple[Any, ...]]:
        """Rows of the log as they stand, in order of commit and id."""
        with duckdb.connect() as con:
            con.execute("set timezone = 'UTC'")
            files = log.file_uris(self.path / "log", domain)
            if not files:
                return []
            query = (
                f"select {columns} from (from read_parquet(?, union_by_name = true) union all by name "
                f"{log.typed_empty(domain)}) order by commit_no, event_id"
            )
            return con.execute(query, [files]).fetchall()

    def live(self, domain: str = "contact") -> list[str]:
        """Ids of the events that count: the latest row of each key, unless it is a withdrawal."""
        rows = self.rows(domain, "event_id, commit_no, is_retracted and amends_id is null")
        latest = {event_id: gone for event_id, _, gone in rows}
        return sorted(event_id for event_id, gone in latest.items() if not gone)

    def reasons(self) -> list[tuple[str, str, int]]:
        """(code, path, line) of everything in quarantine."""
        files = [str(p) for p in (self.path / "quarantine").glob("*.parquet")]
        if not files:
            return []
        with duckdb.connect() as con:
            return con.execute(
                "select code, path, line_number from read_parquet(?) order by line_number, code",
                [files],
            ).fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def ingest_lines(
    home: Home,
) -> Callable[[list[Any]], tuple[dict[str, int], list[tuple[str, str, int]]]]:
    """Ingest events as one file; gives the counts and the reasons of what stayed out."""

    def run(events: list[Any]) -> tuple[dict[str, int], list[tuple[str, str, int]]]:
        return home.ingest(home.write("contact/events.jsonl", events)), home.reasons()

    return run
