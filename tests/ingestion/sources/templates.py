"""The mapping templates, a small table through one of them, and times in UTC to compare with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import PROJECT
from tests.ingestion.conftest import Home

TEMPLATES = PROJECT / "ingestion" / "sources" / "templates"
NAMES = sorted(path.stem for path in TEMPLATES.glob("*.yaml"))


def mapping_of(template: str) -> Path:
    """The file of a template, by its name."""
    return TEMPLATES / f"{template}.yaml"


def at(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 3) -> datetime:
    """A moment of 2026 in UTC, in March unless told."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


def ingest(home: Home, template: str, table: str | bytes) -> dict[str, int]:
    """Ingest a table through a template; gives the counts."""
    path = home.write(f"{template}.csv", table)
    return home.ingest(path, mapping_file=mapping_of(template))
