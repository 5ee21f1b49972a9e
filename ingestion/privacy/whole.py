"""Files that are there whole or not at all, and survive a power cut; knows no content.

It stands beside the secret, which is such a file and may import nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_DRAFT = ".part"
_DRAFT_BEFORE = ".tmp"  # what homes of before may still hold


@contextmanager
def replacing(place: Path, *, is_private: bool = False) -> Iterator[Path]:
    """A name to write to, hidden and nobody else's; the block ends with one rename to `place`.

    Durable on return. A private file has mode 0600 from its first byte on.
    """
    draft = place.with_name(f".{place.name}.{uuid4().hex[:12]}{_DRAFT}")
    if is_private:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield draft
        sync(draft)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    sync(place.parent)


def drafts(folder: Path) -> list[Path]:
    """What was left half written in a folder, by a crash or by whoever writes it right now."""
    return sorted(p for p in folder.glob("*") if p.suffix in (_DRAFT, _DRAFT_BEFORE))


def drop_drafts(folder: Path) -> None:
    """Delete them; the caller's lock keeps whoever would write one away."""
    for draft in drafts(folder):
        draft.unlink(missing_ok=True)


def write_whole(place: Path, text: str) -> None:
    """Replace a file in one rename, mode 0600; durable on return."""
    with replacing(place, is_private=True) as draft:
        draft.write_text(text, "utf-8")


def sync(*paths: Path) -> None:
    """Bring the bytes of files, or the entries of folders, onto the disk, one after the other."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
