"""Pulls a system into landing: page by page, each landed before its cursor moves.

Knows streams, cursors and landing; not what a record means, and no log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import filelock

from ingestion.transport import cursors, durable
from ingestion.transport.client import Client, TokenRefusedError, UnavailableError
from ingestion.transport.cursors import Cursor
from ingestion.transport.streams import BACKFILL, INCREMENTAL, Page, PullError, Slice, Stream

OVERLAP_SECONDS = 600
FIRST_LOOK_DAYS = 30
_DAY = 86_400
Progress = Callable[[str, int], None]  # stream, records of the page


@dataclass(frozen=True)
class Job:
    """What to pull and where to: times in seconds since 1970; `since` None = 30 days ago."""

    client: Client
    landing: Path
    cursors: Path
    now: Callable[[], float]
    since: int | None = None
    until: int | None = None
    mode: str = INCREMENTAL
    only: tuple[str, ...] = ()
    overlap_seconds: int = OVERLAP_SECONDS
    progress: Progress | None = None


@dataclass
class Report:
    """Pages and records landed; streams that this account lacks, or of which a stretch is lost."""

    pages: int = 0
    streams: dict[str, int] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)


def pull(job: Job) -> dict[str, Any]:
    """Land what is new in every stream and return counts; may be stopped at any moment.

    Raises `PullError`; what was landed until then stays, and the next pull goes on behind it.
    """
    report = Report()
    with _alone(job):
        for stream in _chosen(job):
            report.streams[stream.name] = 0
            try:
                _pull_stream(job, stream, report)
            except UnavailableError as error:
                if not stream.is_optional:
                    raise
                report.unavailable[stream.name] = str(error)
    if report.unavailable and len(report.unavailable) == len(report.streams):
        raise PullError(next(iter(report.unavailable.values())))
    return {
        "source": job.client.system.name,
        "pages": report.pages,
        "records": sum(report.streams.values()),
        "requests": job.client.requests,
        "retries": job.client.retries,
        "streams": report.streams,
        "unavailable": report.unavailable,
        "gaps": report.gaps,
    }


@contextmanager
def _alone(job: Job) -> Iterator[None]:
    """One pull of a system at a time: two would write the same cursor."""
    name = job.client.system.name
    job.cursors.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(job.cursors / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise PullError(f"Another pull of {name} is running: wait until it has ended.") from None
    try:
        _sweep(job)
        yield
    finally:
        lock.release()


def _sweep(job: Job) -> None:
    """Remove what a pull left that was ended from outside; a listener's open file is not ours."""
    pages = (job.landing / job.client.system.folder).glob(".pull-*.part")
    unfinished = (job.cursors / job.client.system.name).glob(".*.part")
    for leftover in (*pages, *unfinished):
        leftover.unlink()


def _chosen(job: Job) -> list[Stream]:
    streams = [one for one in job.client.system.streams if job.mode in one.modes]
    names = [one.name for one in streams]
    for name in job.only:
        if name not in names:
            raise PullError(
                f"{job.client.system.name} has no stream {name} for this kind of pull: "
                f"choose among {', '.join(names)}."
            )
    return [one for one in streams if not job.only or one.name in job.only]


def _pull_stream(job: Job, stream: Stream, report: Report) -> None:
    suffix = ".backfill" if job.mode == BACKFILL else ""
    path = job.cursors / job.client.system.name / f"{stream.name}{suffix}.json"
    goal = int(job.now())
    cursor = _start(job, cursors.read(path), goal)
    _tell_gap(job, stream, cursor, goal, report)
    while cursor.piece or cursor.done_until < (cursor.goal or goal):
        if cursor.piece is None:
            cursor = replace(cursor, piece=_next_piece(cursor, stream, goal))
            cursors.write(path, cursor)  # its bounds name the files: a second try finds the same
        cursor = _step(job, stream, cursor, report)
        cursors.write(path, cursor)


def _tell_gap(job: Job, stream: Stream, cursor: Cursor, now: int, report: Report) -> None:
    oldest = now - (stream.kept_days or 0) * _DAY
    if stream.kept_days and cursor.done_until < oldest:
        report.gaps[stream.name] = (
            f"{stream.name} before {_compact(oldest)} are gone: {job.client.system.name} keeps "
            f"{stream.kept_days} days; --backfill --since {_compact(cursor.done_until)[:8]} "
            "brings the objects."
        )


def _start(job: Job, known: Cursor | None, now: int) -> Cursor:
    since = job.since if job.since is not None else now - FIRST_LOOK_DAYS * _DAY
    if job.mode == BACKFILL:
        if known and known.goal is not None and _is_same_backfill(known, job):
            return known
        return Cursor(done_until=since, goal=job.until if job.until is not None else now)
    if known is None:
        return Cursor(done_until=since)
    if known.piece:
        return known
    return replace(known, done_until=known.done_until - job.overlap_seconds)


def _is_same_backfill(known: Cursor, job: Job) -> bool:
    """An unfinished backfill goes on, unless another end is asked for."""
    is_open = known.piece is not None or known.done_until < (known.goal or 0)
    return is_open and job.until in (None, known.goal)


def _next_piece(cursor: Cursor, stream: Stream, now: int) -> Slice:
    end = cursor.goal if cursor.goal is not None else now
    if stream.slice_days is not None:
        end = min(end, cursor.done_until + stream.slice_days * _DAY)
    return Slice(cursor.done_until, end)


def _step(job: Job, stream: Stream, cursor: Cursor, report: Report) -> Cursor:
    """Ask for one page, land it, and say what is done then."""
    piece = cursor.piece
    assert piece is not None
    try:
        page = job.client.ask(stream.request(piece), has_token=piece.token is not None)
    except TokenRefusedError:
        return replace(cursor, piece=Slice(piece.since, piece.until))
    count = stream.count(page.document)
    if count:
        _land(job, stream, piece, _with_lists(job, stream, page))
        report.pages += 1
    report.streams[stream.name] += count
    if job.progress:
        job.progress(stream.name, count)
    token = stream.following(page, piece)
    if token is None:
        return replace(cursor, done_until=piece.until, piece=None)
    return replace(cursor, piece=replace(piece, token=token, page=piece.page + 1))


def _with_lists(job: Job, stream: Stream, page: Page) -> Page:
    """The page with the lists that an adapter needs beside it and the system does not side-load."""
    found: dict[str, list[Any]] = {}
    for key, request in stream.beside(page.document):
        answer = job.client.ask(request, has_token=False).document
        found.setdefault(key, []).extend(answer.get(key) or [])
    if not found:
        return page
    added = json.dumps(found, ensure_ascii=False)
    return replace(page, text=f"{page.text.rstrip()[:-1]}, {added[1:]}")


def _land(job: Job, stream: Stream, piece: Slice, page: Page) -> None:
    """The name tells the slice and the page: landing it twice leaves one file."""
    if stream.is_whole:
        mark = sha256(page.text.encode()).hexdigest()[:16]
    else:
        mark = f"{_compact(piece.since)}-{_compact(piece.until)}-{piece.page:06d}"
    path = job.landing / job.client.system.folder / f"pull-{stream.name}-{mark}.jsonl"
    if stream.is_whole and path.exists():
        return
    parts = [
        (topic, job.client.ask(one, has_token=False)) for topic, one in stream.parts(page.document)
    ]
    received_at = datetime.fromtimestamp(job.now(), UTC).isoformat().replace("+00:00", "Z")
    lines = [
        durable.delivery_line(one.text, topic, received_at)
        for topic, one in [(stream.name, page), *parts]
    ]
    durable.replace(path, b"".join(lines))


def _compact(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")
