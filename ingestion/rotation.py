"""Rotating the hashing secret: every keyed hash of the log is sealed by the keys that joined.

Under way is what `secret.fingerprint` says in two lines, from and to; while it does, the door is
closed. Files beside the tables are made anew first and put in place last, each domain is one
commit; so a run after a crash knows what is done, and seals nothing twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from filelock import FileLock

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import privacy, quoting, receipts, sealing, sealing_beside
from ingestion.catalogue import DOMAINS
from ingestion.erasure import drop_unlisted, input_keys
from ingestion.log import Part
from ingestion.workplace import workplace

_MEMORY = "1GB"
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Rotation:
    """From how many keys to which secret a log goes."""

    log: Path
    secret: bytes
    since: int

    @property
    def to(self) -> str:
        """The fingerprint that the log will keep."""
        return privacy.fingerprint(self.secret)

    @property
    def fingerprint_file(self) -> Path:
        """Where the log says which secret made it."""
        return self.log / "secret.fingerprint"

    @property
    def work(self) -> Path:
        """What was made anew and waits for its place."""
        return self.log / ".rotation"


def pending(log: Path, secret: bytes) -> Rotation | None:
    """The rotation that the secret asks for (it has keys that the log has not), or None.

    Raises `SecretError` when the secret is not one that made this log.
    """
    kept = log / "secret.fingerprint"
    found = privacy.kept_fingerprint(kept)
    if not privacy.is_rotating(secret, found):
        privacy.check_fingerprint(secret, kept)
        return None
    begun, _, to = found.partition("\n")
    known = privacy.keys(secret)
    for count in range(1, len(known)):
        if privacy.fingerprint(privacy.chained(known[:count])) == begun:
            rotation = Rotation(log, secret, count)
            if to in ("", rotation.to):
                return rotation
    raise privacy.SecretError(
        f"The secret is not the one that the rotation began with (see {kept}): set "
        "WAYPOST_SECRET_FILE to the file that it wrote."
    )


def count(log: Path) -> dict[str, int]:
    """Parts and events that a rotation rewrites."""
    found = [part for domain in DOMAINS for part in event_log.parts(log, domain)]
    return {"parts": len(found), "events": sum(part.rows for part in found)}


def carry_out(rotation: Rotation, *, at: datetime, progress: Progress) -> None:
    """Seal all that the log holds but for the last word, `finish`; goes on where a run was stopped.

    `progress` is told of each part that is done. Raises `DamagedPartError`.
    """
    log = rotation.log
    begun = privacy.kept_fingerprint(rotation.fingerprint_file).partition("\n")[0]
    privacy.keep_fingerprint(rotation.fingerprint_file, begun, rotation.to)
    with _held(log):
        sealing_beside.prepare(log, rotation.work, rotation.secret, rotation.since, rotation.to)
        for domain in DOMAINS:
            with event_log.locked(log, domain):
                _note_begun(rotation, domain)
                _seal_domain(rotation, domain, at, progress)
                drop_unlisted(log, domain)
        sealing_beside.put_in_place(log, rotation.work)
        shutil.rmtree(log / ".damaged", ignore_errors=True)


def finish(rotation: Rotation) -> None:
    """Open the door: from now on the log says that all keys of the secret have made it."""
    privacy.keep_fingerprint(rotation.fingerprint_file, rotation.to)
    sweep(rotation.log)


def sweep(log: Path) -> None:
    """Remove what a rotation made and has no more need of; the caller knows that none is under way."""
    shutil.rmtree(log / ".rotation", ignore_errors=True)


@contextmanager
def _held(log: Path) -> Iterator[None]:
    """Wait for the ingests that know last states, and keep them and the access log to ourselves."""
    with ExitStack() as held:
        for states in sorted((log / "states").glob("*.sqlite")):
            held.enter_context(FileLock(states.with_suffix(".lock")))
        held.enter_context(FileLock(log / "access.lock"))
        yield


def _note_begun(rotation: Rotation, domain: str) -> None:
    """Inputs that are cut off between two domains go on with the keys that they began with."""
    table = event_log.table(rotation.log, domain)
    told = {entry.get("waypost.input_key") for entry in (table.history() if table else ())}
    for input_key in sorted(key for key in told if key):
        receipts.note_begun(rotation.log, input_key, rotation.since)


def _seal_domain(rotation: Rotation, domain: str, at: datetime, progress: Progress) -> None:
    """One commit with every part of the domain made anew; the caller holds the domain's lock."""
    found = event_log.parts(rotation.log, domain)
    if event_log.is_rotated(rotation.log, domain, rotation.to):
        progress(len(found))
        return
    if not found:
        return
    with workplace(rotation.log / ".work") as work, _opened(rotation, work) as con:
        fresh: list[tuple[Path, int]] = []
        inputs: dict[str, list[str]] = {}
        for part in found:
            part.check(deep=True)
            new = _write(con, part, domain, work)
            fresh.append((new, part.rows))
            inputs[new.name] = input_keys(con, new)
            progress(1)
        table = event_log.open_table(rotation.log, domain)
        names = [part.path.name for part in found]
        event_log.replace(
            table, names, fresh, committed_at=at, inputs=inputs, rotated_to=rotation.to
        )


@contextmanager
def _opened(rotation: Rotation, work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the macros `resealed(hash)` and `renamed(event id)`."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"set memory_limit = '{_MEMORY}'")
        con.execute(f"set temp_directory = {quoting.text(work)}")
        privacy.install(con, rotation.secret)
        until = len(privacy.keys(rotation.secret))
        sealing.install(con, rotation.since, until, sealing_beside.mentioned(rotation.work))
        yield con


def _write(con: duckdb.DuckDBPyConnection, part: Part, domain: str, work: Path) -> Path:
    """One sealed part with the rows of the old one in their order, every hash sealed."""
    new = part_files.unsealed(work, part.number, "rotated")
    rows = part_files.reader([part.path])
    held = part_files.columns(con, rows)
    changed = sealing.columns(held, domain, "resealed") | sealing.names(held)
    listed = ", ".join(
        f'{changed.get(name, chr(34) + name + chr(34))} as "{name}"' for name in held
    )
    con.execute(
        f"copy (select *, {part_files.KEY_PREFIX} as key_prefix from (select {listed} from {rows})) "
        f"to {quoting.text(new)} ({part_files.FORMAT})"
    )
    fresh = f"read_parquet({quoting.text(new)})"
    kept = [name for name in held if name not in changed]
    if _digest(con, rows, kept) != _digest(con, fresh, kept):
        raise RuntimeError(f"{new} does not hold the rows of {part.path}.")
    return part_files.seal(new)


def _digest(con: duckdb.DuckDBPyConnection, rows: str, kept: Sequence[str]) -> object:
    """What must not change: the number of rows, and all that is no hash."""
    listed = ", ".join(f'"{name}"' for name in kept)
    return con.execute(f"select count(*), sum(hash({listed})::hugeint) from {rows}").fetchone()
