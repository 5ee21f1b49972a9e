"""Files that survive a crash: delivery lines and whole small files; knows no system, no log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from ingestion import privacy


def parsed(content: bytes) -> tuple[str, Any]:
    """The text of a JSON document and its value. Raises `ValueError` for anything else."""
    text = content.decode("utf-8")
    try:
        return text, json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def delivery_line(document: str, topic: str | None, received_at: str) -> bytes:
    """One landed line around a JSON document, which stays as it came but for its line ends.

    A line end cannot stand inside a JSON string, so a blank in its place changes no value; parsing
    and writing anew would change numbers (1.10, integers above 2^53).
    """
    head = json.dumps({"waypost_delivery": 1, "topic": topic, "received_at": received_at})
    flat = document.replace("\r", " ").replace("\n", " ")
    return f'{head[:-1]}, "document": {flat}}}\n'.encode()


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; when this returns it survives a power cut.

    The unfinished file is hidden (a leading dot), so that no ingest reads it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with privacy.replacing(path) as draft:
        draft.write_bytes(content)
