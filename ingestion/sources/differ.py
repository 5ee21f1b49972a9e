"""State becomes history: the last known state and the state now, to events of what changed.

Knows no system, no file and no clock. Nothing is invented: a change that the source gives no time
lies between the two sights, so its event stands at the later one and `timeuncertainty` reaches
back to the earlier. A state older than the one known, or the same again, changes nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingestion.privacy import first_hash, seal
from ingestion.sources.adapter import Event, Outcome, Snapshot, Unused, Watched, Wrong

OLDER = Unused("state older than the one known")
UNCHANGED = Unused("state unchanged")
COVERED = Unused("state covered by the history of its changes")
_ALWAYS = "9999-12-31T00:00:00+00:00"  # seen at: no later state says more than the history
_Told = tuple[str, str, Event]  # a fact: its id, the first key's hash of its content, the fact


@dataclass(frozen=True)
class Known:
    """What is remembered of an object: when it was seen, and what it then was.

    `values` has the value of each field (or its keyed hash), `facts` the hash of each fact by its
    id. `tied` are the states already taken in at this very time, so that none of them counts twice.
    """

    seen_at: str
    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    tied: tuple[str, ...] = ()


def diff(known: Known | None, now: Snapshot, key: bytes) -> tuple[list[Outcome], Known | None]:
    """What changed, and the state to remember (the one known, when nothing new was learnt).

    `key` (a secret with all its keys) makes the hashes of values useless to whoever finds them:
    what is kept, or stands in an id, is sealed. Never empty: an object of which
    nothing changed gives one `Unused`, one without a time of its state one `Wrong`; only the mark
    that an object has a history gives nothing.
    """
    if now.has_history:
        return [], Known(_ALWAYS)
    if known and known.seen_at == _ALWAYS:
        return [COVERED], known
    seen = _moment(now.seen_at)
    if seen is None:
        return [Wrong("bad_time", "seen_at")], known
    first = {name: _kept(watched, key) for name, watched in now.fields.items()}
    values = {name: _sealed(now.fields[name], value, key) for name, value in first.items()}
    prints = [_print(_content(fact), key) for fact in now.facts]
    whole = seal(key, _print([first, prints], key))
    if known and (late := _repeats(known, seen, whole)):
        return [late], known
    before = known or Known(seen_at="")
    facts = list(_telling(before, now, prints, seen.isoformat()))
    told: list[Outcome] = [
        *_changes(before, now, values, seen, key),
        *_restated(before, facts, seen, key),
    ]
    contents = {identity: seal(key, content) for identity, content, _ in facts}
    return told or [UNCHANGED], _remember(before, values, contents, seen.isoformat(), whole)


def _repeats(known: Known, seen: datetime, whole: str) -> Unused | None:
    last = datetime.fromisoformat(known.seen_at)
    if seen < last:
        return OLDER
    return UNCHANGED if seen == last and whole in known.tied else None


def _remember(
    before: Known, values: Mapping[str, Any], told: Mapping[str, str], at: str, whole: str
) -> Known:
    """The known state with what this one tells laid over it; fields left out stay as known."""
    tied = (*before.tied, whole) if before.seen_at == at else (whole,)
    return Known(at, {**before.values, **values}, {**before.facts, **told}, tied)


def _changes(
    before: Known, now: Snapshot, values: Mapping[str, Any], seen: datetime, key: bytes
) -> Iterator[Event]:
    """Events of fields that have another value than the one known, or none was known."""
    for name, watched in now.fields.items():
        is_first = name not in before.values
        if watched.value is None or (not is_first and before.values[name] == values[name]):
            continue
        event = _change(name, watched, now, seen, key)
        event["derivation"] = "baseline" if is_first else "snapshot_diff"
        if watched.before and before.values.get(name) is not None:
            event["data"][watched.before] = before.values[name]
        if not _moment(watched.at):
            since = now.since if is_first else before.seen_at
            event |= _uncertainty(_moment(since), seen)
        yield event


def _change(name: str, watched: Watched, now: Snapshot, seen: datetime, key: bytes) -> Event:
    """The event of a change, whose id names object, field, time and value."""
    when = _moment(watched.at) or seen
    value = seal(key, _print(watched.value, key)[:8])
    event: Event = {"specversion": "1.0", **now.template}
    event |= {
        "id": f"{now.object_key}/{name}/{_text(when)}/{value}",
        "type": watched.type,
        "time": _text(when),
        "recordedtime": event.get("recordedtime") or _text(max(seen, when)),
        "data": {**now.template.get("data", {}), **watched.data},
    }
    return event


def _uncertainty(earlier: datetime | None, seen: datetime) -> Event:
    """Whole seconds, rounded up, that lie between the two sights; nothing where one is unknown."""
    if earlier is None or earlier >= seen:
        return {}
    return {"timeuncertainty": math.ceil((seen - earlier).total_seconds())}


def _telling(before: Known, now: Snapshot, prints: Sequence[str], at: str) -> Iterator[_Told]:
    """The facts that count: not what a second telling of this same time says otherwise, and nothing
    taken back that was never told.
    """
    for fact, content in zip(now.facts, prints, strict=True):
        identity = str(fact.get("id"))
        is_known = identity in before.facts
        if before.seen_at != at if is_known else not fact.get("retracted"):
            yield identity, content, fact


def _restated(before: Known, facts: Sequence[_Told], seen: datetime, key: bytes) -> Iterator[Event]:
    """Facts that are new, as they are; facts told anew with other content, as amendments."""
    for identity, content, fact in facts:
        if identity not in before.facts:
            yield dict(fact)
        elif before.facts[identity] != seal(key, content):
            yield {
                **fact,
                "id": f"{identity}/{_text(seen)}/{seal(key, content[:8])}",
                "amends": identity,
                "derivation": "snapshot_diff",
                "recordedtime": _text(seen),
            }


def _content(fact: Event) -> Any:
    """What an event says; how and when it was told, and its address, do not count."""
    told = ("recordedtime", "derivation", "sequence", "timeuncertainty", "data")
    data = {k: v for k, v in (fact.get("data") or {}).items() if k != "source_url"}
    return [{name: value for name, value in fact.items() if name not in told}, data]


def _kept(watched: Watched, key: bytes) -> Any:
    if watched.value is None or watched.before:
        return watched.value
    return _print(watched.value, key)


def _sealed(watched: Watched, kept: Any, key: bytes) -> Any:
    return kept if watched.value is None or watched.before else seal(key, kept)


def _print(value: Any, key: bytes) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return first_hash(key, text.encode("utf-8", "replace"))


def _moment(text: Any) -> datetime | None:
    """A time with an offset in UTC, else None."""
    try:
        found = datetime.fromisoformat(str(text))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
