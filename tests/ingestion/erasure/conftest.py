"""A home in which two people did something, and the erasure of one of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingestion.conftest import Home
from tests.ingestion.people import case, hash_of, told
from waypost import erasure
from waypost.settings import Settings

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
SALT = "0" * 64


def lay(home: Home) -> Settings:
    """Ingest what Ada and Bea did, and a file of others."""
    found = home.settings()
    home.ingest(home.write("order/mixed.jsonl", told()))
    home.ingest(home.write("contact/others.jsonl", [case(n, []) for n in range(5)]))
    return found


@pytest.fixture
def settings(home: Home) -> Settings:
    return lay(home)


def forget(settings: Settings) -> dict[str, Any]:
    """Erase Ada."""
    return erasure.erase(settings, hash_of(settings), now=NOW, salt=SALT)
