"""Files to the log: the only module that knows its siblings; a step from files to files."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np

from ingestion import (
    draft,
    inputs,
    mapped,
    mapping,
    parties,
    privacy,
    quarantine,
    receipts,
    shapes,
)
from ingestion.catalogue import DOMAINS, load
from ingestion.merge import Merged, merge

ADAPTER_VERSION = "1"  # raise it when a change here reads the same bytes otherwise
COUNTS = ("read", "appended", "duplicates", "quarantined", "unused", "refused", "skipped_inputs")
EVENT_FILES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_MEMORY = "1GB"
Progress = Callable[[Path, int, int], None]


@dataclass(frozen=True)
class Options:
    """What an ingest is told besides its files."""

    log: Path
    quarantine: Path
    work: Path
    secret: bytes
    run_started_at: datetime
    clock: Callable[[], datetime]
    mapping: mapping.Mapping | None = None
    recorded_at: datetime | None = None
    recorded_as_occurred: bool = False
    country: str = "DE"
    dry_run: bool = False

    def append_key(self, input_key: str) -> str:
        """32 hex digits over input bytes, mapping, adapter and catalogue version, and options."""
        given = self.recorded_at.isoformat() if self.recorded_at else self.recorded_as_occurred
        map_key = self.mapping.key if self.mapping else ""
        parts = (input_key, map_key, ADAPTER_VERSION, load().version, self.country, str(given))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


@dataclass
class Account:
    """The counts of one input: read = appended + duplicates + quarantined + unused + refused."""

    counts: Counter[str] = field(default_factory=Counter)
    sources: dict[str, Counter[str]] = field(default_factory=dict)
    extra_dropped: dict[str, int] = field(default_factory=dict)
    retracted: int = 0

    def add(self, source: str | None, name: str, number: int) -> None:
        """Count candidates of a source; every candidate is also read."""
        by_source = self.sources.setdefault(source or "", Counter())
        for counter in (self.counts, by_source):
            counter[name] += number
            counter["read"] += number


def find_files(paths: Iterable[Path], *, tables: bool = False) -> list[Path]:
    """Files to read, in order of name: those given, and the event files (or tables) in folders.

    Raises `InputError` for a path that is not there.
    """
    found: list[Path] = []
    endings = (*inputs.TABLES,) if tables else EVENT_FILES
    for path in paths:
        if path.is_dir():
            inside = (
                p for p in path.rglob("*") if p.is_file() and p.name.lower().endswith(endings)
            )
            hidden = (
                p for p in inside if not any(s.startswith(".") for s in p.relative_to(path).parts)
            )
            found += sorted(hidden)
        elif path.exists():
            found.append(path)
        else:
            raise inputs.InputError(f"{path} does not exist: name a file or a folder that does.")
    return list(dict.fromkeys(found))


def ingest(
    paths: Iterable[Path],
    *,
    log: Path,
    quarantine: Path,
    secret_file: Path,
    run_started_at: datetime,
    clock: Callable[[], datetime] | None = None,
    work: Path | None = None,
    mapping_file: Path | None = None,
    recorded_at: datetime | None = None,
    recorded_as_occurred: bool = False,
    country: str = "DE",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Bring files into the log and return the counts of candidates (see `COUNTS`).

    `clock` gives the time of each commit (default: the start of the run). `work` is a folder for
    unpacked input, inside the landing zone because it holds clear data; it is emptied at the end.
    Raises `InputError`, `MappingError` or `SecretError` before anything is written.
    """
    rules = mapping.read(mapping_file) if mapping_file else None
    files = find_files(paths, tables=rules is not None)
    secret = privacy.read_secret(secret_file)
    privacy.check_fingerprint(secret, log / "secret.fingerprint")
    options = Options(
        log=log,
        quarantine=quarantine,
        work=work or log.parent / "landing" / ".work",
        secret=secret,
        run_started_at=run_started_at,
        clock=clock or (lambda: run_started_at),
        mapping=rules,
        recorded_at=recorded_at,
        recorded_as_occurred=recorded_as_occurred,
        country=country,
        dry_run=dry_run,
    )
    total: Counter[str] = Counter()
    for number, path in enumerate(files):
        if progress:
            progress(path, number, len(files))
        total += _ingest_file(path, options)
    return {name: total[name] for name in COUNTS}


def _ingest_file(path: Path, options: Options) -> Counter[str]:
    input_key = inputs.input_key(path)
    append_key = options.append_key(input_key)
    receipt = receipts.read(options.log, input_key)
    if receipt and receipt["append_key"] == append_key:
        return Counter(skipped_inputs=1)
    with _workspace(options.work) as work, _connection(work, options.secret) as con:
        account = _take_in(con, path, work, input_key, append_key, options)
    if not options.dry_run:
        _write_receipt(path, input_key, append_key, account, options)
    return account.counts


@contextmanager
def _workspace(parent: Path) -> Iterator[Path]:
    """A folder of this process; folders of processes that died are swept first."""
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        owner = old.name.partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and Path("/proc").exists():
            shutil.rmtree(old, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _connection(work: Path, secret: bytes) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"set memory_limit = '{_MEMORY}'")
        con.execute(f"set temp_directory = '{str(work).replace(chr(39), chr(39) * 2)}'")
        privacy.install(con, secret)
        yield con


def _take_in(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    work: Path,
    input_key: str,
    append_key: str,
    options: Options,
) -> Account:
    """Read one input, append its sound events, quarantine the rest; returns its account."""
    account = Account()
    if options.mapping:
        lines, unused = mapped.json_lines(con, path, options.mapping, work)
        if unused:
            account.add(options.mapping.source, "unused", unused)
    else:
        lines = inputs.json_lines(path, work)
    target = work / "draft.parquet"
    found = shapes.find(con, lines.path)
    parties.prepare(con, lines.path, found, options.country)
    clocks = draft.Clocks(options.run_started_at, options.recorded_at, options.recorded_as_occurred)
    draft.write(con, lines.path, found, clocks, target)
    conflicts: list[int] = []
    for domain in DOMAINS if not options.dry_run else ():
        merged = merge(
            con,
            domain,
            log=options.log,
            input_key=input_key,
            append_key=append_key,
            committed_at=options.clock(),
        )
        _account_for(account, merged)
        conflicts += merged.conflicts
    if options.dry_run:
        _account_dry(con, account)
    rejects = _rejects(con, lines, conflicts, is_mapped=options.mapping is not None)
    for source, number in Counter(rejects.source).items():
        account.add(source, "quarantined", number)
    _count_dropped(con, account)
    if not options.dry_run:
        quarantine.write(options.quarantine, input_key, rejects, options.run_started_at)
    return account


def _account_for(account: Account, merged: Merged) -> None:
    for source, number in merged.appended_by_source.items():
        account.add(source, "appended", number)
    for source, number in merged.duplicates_by_source.items():
        account.add(source, "duplicates", number)
    account.retracted += merged.retracted


def _account_dry(con: duckdb.DuckDBPyConnection, account: Account) -> None:
    rows = con.execute(
        "select source, count(*) from draft_rows where problem is null group by source"
    ).fetchall()
    for source, number in rows:
        account.add(source, "appended", number)


def _count_dropped(con: duckdb.DuckDBPyConnection, account: Account) -> None:
    rows = con.execute(
        "select name, count(*) from (select unnest(dropped) as name "
        "from draft_rows where dropped is not null) group by name"
    ).fetchall()
    account.extra_dropped = {str(name): int(number) for name, number in rows}


def _rejects(
    con: duckdb.DuckDBPyConnection,
    lines: inputs.Lines,
    conflicts: list[int],
    *,
    is_mapped: bool,
) -> quarantine.Rejects:
    """The rows that stay out, with place, reason and shape."""
    found = con.execute(
        """select row, coalesce(problem, 'conflicting_duplicate|id'), source, line_number
        from draft_rows where problem is not null or row in (select unnest(?::bigint[]))
        order by row""",
        [conflicts],
    ).fetchall()
    rows = np.array([row for row, *_ in found], dtype=np.int64)
    places: list[int] = []
    offsets: list[int | None] = []
    shown: list[str | None] = []
    if len(rows):
        numbers, starts, lengths = inputs.positions(lines.path, rows)
        shown = quarantine.shapes(lines.path, starts, lengths)
        places = [int(n) for *_, n in found] if is_mapped else numbers.tolist()
        offsets = [None] * len(found) if is_mapped else starts.tolist()
    problems = [str(problem).partition("|") for _, problem, *_ in found]
    outside = lines.rejected
    return quarantine.Rejects(
        code=[code for code, _, _ in problems] + [code for *_, code in outside],
        path=[path for *_, path in problems] + [""] * len(outside),
        source=[source for _, _, source, _ in found] + [None] * len(outside),
        line_number=places + [number for number, *_ in outside],
        byte_offset=offsets + [offset for _, offset, _ in outside],
        shape=shown + [None] * len(outside),
    )


def _write_receipt(
    path: Path, input_key: str, append_key: str, account: Account, options: Options
) -> None:
    receipts.write(
        options.log,
        {
            "input_key": input_key,
            "append_key": append_key,
            "file_name": path.name,
            "committed_at": options.clock().isoformat(),
            "run_started_at": options.run_started_at.isoformat(),
            "counts": {name: account.counts[name] for name in COUNTS},
            "retracted": account.retracted,
            "sources": [
                {"source": source, **{name: counter[name] for name in COUNTS[:-1]}}
                for source, counter in sorted(account.sources.items())
            ],
            "extra_dropped": account.extra_dropped,
        },
    )
