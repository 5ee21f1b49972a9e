"""Folders that belong to one process: made, held by a lock, swept once their process is gone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_LOCK = ".lock"


@contextmanager
def workplace(parent: Path) -> Iterator[Path]:
    """A new folder below `parent`, removed at the end; those of dead processes are swept first.

    A lock tells the living from the dead, not a process number: containers count their own.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with FileLock(parent / _LOCK):  # between a folder's birth and its lock nobody sweeps
        for folder in _abandoned(parent):
            shutil.rmtree(folder, ignore_errors=True)
        work = Path(tempfile.mkdtemp(dir=parent))
        held = FileLock(work / _LOCK)
        held.acquire()
    try:
        yield work
    finally:
        held.release()
        shutil.rmtree(work, ignore_errors=True)


def abandoned(parent: Path) -> list[Path]:
    """Folders whose process is gone."""
    if not parent.exists():
        return []
    with FileLock(parent / _LOCK):
        return _abandoned(parent)


def sweep(parent: Path) -> int:
    """Remove the folders of processes that are gone; returns how many."""
    if not parent.exists():
        return 0
    with FileLock(parent / _LOCK):
        found = _abandoned(parent)
        for folder in found:
            shutil.rmtree(folder, ignore_errors=True)
        return len(found)


def _abandoned(parent: Path) -> list[Path]:
    return [folder for folder in sorted(parent.iterdir()) if folder.is_dir() and _is_free(folder)]


def _is_free(folder: Path) -> bool:
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=0)
    except (Timeout, FileNotFoundError):  # held, or its owner is just removing it
        return False
    lock.release()
    return True
