"""Talk: calls and their legs as contacts, with queue, wait, talk, hold and after-call work.

A call counts once it has ended. What is told of it later (its ticket, the work after it) goes
through the differ, which amends what was told first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.sources.adapter import Event, Outcome, Snapshot, Unused, Wrong
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import SOURCE, case_id, event, person
from ingestion.sources.zendesk.values import (
    Record,
    after,
    code,
    flag,
    identity,
    instant,
    instant_of,
    moment,
    record,
    text,
    whole,
    word,
)


def of_call(call: Record, context: Context) -> Iterator[Outcome]:
    """A call: started, queued, answered or abandoned, ended; as of its last update."""
    call = _measured(call)
    named, started = identity(call.get("id")), moment(call.get("created_at"))
    way = word(call.get("direction"))
    if not named or not started:
        yield Wrong("missing_field", "id" if not named else "created_at")
    elif way not in ("inbound", "outbound"):
        yield Wrong("enum" if way else "missing_field", "direction")
    elif not text(call.get("completion_status")) and whole(call.get("duration")) is None:
        yield Unused("call not ended yet")
    else:
        facts = [_started(call, named, started, way)]
        if way == "inbound":
            facts += _waited(call, named, started)
        elif whole(call.get("talk_time")):
            at = after(started, whole(call.get("time_to_answer"))) or started
            facts.append(_step("contact.answered", call, named, at, {"queue": _queue(call)}))
        facts.append(_ended(call, named, started))
        seen = max(
            filter(None, (moment(call.get("updated_at")), facts[-1]["time"])), key=instant_of
        )
        yield Snapshot(f"call/{named}", seen, template={"source": SOURCE}, facts=facts)


def _measured(call: Record) -> Record:
    """The call with start and length, where a partner's telephony tells start and end."""
    started, ended = instant(call.get("call_started_at")), instant(call.get("call_ended_at"))
    if not started:
        return call
    length = int((ended - started).total_seconds()) if ended else None
    return {"duration": length, **call, "created_at": call.get("call_started_at")}


def _started(call: Record, named: str, started: str, way: str) -> Event:
    ticket = identity(call.get("ticket_id"))
    data = {
        "channel": "phone",
        "direction": "in" if way == "inbound" else "out",
        "case_id": case_id(ticket) if ticket else None,
        "entry_point": code(call.get("phone_number")) or code(call.get("line")),
        "party_refs": person(identity(call.get("customer_id"))),
    }
    return _step("contact.started", call, named, started, data)


def _step(kind: str, call: Record, named: str, time: str, data: dict[str, Any]) -> Event:
    contact = f"zd-call-{named}"
    fact = f"call/{named}/{kind.partition('.')[2]}"
    return event(kind, fact, f"contact/{contact}", time, {"contact_id": contact, **data})


def _queue(call: Record) -> str:
    """The queue by the group the caller chose, else the line."""
    routed = code(call.get("ivr_destination_group_name")) or code(call.get("overflowed_to"))
    group = identity(call.get("call_group_id")) or identity(call.get("ivr_routed_to"))
    return routed or group or code(call.get("line")) or "talk"


def _waited(call: Record, named: str, started: str) -> Iterator[Event]:
    """The queue of an inbound call and its end."""
    queue, wait = _queue(call), whole(call.get("wait_time"))
    menu = whole(call.get("ivr_time_spent"))
    status = word(call.get("completion_status"))
    is_answered = bool(whole(call.get("talk_time"))) and identity(call.get("agent_id"))
    if is_answered or wait:
        queued = after(started, menu) or started
        yield _step("contact.queued", call, named, queued, {"queue": queue})
    told = {"queue": queue, "wait_s": wait}
    if is_answered:
        to_answer = whole(call.get("time_to_answer"))
        seconds = to_answer if to_answer is not None else (menu or 0) + (wait or 0)
        at = after(started, seconds) or started
        yield _step("contact.answered", call, named, at, {**told, "actor": _agent(call)})
    elif status.startswith("abandoned") and not flag(call.get("voicemail")):
        at = after(started, (menu or 0) + (wait or 0)) or started
        yield _step("contact.abandoned", call, named, at, told)


def _ended(call: Record, named: str, started: str) -> Event:
    status = word(call.get("completion_status"))
    is_voicemail = flag(call.get("voicemail")) or flag(call.get("customer_requested_voicemail"))
    data = {
        "talk_s": whole(call.get("talk_time")),
        "hold_s": whole(call.get("hold_time")),
        "acw_s": whole(call.get("wrap_up_time")),
        "disconnected_by": "customer" if status.startswith("abandoned") else None,
        "wrapup_code": "voicemail" if is_voicemail else code(status),
        "actor": _agent(call),
    }
    at = after(started, whole(call.get("duration"))) or started
    return _step("contact.ended", call, named, at, data)


def _agent(call: Record) -> dict[str, str] | None:
    agent = identity(call.get("agent_id"))
    return {"type": "agent", "ref": agent} if agent else None


def of_leg(leg: Record, context: Context) -> Iterator[Outcome]:
    """A leg tells one thing that its call does not: that the caller was passed on."""
    named, call = identity(leg.get("id")), identity(leg.get("call_id"))
    started = moment(leg.get("created_at"))
    if not named or not call or not started:
        missing = "id" if not named else "call_id" if not call else "created_at"
        yield Wrong("missing_field", missing)
        return
    is_agent_to = identity(leg.get("transferred_to"))
    if not is_agent_to and not text(leg.get("forwarded_to")):
        yield Unused("leg: covered by its call")
        return
    contact = f"zd-call-{call}"
    data = {
        "contact_id": contact,
        "to_queue": "agent" if is_agent_to else "external",
        "kind": "consult" if whole(leg.get("consultation_time")) else "blind",
        "actor": _agent(record(leg)),
    }
    at = after(started, whole(leg.get("duration"))) or started
    yield event("contact.transferred", f"leg/{named}/transferred", f"contact/{contact}", at, data)
