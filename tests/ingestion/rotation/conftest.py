"""A home of much that a secret has hashed, the rotation of it, and what is then found in the log."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion import receipts
from ingestion.catalogue import DOMAINS
from tests.ingestion.conftest import NOW, Home, event
from tests.ingestion.people import BEA, case, hash_of, order, refs, told
from tests.ingestion.sources import shop
from tests.ingestion.sources.shop import landed
from waypost import disclosure, erasure, rotation
from waypost.settings import Settings

LATER = datetime(2026, 6, 3, tzinfo=UTC)
CARA = "cara@example.org"
KEYS = ["second" * 6, "third" * 8]
FILES = ("order/mixed.jsonl", "contact/desk.jsonl", "order/cara.jsonl", "waypost/act.jsonl")
PLACES = "event_id, party_hash, list_transform(party_refs, lambda r: r.id_hash), actor_ref_hash"


def assigned(number: int) -> dict[str, Any]:
    """A hand-over between two agents, told by a third."""
    data = {"case_id": f"zd-{number}", "from_agent": "agent-1", "to_agent": "agent-2"}
    about = {"id": f"zd-{number}/assigned", "type": "case.assigned"}
    return event(number) | about | {"data": data | {"actor": {"type": "agent", "ref": "agent-3"}}}


def acted(number: int, party: str, evidence: list[str] | None = None) -> dict[str, Any]:
    """What a page writes: it knows a person by the hash alone."""
    fired = {"fire_id": f"f-{number}", "trigger_id": "late", "version": "1", "dedupe_key": "d"}
    fired |= {"as_of": "2026-05-01T10:00:00Z", "evidence_event_ids": evidence or ["zd-1/opened"]}
    about = {"id": f"fire/{number}/shown", "type": "trigger.fired", "subject": f"fire/f-{number}"}
    return event(number) | about | {"data": fired | {"party_refs": refs(("party", party))}}


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with people in several domains, states of a shop, somebody erased and one looked at."""
    home = Home(tmp_path_factory.mktemp("lived-in") / "home")
    found = home.settings()
    home.ingest(home.write(FILES[0], told()))
    home.ingest(home.write(FILES[1], [assigned(1), case(5, refs(("email", BEA)))]))
    home.ingest(home.write("order/shopify/w.jsonl", landed(*shop.webhooks())), adapter="shopify")
    home.ingest(home.write(FILES[2], [order(1, refs(("email", CARA)))]))
    erasure.erase(found, hash_of(found, CARA), now=NOW, salt="0" * 64)
    home.write(FILES[2], [order(1, refs(("email", CARA))), order(2, refs(("email", CARA)))])
    named = [one for (one,) in home.rows("party", "event_id") if "email" in one]
    home.ingest(home.write(FILES[3], [acted(1, hash_of(found), named)]))
    out = home.path.parent / "export"
    disclosure.export(found, hash_of(found), out, now=NOW, who="clerk")
    return home.path.parent


@pytest.fixture
def settings(home: Home, lived_in: Path) -> Settings:
    """A copy of it."""
    shutil.copytree(lived_in, home.path.parent, dirs_exist_ok=True)
    return home.settings()


def rotate(settings: Settings, key: str = KEYS[0]) -> dict[str, Any]:
    return rotation.rotate(settings, key=key, now=LATER)


def again(home: Home, settings: Settings) -> dict[str, int]:
    """Every file is read as if a new version read it, and the counts of all."""
    for key in receipts.names(settings.log):
        receipts.set_back(settings.log, key)
    counts = home.ingest(*(home.path / "landing" / name for name in FILES))
    shopped = home.ingest(home.path / "landing" / "order/shopify/w.jsonl", adapter="shopify")
    return {name: counts[name] + shopped[name] for name in counts}


def hashes(home: Home) -> set[str]:
    """Every keyed hash of the log, and what stands of one in an id."""
    personal = {"contact": ", from_agent, to_agent", "order": ", tracking"}
    found: set[str] = set()
    for domain in DOMAINS:
        columns = f"{PLACES}, hex(payload_hash){personal.get(domain, '')}"
        for event_id, party, listed, *others in home.rows(domain, columns):
            found |= {one.lower() for one in (party, *(listed or ()), *others) if one}
            found |= {event_id} if "/email/" in event_id else set()
    return found
