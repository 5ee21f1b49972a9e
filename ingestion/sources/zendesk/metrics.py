"""Zendesk's own clocks: SLA targets applied, breaches and counters, kept beside ours as an oracle."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Outcome, Unused, Wrong
from ingestion.sources.zendesk import words
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import of_case
from ingestion.sources.zendesk.values import Record, flag, identity, record, second, whole, word

_APPLIED = ("apply_sla", "apply_group_sla")
_SILENT = frozenset("activate pause fulfill update_status measure update_business_status".split())


def of_metric_event(told: Record, context: Context) -> Iterator[Outcome]:
    """A ticket metric event: a target or a breach; the clock's own steps are derived by us."""
    ticket, time = identity(told.get("ticket_id")), second(told.get("time"))
    kind = word(told.get("type"))
    metric = words.metric(told.get("metric"), whole(told.get("instance_id")))
    if kind in _SILENT:
        yield Unused(f"metric event not used: {kind}")
    elif flag(told.get("deleted")):
        yield Unused(f"metric event withdrawn: {kind if kind == 'breach' else 'other'}")
    elif not ticket or not time:
        yield Wrong("missing_field", "ticket_id" if not ticket else "time")
    elif metric is None:
        yield Unused("metric not used: updates and ownership")
    elif kind in _APPLIED:
        yield _target(told, ticket, time, metric)
    elif kind == "breach":
        fact = f"ticket/{ticket}/sla/{metric}/{time}/breached"
        yield of_case("case.counters_reported", fact, ticket, time, {"sla_made": False})
    else:
        yield Wrong("enum", "type")


def _target(told: Record, ticket: str, time: str, metric: str) -> Outcome:
    target = record(told.get("sla") or told.get("group_sla"))
    seconds, minutes = whole(target.get("target_in_seconds")), whole(target.get("target"))
    if seconds is None and minutes is None:
        return Unused("no target told") if "target" in target else Wrong("missing_field", "sla")
    policy = identity(record(target.get("policy")).get("id"))
    data = {
        "metric": metric,
        "target_s": seconds if seconds is not None else (minutes or 0) * 60,
        "clock": "business" if flag(target.get("business_hours")) else "calendar",
        "policy_id": policy,
    }
    fact = f"ticket/{ticket}/sla/{metric}/{time}"
    return of_case("sla.target_applied", fact, ticket, time, data)


def of_metrics(told: Record, context: Context) -> Iterator[Outcome]:
    """The counters of a ticket as of their last update."""
    ticket = identity(told.get("ticket_id"))
    time = second(told.get("updated_at") or told.get("created_at"))
    if not ticket or not time:
        yield Wrong("missing_field", "ticket_id" if not ticket else "updated_at")
        return
    stations = whole(told.get("assignee_stations"))
    data = {
        "reopen_count": whole(told.get("reopens")),
        "reassignment_count": None if stations is None else max(stations - 1, 0),
    }
    if all(value is None for value in data.values()):
        yield Unused("ticket metrics without counters")
        return
    fact = f"ticket/{ticket}/counters/{time}"
    yield of_case("case.counters_reported", fact, ticket, time, data)
