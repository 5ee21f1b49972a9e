"""Whether the log is what its commits and receipts say; finds, repairs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import privacy, receipts, workplace
from ingestion.catalogue import DOMAINS
from ingestion.log import Part


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: what, where, what to do; a leftover harms nobody."""

    kind: str
    place: Path
    problem: str
    remedy: str
    is_broken: bool = True
    domain: str | None = None
    inputs: tuple[str, ...] = ()


def examine(log: Path, quarantine: Path, work: Path, *, deep: bool) -> list[Finding]:
    """Everything that is wrong with the log and the files beside it; `deep` reads every byte."""
    found = [*_secrets(log)]
    for domain in DOMAINS:
        try:
            found += _parts(log, domain, deep=deep)
        except (DeltaError, OSError, ValueError) as error:
            found.append(_unreadable(log / domain, error))
    found += [*_receipts(log), *_work_folders(log / ".work", work), *_quarantine(quarantine)]
    damaged = {one.place for one in found}
    return [*found, *_untold_inputs(log, damaged)]


def _unreadable(table: Path, error: Exception) -> Finding:
    reason = " ".join(str(error).split())[:200]
    return Finding(
        "table_unreadable",
        table,
        f"The commits of {table} cannot be read ({reason}).",
        f"Restore {table / '_delta_log'} from a backup.",
    )


def _secrets(log: Path) -> Iterator[Finding]:
    fingerprint = log / "secret.fingerprint"
    if receipts.names(log) and not fingerprint.exists():
        yield Finding(
            "fingerprint_missing",
            fingerprint,
            f"{fingerprint} is missing: another hashing secret would not be refused.",
            "Make sure that the right secret is in place, then ingest anything: that writes it.",
        )
    if "\n" in privacy.kept_fingerprint(fingerprint):
        yield Finding(
            "rotation_unfinished",
            fingerprint,
            "A rotation of the hashing secret is not finished, so the log is closed.",
            "Run `waypost rotate`, which goes on with it.",
        )
    elif (log / ".rotation").exists():
        yield _leftover("rotation_leftover", log / ".rotation", "is left of a rotation that ended")


def _parts(log: Path, domain: str, *, deep: bool) -> Iterator[Finding]:
    with event_log.locked(log, domain):  # now nobody is between moving a part and its commit
        parts = event_log.parts(log, domain)
        known = {part.path for part in parts} | set(event_log.removed(log, domain))
        present = set((log / domain).glob("*.parquet"))
    for path in sorted(present - known):
        yield _leftover("part_leftover", path, "was written but never committed", domain)
    for part in parts:
        if damage := part_files.damage(part.path, part.size, deep=deep):
            yield Finding(
                "part_damaged",
                part.path,
                f"{part.path} {damage}.",
                "`waypost doctor --repair` reads its inputs again, when they are still in landing/.",
                domain=domain,
                inputs=tuple(inputs_of(log, domain, part)),
            )


def inputs_of(log: Path, domain: str, part: Part) -> list[str]:
    """Keys of the inputs whose events stand in a part, from its commit and the receipts."""
    table = event_log.open_table(log, domain)
    for entry in table.history():
        inputs = json.loads(entry.get("waypost.inputs", "{}"))
        if part.path.name in inputs:
            return [str(key) for key in inputs[part.path.name]]
    label = part.path.name.split("-")[2]
    told = (receipts.read(log, key) or {} for key in receipts.names(log))
    return [one["input_key"] for one in told if str(one.get("append_key")).startswith(label)]


def _receipts(log: Path) -> Iterator[Finding]:
    for path in privacy.drafts(log / "inputs"):
        yield _leftover("receipt_leftover", path, "is half a receipt")
    for key in receipts.names(log):
        path = receipts.path_of(log, key)
        try:
            receipt = receipts.read(log, key) or {}
        except ValueError:
            yield Finding(
                "receipt_unreadable",
                path,
                f"The receipt {path} cannot be read.",
                "`waypost doctor --repair` removes it and reads the input again.",
                inputs=(key,),
            )
            continue
        if not receipt.get("append_key"):
            yield _set_back(path, key, str(receipt.get("file_name")))


def _set_back(path: Path, key: str, name: str) -> Finding:
    return Finding(
        "input_unread",
        path,
        f"Events of {name} (input {key}) were lost with a damaged part and are not back yet.",
        "Put the file back into landing/ and run `waypost doctor --repair`.",
        inputs=(key,),
    )


def _untold_inputs(log: Path, damaged: set[Path]) -> Iterator[Finding]:
    """Inputs with events in the log but no receipt: an ingest ended before its time."""
    told = set(receipts.names(log))
    for domain in DOMAINS:
        if log / domain in damaged:
            continue
        paths = [one.path for one in event_log.parts(log, domain) if one.path not in damaged]
        keys = _input_keys(paths) if paths else []
        for key in sorted(set(keys) - told):
            told.add(key)
            yield Finding(
                "receipt_missing",
                receipts.path_of(log, key),
                f"Input {key} has events in the log but no receipt: its ingest was interrupted.",
                "Ingest the file again; what is in the log already is not doubled.",
                inputs=(key,),
            )


def _input_keys(paths: list[Path]) -> list[str]:
    with duckdb.connect() as con:
        rows = con.execute(
            f"select distinct input_key from read_parquet(?) where input_key <> '{event_log.NO_INPUT}'",
            [[str(path) for path in paths]],
        ).fetchall()
    return [str(key) for (key,) in rows]


def _work_folders(*parents: Path) -> Iterator[Finding]:
    for parent in parents:
        for folder in workplace.abandoned(parent):
            yield _leftover("work_leftover", folder, "belongs to a process that is gone")


def _quarantine(folder: Path) -> Iterator[Finding]:
    for path in privacy.drafts(folder):
        yield _leftover("quarantine_leftover", path, "is half a quarantine file")
    for path in sorted(folder.glob("*.parquet")):
        try:
            pq.read_table(path)
            # it gives up at flips that Arrow reads over; one each, as damage can end a whole database
            with duckdb.connect() as con:
                con.execute("select max(hash(q)) from read_parquet($1) as q", [str(path)])
        except (OSError, ValueError, duckdb.Error):
            yield Finding(
                "quarantine_damaged",
                path,
                f"The quarantine file {path} cannot be read.",
                "`waypost doctor --repair` removes it and reads the input again.",
                inputs=(path.stem,),
            )


def _leftover(kind: str, path: Path, what: str, domain: str | None = None) -> Finding:
    return Finding(
        kind,
        path,
        f"{path} {what}.",
        "`waypost doctor --repair` removes it.",
        is_broken=False,
        domain=domain,
    )
