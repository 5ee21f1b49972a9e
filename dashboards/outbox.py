"""What a person does here becomes an event file in the landing folder; knows no page, no clock."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboards.language import is_missing

SOURCE = "/waypost/dashboards"
ACTION_KINDS = ("call", "email", "sms", "status_info", "credit", "replacement", "visit")


class OutboxError(Exception):
    """An event file could not be written; the message is one sentence."""


def record_shown(landing: Path, trigger: Mapping[str, Any], now: dt.datetime) -> bool:
    """Write `trigger.fired`: this trigger was shown to a person. False when that is on file."""
    fire_id = str(trigger["fire_id"])
    return _write(
        landing,
        {
            "id": f"fire/{fire_id}/shown",
            "type": "trigger.fired",
            "subject": f"fire/{fire_id}",
            "data": {
                "fire_id": fire_id,
                "trigger_id": str(trigger["trigger_id"]),
                "version": str(trigger["version"]),
                "dedupe_key": fire_id,
                "as_of": _instant(trigger["fired_at"]),
                "evidence_event_ids": [str(name) for name in trigger["evidence_event_ids"]],
                **_references(trigger),
            },
        },
        now,
    )


def record_action(landing: Path, trigger: Mapping[str, Any], kind: str, now: dt.datetime) -> bool:
    """Write `action.performed` of one kind for a trigger. False when that is on file."""
    fire_id = str(trigger["fire_id"])
    return _write(
        landing,
        {
            "id": f"fire/{fire_id}/action/{kind}",
            "type": "action.performed",
            "subject": f"action/{fire_id}-{kind}",
            "causationid": f"fire/{fire_id}/shown",
            "data": {
                "action_id": f"{fire_id}-{kind}",
                "fire_id": fire_id,
                "kind": kind,
                **_references(trigger),
            },
        },
        now,
    )


def is_on_file(landing: Path, event_id: str) -> bool:
    """True when an event with this id waits in the landing folder."""
    return _place(landing, event_id).exists()


def _references(trigger: Mapping[str, Any]) -> dict[str, Any]:
    objects = [
        {"type": kind, "id": str(trigger[f"{kind}_id"])}
        for kind in ("order", "invoice", "case")
        if not is_missing(trigger.get(f"{kind}_id"))
    ]
    party = {"id_type": "party", "id": str(trigger["party_id"]), "role": "customer"}
    return {"party_refs": [party], "objects": objects, "actor": {"type": "agent"}}


def _write(landing: Path, event: Mapping[str, Any], now: dt.datetime) -> bool:
    # The id names the fact, so its file can exist once: a second click changes nothing.
    full = {"specversion": "1.0", "source": SOURCE, "time": _instant(now), **event}
    place = _place(landing, str(event["id"]))
    try:
        landing.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8") as file:
            file.write(json.dumps(full, ensure_ascii=False) + "\n")
    except FileExistsError:
        return False
    except OSError as error:
        raise OutboxError(
            f"{landing} cannot be written ({error.strerror}); make it writable for the dashboard."
        ) from error
    return True


def _place(landing: Path, event_id: str) -> Path:
    return landing / (re.sub(r"[^A-Za-z0-9_-]+", "-", event_id) + ".jsonl")


def _instant(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
