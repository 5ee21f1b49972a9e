"""Compaction: many small parts of a domain become few with the same rows; knows no event.

The new part is written beside the table, from parts whose checksum holds; only the commit takes the
domain's lock. Who reads the old parts goes on reading them: files go after a retention, not at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import quoting
from ingestion.catalogue import DOMAINS
from ingestion.log import Part
from ingestion.workplace import workplace

SMALL_BYTES = 64 * 2**20
FULL_BYTES = 256 * 2**20
MIN_PARTS = 8
_MEMORY = "1GB"


def compact(log: Path, *, at: datetime, min_parts: int = MIN_PARTS) -> dict[str, int]:
    """Rewrite the small parts of every domain that has at least `min_parts` of them.

    Returns the counts `parts_before`, `parts_after` and `events_rewritten`. Raises
    `DamagedPartError`; a domain is left as it was when an erasure or another compaction came first.
    """
    before, rewritten = _count_parts(log), 0
    for domain in DOMAINS:
        for group in _groups(event_log.parts(log, domain), min_parts):
            rewritten += _rewrite(log, domain, group, at)
    after = _count_parts(log)
    return {"parts_before": before, "parts_after": after, "events_rewritten": rewritten}


def sweep(log: Path, *, before: datetime) -> int:
    """Delete files that a commit made before that time has replaced; returns how many."""
    deleted = 0
    for domain in DOMAINS:
        with event_log.locked(log, domain):
            current = {part.path for part in event_log.parts(log, domain)}
            for path, removed_at in event_log.removed(log, domain).items():
                if removed_at < before and path not in current and path.exists():
                    path.unlink()
                    deleted += 1
    return deleted


def _count_parts(log: Path) -> int:
    return sum(len(event_log.parts(log, domain)) for domain in DOMAINS)


def _groups(found: list[Part], min_parts: int) -> Iterator[list[Part]]:
    """Small parts in the order of their commits, as many together as fill a part."""
    small = [part for part in found if part.size < SMALL_BYTES]
    if len(small) < max(min_parts, 2):
        return
    group: list[Part] = []
    for part in small:
        if group and sum(one.size for one in group) + part.size > FULL_BYTES:
            yield group
            group = []
        group.append(part)
    if len(group) > 1:
        yield group


def _rewrite(log: Path, domain: str, group: list[Part], at: datetime) -> int:
    for part in group:
        part.check(deep=True)
    with workplace(log / ".work") as work:
        new, inputs = _write(group, work)
        rows = sum(part.rows for part in group)
        with event_log.locked(log, domain):
            names = {part.path.name for part in event_log.parts(log, domain)}
            if not all(part.path.name in names for part in group):
                return 0
            table = event_log.open_table(log, domain)
            removed = [part.path.name for part in group]
            event_log.replace(
                table, removed, [(new, rows)], committed_at=at, inputs={new.name: inputs}
            )
    return rows


def _write(group: list[Part], work: Path) -> tuple[Path, list[str]]:
    """One sealed part with the rows of the group, in their order, and the keys of its inputs."""
    new = part_files.unsealed(work, max(part.number for part in group), "compacted")
    listed = quoting.texts(part.path for part in group)
    old = f"(select columns(lambda name: name <> 'key_prefix') from read_parquet([{listed}], union_by_name = true))"
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"set memory_limit = '{_MEMORY}'")
        con.execute(f"set temp_directory = {quoting.text(work)}")
        con.execute(
            f"copy (select *, {part_files.KEY_PREFIX} as key_prefix from {old}) "
            f"to {quoting.text(new)} ({part_files.FORMAT})"
        )
        fresh = f"(select columns(lambda name: name <> 'key_prefix') from read_parquet({quoting.text(new)}))"
        was, now = (con.execute(_DIGEST.format(rows)).fetchone() for rows in (old, fresh))
        if was != now:
            raise RuntimeError(f"{new} does not hold the rows of the parts it was written from.")
        key = f"coalesce(input_key, '{event_log.NO_INPUT}')"
        inputs = con.execute(f"select distinct {key} from {fresh} order by 1").fetchall()
    return part_files.seal(new), [str(key) for (key,) in inputs]


_DIGEST = "select count(*), sum(hash(one)::hugeint) from {} as one"
