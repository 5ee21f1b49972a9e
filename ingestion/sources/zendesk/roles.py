"""Who wrote: the role of an author at that time, from what was told about that time first.

An agent of today may have been a customer then. So the role of a side-loaded user, which is that
of the page's time, counts last: before it come that the ticket's requester is its customer,
whatever else he is, and what the record itself says of its author.
"""

from __future__ import annotations

from ingestion.sources.zendesk import words
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.values import Record, flag, identity, record, word

# Only staff can change these.
STAFF_FIELDS = frozenset("assignee_id group_id priority problem_id".split())


def of_author(
    author: str | None,
    told: Record,
    via: Record,
    context: Context,
    requester: str | None,
    touched: frozenset[str] = frozenset(),
) -> str | None:
    """customer, agent, bot or system; None where nothing tells.

    `told` is the comment or update itself, `via` how it came, `touched` the fields that the same
    author changed with it.
    """
    if automatic := _automatic(author, via):
        return automatic
    if author and author == requester:
        return "customer"
    known = _stated(told) or context.roles.get(author or "")
    return known or _inferred(author, told, via, requester, touched)


def _automatic(author: str | None, via: Record) -> str | None:
    channel = word(via.get("channel"))
    if channel in words.AUTOMATIC_CHANNELS and record(via.get("source")).get("rel") != "merge":
        return "system"
    if words.channel(channel) == "bot":
        return "bot"
    return "system" if author == "-1" else None


def _stated(told: Record) -> str | None:
    is_staff = flag(record(told.get("author")).get("is_staff"))
    if is_staff is not None:
        return "agent" if is_staff else "customer"
    return words.role(told.get("author_role"))


def _inferred(
    author: str | None,
    told: Record,
    via: Record,
    requester: str | None,
    touched: frozenset[str],
) -> str | None:
    if flag(told.get("public")) is False or (author and touched & STAFF_FIELDS):
        return "agent"  # customers neither write notes nor assign
    channel = word(via.get("channel"))
    if requester and channel in ("web", "web_form", "api", "web_service"):
        return "agent"  # in the agents' interface, and not the one who asked
    return "customer" if channel in words.CUSTOMER_CHANNELS else None


def actor(role: str | None, author: str | None) -> dict[str, str] | None:
    """The actor block; staff is named (the door hashes it), customers are parties and not here."""
    if role is None:
        return None
    reference = {"ref": author} if role == "agent" and author and identity(author) else {}
    return {"type": role, **reference}
