"""Connected identifiers against an independent union-find, with a long chain; limits and conflicts."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import duckdb
import jinja2
import pytest
import sqlglot
from event_rows import append, event

from waypost.commands.build import build
from waypost.settings import PROJECT, Settings


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


def test_each_step_of_the_components_is_sql_that_spark_reads_as_well() -> None:
    """The steps are no models, so the test of compiled models does not see them."""
    text = (PROJECT / "dbt_project" / "macros" / "components.sql").read_text("utf-8")
    steps = text[text.index("{% macro distinct_edges") :]
    template = jinja2.Environment(autoescape=False).from_string(steps)
    macros: dict[str, Callable[..., str]] = vars(template.module)
    written = [
        macros["distinct_edges"]("select * from pairs"),
        macros["hooked"]("edges"),
        macros["jumped"]("hooks"),
        macros["changed_labels"]("hooks"),
        macros["contracted"]("edges", "hooks"),
        macros["relabelled"]("labels", "hooks"),
        macros["relabelled"](None, "hooks"),
    ]
    for step in written:
        spark = sqlglot.transpile(
            step, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
        assert sqlglot.parse_one(spark[0], read="spark").sql("spark") == spark[0]
        assert sqlglot.parse_one(step, read="spark").sql("spark") == spark[0]  # the same text


def test_a_second_build_over_the_first_gives_the_same_components(home: Settings) -> None:
    query = "select * from intermediate.int_identifiers_connected order by all"
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        first = connection.execute(query).fetchall()
    again = build(home, selected=("int_identifiers_connected",), tests=False)
    assert again["failures"] == []
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        assert connection.execute(query).fetchall() == first
        names = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert [name for (name,) in names if "__" in name and "connected" in name] == []


HUBS = [
    [[f"{kind}/{number}", hub] for number in range(12)]
    for kind, hub in (
        ("zendesk_user", "phone/1"),
        ("shop_customer", "device/1"),
        ("shopify_customer", "kim@example.com"),
    )
]
MERGES = [
    ["merged/1", "merged/2"],
    ["merged/2", "merged/3"],
    ["merged/3", "kai@example.com"],
    *([f"merged/{10 + n}", f"merged/{11 + n}"] for n in range(7)),
]


@pytest.fixture(scope="module")
def shared_address(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two customers who share an address and a mailbox, two people of a firm, a case of nobody's,
    what many accounts share, and accounts that were merged."""
    folder = tmp_path_factory.mktemp("limits")
    settings = Settings(home=folder / "home", secret_file=folder / "secret")
    settings.create()
    told = [
        ["1001", "anna@example.com"],
        ["1002", "ben@example.com"],
        ["anna@example.com", "home@example.com"],
        ["ben@example.com", "home@example.com"],
        ["1001", "info@example.com"],
        ["1002", "info@example.com"],
        ["guest@example.com", "guest2@example.com"],
    ]
    rows = [
        event("party.identified", f"2026-01-01T00:0{n}:00", f"party/{n}", party=pair, strength=1)
        for n, pair in enumerate(told)
    ]
    for n, pair in enumerate([*(pair for hub in HUBS for pair in hub), *MERGES]):
        at = f"2026-01-05T00:{n:02}:00"
        rows.append(event("party.identified", at, f"party/limit{n}", party=pair, strength=1))
    for n, people in enumerate((["carla@example.com", "DE123"], ["carl@example.com", "DE123"])):
        at = f"2026-01-02T00:0{n}:00"
        rows.append(event("account.created", at, f"account/{n}", party=people, account_id=str(n)))
    opened = {"case_id": "c1", "channel": "phone", "direction": "in", "case_type": "info"}
    rows.append(event("case.opened", "2026-01-03T00:00:00", "case/c1", **opened))
    rows.append(
        event(
            "case.status_changed", "2026-01-04T00:00:00", "case/c1", case_id="c1", to_status="open"
        )
    )
    append(settings.log, rows)
    selected = ("+identity_conflicts", "+organisation_members")
    assert build(settings, selected=selected, tests=False)["failures"] == []
    return settings


def _hash(name: str) -> str:
    row = event("party.identified", "2026-01-01T00:00:00", "party/x", party=[name])
    return str(row["party_hash"])


def test_two_customer_numbers_never_become_one_party(shared_address: Settings) -> None:
    with duckdb.connect(str(shared_address.warehouse), read_only=True) as connection:
        query = "select id_hash, party_id from intermediate.int_identities"
        party = dict(connection.execute(query).fetchall())
        query = """select earlier_id_hash, later_id_hash, reason from marts.identity_conflicts
            where recorded_at < '2026-01-05'"""
        conflicts = set(connection.execute(query).fetchall())
    assert party[_hash("1001")] == party[_hash("anna@example.com")]
    assert party[_hash("1002")] == party[_hash("ben@example.com")]
    assert party[_hash("1001")] != party[_hash("1002")]
    assert party[_hash("info@example.com")] == _hash("info@example.com")
    assert party[_hash("guest@example.com")] == party[_hash("guest2@example.com")]
    assert conflicts == {
        (_hash("anna@example.com"), _hash("home@example.com"), "party_limit"),
        (_hash("ben@example.com"), _hash("home@example.com"), "party_limit"),
    }


def test_people_named_with_a_company_are_its_members_and_stay_two(
    shared_address: Settings,
) -> None:
    with duckdb.connect(str(shared_address.warehouse), read_only=True) as connection:
        query = (
            "select party_id, organisation_id, evidence, is_counted from marts.organisation_members"
        )
        members = set(connection.execute(query).fetchall())
    firm = _hash("DE123")
    assert members == {
        (_hash("carla@example.com"), firm, "number", True),
        (_hash("carl@example.com"), firm, "number", True),
    }


def test_a_case_without_an_identifier_is_a_guest(shared_address: Settings) -> None:
    with duckdb.connect(str(shared_address.warehouse), read_only=True) as connection:
        query = """select guests.object_type, guests.object_id, seen.first_seen_at::date::varchar
            from intermediate.int_parties_seen as seen
            left join intermediate.int_guests as guests on seen.party_id = guests.party_id
            where seen.is_guest"""
        assert connection.execute(query).fetchall() == [("case", "c1", "2026-01-03")]


def _groups(settings: Settings, pairs: list[list[str]]) -> set[frozenset[str]]:
    """The parties of two and more among the identifiers of these pairs."""
    names = {_hash(name): name for pair in pairs for name in pair}
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        query = "select list(id_hash) from intermediate.int_identities group by party_id"
        found = [names.keys() & set(group) for (group,) in connection.execute(query).fetchall()]
    return {frozenset(names[one] for one in group) for group in found if len(group) > 1}


def test_what_many_accounts_share_joins_five_of_them_whatever_their_type(
    shared_address: Settings,
) -> None:
    found = _groups(shared_address, [pair for hub in HUBS for pair in hub])
    assert found == {frozenset(name for pair in hub[:5] for name in pair) for hub in HUBS}
    with duckdb.connect(str(shared_address.warehouse), read_only=True) as connection:
        query = """select reason, count(*) from marts.identity_conflicts
            where recorded_at >= '2026-01-05' and 'merged' not in (earlier_id_type, later_id_type)
            group by all"""
        assert connection.execute(query).fetchall() == [("identifier_limit", 3 * 7)]


def test_accounts_that_a_system_merged_are_one_party_up_to_the_limit(
    shared_address: Settings,
) -> None:
    whole = frozenset(["merged/1", "merged/2", "merged/3", "kai@example.com"])
    first_five = frozenset(f"merged/{10 + n}" for n in range(5))
    assert _groups(shared_address, MERGES) == {whole, first_five}
    with duckdb.connect(str(shared_address.warehouse), read_only=True) as connection:
        query = """select reason, count(*) from marts.identity_conflicts
            where earlier_id_type = 'merged' group by all"""
        assert connection.execute(query).fetchall() == [("party_limit", 3)]
