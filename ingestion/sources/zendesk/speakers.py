"""Who speaks in a line of a chat, and how much; for Chat's history and messaging's events."""

from __future__ import annotations

import json

from ingestion.sources.zendesk.values import Record, identity, length, record, word

_MESSAGES = frozenset("chat_msg chat_file chatmessage chatfileattachment message text file".split())
_SPEAKERS = {
    "visitor": "customer",
    "end_user": "customer",
    "enduser": "customer",
    "user": "customer",
    "customer": "customer",
    "agent": "agent",
    "business": "agent",
    "trigger": "system",
    "system": "system",
    "bot": "bot",
    "answer_bot": "bot",
}


def is_message(kind: str) -> bool:
    """The line is something said, not a notice of the system."""
    return kind in _MESSAGES


def speaker(line: Record) -> str | None:
    """customer, agent, bot or system; None where nothing tells."""
    if _is_bot(line):
        return "bot"
    actor = line.get("actor_id")
    told = word(line.get("sender_type")) or word(line.get("actor_type"))
    if told in _SPEAKERS:
        return _SPEAKERS[told]
    named = str(line.get("nick") or actor or "")
    prefix = word(named.partition(":")[0]).strip("_")
    if prefix in _SPEAKERS:
        return _SPEAKERS[prefix]
    return "customer" if identity(actor) else None


def _is_bot(line: Record) -> bool:
    source = record(_original(line).get("source"))
    told = (source.get("type"), line.get("actor_id"), line.get("nick"))
    return any(isinstance(t, str) and t.startswith("zd:answerBot") for t in told)


def _original(line: Record) -> Record:
    """The message as the messaging platform keeps it (a table has it as JSON text)."""
    found = line.get("original_message")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            return {}
    return record(found)


def spoken(line: Record) -> int | None:
    """Characters that were said."""
    said = next((line[key] for key in ("msg", "message", "text") if line.get(key)), None)
    content = record(_original(line).get("content"))
    return length(said) if said is not None else length(record(content.get("text")).get("text"))
