"""Values out of payloads of any quality: ids, times, texts, numbers; None where they are not that.

Knows no Zendesk word and raises nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

Record = Mapping[str, Any]

_ID = re.compile(r"[\w.:~-]{1,120}", re.ASCII)
_EMPTY: Record = {}


def record(value: Any) -> Record:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def listed(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def identity(value: Any) -> str | None:
    """An id as text; 0, empty, and what could hold words or an address are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, int | str) else ""
    return text if _ID.fullmatch(text) and text != "0" else None


def text(value: Any) -> str | None:
    """A text that is not empty."""
    return value if isinstance(value, str) and value.strip() else None


def word(value: Any) -> str:
    """A word of a vocabulary in lower case with underscores; empty when it is no text."""
    return _word(value[:80]) if isinstance(value, str) else ""


@lru_cache(maxsize=4096)
def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower())


def code(value: Any) -> str | None:
    """A short name as the log takes it: at most four words and 64 bytes, no address."""
    found = " ".join(value.split()) if isinstance(value, str) else ""
    is_short = 0 < len(found.encode("utf-8", "replace")) <= 64 and found.count(" ") < 4
    return found if is_short and "@" not in found else None


def flag(value: Any) -> bool | None:
    """A boolean, also as a table spells it."""
    if isinstance(value, bool):
        return value
    return {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(
        value.strip().lower() if isinstance(value, str) else ""
    )


def whole(value: Any) -> int | None:
    """A whole number of at least 0, also as a table spells it; a fraction is cut off."""
    if isinstance(value, bool):
        return None
    try:
        number = int(float(value)) if isinstance(value, int | float | str) else -1
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**53 else None


def length(value: Any) -> int | None:
    """Characters of a text; None where there is no text at all."""
    return len(value) if isinstance(value, str) else None


def instant(value: Any) -> datetime | None:
    """A time in UTC: RFC 3339, a table's time without zone (these exports are in UTC), or epoch."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        text = value.strip().removesuffix(" UTC") if isinstance(value, str) else None
        found = datetime.fromisoformat(text) if text else None
        if found is None or len(str(value).strip()) < 16:
            return None
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def instant_of(time: Any) -> datetime:
    """A time in order among others; the earliest of all where it is none."""
    return instant(time) or datetime.min.replace(tzinfo=UTC)


def told(moment: datetime | None) -> str | None:
    """A time as an event carries it, in UTC."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def second(value: Any) -> str | None:
    """A time cut to the second, in which Zendesk keeps tickets, audits and comments."""
    found = instant(value)
    return told(found.replace(microsecond=0)) if found else None


def moment(value: Any) -> str | None:
    """A time as precise as it was told."""
    return told(instant(value))


def after(value: Any, seconds: int | None) -> str | None:
    """The time so many seconds later."""
    found = instant(value)
    try:
        return told(found + timedelta(seconds=seconds or 0)) if found else None
    except OverflowError:
        return None
