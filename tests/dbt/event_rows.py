"""Writes a small event log from hand-made rows; knows the log's columns, not the door before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from deltalake import CommitProperties, write_deltalake

from ingestion import catalogue, log

COMMITTED = datetime(2026, 7, 1, tzinfo=UTC)


def _id_type(name: str) -> str:
    if "/" in name:
        return name.partition("/")[0]
    if name.startswith("DE"):
        return "vat_id"
    return "customer_number" if name.isdigit() else "email"


def event(event_type: str, at: str, subject: str, **fields: Any) -> dict[str, Any]:
    """One row of the log: `subject` is type/id, `party` a list of identifiers of the customer, `id_type/name` or a bare name."""
    subject_type, _, subject_id = subject.partition("/")
    occurred_at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    refs = [
        {
            "id_type": _id_type(name),
            "id_hash": sha256(name.encode()).hexdigest()[:32],
            "domain_hash": None,
            "id_class": "functional" if name.startswith("info") else "personal",
            "role": "customer",
        }
        for name in fields.pop("party", [])
    ]
    row = {
        "event_id": f"{subject}/{event_type}/{at}",
        "source": "/test",
        "event_type": event_type,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "occurred_at": occurred_at,
        "recorded_at": occurred_at,
        "schema_version": 1,
        "derivation": "native",
        "is_retracted": False,
        "party_refs": refs or None,
        "party_hash": refs[0]["id_hash"] if refs else None,
        "payload_hash": b"0" * 16,
        "input_key": "test",
    } | fields
    identity = f"{row['source']}\x1f{row['event_id']}".encode()
    return {"event_key": sha256(identity).digest()[:16]} | row


def append(log_path: Path, rows: Iterable[Mapping[str, Any]], at: datetime = COMMITTED) -> None:
    """Commit the rows, one commit a domain."""
    by_domain: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_domain[catalogue.load().types[row["event_type"]].domain].append(row)
    for domain, part in by_domain.items():
        _append(log_path, domain, part, at)


def _append(log_path: Path, domain: str, rows: list[Mapping[str, Any]], at: datetime) -> None:
    with log.locked(log_path, domain), duckdb.connect() as connection:
        table = log.open_table(log_path, domain)
        number = table.version() + 1
        kinds = log.columns(domain)
        columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"create table part ({columns})")
        for row in rows:
            values = {"commit_no": number} | dict(row)
            names = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join(f"${position + 1}" for position in range(len(values)))
            connection.execute(f"insert into part ({names}) values ({marks})", [*values.values()])
        told = {"waypost.commit_no": str(number), "waypost.committed_at": at.isoformat()}
        write_deltalake(
            table,
            connection.sql("select * from part").to_arrow_table(),
            mode="append",
            commit_properties=CommitProperties(custom_metadata=told),
        )
