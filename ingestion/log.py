"""The log: one Delta Lake table a domain; creates, lists and appends; knows no payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb
from deltalake import CommitProperties, DeltaTable, Field, Schema
from deltalake.transaction import AddAction, RemoveAction
from filelock import FileLock

from ingestion import parts as part_files
from ingestion import privacy
from ingestion.catalogue import DOMAINS, load

ENVELOPE = {
    "event_key": "blob",
    "event_id": "varchar",
    "source": "varchar",
    "event_type": "varchar",
    "subject_type": "varchar",
    "subject_id": "varchar",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "commit_no": "bigint",
    "sequence": "bigint",
    "schema_version": "integer",
    "derivation": "varchar",
    "time_uncertainty_seconds": "bigint",
    "amends_id": "varchar",
    "is_retracted": "boolean",
    "causation_id": "varchar",
    "correlation_id": "varchar",
    "party_hash": "varchar",
    "party_refs": (
        "struct(id_type varchar, id_hash varchar, domain_hash varchar, "
        "id_class varchar, role varchar)[]"
    ),
    "objects": 'struct("type" varchar, id varchar, qualifier varchar)[]',
    "actor_type": "varchar",
    "actor_ref_hash": "varchar",
    "actor_team": "varchar",
    "actor_tenure_band": "varchar",
    "actor_role": "varchar",
    "channel": "varchar",
    "service_mode": "varchar",
    "language": "varchar",
    "source_url": "varchar",
    "payload_hash": "blob",
    "input_key": "varchar",
    "extra": "varchar",
}


# The times of commits are what `--log-as-of` reads, so no commit entry may ever be cleaned up.
_KEEP_HISTORY = {"delta.enableExpiredLogCleanup": "false"}
ANY = "append"  # in place of a domain, inside its lock: no other domain gets events meanwhile
# of a row: its people were let go; among the inputs of a part: rows that lost their key
NO_INPUT = "none"
_COMPACTED, _ERASED = "waypost.compacted_at", "waypost.erased_at"
_ROTATED = "waypost.rotated_to"


def columns(domain: str) -> dict[str, str]:
    """All columns of a domain's table with their SQL types: the envelope, then the fields."""
    return ENVELOPE | load().columns(domain)


def typed_empty(domain: str) -> str:
    """SQL of a row set without rows that has every column of the domain."""
    nulls = ", ".join(f'null::{kind} as "{name}"' for name, kind in columns(domain).items())
    return f"select {nulls} where false"


@cache
def _schema(domain: str) -> Schema:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        return Schema.from_arrow(con.sql(typed_empty(domain)).to_arrow_table().schema)


def table(log: Path, domain: str) -> DeltaTable | None:
    """The domain's Delta table, or None when nothing was ever appended."""
    path = log / domain
    if not (path / "_delta_log" / f"{0:020d}.json").exists():  # a kill can leave the folder empty
        return None
    return DeltaTable(str(path))


def open_table(log: Path, domain: str) -> DeltaTable:
    """The domain's Delta table, made when it is missing, with columns added that are new."""
    found = table(log, domain)
    if found is not None and not _new_fields(found, domain):
        return found
    log.mkdir(parents=True, exist_ok=True)
    with FileLock(log / f"{domain}.schema.lock"):  # the domain's own lock may be held already
        found = table(log, domain)
        if found is None:
            (log / domain).mkdir(parents=True, exist_ok=True)
            return DeltaTable.create(
                str(log / domain), schema=_schema(domain), configuration=_KEEP_HISTORY
            )
        if added := _new_fields(found, domain):
            found.alter.add_columns(added)
        return DeltaTable(str(log / domain))


def _new_fields(found: DeltaTable, domain: str) -> list[Field]:
    known = {field.name for field in found.schema().fields}
    if known.issuperset(columns(domain)):  # the usual case costs no schema
        return []
    return [field for field in _schema(domain).fields if field.name not in known]


def create(log: Path) -> None:
    """Make the empty typed tables of all domains; existing ones stay."""
    for domain in DOMAINS:
        with locked(log, domain):
            open_table(log, domain)


def file_uris(log: Path, domain: str) -> list[str]:
    """Paths of the domain's current part files; empty when there is none."""
    found = table(log, domain)
    return [] if found is None else sorted(found.file_uris())


@dataclass(frozen=True)
class Part:
    """A current part file as its commit describes it."""

    path: Path
    size: int
    rows: int

    @property
    def number(self) -> int:
        """The commit that wrote it, or the last of those that were compacted into it."""
        return int(self.path.name.split("-")[1])

    def check(self, *, deep: bool) -> None:
        """Raise `DamagedPartError` when the file is not what its commit says."""
        if damage := part_files.damage(self.path, self.size, deep=deep):
            raise part_files.DamagedPartError(self.path, damage)


def parts(log: Path, domain: str) -> list[Part]:
    """The domain's current parts, in the order of their commits."""
    found = table(log, domain)
    if found is None:
        return []
    actions = found.get_add_actions(flatten=True)
    columns = (actions.column(name) for name in ("path", "size_bytes", "num_records"))
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    listed = (Part(log / domain / path, size, count) for path, size, count in rows)
    return sorted(listed, key=lambda part: part.path.name)


def removed(log: Path, domain: str) -> dict[Path, datetime]:
    """Files that a commit has taken out of the table, and when."""
    found = {}
    for commit in sorted((log / domain / "_delta_log").glob("*.json")):
        for line in commit.read_text("utf-8").splitlines():
            if line.startswith('{"remove"'):
                action = json.loads(line)["remove"]
                moment = datetime.fromtimestamp(action["deletionTimestamp"] / 1000, UTC)
                found[log / domain / action["path"]] = moment
    return found


def commits(log: Path, domain: str) -> list[tuple[int, str, str]]:
    """(commit_no, time of the commit in UTC, ISO 8601, append key) of each append, oldest first."""
    found = table(log, domain)
    history = [] if found is None else found.history()
    names = ("waypost.commit_no", "waypost.committed_at", "waypost.append_key")
    told = ([entry.get(name) for name in names] for entry in history)
    return sorted((int(number), str(at), str(key)) for number, at, key in told if number)


@contextmanager
def locked(log: Path, domain: str) -> Iterator[None]:
    """Hold the domain's exclusive lock from the key check to the commit, or that of `ANY`."""
    log.mkdir(parents=True, exist_ok=True)
    with FileLock(log / f"{domain}.lock"):
        yield


def is_moved(found: DeltaTable, since: int) -> bool:
    """True when events were appended after version `since`; a compaction moves nothing."""
    behind = found.version() - since
    return any(_COMPACTED not in entry for entry in found.history(behind)) if behind else False


def append(
    found: DeltaTable,
    parts: list[tuple[Path, int]],
    *,
    commit_no: int,
    committed_at: datetime,
    key: str,
    input_key: str,
) -> None:
    """Move sealed Parquet files (with their rows) into the table and commit; durable on return.

    The caller holds the domain's lock. Raises `deltalake.exceptions.CommitFailedError` when
    somebody else committed without it.
    """
    metadata = {
        "waypost.commit_no": str(commit_no),
        "waypost.committed_at": committed_at.astimezone(UTC).isoformat(),
        "waypost.append_key": key,
        "waypost.input_key": input_key,
    }
    _commit(found, parts, [], committed_at, metadata, is_change=True)


def replace(
    found: DeltaTable,
    removed: list[str],
    parts: list[tuple[Path, int]],
    *,
    committed_at: datetime,
    inputs: dict[str, list[str]],
    is_erasure: bool = False,
    rotated_to: str = "",
) -> None:
    """Swap parts (by name) for others with the same rows, in one commit that moves no event.

    After an erasure or a rotation (to a secret of that fingerprint) the rows have other keys, so an
    append under way reads its input again.

    The removed files stay on disk for those who are reading them. `inputs` names the inputs whose
    events stand in each new part. The caller holds the domain's lock.
    """
    moment = committed_at.astimezone(UTC).isoformat()
    why = (_ROTATED, rotated_to) if rotated_to else (_ERASED if is_erasure else _COMPACTED, moment)
    metadata = dict([why, ("waypost.inputs", json.dumps(inputs))])
    _commit(found, parts, removed, committed_at, metadata, is_change=why[0] != _COMPACTED)


def is_rotated(log: Path, domain: str, to: str) -> bool:
    """True when every hash of the domain is sealed for the secret of that fingerprint."""
    found = table(log, domain)
    history = [] if found is None else found.history()
    return any(entry.get(_ROTATED) == to for entry in history)


def mend(
    found: DeltaTable, damaged: str, restored: list[tuple[Path, int]], *, at: datetime
) -> None:
    """Take a damaged part out of the table and put parts back that it was compacted from.

    Events move by this, so an append that is under way reads its input again.
    """
    moment = at.astimezone(UTC).isoformat()
    _commit(found, restored, [damaged], at, {"waypost.mended_at": moment}, is_change=True)


def _commit(
    found: DeltaTable,
    parts: list[tuple[Path, int]],
    removed: list[str],
    at: datetime,
    metadata: dict[str, str],
    *,
    is_change: bool,
) -> None:
    folder = Path(found.table_uri.removeprefix("file://"))
    moved = [(part.rename(folder / part.name), rows) for part, rows in parts]
    privacy.sync(folder)
    moment = int(at.timestamp() * 1000)
    actions: list[AddAction | RemoveAction] = [
        AddAction(
            path=part.name,
            size=part.stat().st_size,
            partition_values={},
            modification_time=moment,
            data_change=is_change,
            stats=json.dumps({"numRecords": rows}),
        )
        for part, rows in moved
    ]
    actions += [RemoveAction(name, is_change, moment, None, {}) for name in removed]
    found.create_write_transaction(
        actions,
        mode="append",
        schema=found.schema(),
        commit_properties=CommitProperties(custom_metadata=metadata, max_commit_retries=0),
    )
    commits = folder / "_delta_log"
    privacy.sync(commits / f"{found.version() + 1:020d}.json", commits)  # the next: no retries
