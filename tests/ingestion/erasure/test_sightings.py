"""What is sought column by column is all that an exhaustive look at every row finds."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import sightings, traces
from ingestion.catalogue import DOMAINS
from ingestion.log import Part
from ingestion.sightings import Sightings
from tests.ingestion.conftest import Home, event
from tests.ingestion.erasure.conftest import NOW, forget
from tests.ingestion.people import case
from waypost import rotation
from waypost.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures"
Held = set[tuple[Path, int, str]]


def exhaustive(con: duckdb.DuckDBPyConnection, parts: list[Part]) -> Held:
    """Every trace of every row."""
    rows = part_files.reader(part.path for part in parts)
    found = con.execute(
        f"select filename, file_row_number, unnest({traces.every(part_files.columns(con, rows))}) from {rows}"
    )
    return {(Path(name), row, trace) for name, row, trace in found.fetchall()}


@pytest.fixture
def rich(home: Home, settings: Settings) -> Settings:
    """Also amendments, links between objects, a subject of every domain, and names with quotes."""
    amended = event(1) | {"id": "zd-1/again", "amends": "zd-1/opened"}
    linked = event(6) | {"id": "zd-6/linked", "type": "case.linked"}
    linked["data"] = {"case_id": "zd-6", "object_type": "order", "object_id": "ord-7001"}
    home.ingest(home.write("contact/rich.jsonl", [amended, linked, case(7003, []), event(9)]))
    home.ingest(home.write("contact/odd.jsonl", [event(2, id="o'dd/%", subject="case/o'dd")]))
    return settings


@pytest.fixture
def first_release(tmp_path: Path) -> Path:
    """A log whose parts have no index of keys."""
    log: Path = shutil.copytree(FIXTURES / "log_first_release" / "log", tmp_path / "first")
    return log


@pytest.fixture
def rewritten(rich: Settings) -> Settings:
    """Parts in which a person has stand-ins and all hashes are sealed by a second key."""
    forget(rich)
    rotation.rotate(rich, key="9" * 64, now=NOW)
    return rich


@pytest.mark.parametrize("which", ["rich", "rewritten", "first_release"])
def test_each_trace_is_found_where_it_stands_and_nowhere_else(
    which: str, request: pytest.FixtureRequest
) -> None:
    found, kinds = request.getfixturevalue(which), set()
    log = found if isinstance(found, Path) else found.log
    for domain in DOMAINS:
        parts = event_log.parts(log, domain)
        with duckdb.connect() as con:
            expected = exhaustive(con, parts) if parts else set()
            seen = Sightings()
            seen.look(con, parts, {trace for _, _, trace in expected}) if parts else None
        assert expected == {
            (p, n, t) for p, rows in seen.rows.items() for n in rows for t in rows[n]
        }
        kinds |= {trace.partition("/")[0] for _, _, trace in expected}
    assert kinds >= {"id", "event", "order", "case"}


def test_a_part_is_looked_at_once_for_a_trace(
    home: Home, rich: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, looks = Sightings(), []
    standing = sightings._standing

    def counted(con: duckdb.DuckDBPyConnection, parts: list[Part], sought: set[str]) -> object:
        looks.append(({part.path for part in parts}, set(sought)))
        return standing(con, parts, sought)

    monkeypatch.setattr(sightings, "_standing", counted)
    with duckdb.connect() as con:
        first = event_log.parts(rich.log, "contact")
        assert seen.look(con, first, {"case/zd-1"})
        assert seen.look(con, first, {"case/zd-1", "case/zd-2"})
        assert not seen.look(con, first, {"case/zd-77"})
        assert not seen.look(con, first, set())
        home.ingest(home.write("contact/late.jsonl", [event(77)]))
        every = event_log.parts(rich.log, "contact")
        (fresh,) = seen.look(con, every, {"case/zd-77"})
    old = {part.path for part in first}
    assert looks == [
        (old, {"case/zd-1"}),
        (old, {"case/zd-2"}),
        (old, {"case/zd-77"}),
        ({fresh}, {"case/zd-77"}),
    ]
