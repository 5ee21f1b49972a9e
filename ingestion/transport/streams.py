"""The words of a pull: a stream of a system, a slice of its time, a request, a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

INCREMENTAL, BACKFILL = "incremental", "backfill"


class PullError(Exception):
    """A pull cannot go on; one sentence: what, where, what to do. Never holds a secret."""


@dataclass(frozen=True)
class Access:
    """Where a system is and how it lets us in; the secret is never shown."""

    url: str
    secret: str = field(repr=False)
    user: str = ""
    per_minute: int | None = None  # requests that the account may make, where it is not the usual


@dataclass(frozen=True)
class Slice:
    """A stretch of time being read: [since, until) in seconds since 1970, and how far it is read."""

    since: int
    until: int
    token: str | None = None  # the system's own mark of the next page; None: the first page
    page: int = 0  # pages landed


@dataclass(frozen=True)
class Request:
    """What to ask: a path below the system's address."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """An answer: its text as it came, the parsed document, and its headers."""

    text: str
    document: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """One list of a system: how to ask for a page of a slice, and what follows it."""

    name: str  # topic of the landed lines, and part of the names of files and cursors
    request: Callable[[Slice], Request]
    count: Callable[[Any], int]  # records of a document
    following: Callable[
        [Page, Slice], str | None
    ]  # token of the next page; None: the slice is read
    # further requests about a page: the key of the list that each answer adds to the landed page
    beside: Callable[[Any], list[tuple[str, Request]]] = lambda document: []
    # further requests about a page: the topic of each answer, which becomes a line of its own
    parts: Callable[[Any], list[tuple[str, Request]]] = lambda document: []
    modes: tuple[str, ...] = (INCREMENTAL, BACKFILL)
    slice_days: int | None = 30  # None: the system knows no end of a window, read to its end
    kept_days: int | None = None  # the system forgets what is older
    is_whole: bool = False  # always the whole list: a page that has not changed is not landed again
    is_optional: bool = False  # not every account has it: 403 and 404 are told and passed over


@dataclass(frozen=True)
class System:
    """How to pull one system: its streams, how it wants to be asked, how often."""

    name: str
    folder: str  # below landing/
    streams: tuple[Stream, ...]
    headers: Callable[[Access], Mapping[str, str]]
    pause: Callable[[Page], float]  # seconds to wait before the next request, told by an answer
    per_minute: int | None = None  # requests to paths that hold `paced`
    paced: str = ""
    permissions: str = ""  # what to grant, for the sentence after a 403


def records_in(key: str) -> Callable[[Any], int]:
    """Counts the list under a key of the page."""

    def count(document: Any) -> int:
        found = document.get(key) if isinstance(document, dict) else None
        return len(found) if isinstance(found, list) else 0

    return count
