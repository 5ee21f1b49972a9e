"""A home in which two people did something, and the erasure of one of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingestion.conftest import Home
from tests.ingestion.people import ADA, case, hash_of, told
from waypost import erasure
from waypost.settings import Settings

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
SALT = "0" * 64
REFUNDS = """
source: /table/refunds
recorded: at
parties: [{id_type: email, column: mail}]
events:
  - type: refund.issued
    id: "{id}"
    subject: refund/{id}
    time: at
    fields:
      refund_id: id
      payment_id: id
      amount: {column: amount, currency: "EUR", negative: true}
"""


def lay(home: Home) -> Settings:
    """Ingest what Ada and Bea did, and a file of others."""
    found = home.settings()
    home.ingest(home.write("order/mixed.jsonl", told()))
    home.ingest(home.write("contact/others.jsonl", [case(n, []) for n in range(5)]))
    return found


@pytest.fixture
def settings(home: Home) -> Settings:
    return lay(home)


def forget(settings: Settings, value: str = ADA, id_type: str = "email") -> dict[str, Any]:
    """Erase somebody, Ada unless another is named."""
    return erasure.erase(settings, hash_of(settings, value, id_type), now=NOW, salt=SALT)


def refunds(*rows: tuple[str, str, str]) -> str:
    """A table of refunds (id, mail, amount) that `REFUNDS` maps."""
    lines = [f"{number},2026-05-01T10:00:00Z,{mail},{amount}" for number, mail, amount in rows]
    return "\n".join(["id,at,mail,amount", *lines]) + "\n"
