"""What form a file of events has, by its first bytes: lines, an array or one object."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

from ingestion.shapes import MAX_OBJECT


def is_lines(head: bytes) -> bool:
    """The first line that is not empty is a whole JSON object or nothing that could go on."""
    first, newline, _ = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not newline:
        return len(head) == 64 * 1024 and first[:1] == b"{"
    return is_object(first) or _holds_lines(head)


def _holds_lines(head: bytes) -> bool:
    """A whole object stands in a line where no JSON document could begin one."""
    lines = [line for line in map(bytes.strip, head.split(b"\n")) if line]
    return any(
        before[-1:] not in (b"[", b",", b":") and is_object(line)
        for before, line in pairwise(lines)
    )


def is_object(text: bytes) -> bool:
    """The text is one whole JSON object."""
    if not text.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def is_one_object(path: Path) -> bool:
    """The file is one whole JSON object, not longer than a line may be."""
    return path.stat().st_size <= MAX_OBJECT and is_object(path.read_bytes())
