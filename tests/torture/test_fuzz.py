"""A million mutated lines, file by file: all accounted for, no crash, no hang, no line lost."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ingestion import mutations
from tests.ingestion.conftest import Home
from tests.ingestion.test_fuzz import assert_all_accounted_for, sound_events
from tests.ingestion.test_mapping_fuzz import assert_read_or_refused

__all__ = ["sound_events"]
_FILES, _LINES, _MUTATED = 50, 25_000, 0.8  # one million of them mutated
_HANG_SECONDS = 900  # a file takes half a minute on two free cores


@pytest.mark.parametrize("seed", range(1_000, 1_000 + _FILES))
def test_a_million_mutated_lines_are_all_accounted_for(
    seed: int,
    is_long: bool,
    tmp_path: Path,
    sound_events: list[dict[str, Any]],
) -> None:
    if not is_long:
        pytest.skip("five thousand lines in tests/ingestion/test_fuzz.py, the rest in make torture")
    home, started = Home(tmp_path / "home"), time.perf_counter()
    lines = [*mutations.mixed(sound_events, _LINES, seed, _MUTATED)]
    assert_all_accounted_for(home, lines, home.path / "landing/contact/mutated.jsonl")
    assert time.perf_counter() - started < _HANG_SECONDS
    shutil.rmtree(home.path)


@pytest.mark.parametrize("seed", range(2_000, 2_010))
def test_a_table_is_accounted_for_by_thousands_of_mutated_mappings(
    seed: int, is_long: bool, home: Home
) -> None:
    if not is_long:
        pytest.skip("a hundred and fifty in tests/ingestion/test_mapping_fuzz.py")
    refused, taken = assert_read_or_refused(home, seed, 500)
    assert min(refused, taken) > 50
