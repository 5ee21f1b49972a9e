"""Steps that may be killed at any moment, and the state that each must end in all the same.

A process is forked from a server that has imported everything already, so that a kill meets the
step and not its imports.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion import log, receipts
from ingestion.catalogue import DOMAINS
from waypost import upkeep
from waypost.settings import Settings

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.torture.preloaded"])


def settings_of(home: Path) -> Settings:
    return Settings(home=home, secret_file=home.parent / "secret")


@dataclass(frozen=True)
class Step:
    """What is killed (a function of a home), and what must have happened before it."""

    run: Callable[[Path], None]
    prepare: Callable[[Path], None]


def run_whole(step: Callable[[Path], None], home: Path) -> float:
    """Run a step in a process of its own to its end; seconds."""
    start = time.perf_counter()
    process = FORKS.Process(target=step, args=(home,))
    process.start()
    process.join()
    assert process.exitcode == 0, f"{step.__name__} ended with {process.exitcode}"
    return time.perf_counter() - start


def kill(step: Callable[[Path], None], home: Path, after: float) -> bool:
    """Start a step and end it with SIGKILL after some seconds; False when it was faster."""
    process = FORKS.Process(target=step, args=(home,))
    process.start()
    process.join(after)
    process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), f"{step.__name__}: {process.exitcode}"
    return process.exitcode != 0


@dataclass
class Torture:
    """One step, prepared once; each trial starts from a copy in the same place."""

    step: Step
    home: Path
    seed: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.template = self.home.with_name(f"before {self.step.run.__name__}")
        self.step.prepare(self.home)
        shutil.copytree(self.home, self.template)
        self.seconds = run_whole(self.step.run, self.home)
        self.expected = state(settings_of(self.home))

    def restore(self) -> None:
        """The home as it was before the step."""
        shutil.rmtree(self.home)
        shutil.copytree(self.template, self.home)

    def trial(self, kills: int = 1) -> None:
        """Kill the step so many times in a row, run it again and compare."""
        self.restore()
        done, longest = 0, self.seconds
        while done < kills:
            if kill(self.step.run, self.home, self.random.uniform(0, longest)):
                done += 1
            else:
                self.restore()
                longest *= 0.9
        run_whole(self.step.run, self.home)
        settings = settings_of(self.home)
        found = [one for one in upkeep.examine(settings, deep=True) if one.is_broken]
        assert found == []
        assert differences(self.expected, state(settings)) == []


def differences(expected: Any, found: Any, at: str = "") -> list[str]:
    """Where two states differ, the first few places; empty when they are the same."""
    if isinstance(expected, dict) and isinstance(found, dict) and expected.keys() == found.keys():
        return [d for k in expected for d in differences(expected[k], found[k], f"{at}/{k}")][:5]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [d for n, (one, other) in pairs for d in differences(one, other, f"{at}/{n}")][:5]
    return [] if expected == found else [f"{at}: {expected!r:.300} became {found!r:.300}"]


def state(settings: Settings) -> dict[str, Any]:
    """All that must be the same after an undisturbed run and after any number of kills."""
    told = [receipts.read(settings.log, key) or {} for key in receipts.names(settings.log)]
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        return {
            "events": {domain: _live(con, settings.log, domain) for domain in DOMAINS},
            "receipts": [
                (one["append_key"], one["counts"]["read"], one["counts"]["quarantined"])
                for one in told
            ],
            "quarantine": [
                con.execute(f"from (select * exclude (first_seen_at) from '{path}')").fetchall()
                for path in sorted(settings.quarantine.glob("*.parquet"))
            ],
            "marts": _tables(con, settings.warehouse, "marts"),
            "serving": _tables(con, settings.serving_copy, "main"),
        }


def _live(con: duckdb.DuckDBPyConnection, folder: Path, domain: str) -> list[Any]:
    """The events that count, row for row, whatever commit brought them."""
    files = log.file_uris(folder, domain)
    if not files:
        return []
    rows = (
        f"(select * from read_parquet({files}, union_by_name = true)"
        " qualify commit_no = max(commit_no) over (partition by event_key)"
        " and not (is_retracted and amends_id is null))"
    )
    names = [row[0] for row in con.execute(f"describe select * from {rows}").fetchall()]
    shown = ", ".join(f'"{name}"' for name in sorted({*names} - {"commit_no", "key_prefix"}))
    return con.execute(f"select {shown} from {rows} order by event_key").fetchall()


def _tables(con: duckdb.DuckDBPyConnection, file: Path, schema: str) -> dict[str, Any]:
    """Rows and a sum of hashes of every table; fractions rounded, for sums have no order."""
    if not file.exists():
        return {}
    con.execute(f"attach '{file}' as looked_at (read_only)")
    columns = con.execute(
        "select table_name, list(case when data_type = 'DOUBLE'"
        """ then 'round("' || column_name || '", 6)' else '"' || column_name || '"' end"""
        " order by column_name) from duckdb_columns() where database_name = 'looked_at'"
        f" and schema_name = '{schema}' group by all"
    ).fetchall()
    found = {
        name: con.execute(
            f"select count(*), sum(hash({', '.join(shown)})::hugeint)"
            f' from looked_at.{schema}."{name}"'
        ).fetchone()
        for name, shown in columns
        if name not in ("manifest", "receipts")
    }
    con.execute("detach looked_at")
    return found
