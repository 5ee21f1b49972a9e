"""Receipts: one small JSON file an input, written last, that says how it was accounted for.

Beside them a rotation notes inputs that have begun and not ended, for they are read again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from ingestion import privacy
from ingestion.parts import DamagedLogError


class DamagedReceiptError(DamagedLogError, ValueError):
    """A receipt cannot be read; takes its file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} cannot be read: run `waypost doctor --repair`, which removes it and reads a landed file again."
        )


def path_of(log: Path, input_key: str) -> Path:
    """Where the receipt of an input stands."""
    return log / "inputs" / f"{input_key}.json"


def names(log: Path) -> list[str]:
    """Keys of the inputs that have a receipt, in their order."""
    return sorted(path.stem for path in (log / "inputs").glob("*.json"))


def places(log: Path) -> frozenset[str]:
    """Where the files lay of which receipts tell, as they were given; what cannot be read tells none."""
    found = set()
    for key in names(log):
        with suppress(OSError, ValueError):
            found.add(str((read(log, key) or {}).get("given", {}).get("path")))
    return frozenset(found)


@contextmanager
def alone(log: Path, input_key: str) -> Iterator[None]:
    """Nobody else takes in the same input: two mappings in turn would each withdraw the other's events.

    Inputs share 256 locks, so that not each of them leaves a file behind.
    """
    folder = log / ".work"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"input-{input_key[:2]}.lock"):
        yield


def read(log: Path, input_key: str) -> dict[str, Any] | None:
    """The receipt of an input, or None when it was never taken in whole; raises `DamagedReceiptError`."""
    path = path_of(log, input_key)
    if not path.exists():
        return None
    try:
        receipt: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise DamagedReceiptError(path) from error
    return receipt


def write(log: Path, receipt: dict[str, Any]) -> None:
    """Put the receipt in place in one rename, durable on return."""
    path = path_of(log, receipt["input_key"])
    path.parent.mkdir(parents=True, exist_ok=True)
    with privacy.replacing(path) as draft:
        draft.write_text(json.dumps(receipt, ensure_ascii=False), "utf-8")
    _begun(log, receipt["input_key"]).unlink(missing_ok=True)


def _begun(log: Path, input_key: str) -> Path:
    return path_of(log, input_key).with_suffix(".begun")


def note_begun(log: Path, input_key: str, key_count: int) -> None:
    """Remember with how many keys an input began that has no receipt yet; the first word counts."""
    place = _begun(log, input_key)
    if not place.exists() and not path_of(log, input_key).exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        privacy.write_whole(place, f"{key_count}\n")


def key_count(log: Path, input_key: str, now: int) -> int:
    """How many keys had sealed the hashes that an input names: as many as when it was first read."""
    if receipt := read(log, input_key):
        return int(receipt.get("key_count", 1))
    place = _begun(log, input_key)
    return int(place.read_text("utf-8")) if place.exists() else now


def is_whole(log: Path, input_key: str) -> bool:
    """True of an input that was taken in and need not be read again."""
    return bool((read(log, input_key) or {}).get("append_key"))


def set_back(log: Path, input_key: str) -> None:
    """Make an input count as unread, keeping what its receipt says about its first reading."""
    if receipt := read(log, input_key):
        write(log, receipt | {"append_key": ""})


def forget(log: Path, input_key: str) -> None:
    """Throw a receipt away, readable or not; its number of keys stays, where it still stands there."""
    path = path_of(log, input_key)
    if path.exists():
        try:
            known = key_count(log, input_key, 0)
        except ValueError:
            told = re.search(rb'"key_count": (\d+)[,}]', path.read_bytes())
            known = int(told[1]) if told else 0
        if known:
            privacy.write_whole(_begun(log, input_key), f"{known}\n")
    path.unlink(missing_ok=True)
