"""A delivered file or folder of tables, through an adapter, to lines of events; knows no log.

Whatever an adapter does with a payload, the reading goes on: an exception is one candidate that
cannot be read.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

import duckdb

from ingestion import inputs, quoting
from ingestion.quarantine import REASONS
from ingestion.shapes import ROW_KEY
from ingestion.sources import exports
from ingestion.sources.adapter import Adapter, Delivery, Differ, Outcome, Snapshot, Unused, Wrong

LANDED = "waypost_delivery"  # key of a line that holds a raw delivery, written by pull and listen
_MEMORY = "1GB"
_MAX_REASONS = 500
_WORDS = re.compile(r"[^\w ./:;,()…'\"#→+-]")


@dataclass
class Taken:
    """What an input became: lines of events, the unused by reason, rejects (code, path, line)."""

    lines: inputs.Lines
    unused: Counter[str] = field(default_factory=Counter)
    rejected: list[tuple[str, str, int]] = field(default_factory=list)


def read(
    path: Path,
    adapter: Adapter,
    work: Path,
    *,
    topic: str | None = None,
    differ: Differ | None = None,
) -> Taken:
    """Write the events of a file, or of a folder with tables, as JSON lines into `work`.

    `topic` names what a bare document is where it does not say so itself.
    """
    taken = Taken(inputs.Lines(work / "adapted.jsonl"))
    deliveries = (
        _of_tables(path, adapter, work, taken)
        if path.is_dir() or inputs.is_table(path)
        else _of_documents(path, adapter, work, topic, taken)
    )
    with taken.lines.path.open("w", encoding="utf-8") as out:
        for delivery, place in deliveries:
            for outcome in _outcomes(adapter, delivery, differ):
                _take(taken, outcome, delivery, place, out)
    return taken


def _of_documents(
    path: Path, adapter: Adapter, work: Path, topic: str | None, taken: Taken
) -> Iterator[tuple[Delivery, int]]:
    """Deliveries of a JSON file with the line, or array element, that each came in."""
    try:
        lines = inputs.json_lines(path, work)
    except RecursionError:
        taken.rejected.append(("not_json", "", 1))
        return
    taken.lines.rejected.extend(lines.rejected)
    named = topic or _topic_of(path, adapter)
    with lines.path.open("rb") as file:
        parsed = ((place, _parsed(line)) for place, line in enumerate(file, 1) if line.strip())
        gathered = getattr(adapter, "gathered", iter)
        for place, document in gathered(parsed):
            for delivery in _of_document(document, adapter, named, taken, place):
                yield delivery, place


def _of_document(
    document: Any, adapter: Adapter, topic: str | None, taken: Taken, place: int
) -> Iterator[Delivery]:
    received_at = None
    if isinstance(document, dict) and LANDED in document:
        topic = _text(document.get("topic")) or topic
        received_at = _text(document.get("received_at"))
        document = document.get("document")
    if not isinstance(document, dict | list):
        taken.rejected.append(("not_json", "", place))
        return
    count = 0
    try:
        for part in document if isinstance(document, list) else [document]:
            for delivery in adapter.deliveries(part, topic):
                count += 1
                yield replace(delivery, received_at=delivery.received_at or received_at)
    except Exception as error:
        taken.rejected.append(("bad_payload", _place(topic, error), place))
        return
    if not count:
        taken.unused["no record in the delivery"] += 1


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _of_tables(
    path: Path, adapter: Adapter, work: Path, taken: Taken
) -> Iterator[tuple[Delivery, int]]:
    """Deliveries of an export with the line of the table that each was rebuilt from."""
    files = exports.table_files(path) if path.is_dir() else [path]
    with duckdb.connect() as con:
        con.execute(f"set timezone = 'UTC'; set memory_limit = '{_MEMORY}'")
        con.execute(f"set temp_directory = {quoting.text(work)}")
        try:
            tables = exports.named(files, adapter.TABLES, work)
            for delivery in adapter.deliveries_of_tables(con, tables) if tables else ():
                yield delivery, delivery.row or 0
        except Exception as error:
            taken.rejected.append(("bad_payload", _place("tables", error), 0))
            return
        taken.rejected += [(code, name, line) for name, line, code in exports.rejected(con)]
    if len(tables) < len(files):
        taken.unused["table not used"] += len(files) - len(tables)


def _outcomes(adapter: Adapter, delivery: Delivery, differ: Differ | None) -> Iterator[Outcome]:
    """What a delivery says, at least one outcome; an exception is one that cannot be read."""
    count = 0
    try:
        for outcome in adapter.events(delivery):
            if isinstance(outcome, Snapshot) and differ:
                for told in differ.outcomes(outcome):
                    count += 1
                    yield told
            else:
                count += 1
                yield outcome
    except Exception as error:
        yield Wrong("bad_payload", _place(delivery.topic, error))
        return
    if not count:
        yield Unused(f"nothing to tell: {delivery.topic}")


def _take(taken: Taken, outcome: Outcome, delivery: Delivery, place: int, out: TextIO) -> None:
    if isinstance(outcome, Unused):
        _count(taken.unused, outcome.reason)
    elif isinstance(outcome, Snapshot):
        if not outcome.has_history:
            _count(taken.unused, f"state not compared: {delivery.topic}")
    elif isinstance(outcome, Wrong):
        code = outcome.code if outcome.code in REASONS else "bad_payload"
        taken.rejected.append((code, _plain(outcome.path), place))
    else:
        line = _written(outcome, delivery, place)
        if line:
            out.write(line + "\n")
        else:
            taken.rejected.append(("bad_payload", _plain(delivery.topic), place))


def _written(event: dict[str, Any], delivery: Delivery, place: int) -> str | None:
    told = {ROW_KEY: place, **event}
    if delivery.received_at and "recordedtime" not in told:
        told["recordedtime"] = delivery.received_at
    try:
        return json.dumps(told, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None


def _count(unused: Counter[str], reason: str) -> None:
    told = _plain(reason)
    known = told in unused or len(unused) < _MAX_REASONS
    unused[told if known else "other reasons"] += 1


def _plain(text: object) -> str:
    """A reason or a place without signs that an address or markup needs, at most 120 long."""
    return _WORDS.sub("…", str(text))[:120]


def _place(topic: str | None, error: Exception) -> str:
    """Where an adapter failed; the exception's words may hold values, so only its name is told."""
    return f"{_plain(topic or 'document')}: {type(error).__name__}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _topic_of(path: Path, adapter: Adapter) -> str | None:
    """The topic that a file is named after: `orders_create.json`, `orders/create.json`."""
    stem = re.sub(r"\.(jsonl?|ndjson)(\.gz)?$", "", path.name.lower())
    known = {re.sub(r"[^a-z]", "", topic.lower()): topic for topic in adapter.TOPICS}
    for name in (stem, path.parent.name.lower() + stem):
        topic = known.get(re.sub(r"[^a-z]", "", name))
        if topic:
            return topic
    return None
