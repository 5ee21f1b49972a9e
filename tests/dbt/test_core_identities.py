"""Connected identifiers against an independent union-find, with a long chain."""

from __future__ import annotations

import random
from typing import Any

import duckdb
import pytest
from event_rows import append, event

from waypost.commands.build import build
from waypost.settings import Settings


def _pairs() -> list[tuple[str, str]]:
    chance = random.Random(7)
    chain = [(f"chain{n}@x.test", f"chain{n + 1}@x.test") for n in range(60)]
    chance.shuffle(chain)
    people = [f"p{n}@x.test" for n in range(80)]
    return chain + [(chance.choice(people), chance.choice(people)) for _ in range(45)]


def _components(pairs: list[tuple[str, str]]) -> set[frozenset[str]]:
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            name = parent[name]
        return name

    for left, right in pairs:
        parent[root(left)] = root(right)
    groups: dict[str, set[str]] = {}
    for name in parent:
        groups.setdefault(root(name), set()).add(name)
    return {frozenset(group) for group in groups.values()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("identities")
    settings = Settings(home=folder / "home", secret_file=folder / "secret")
    settings.create()
    limits = "id_type,max_linked,valid_from,known_from\nemail,100,2000-01-01,2000-01-01\n"
    (settings.config / "identity_limits.csv").write_text(limits, "utf-8")
    rows = [
        event(
            "party.identified",
            f"2026-01-01T{n // 60:02}:{n % 60:02}:00",
            f"party/{n}",
            party=[left, right],
            strength=1,
        )
        for n, (left, right) in enumerate(_pairs())
    ]
    append(settings.log, rows)
    assert build(settings, selected=("+int_identities",), tests=False)["failures"] == []
    return settings


def test_components_equal_a_union_find(home: Settings) -> None:
    query = """select list(id_hash) from intermediate.int_identities group by party_id"""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        found = {frozenset(row[0]) for row in connection.execute(query).fetchall()}
    names: dict[str, Any] = {
        name: event("party.identified", "2026-01-01T00:00:00", "party/x", party=[name])[
            "party_hash"
        ]
        for pair in _pairs()
        for name in pair
    }
    assert found == {frozenset(names[name] for name in group) for group in _components(_pairs())}
    assert max(len(group) for group in found) == 61


def test_a_party_is_named_by_its_earliest_identifier(home: Settings) -> None:
    query = """select count(*) from intermediate.int_identities as own
        inner join intermediate.int_identities as named on own.party_id = named.id_hash
        where named.first_recorded_at > own.first_recorded_at"""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [(0,)]
