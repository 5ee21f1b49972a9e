"""Chat and messaging sessions as contacts and messages; the texts are only measured.

The visitor is the party of a chat; who the visitor is, an event of its own says.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ingestion.sources.adapter import Event, Outcome, Unused, Wrong
from ingestion.sources.zendesk import surveys, words
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import case_id, event, person
from ingestion.sources.zendesk.speakers import is_message, speaker, spoken
from ingestion.sources.zendesk.values import (
    Record,
    after,
    code,
    flag,
    identity,
    instant,
    instant_of,
    listed,
    moment,
    record,
    text,
    whole,
    word,
)


def of_chat(chat: Record, context: Context) -> Iterator[Outcome]:
    """A chat: started, answered or abandoned, transferred, messages, ended, rated."""
    named, lines = identity(chat.get("id")), _lines(chat)
    first = moment(chat.get("timestamp") or record(chat.get("session")).get("start_date"))
    started = first or next(_dated(lines), None)
    if not named or not started:
        yield Wrong("missing_field", "id" if not named else "timestamp")
        return
    if word(chat.get("type")) == "offline_msg":
        yield Unused("offline message: covered by its ticket")
        return
    yield _started(chat, named, started, lines)
    yield from _handled(chat, named, started, lines)
    for number, line in enumerate(lines):
        yield _line(chat, named, number, line)
    yield _ended(chat, named, started, lines)
    yield from _rated(chat, named, started)
    yield from _identified(chat, started)


def _lines(chat: Record) -> list[Record]:
    """The lines of the history in order of time; those without a time come first."""
    found = [record(line) for line in listed(chat.get("history"))]
    return sorted(found, key=lambda line: instant_of(line.get("timestamp")))


def _dated(lines: list[Record]) -> Iterator[str]:
    return (time for line in lines if (time := moment(line.get("timestamp"))))


def _visitor(chat: Record) -> str | None:
    return identity(record(chat.get("visitor")).get("id") or chat.get("visitor_id"))


def _step(kind: str, fact: str, named: str, time: str, data: dict[str, Any]) -> Event:
    contact = f"zd-chat-{named}"
    told = {"contact_id": contact, **data}
    return event(kind, f"chat/{named}/{fact}", f"contact/{contact}", time, told)


def _case(chat: Record) -> str | None:
    ticket = identity(chat.get("zendesk_ticket_id") or chat.get("ticket_id"))
    return case_id(ticket) if ticket else None


def _queue(told: Record) -> str:
    return code(told.get("department_name")) or identity(told.get("department_id")) or "chat"


def _channel(chat: Record) -> str:
    return "messenger" if words.channel(chat.get("channel")) == "messenger" else "chat"


def _started(chat: Record, named: str, started: str, lines: list[Record]) -> Event:
    starter = word(chat.get("started_by")) or (speaker(lines[0]) or "" if lines else "")
    data = {
        "channel": _channel(chat),
        "direction": "out" if starter == "agent" else "in",
        "case_id": _case(chat),
        "queue": _queue(chat),
        "party_refs": person(_visitor(chat), "zendesk_visitor"),
    }
    return _step("contact.started", "started", named, started, data)


def _handled(chat: Record, named: str, started: str, lines: list[Record]) -> Iterator[Event]:
    """Answered by the first agent, passed on to others; abandoned where none came."""
    spells = [record(spell) for spell in listed(chat.get("engagements"))]
    spells = [s for s in spells if moment(s.get("timestamp")) and identity(s.get("agent_id"))]
    spells.sort(key=lambda spell: str(moment(spell.get("timestamp"))))
    answered = _answered_at(spells, lines)
    if answered:
        data = {
            "queue": _queue(spells[0] if spells else chat),
            "wait_s": _between(started, answered),
        }
        yield _step("contact.answered", "answered", named, answered, data)
    elif flag(chat.get("missed")):
        at = _end(chat, started, lines)
        data = {"queue": _queue(chat), "wait_s": _between(started, at)}
        yield _step("contact.abandoned", "abandoned", named, at, data)
    for number, (before, spell) in enumerate(pairwise(spells), 1):
        if before.get("agent_id") != spell.get("agent_id"):
            data = {"to_queue": _queue(spell), "from_queue": _queue(before)}
            at = str(moment(spell.get("timestamp")))
            fact = f"transferred/{identity(spell.get('id')) or number}"
            yield _step("contact.transferred", fact, named, at, data)


def _answered_at(spells: list[Record], lines: list[Record]) -> str | None:
    if spells:
        return moment(spells[0].get("timestamp"))
    joined = (line for line in lines if speaker(line) == "agent")
    return next((moment(line.get("timestamp")) for line in joined), None)


def _between(start: str, end: str) -> int | None:
    first, last = instant(start), instant(end)
    return whole((last - first).total_seconds()) if first and last and last >= first else None


def _line(chat: Record, named: str, number: int, line: Record) -> Outcome:
    """A line of the history: a message, else nothing that we keep."""
    kind = word(line.get("type"))
    if not is_message(kind):
        return Unused("chat event not used: joins, ratings, notices")
    role, time = speaker(line), moment(line.get("timestamp"))
    if role is None or time is None:
        return Wrong("missing_field", "history.sender_type")
    key = identity(line.get("msg_id") or line.get("message_id")) or _place(line, time)
    message = f"zd-chat-{named}-{key}"
    data = {
        "message_id": message,
        "contact_id": f"zd-chat-{named}",
        "case_id": _case(chat),
        "author_role": role,
        "is_public": True,
        "is_automated": role in ("bot", "system"),
        "text_length": spoken(line),
        "channel": _channel(chat),
        "party_refs": person(_visitor(chat), "zendesk_visitor") if role == "customer" else None,
    }
    return event(
        "contact.message_sent", f"chat/{named}/message/{key}", f"message/{message}", time, data
    )


def _place(line: Record, time: str) -> str:
    index = identity(line.get("chat_index")) or identity(line.get("index")) or "0"
    return f"{time.removesuffix('Z')}.{index}"


def _end(chat: Record, started: str, lines: list[Record]) -> str:
    told = moment(chat.get("end_timestamp") or record(chat.get("session")).get("end_date"))
    length = whole(chat.get("duration"))
    counted = after(started, length) if length else None
    end = told or counted or max(_dated(lines), default=started, key=instant_of)
    return max(end, started, key=instant_of)


def _ended(chat: Record, named: str, started: str, lines: list[Record]) -> Event:
    return _step("contact.ended", "ended", named, _end(chat, started, lines), {})


def _rated(chat: Record, named: str, started: str) -> Iterator[Outcome]:
    score = surveys.answer(chat.get("rating"))
    if score not in ("good", "bad"):
        return
    contact = f"zd-chat-{named}"
    data = {"survey_id": contact, "contact_id": contact, "kind": "csat"}
    at, fact = _end(chat, started, []), f"chat/{named}/survey/{score}"
    yield surveys.answered(
        fact, f"{contact}-{score}", contact, at, data, int(score == "good"), chat.get("comment")
    )


def _identified(chat: Record, started: str) -> Iterator[Event]:
    """The visitor's e-mail, phone or user, as told in this chat."""
    visitor = record(chat.get("visitor"))
    named, key = identity(chat.get("id")), _visitor(chat)
    given = {
        "email": text(visitor.get("email")),
        "phone": text(visitor.get("phone")),
        "zendesk_user": identity(chat.get("user_id")),
    }
    refs = [{"id_type": t, "id": v.strip(), "role": "customer"} for t, v in given.items() if v]
    if key and refs:
        data = {"strength": 1, "party_refs": [*(person(key, "zendesk_visitor") or []), *refs]}
        fact = f"chat/{named}/identified"
        yield event("party.identified", fact, f"party/zd-visitor-{key}", started, data)
