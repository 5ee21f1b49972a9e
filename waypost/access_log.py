"""Who looked at which person, and when: an append-only file of lines, `log/access.jsonl`.

A line names its subject and a login by keyed hashes alone. Pages may write only to `landing/waypost/`:
what they leave there (one file a view) is taken in by the ingest, by upkeep and by who asks; a file
that a crash left unreadable becomes a line that says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock

from ingestion import privacy
from waypost import hashing_secret
from waypost.settings import Settings

LEFT_BY_PAGES = "access"  # folder below landing/waypost
ENDING = ".view"  # no ending of event files
_NO_LOGIN = ("local", "unknown")  # readers that are nobody in particular
Line = dict[str, Any]


def place(settings: Settings) -> Path:
    """The access log."""
    return settings.log / "access.jsonl"


def note(
    settings: Settings,
    secret: bytes,
    *,
    at: datetime,
    who: str,
    what: str,
    subject: str | None = None,
    **more: Any,
) -> None:
    """Add a line, durable on return; `subject` (an id_hash, an id of a thing) is hashed here."""
    known = subject and subject_of(secret, subject)
    line = {"id": uuid4().hex, "at": at.isoformat(), "who": who, "what": what, "subject": known}
    with _locked(settings):
        _check(settings, secret)
        _append(settings, [line | more])


def subject_of(secret: bytes, subject: str) -> str:
    """How the log names a subject: no erasure leaves a way back from it."""
    return privacy.hash_id(secret, "access", subject)


def take_in(settings: Settings) -> int:
    """Take in what pages left; returns how many lines. A crash between doubles none.

    Raises `SecretError` while a rotation is not finished: it has the log made anew already.
    """
    if not (files := _left(settings)):
        return 0
    with _locked(settings):
        secret = hashing_secret.of_log(settings)  # a rotation may have held the log
        known = {line.get("id") for line in _lines(settings)}
        new = [_hashed(file, secret) for file in files if file.stem not in known]
        _append(settings, sorted(new, key=lambda line: str(line["at"])))
        for file in files:
            file.unlink(missing_ok=True)
    return len(new)


def read(settings: Settings, fits: Callable[[Line], bool] = lambda _: True) -> list[Line]:
    """Lines that fit, oldest first, with what pages have left until now."""
    take_in(settings)
    return sorted(filter(fits, _lines(settings)), key=lambda line: str(line["at"]))


def older(settings: Settings, before: datetime) -> int:
    """How many lines `forget` would drop, once what pages left is taken in; changes nothing."""
    return sum(
        _is_older(line, before) for line in (*_lines(settings), *map(_told, _left(settings)))
    )


def forget(settings: Settings, before: datetime) -> int:
    """Drop lines that are older; returns how many."""
    with _locked(settings):
        lines = list(_lines(settings))
        kept = [line for line in lines if not _is_older(line, before)]
        if len(kept) < len(lines):
            privacy.write_whole(place(settings), _text(kept))
    return len(lines) - len(kept)


def _is_older(line: Line, before: datetime) -> bool:
    return datetime.fromisoformat(line["at"]) < before


def _left(settings: Settings) -> list[Path]:
    """What pages left and nobody took in yet."""
    folder = settings.landing / "waypost" / LEFT_BY_PAGES
    return sorted(folder.glob(f"*{ENDING}")) if folder.exists() else []


def _locked(settings: Settings) -> FileLock:
    settings.log.mkdir(parents=True, exist_ok=True)
    return FileLock(settings.log / "access.lock")


def _check(settings: Settings, secret: bytes) -> None:
    if settings.fingerprint.exists():
        privacy.check_fingerprint(secret, settings.fingerprint)


def _lines(settings: Settings) -> Iterator[Line]:
    if place(settings).exists():
        for text in place(settings).read_text("utf-8").splitlines():
            if text.endswith("}"):  # what a crash left half is no line
                yield json.loads(text)


def _hashed(file: Path, secret: bytes) -> Line:
    told = _told(file)
    who, subject = told["who"], told.get("subject")
    if who not in _NO_LOGIN:
        kind = "email" if "@" in who else "login"
        who = privacy.hash_id(secret, kind, privacy.normalise(kind, who, "DE"))
    hashed = {"who": who, "subject": subject and subject_of(secret, subject)}
    return {"id": file.stem, **told, **hashed}


def _told(file: Path) -> Line:
    try:
        told = json.loads(file.read_text("utf-8"))
        if told.keys() >= {"at", "who", "what"}:
            return dict(told)
    except (ValueError, AttributeError):
        pass
    at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return {"at": at.isoformat(), "who": "unknown", "what": "unreadable"}


def _append(settings: Settings, lines: list[Line]) -> None:
    target = place(settings)
    is_torn = target.exists() and not target.read_bytes().endswith(b"\n")
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(("\n" if is_torn else "") + _text(lines))
        file.flush()
        os.fsync(file.fileno())


def _text(lines: list[Line]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)
