"""The secret is rotated: the marts say the same of the same people, under other names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from deliveries import deliver, facts

from ingestion import privacy
from waypost import rotation
from waypost.commands.build import build
from waypost.settings import Settings

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
KEY = "second" * 6


def everything(settings: Settings, old: bytes, new: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all marts, where the name of a party is the least of its identifiers' new hashes.

    A party is named by its first identifier, of several that came at once by the least hash; an
    organisation that nobody names by a number bears the hash of its mail domain.
    """
    report = build(settings, as_of=AS_OF, tests=False)
    assert report["failures"] == []
    database = report["database"]
    with duckdb.connect(database, read_only=True) as con:
        pairs = con.execute("select id_hash, party_id from marts.identifiers").fetchall()
        domains = con.execute("select distinct organisation_id from marts.organisations").fetchall()
    sealed = {h: privacy.seal(new, h, since=len(privacy.keys(old))) for h, *_ in [*pairs, *domains]}
    names: dict[str, str] = {}
    for id_hash, party in pairs:
        names[party] = min(names.get(party, "g"), sealed[id_hash])
    for (organisation,) in domains:
        names.setdefault(organisation, sealed[organisation])
    is_id = {"id_hash", "earlier_id_hash", "later_id_hash"}
    found = {}
    with duckdb.connect(database, read_only=True) as con:
        for (table,) in con.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall():
            shown = con.execute(f'select * from marts."{table}"')
            columns = [column[0] for column in shown.description]
            found[str(table)] = sorted(
                (
                    tuple(
                        sealed.get(value, value) if name in is_id else names.get(str(value), value)
                        for name, value in zip(columns, row, strict=True)
                    )
                    for row in shown.fetchall()
                ),
                key=str,
            )
    return found


def test_every_mart_says_the_same_after_a_rotation(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", secret_file=tmp_path / "secret")
    deliver(settings, [facts(tmp_path / "company", 3)])
    old = privacy.read_secret(settings.secret_file)
    new = privacy.chained([old, KEY.encode()])
    before = everything(settings, old, new)
    parties = {row[1] for row in before["identifiers"]}
    assert 20 < len(parties) < len(before["identifiers"])
    rotation.rotate(settings, key=KEY, now=datetime.now(UTC))
    after = everything(settings, new, new)
    assert before.keys() == after.keys()
    assert {
        name: sorted({*rows} ^ {*after[name]}, key=str)[:2]
        for name, rows in before.items()
        if rows != after[name]
    } == {}
