"""What holds for every mapping template: it is sound, in two languages, and has a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.mapping import read
from tests.ingestion.sources.templates import NAMES, mapping_of


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_a_sound_mapping_that_says_in_two_languages_what_it_is(name: str) -> None:
    mapping = read(mapping_of(name))
    assert mapping.source.startswith("/")
    assert all(rule.id for rule in mapping.rules), "an id that names the fact"
    english, german, *_ = mapping_of(name).read_text("utf-8").splitlines()
    assert english.startswith("# ") and german.startswith("# ") and english != german


def test_every_template_has_a_test() -> None:
    beside = Path(__file__).parent.glob("test_templates_*.py")
    tested = "".join(path.read_text("utf-8") for path in beside)
    assert [name for name in NAMES if f'"{name}"' not in tested] == []
    assert len(NAMES) == 12
