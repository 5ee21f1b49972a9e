"""Fields of a ticket that changed: status, priority, group, assignee, problem, satisfaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ingestion.sources.adapter import Outcome, Unused, Wrong
from ingestion.sources.zendesk import surveys, words
from ingestion.sources.zendesk.facts import case_id, of_case
from ingestion.sources.zendesk.values import code, identity, word

if TYPE_CHECKING:
    from ingestion.sources.zendesk.audits import Setting, Update

_KNOWN = frozenset(
    """tags subject description type requester_id submitter_id organization_id brand_id due_at
    ticket_form_id custom_status_id recipient external_id collaborator_ids cc_ids follower_ids
    followers email_ccs locale_id is_public sharing_agreement_ids satisfaction_probability
    satisfaction_reason_code linked_id original_recipients comment schedule_id""".split()
)


def of_update(update: Update) -> Iterator[Outcome]:
    """The outcomes of the fields that an update set."""
    found = update.fields
    comment = found["satisfaction_comment"].after if "satisfaction_comment" in found else None
    for name, setting in found.items():
        if name == "satisfaction_score":
            yield from rated(setting.after, comment, update)
        elif name == "satisfaction_comment" and "satisfaction_score" in found:
            yield Unused("covered by satisfaction_score")
        elif name in _CHANGED:
            yield _CHANGED[name](update, setting)
        else:
            yield Unused(f"field not used: {name if name in _KNOWN else 'custom field'}")


def rated(score: object, comment: object, update: Update) -> Iterator[Outcome]:
    """The survey that an update sent or answered."""
    yield from surveys.of_ticket(score, update.ticket, update.time, comment)


def _event(update: Update, setting: Setting, kind: str, fact: str, data: dict[str, Any]) -> Outcome:
    named = f"ticket/{update.ticket}/{fact}"
    told = {**data, "actor": update.actor(setting.via)}
    return of_case(kind, named, update.ticket, update.time, told)


def _status(update: Update, setting: Setting) -> Outcome:
    now, then = words.STATUSES.get(word(setting.after)), words.STATUSES.get(word(setting.before))
    if now is None:
        return Wrong("enum", "status")
    if now == "new" and then is None:
        return Unused("covered by case.opened")
    data = {"to_status": now, "from_status": then}
    return _event(update, setting, "case.status_changed", f"status/{update.time}/{now}", data)


def _priority(update: Update, setting: Setting) -> Outcome:
    now, then = (
        words.PRIORITIES.get(word(setting.after)),
        words.PRIORITIES.get(word(setting.before)),
    )
    if now is None:
        return Unused("priority removed") if not word(setting.after) else Wrong("enum", "priority")
    data = {"to_priority": now, "from_priority": then}
    return _event(update, setting, "case.priority_changed", f"priority/{update.time}/{now}", data)


def _group(update: Update, setting: Setting) -> Outcome:
    now, then = _named(setting.after), _named(setting.before)
    if now is None:
        return Unused("assignment removed")
    data = {"to_group": now, "from_group": then}
    return _event(
        update,
        setting,
        "case.assigned",
        f"group/{update.time}/{identity(setting.after) or now}",
        data,
    )


def _named(group: object) -> str | None:
    """A group by its id (names are told by some deliveries only)."""
    return identity(group) or code(group)


def _assignee(update: Update, setting: Setting) -> Outcome:
    now = identity(setting.after)
    if now is None:
        return Unused("assignment removed")
    data = {"to_agent": now, "from_agent": identity(setting.before)}
    return _event(update, setting, "case.assigned", f"assignee/{update.time}/{now}", data)


def _problem(update: Update, setting: Setting) -> Outcome:
    problem = identity(setting.after)
    if problem is None:
        return Unused("link removed")
    data = {"object_type": "case", "object_id": case_id(problem), "qualifier": "problem"}
    return _event(update, setting, "case.linked", f"problem/{update.time}/{problem}", data)


_CHANGED = {
    "status": _status,
    "priority": _priority,
    "group_id": _group,
    "assignee_id": _assignee,
    "problem_id": _problem,
}
