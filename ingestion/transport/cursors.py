"""How far a stream has been read: one small JSON file a stream, replaced after each landed page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.transport import durable
from ingestion.transport.streams import PullError, Slice


@dataclass(frozen=True)
class Cursor:
    """Everything before `done_until` is landed, and of `piece` its first pages.

    `goal` is the end of a backfill; None for an incremental pull, which goes on for ever.
    """

    done_until: int
    piece: Slice | None = None
    goal: int | None = None


def read(path: Path) -> Cursor | None:
    """The cursor in this file; None when there is none. Raises `PullError` when it is broken."""
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
        piece = Slice(**told["piece"]) if told["piece"] else None
        return Cursor(int(told["done_until"]), piece, told["goal"])
    except (ValueError, KeyError, TypeError) as error:
        raise PullError(
            f"The cursor {path} is not readable: delete it and pull again with --since; "
            "what is already landed is not taken twice."
        ) from error


def write(path: Path, cursor: Cursor) -> None:
    """Remember the cursor durably; call it only when what it says is durably landed."""
    told = {"waypost_cursor": 1, **asdict(cursor)}
    durable.replace(path, json.dumps(told, indent=1).encode() + b"\n")
