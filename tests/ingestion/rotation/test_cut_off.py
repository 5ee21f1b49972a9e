"""An input that a rotation finds half taken in is read to its end with the keys that it began with."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ingestion import receipts
from ingestion.inputs import input_key
from ingestion.privacy import SecretError
from ingestion.reading import Reading
from tests.ingestion.conftest import Home
from tests.ingestion.people import case, hash_of, refs
from tests.ingestion.rotation.conftest import KEYS, acted, hashes, rotate
from tests.interruptions import stopped_at
from waypost import upkeep
from waypost.settings import Settings


@pytest.fixture
def cut(home: Home, settings: Settings) -> Path:
    """A file of two domains that names a person by the hash of before."""
    named = refs(("party", hash_of(settings)))
    return home.write("contact/cut.jsonl", [case(77, named), acted(77, hash_of(settings))])


def killed(home: Home, settings: Settings, cut: Path) -> None:
    with stopped_at(2, Reading, "commit"):
        home.ingest(cut)
    rotate(settings)


def overtaken(home: Home, settings: Settings, cut: Path) -> None:
    commit, calls = Reading.commit, []

    def meanwhile(*arguments: Any) -> Any:
        calls.append(arguments[1])
        if len(calls) == 2:
            rotate(settings)
        return commit(*arguments)

    with pytest.MonkeyPatch.context() as patch, suppress(SecretError):
        patch.setattr(Reading, "commit", meanwhile)
        home.ingest(cut)
    assert len(calls) > 1


@pytest.mark.parametrize(("cut_off", "rotations"), [(killed, 2), (overtaken, 1)])
def test_its_hashes_are_those_of_the_time_when_it_began(
    home: Home, settings: Settings, cut: Path, cut_off: Any, rotations: int
) -> None:
    cut_off(home, settings, cut)
    for key in KEYS[1:rotations]:
        rotate(settings, key)
    begun = settings.log / "inputs" / f"{input_key(cut)}.begun"
    assert begun.exists() and len([*begun.parent.glob("*.begun")]) == 1
    counts = home.ingest(cut)
    assert (counts["duplicates"], counts["appended"], counts["quarantined"]) == (1, 1, 0)
    (told,) = {p for n, p in home.rows("proactive", "fire_id, party_hash") if n == "f-77"}
    (opened,) = {p for n, p in home.rows("contact", "case_id, party_hash") if n == "zd-77"}
    assert told == opened == hash_of(settings)
    receipt = receipts.read(settings.log, input_key(cut)) or {}
    assert receipt["key_count"] == 1 and not begun.exists()
    before = hashes(home)
    receipts.set_back(settings.log, input_key(cut))
    assert home.ingest(cut)["duplicates"] == 2 and hashes(home) == before
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []
