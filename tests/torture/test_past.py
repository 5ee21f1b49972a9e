"""The past rebuilt, and any order of delivery, on a company's whole log over several seeds."""

from __future__ import annotations

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import pipeline
from waypost.commands.build import build
from waypost.settings import PROJECT, Settings

sys.path.append(str(PROJECT / "tests" / "dbt"))
from deliveries import FIRST_RUN, deliver, facts, rows, shuffled

SEEDS = (1, 2, 3)
MAPPING = """
source: /calls
recorded: created
events:
  - type: case.opened
    when: {{via: {via}}}
    id: "{{ticket}}/opened"
    subject: "case/{{ticket}}"
    time: created
    fields:
      case_id: ticket
      channel: {{column: via, values: {{Phone: phone, Mail: email}}}}
      direction: {{const: in}}
      case_type: {{const: support}}
"""


@pytest.fixture(autouse=True)
def _long(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--torture", default=False):
        pytest.skip("the short versions are tests/dbt/test_any_order.py and test_core_versions.py")


@pytest.mark.parametrize("seed", SEEDS)
def test_any_order_gives_the_same_marts(tmp_path: Path, seed: int) -> None:
    told = facts(tmp_path / "company", seed, customers=200, days=120)
    chance = random.Random(seed)
    found = []
    for number in range(3):
        settings = Settings(home=tmp_path / f"home-{number}", secret_file=tmp_path / "secret")
        deliver(settings, shuffled(told, seed + number, chance.randint(2, 12)))
        assert build(settings, tests=False)["failures"] == []
        found.append(rows(settings.warehouse, hidden=("commit_no",)))
    for other in found[1:]:
        assert [name for name in found[0] if found[0][name] != other[name]] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_build_of_the_past_equals_the_build_made_then(tmp_path: Path, seed: int) -> None:
    """Four deliveries with late, amended, retracted and merged data and a mapping put right."""
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    chance = random.Random(seed)
    told = facts(tmp_path / "company", seed, customers=100, days=90)
    stages = shuffled([*told, *_second_thoughts(told, chance)], seed, 4)
    made = []
    for number, stage in enumerate(stages):
        at = FIRST_RUN + timedelta(days=number)
        _tell(settings, stage, number, at)
        _read_calls(settings, "Phone" if number < 2 else "Mail", at)
        early = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.randint(20, 80))
        for moment in (early, at):
            report = build(settings, as_of=moment, tests=False)
            assert report["failures"] == []
            kept = tmp_path / f"then-{len(made)}.duckdb"
            made.append((moment, at, Path(report["database"]).rename(kept)))
    for moment, at, then in made:
        report = build(settings, as_of=moment, log_as_of=at, tests=False)
        before, after = rows(then), rows(Path(report["database"]))
        assert [name for name in before if before[name] != after[name]] == []
        Path(report["database"]).unlink()


def _second_thoughts(told: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Amendments and retractions of some events, told up to a month later."""
    found = []
    for event in chance.sample([one for one in told if "amends" not in one], len(told) // 10):
        moment = datetime.fromisoformat(event["recordedtime"])
        later = {
            "id": f"{event['id']}/second",
            "amends": event["id"],
            "recordedtime": (moment + timedelta(hours=chance.randint(1, 700))).isoformat(),
        }
        found.append(event | later | ({"retracted": True} if chance.random() < 0.3 else {}))
    return found


def _tell(settings: Settings, stage: list[Any], number: int, at: datetime) -> None:
    settings.create()
    path = settings.home / f"stage-{number}.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in stage), "utf-8")
    counts = _ingest(settings, path, at)
    assert counts["appended"] == len(stage), counts


def _read_calls(settings: Settings, via: str, at: datetime) -> None:
    """The same table each time; from the third delivery on with another mapping."""
    table, mapping = settings.home / "calls.csv", settings.home / "calls.yaml"
    lines = (f"{n},2026-02-{n:02}T10:00:00Z,{'Mail' if n % 2 else 'Phone'}" for n in range(1, 29))
    table.write_text("ticket,created,via\n" + "\n".join(lines) + "\n", "utf-8")
    mapping.write_text(MAPPING.format(via=via), "utf-8")
    _ingest(settings, table, at, mapping_file=mapping)


def _ingest(settings: Settings, path: Path, at: datetime, **options: Any) -> dict[str, int]:
    return pipeline.ingest(
        [path],
        log=settings.log,
        quarantine=settings.quarantine,
        secret_file=settings.secret_file,
        run_started_at=at,
        **options,
    )
