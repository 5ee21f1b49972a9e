"""How payloads arrive: pulled page by page or received as webhooks, landed before anything reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from ingestion.transport import shopify, stripe, zendesk
from ingestion.transport.journal import Journal
from ingestion.transport.streams import System

_SYSTEMS = {one.name: one for one in (zendesk.SYSTEM, stripe.SYSTEM, shopify.SYSTEM)}


def system(name: str) -> System:
    """The system of this name; raises `KeyError` for one that nobody has built."""
    return _SYSTEMS[name]


def journals(landing: Path, *, now: Callable[[], float], max_seconds: float) -> dict[str, Journal]:
    """A journal for the webhooks of each system, in its landing folder."""
    return {
        name: Journal(landing / one.folder, now=now, max_seconds=max_seconds)
        for name, one in _SYSTEMS.items()
    }


@contextmanager
def only_listener(landing: Path) -> Iterator[bool]:
    """True for the first listener of a landing zone, while it lives; False for a second one.

    A second one would take the first one's open files for those of a killed process.
    """
    lock = filelock.FileLock(landing / ".listen.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
