"""Killed at random moments, run again: the same state as undisturbed, row for row.

Short: 30 kills, six of them in build or publish. `make torture`: 300 in all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.harness import Torture
from tests.torture.steps import STEPS

# step → (trials, kills in a row) short, and long
PLAN: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "ingest": ((2, 5), (30, 2)),
    "correct": ((1, 3), (20, 2)),
    "compact": ((1, 3), (20, 2)),
    "erase": ((1, 4), (20, 2)),
    "rotate": ((1, 2), (20, 2)),
    "retain": ((1, 2), (10, 2)),
    "build": ((1, 1), (10, 2)),
    "publish": ((1, 5), (20, 2)),
}


def test_every_step_is_tortured() -> None:
    assert set(PLAN) == set(STEPS)
    short, long = (
        sum(trials * kills for trials, kills in plan) for plan in zip(*PLAN.values(), strict=True)
    )
    assert (short, long) == (30, 300)
    assert (
        sum(trials * kills for name in ("build", "publish") for trials, kills in [PLAN[name][0]])
        == 6
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a warehouse is built; the publish that is killed next starts from it."""
    return tmp_path_factory.mktemp("built")


@pytest.mark.parametrize("name", PLAN)
def test_a_killed_step_ends_as_if_undisturbed(
    name: str, is_long: bool, tmp_path: Path, built: Path
) -> None:
    trials, kills = PLAN[name][is_long]
    torture = Torture(STEPS[name], (built if name in ("build", "publish") else tmp_path) / "home")
    for _ in range(trials):
        torture.trial(kills)
