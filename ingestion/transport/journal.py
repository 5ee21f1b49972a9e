"""The open file of received payloads: what is appended survives a power cut.

The open file is hidden, so that no ingest reads it; closing it gives it its visible name.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingestion import privacy

MAX_BYTES = 8 * 2**20
_OPEN = ".part"


class Journal:
    """Appends lines to a file of its own in `folder`; one process and one thread at a time."""

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], float],
        max_seconds: float = 300.0,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """A file is closed when it is `max_seconds` old or holds `max_bytes`."""
        self._folder, self._now = folder, now
        self._max_seconds, self._max_bytes = max_seconds, max_bytes
        self._path: Path | None = None
        self._handle, self._size, self._opened_at = -1, 0, 0.0

    def recover(self) -> int:
        """Close what a killed process left open; returns the number of files.

        The end of a torn line goes: nobody was told that it had been landed.
        """
        count = 0
        for path in sorted(self._folder.glob(f".listen-*{_OPEN}")):
            content = path.read_bytes()
            whole = content.rfind(b"\n") + 1
            os.truncate(path, whole)
            count += _close(path) if whole else 0
            path.unlink(missing_ok=True)
        return count

    def append(self, lines: Sequence[bytes]) -> None:
        """Write whole lines; when this returns they are durable. Raises `OSError` with none kept."""
        if self._path is None:
            self._open()
        content = b"".join(lines)
        try:
            _write(self._handle, content)
            os.fsync(self._handle)
        except OSError:
            os.ftruncate(self._handle, self._size)
            raise
        self._check_name()
        self._size += len(content)

    def close_if_due(self) -> None:
        """Give the file its visible name when it is old or large enough."""
        is_old = self._now() - self._opened_at >= self._max_seconds
        if self._path is not None and (is_old or self._size >= self._max_bytes):
            self.close()

    def close(self) -> None:
        """Give the open file its visible name; without lines it goes."""
        if self._path is None:
            return
        path, self._path = self._path, None
        os.close(self._handle)
        if self._size:
            _close(path)
        else:
            path.unlink()

    def _check_name(self) -> None:
        """A file that somebody removed takes what is written to it along."""
        if os.fstat(self._handle).st_nlink == 0:
            os.close(self._handle)
            self._path = None
            raise FileNotFoundError(errno.ENOENT, "the open file was removed")

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._opened_at = self._now()
        moment = datetime.fromtimestamp(self._opened_at, UTC).strftime("%Y%m%dT%H%M%S%fZ")
        path = self._folder / f".listen-{moment}-{os.getpid()}{_OPEN}"
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._size, self._path = 0, path
        privacy.sync(self._folder)


def _write(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _close(path: Path) -> int:
    """Rename `.listen-….part` to `listen-….jsonl`, durably; never over another file."""
    stem = path.name.removeprefix(".").removesuffix(_OPEN)
    target, number = path.with_name(f"{stem}.jsonl"), 0
    while target.exists():
        number += 1
        target = path.with_name(f"{stem}-{number}.jsonl")
    path.rename(target)
    privacy.sync(path.parent)
    return 1
