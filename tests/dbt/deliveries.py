"""The facts of a small demo company, to be told in any order; knows files and the door, no model."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ingestion import pipeline
from ingestion.simulation import demo
from ingestion.simulation.company import Company
from waypost.settings import Settings

FIRST_RUN = datetime(2026, 7, 1, tzinfo=UTC)
TABLES = "schema_name || '.' || table_name from duckdb_tables() where schema_name"


def facts(folder: Path, seed: int, *, customers: int = 25, days: int = 60) -> list[dict[str, Any]]:
    """Every event of a company of all domains once, each with its recordedtime.

    The clock is coarse (whole hours), so that many events fall on the same moment and the order
    among them rests on sequence, rank and key alone.
    """
    demo.simulate(Company(customers, days, seed), folder / "landing", folder / "truth.json")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted(folder.glob("landing/*/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            event = _parsed(line)
            if event and "/broken" not in event["id"]:
                event["recordedtime"] = _hour(event.get("recordedtime", event["time"]), up=True)
                event["time"] = _hour(event["time"])
                found.setdefault((event["source"], event["id"]), event)
    return [*found.values(), *_acts()]


def _parsed(line: str) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return event if {"id", "time", "type"} <= event.keys() else {}


def _hour(text: str, *, up: bool = False) -> str:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return (whole + timedelta(hours=int(up))).isoformat()


def _acts() -> list[dict[str, Any]]:
    """What people do with triggers, and one erasure: domains that the company does not tell."""
    person = {"party_refs": [{"id_type": "customer_number", "id": "C10001", "role": "customer"}]}
    shown = {
        "fire_id": "f1",
        "trigger_id": "late_delivery",
        "version": "1",
        "dedupe_key": "f1",
        "as_of": "2026-02-01T00:00:00Z",
    }
    told = (
        ("trigger.fired", "fire/f1", shown | person),
        (
            "experiment.assigned",
            "fire/f1",
            {"fire_id": "f1", "arm": "treat", "salt_id": "s", "ratio": 0.1},
        ),
        ("action.performed", "action/a1", {"action_id": "a1", "fire_id": "f1", "kind": "call"}),
        (
            "privacy.erasure_completed",
            "request/r1",
            {"request_id": "r1", "subject_pseudonym": "p", "due_at": "2026-03-01T00:00:00Z"},
        ),
    )
    return [
        {
            "specversion": "1.0",
            "id": f"{kind}/1",
            "source": "/waypost/test",
            "type": kind,
            "subject": subject,
            "time": "2026-02-01T10:00:00Z",
            "recordedtime": "2026-02-01T11:00:00Z",
            "data": data,
        }
        for kind, subject, data in told
    ]


def shuffled(events: Sequence[Mapping[str, Any]], seed: int, batches: int) -> list[list[Any]]:
    """The events in any order, cut into batches of any size."""
    chance = random.Random(seed)
    mixed = list(events)
    chance.shuffle(mixed)
    cuts = sorted(chance.sample(range(1, len(mixed)), batches - 1))
    return [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]


def deliver(settings: Settings, batches: Iterable[Sequence[Mapping[str, Any]]]) -> int:
    """Each batch is one file and one run of the door, an hour after the other; events taken in."""
    settings.create()
    taken = 0
    for number, batch in enumerate(batches):
        path = settings.home / f"batch-{number:03}.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in batch), "utf-8")
        counts = pipeline.ingest(
            [path],
            log=settings.log,
            quarantine=settings.quarantine,
            secret_file=settings.secret_file,
            run_started_at=FIRST_RUN + timedelta(hours=number),
        )
        assert counts["read"] == counts["appended"] == len(batch), counts
        taken += counts["appended"]
    return taken


def rows(
    database: Path, schemas: Sequence[str] = ("marts",), hidden: Sequence[str] = ()
) -> dict[str, list[str]]:
    """Every row of every table of these schemas as text, sorted, without the hidden columns."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        listed = ", ".join(f"'{name}'" for name in schemas)
        names = connection.execute(f"select {TABLES} in ({listed}) order by 1").fetchall()
        return {name: _table(connection, name, hidden) for (name,) in names}


def _table(connection: duckdb.DuckDBPyConnection, name: str, hidden: Sequence[str]) -> list[str]:
    columns = [row[0] for row in connection.execute(f"describe {name}").fetchall()]
    kept = ", ".join(f'"{column}"' for column in columns if column not in hidden)
    query = (
        f"select row_line::varchar from (select t as row_line from (select {kept} from {name}) t)"
    )
    return sorted(row[0] for row in connection.execute(query).fetchall())
