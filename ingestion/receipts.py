"""Receipts: one small JSON file an input, written last, that says how it was accounted for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def path_of(log: Path, input_key: str) -> Path:
    """Where the receipt of an input stands."""
    return log / "inputs" / f"{input_key}.json"


def names(log: Path) -> list[str]:
    """Keys of the inputs that have a receipt, in their order."""
    return sorted(path.stem for path in (log / "inputs").glob("*.json"))


def read(log: Path, input_key: str) -> dict[str, Any] | None:
    """The receipt of an input, or None when it was never taken in whole."""
    path = path_of(log, input_key)
    if not path.exists():
        return None
    receipt: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return receipt


def write(log: Path, receipt: dict[str, Any]) -> None:
    """Put the receipt in place in one rename, durable on return."""
    path = path_of(log, receipt["input_key"])
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(receipt, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def set_back(log: Path, input_key: str) -> None:
    """Make an input count as unread, keeping what its receipt says about its first reading."""
    if receipt := read(log, input_key):
        write(log, receipt | {"append_key": ""})
