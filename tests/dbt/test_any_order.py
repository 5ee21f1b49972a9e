"""The same facts in any order and any batches give the same marts, row for row."""

from __future__ import annotations

from pathlib import Path

import pytest
from deliveries import deliver, facts, rows, shuffled

from ingestion import log
from ingestion.catalogue import DOMAINS
from waypost.commands.build import build
from waypost.settings import Settings

# The number of the commit that brought an event says in which batch it came: nothing else may.
ABOUT_THE_BATCH = ("commit_no",)


def _marts(folder: Path, batches: list[list[dict[str, object]]]) -> dict[str, list[str]]:
    settings = Settings(home=folder / "home", secret_file=folder.parent / "secret")
    deliver(settings, batches)
    report = build(settings, tests=False)
    assert report["failures"] == []
    assert all(log.commits(settings.log, domain) for domain in DOMAINS)
    return rows(settings.warehouse, hidden=ABOUT_THE_BATCH)


@pytest.mark.parametrize("seed", [3])
def test_order_and_batches_of_delivery_do_not_matter(tmp_path: Path, seed: int) -> None:
    told = facts(tmp_path / "company", seed)
    at_once = _marts(tmp_path / "at_once", [told])
    assert sum(1 for lines in at_once.values() if lines) > 15
    mixed = _marts(tmp_path / "mixed", shuffled(told, seed, batches=5))
    assert at_once.keys() == mixed.keys()
    different = {
        name: sorted(set(at_once[name]) ^ set(mixed[name]))[:4]
        for name in at_once
        if at_once[name] != mixed[name]
    }
    assert different == {}
