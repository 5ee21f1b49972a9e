"""Keyed hashes beside the tables of the log: tombstones, last known states, the access log.

They are made anew in a folder of their own, all of them, before anything is put in place; the file
`ready` says that all are there, and from then on each is moved where it belongs, once.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from ingestion import log as event_log
from ingestion import parts as part_files
from ingestion import privacy, quoting, refusals, sealing
from ingestion.catalogue import DOMAINS

_HASH = re.compile(r"[0-9a-f]{32}")
_BATCH = 10_000


def prepare(log: Path, work: Path, secret: bytes, since: int, to: str) -> None:
    """Make every file anew below `work`, unless a run before has done it for the same secret."""
    ready = work / "ready.json"
    if ready.exists() and json.loads(ready.read_text("utf-8"))["to"] == to:
        return
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("erasures", "states"):
        (work / folder).mkdir(parents=True)
    _seal_tombstones(log, work, secret, since)
    for source in sorted((log / "states").glob("*.sqlite")):
        _seal_states(source, work / "states" / source.name, secret, since)
    _seal_access(log, work, secret, since)
    for path in _made(work):
        privacy.sync(path)
    privacy.write_whole(ready, json.dumps({"to": to, "mentioned": _mentions(log)}))


def put_in_place(log: Path, work: Path) -> None:
    """Move what was made to where it belongs; what was moved before is there already.

    `ready` says so until the very end, but keeps no id: whatever a crash leaves behind tells nothing.
    """
    for path in _made(work):
        path.replace(log / path.relative_to(work))
    for folder in (log, log / "erasures", log / "states"):
        if folder.exists():
            privacy.sync(folder)
    ready = work / "ready.json"
    told = json.loads(ready.read_text("utf-8"))
    privacy.write_whole(ready, json.dumps(told | {"mentioned": []}))


def mentioned(work: Path) -> list[str]:
    """Ids of the differ's events that other events name, as they were before the rotation."""
    return list(json.loads((work / "ready.json").read_text("utf-8"))["mentioned"])


def _made(work: Path) -> list[Path]:
    about = {work / "ready.json", *privacy.drafts(work)}
    return sorted(p for p in work.rglob("*") if p.is_file() and p not in about)


def _seal_tombstones(log: Path, work: Path, secret: bytes, since: int) -> None:
    with duckdb.connect() as con:
        privacy.install(con, secret)
        sealing.install(con, since, len(privacy.keys(secret)), [])
        for path in sorted(refusals.folder(log).glob("*.parquet")):
            con.execute(
                "copy (select resealed(tombstone) as tombstone, key_count "
                f"from ({refusals.tombstones([path])}) order by 1) "
                f"to {quoting.text(work / 'erasures' / path.name)} (format parquet)"
            )


def _seal_states(source: Path, target: Path, secret: bytes, since: int) -> None:
    """A copy of the states in which each hash is sealed; values that are none stay."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        rows = old.execute("select object_key, number, known from states")
        with new:
            while batch := rows.fetchmany(_BATCH):
                new.executemany(
                    "update states set known = ? where object_key = ? and number = ?",
                    [(_state(known, secret, since), key, number) for key, number, known in batch],
                )
        new.execute("pragma secure_delete = on")
        new.execute("vacuum")


def _state(known: str, secret: bytes, since: int) -> str:
    def sealed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: sealed(one) for name, one in value.items()}
        if isinstance(value, list):
            return [sealed(one) for one in value]
        is_hash = isinstance(value, str) and _HASH.fullmatch(value)
        return privacy.seal(secret, value, since=since) if is_hash else value

    return json.dumps(sealed(json.loads(known)))


def _seal_access(log: Path, work: Path, secret: bytes, since: int) -> None:
    """Who was looked at: the hash of a living person's hash follows it, any other is sealed."""
    source = log / "access.jsonl"
    if not source.exists():
        return
    before = privacy.chained(privacy.keys(secret)[:since])
    lines = [
        json.loads(line) for line in source.read_text("utf-8").splitlines() if line.endswith("}")
    ]
    asked = {str(line["subject"]) for line in lines if "subject" in line}
    follows: dict[str, str] = {}
    for id_hash in _id_hashes(log) if asked else ():
        subject = privacy.hash_id(before, "access", id_hash)
        if subject in asked:
            own = privacy.seal(secret, id_hash, since=since)
            follows[subject] = privacy.hash_id(secret, "access", own)
    for line in lines:
        if _HASH.fullmatch(line["who"]):  # a login; users of the machine stand as they are
            line["who"] = privacy.seal(secret, line["who"], since=since)
        if subject := line.get("subject"):
            line["subject"] = follows.get(subject) or privacy.seal(secret, subject, since=since)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    privacy.write_whole(work / "access.jsonl", text)


def _id_hashes(log: Path) -> Iterator[str]:
    """Every identifier of the log, a stretch at a time."""
    for domain in DOMAINS:
        parts = event_log.parts(log, domain)
        with duckdb.connect() as con:
            rows = part_files.reader(part.path for part in parts) if parts else ""
            if not parts or "party_refs" not in part_files.columns(con, rows):
                continue
            found = con.execute(
                f"select distinct id_hash from (select unnest(party_refs).id_hash as id_hash from {rows})"
            )
            while batch := found.fetchmany(_BATCH):
                yield from (str(id_hash) for (id_hash,) in batch)


def _mentions(log: Path) -> list[str]:
    """Ids of the differ's events that other events amend, follow or give as evidence."""
    with duckdb.connect() as con:
        con.execute("create temp table named (id varchar)")
        con.execute("create temp table told (id varchar)")
        for domain in DOMAINS:
            if not (parts := event_log.parts(log, domain)):
                continue
            rows = part_files.reader(part.path for part in parts)
            held = part_files.columns(con, rows)
            for column in {*sealing.MENTIONS, "evidence_event_ids"} & {*held}:
                one = f"unnest({column})" if column == "evidence_event_ids" else column
                con.execute(f"insert into told select distinct {one} from {rows}")
            if "derivation" in held:
                con.execute(
                    f"insert into named select event_id from {rows} where {sealing.IS_NAMED}"
                )
        query = "select distinct id from told semi join named using (id) order by 1"
        return [str(one) for (one,) in con.execute(query).fetchall()]
