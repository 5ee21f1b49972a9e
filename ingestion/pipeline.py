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
from typing import Any

import duckdb
import numpy as np

from ingestion import (
    draft,
    inputs,
    mapped,
    mapping,
    merge,
    privacy,
    quarantine,
    receipts,
)
from ingestion import log as event_log
from ingestion.catalogue import DOMAINS, load
from ingestion.merge import Merged
from ingestion.quarantine import Reject

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
    reading = Reading(con, lines, work, input_key, append_key, options)
    rejects = reading.read_all(account)
    for domain in DOMAINS if not options.dry_run else ():
        merged = reading.commit(domain)
        for source, number in merged.appended.items():
            account.add(source, "appended", number)
        for source, number in merged.duplicates.items():
            account.add(source, "duplicates", number)
        account.retracted += merged.retracted
        for number, rows in enumerate(merged.conflicts):
            rejects.extend(reading.conflicts(number, rows))
    rejects.extend(
        [Reject(code, "", None, line, offset, None) for line, offset, code in lines.rejected]
    )
    for source, number in Counter(reject.source for reject in rejects).items():
        account.add(source, "quarantined", number)
    if not options.dry_run:
        quarantine.write(options.quarantine, input_key, rejects, options.run_started_at)
    return account


@dataclass
class Reading:
    """One input on its way into the log, chunk by chunk.

    The keys are checked and the parts written without a lock; the commit takes it, and when
    another run came in between, that domain alone is read again while the lock is held.
    """

    con: duckdb.DuckDBPyConnection
    lines: inputs.Lines
    work: Path
    input_key: str
    append_key: str
    options: Options
    merged: dict[str, Merged] = field(default_factory=dict)

    def read_all(self, account: Account) -> list[Reject]:
        """Read every chunk, write its parts; returns the rows that are wrong in themselves."""
        rejects: list[Reject] = []
        for chunk in inputs.chunks(self.lines.path, self.work):
            domains = self._load(chunk)
            for domain in domains:
                if self.options.dry_run:
                    _account_dry(self.con, domain, account)
                else:
                    self._merge(domain)
                _count_dropped(self.con, domain, account)
            rejects += self._rejects(chunk, domains)
        return rejects

    def commit(self, domain: str) -> Merged:
        """Commit a domain under its lock; reads it again when somebody else was faster."""
        with event_log.locked(self.options.log, domain):
            if domain not in self.merged:
                self.merged[domain] = merge.begin(self.con, self.options.log, domain)
            try:
                self._commit(domain)
            except merge.MovedError:
                self.merged[domain] = merge.begin(self.con, self.options.log, domain)
                for chunk in inputs.chunks(self.lines.path, self.work):
                    if domain in self._load(chunk):
                        self._merge(domain)
                    else:
                        self.merged[domain].conflicts.append([])
                self._commit(domain)
        return self.merged[domain]

    def _commit(self, domain: str) -> None:
        merge.commit(
            self.con,
            self.merged[domain],
            log=self.options.log,
            input_key=self.input_key,
            append_key=self.append_key,
            clock=self.options.clock,
        )

    def _load(self, chunk: inputs.Chunk) -> list[str]:
        options = self.options
        clocks = draft.Clocks(
            options.run_started_at, options.recorded_at, options.recorded_as_occurred
        )
        return draft.load_chunk(self.con, chunk.path, clocks, options.country)

    def _merge(self, domain: str) -> None:
        if domain not in self.merged:
            self.merged[domain] = merge.begin(self.con, self.options.log, domain)
        merge.add_chunk(
            self.con, self.merged[domain], self.options.log, self.input_key, self.append_key
        )

    def _rejects(self, chunk: inputs.Chunk, domains: list[str]) -> list[Reject]:
        drafts = [f"draft_{domain}" for domain in domains] + ["draft_others"]
        query = " union all ".join(
            f"select row, problem, source, line_number from {name} where problem is not null"
            for name in drafts
        )
        found = self.con.execute(f"{query} order by row").fetchall()
        return self._placed(chunk, found)

    def conflicts(self, number: int, rows: list[Any]) -> list[Reject]:
        """Rejects of the conflicting rows of the chunk of that number."""
        if not rows:
            return []
        for place, chunk in enumerate(inputs.chunks(self.lines.path, self.work)):
            if place == number:
                return self._placed(chunk, rows)
        return []

    def _placed(self, chunk: inputs.Chunk, found: list[Any]) -> list[Reject]:
        """Rejects with line, byte and shape; a mapped row has the line of its table."""
        if not found:
            return []
        rows = np.array([row for row, *_ in found], dtype=np.int64)
        numbers, starts, lengths = inputs.positions(chunk.path, rows)
        shown = quarantine.shapes(chunk.path, starts, lengths)
        is_mapped = self.options.mapping is not None
        rejects = []
        for at, (_, problem, source, line) in enumerate(found):
            code, _, path = str(problem).partition("|")
            own = line if is_mapped else chunk.first_line - 1 + int(numbers[at])
            offset = None if is_mapped else chunk.first_byte + int(starts[at])
            rejects.append(Reject(code, path, source, own or 0, offset, shown[at]))
        return rejects


def _account_dry(con: duckdb.DuckDBPyConnection, domain: str, account: Account) -> None:
    rows = con.execute(
        f"select source, count(*) from draft_{domain} where problem is null group by source"
    ).fetchall()
    for source, number in rows:
        account.add(source, "appended", number)


def _count_dropped(con: duckdb.DuckDBPyConnection, domain: str, account: Account) -> None:
    rows = con.execute(
        "select name, count(*) from (select unnest(dropped) as name "
        f"from draft_{domain} where dropped is not null) group by name"
    ).fetchall()
    for name, number in rows:
        account.extra_dropped[name] = account.extra_dropped.get(name, 0) + int(number)


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
