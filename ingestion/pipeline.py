"""Files to the log: the only module that knows its siblings; a step from files to files."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from ingestion import (
    controls,
    inputs,
    mapped,
    mapping,
    privacy,
    quoting,
    receipts,
    refusals,
    sources,
    totals,
)
from ingestion.account import COUNTS, Account
from ingestion.ahead import Ahead
from ingestion.catalogue import DOMAINS
from ingestion.reading import Options, Reading
from ingestion.rejects import Reject
from ingestion.side_by_side import threads
from ingestion.sources import exports, reader, states
from ingestion.sources.adapter import Differ
from ingestion.workplace import workplace

EVENT_FILES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_MEMORY = "1300MB"
_THREADS = 8  # at most: each has memory of its own for what it reads
_LARGE = 64 * 2**20  # bytes of a file that is read while it is hashed, where it is likely new
Progress = Callable[[Path, int, int], None]


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


def find_deliveries(paths: Iterable[Path]) -> list[Path]:
    """Inputs of an adapter: JSON files, tables named one by one, and folders that hold tables."""
    given = list(paths)
    tables = [folder for path in given if path.is_dir() for folder in exports.folders(path)]
    return [*find_files(given), *dict.fromkeys(tables)]


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
    adapter: str | None = None,
    topic: str | None = None,
    recorded_at: datetime | None = None,
    recorded_as_occurred: bool = False,
    country: str = "DE",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Bring files into the log and return the counts of candidates (see `COUNTS`).

    `clock` gives the time of each commit (default: the start of the run). `work` is a folder for
    unpacked input, inside the landing zone because it holds clear data; it is emptied at the end.
    `adapter` names the system that the files come from, `topic` what a bare document is. Raises
    `InputError`, `MappingError`, `SourceError` or `SecretError` before anything is written.
    """
    rules = mapping.read(mapping_file) if mapping_file else None
    system = sources.find(adapter) if adapter else None
    files = find_deliveries(paths) if system else find_files(paths, tables=rules is not None)
    for path in files:
        if rules is None and system is None and inputs.is_table(path):
            raise inputs.InputError(
                f"{path} is a table: name its mapping with --mapping "
                "(waypost mapping suggest writes a first one)."
            )
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
        adapter=system,
        topic=topic,
    )
    total: Counter[str] = Counter()
    for number, path in enumerate(files):
        if progress:
            progress(path, number, len(files))
        total += _ingest_file(path, options)
    return {name: total[name] for name in COUNTS}


def _ingest_file(path: Path, options: Options) -> Counter[str]:
    with ExitStack() as held:
        begun = _begin(held, path, options) if _is_ahead(path, options) else None
        input_key = exports.input_key(path) if path.is_dir() else inputs.input_key(path)
        append_key = options.append_key(input_key)
        if not options.dry_run:
            held.enter_context(receipts.alone(options.log, input_key))
        receipt = receipts.read(options.log, input_key)
        if receipt and receipt["append_key"] == append_key:
            return Counter(skipped_inputs=1)
        known = receipts.key_count(options.log, input_key, len(privacy.keys(options.secret)))
        options = replace(options, party_keys=known)
        con, work, ahead = begun or _begin(held, path, options)
        privacy.install(con, options.secret, party_keys=options.party_keys)
        staging = work if options.dry_run else held.enter_context(workplace(options.log / ".work"))
        held.enter_context(controls.taking_in(options.log, is_told=options.tells_totals))
        differ = held.enter_context(_differ(work, input_key, options))
        account, unread = Account(), list[Reject]()
        if ahead is None:
            lines, unread = _lines(con, path, work, options, account, differ)
            ahead = held.enter_context(Ahead(con, lambda: lines))
        reading = Reading(con, ahead, work, staging, input_key, append_key, options)
        reading.rejects.add(unread)
        reading.read_all(account)
        if not options.dry_run:
            if receipt:  # until it is read to its end, nobody takes it for whole
                receipts.set_back(options.log, input_key)
            seen = _look(reading, path, work)
            seen.announce(options.clock(), append_key)
        _take_in(reading, account)
        if not options.dry_run:
            refused = partial(refusals.among, con, options.log)
            if differ:
                differ.keep(refused)
            # where nobody is refused, no line is looked at
            seen.write(options.clock(), refused if refusals.state(options.log) else None)
    if not options.dry_run:
        _write_receipt(path, input_key, append_key, account, options)
    return account.counts


def _is_ahead(path: Path, options: Options) -> bool:
    """A large file of events that lies where nothing was taken in before: else it is likely known."""
    is_plain = not (options.mapping or options.adapter)
    is_large = is_plain and path.stat().st_size >= _LARGE
    return is_large and options.given(path)["path"] not in options.given_before


def _begin(
    held: ExitStack, path: Path, options: Options
) -> tuple[duckdb.DuckDBPyConnection, Path, Ahead | None]:
    """A connection and a folder to work in; events that need no mapping are being read already."""
    work = held.enter_context(workplace(options.work))
    con = held.enter_context(_connection(work))
    if options.mapping or options.adapter:
        return con, work, None
    lines = partial(inputs.json_lines, path, work)
    return con, work, held.enter_context(Ahead(con, lines))


@contextmanager
def _connection(work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"set memory_limit = '{_MEMORY}'")
        con.execute(f"set threads = {min(threads(con), _THREADS)}")
        # tables in memory are gone soon: a checkpoint would only pack them anew
        con.execute("set checkpoint_threshold = '1TB'")
        con.execute(f"set temp_directory = {quoting.text(work)}")
        yield con


def _take_in(reading: Reading, account: Account) -> None:
    """Append the sound events of an input that was read, quarantine the rest; accounts for all."""
    options = reading.options
    for domain in DOMAINS if not options.dry_run else ():
        if not (merged := reading.commit(domain)):
            continue
        for name, counter in (("appended", merged.appended), ("duplicates", merged.duplicates)):
            for source, number in counter.items():
                account.add(source, name, number)
        account.retracted += merged.retracted
    for by_source in reading.refused.values():
        for source, number in by_source.items():
            account.add(source, "refused", number)
    cut = reading.ahead.lines.rejected
    reading.rejects.add([Reject(code, "", None, line, offset) for line, offset, code in cut])
    for origin, number in reading.rejects.counts().items():
        account.add(origin, "quarantined", number)
    if not options.dry_run:
        reading.rejects.write(options.quarantine, reading.input_key, options.run_started_at)


@contextmanager
def _differ(work: Path, input_key: str, options: Options) -> Iterator[Differ | None]:
    """The states of an adapter's objects; a dry run looks at a copy of them."""
    if not options.adapter:
        yield None
        return
    name, folder = options.adapter.NAME, options.log / "states"
    if options.dry_run:
        copy = work / "states"
        copy.mkdir()
        for file in folder.glob(f"{name}.sqlite*"):
            shutil.copy(file, copy)
        folder = copy
    with states.opened(folder, name, input_key, options.secret) as found:
        yield found


def _lines(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    work: Path,
    options: Options,
    account: Account,
    differ: Differ | None,
) -> tuple[inputs.Lines, list[Reject]]:
    """What a mapping or an adapter makes of an input: lines of events, and what it could not read."""
    if options.mapping:
        lines, unused = mapped.json_lines(con, path, options.mapping, work)
        account.add_unused(
            options.mapping.source, {"no rule of the mapping holds": unused} if unused else {}
        )
        return lines, []
    assert options.adapter
    taken = reader.read(path, options.adapter, work, topic=options.topic, differ=differ)
    source = f"/{options.adapter.NAME}"
    account.add_unused(source, taken.unused)
    return taken.lines, [
        Reject(code, place, source, line, None) for code, place, line in taken.rejected
    ]


def _look(reading: Reading, path: Path, work: Path) -> totals.Totals:
    """What was delivered by a plain look, for the build to compare the log with."""
    options = reading.options
    seen = totals.Totals(reading.con, options.log / "controls", reading.input_key)
    if options.mapping:
        seen.add_mapped(work / "mapped.jsonl")
    elif options.adapter:
        system = options.adapter.NAME
        seen.add(f"/{system}", totals.of_deliveries(path, system, work))
    return seen


def _write_receipt(
    path: Path, input_key: str, append_key: str, account: Account, options: Options
) -> None:
    receipts.write(
        options.log,
        {
            "input_key": input_key,
            "append_key": append_key,
            "key_count": options.party_keys,
            "file_name": path.name,
            "given": options.given(path),
            "committed_at": options.clock().isoformat(),
            "run_started_at": options.run_started_at.isoformat(),
            **account.told(),
        },
    )
