"""What is common to all events of this adapter: their envelope, and the snapshot they come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from ingestion.sources.adapter import Event, Outcome, Snapshot, Wrong
from ingestion.sources.shopify.values import Json, UnreadableError, is_true, text_of

SOURCE = "/shopify"  # ids are unique over all shops, and most payloads do not name theirs


def event(kind: str, identity: str, subject: str, when: datetime, data: dict[str, Any]) -> Event:
    """A CloudEvent; fields of `data` without a value are left out."""
    return {
        "specversion": "1.0",
        "id": identity,
        "source": SOURCE,
        "type": kind,
        "subject": subject,
        "time": text_of(when),
        "data": {name: value for name, value in data.items() if value not in (None, [], {})},
    }


def told(object_key: str, seen: datetime, facts: Sequence[Event], derivation: str) -> Snapshot:
    """Facts as of a time; the differ lets through what is new in them."""
    return Snapshot(
        object_key,
        text_of(seen),
        facts=[recorded(fact, seen, derivation) for fact in facts],
        template={"source": SOURCE},
    )


def recorded(fact: Event, seen: datetime, derivation: str) -> Event:
    """The fact with how it was told, and when: with the state, but never before it happened."""
    told_at = max(seen, datetime.fromisoformat(fact["time"]))
    return {**fact, "recordedtime": text_of(told_at), "derivation": derivation}


def extras(payload: Json, **more: Any) -> dict[str, Any]:
    """Untyped extras: `test` for what was only tried, and those given."""
    marks = {"test": True} if is_true(payload.get("test")) else {}
    return marks | {name: value for name, value in more.items() if value}


def guarded(outcomes: Iterable[Outcome], place: str = "") -> Iterator[Outcome]:
    """The outcomes of one part of a payload; where it cannot be read on, one `Wrong`."""
    try:
        yield from outcomes
    except UnreadableError as error:
        yield Wrong(error.code, f"{place}{error.path}")
