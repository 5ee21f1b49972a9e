"""A slow second opinion on one line: sound or not, by the json module and the catalogue's entries.

Knows the rules of the specification, and none of the SQL that judges lines in earnest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingestion.catalogue import EventType, Field, load

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(\A|[/:=,])\+\d{7,15}(?!\d)", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_LIKE_TIME = re.compile(rb'"(\d{4}-[^"]*:[^"]*)"')
_LOOSE_JSON = re.compile(rb"NaN|Infinity|,\s*[}\]]", re.IGNORECASE)
_TYPE_OF_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SKEW = timedelta(minutes=5)
_LIMIT = 2**53


class _Number(str):
    """A number as it is spelt."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The first of two equal keys counts, and the object says that it had two."""
    found = dict(reversed(pairs))
    if len(found) < len(pairs):
        found["\0double"] = True
    return found


def _parsed(line: bytes) -> Any:
    """The JSON value of a line; raises `ValueError` when it is none."""
    text = line.strip(b" \t\r\n\v\f").decode("utf-8")
    value = json.loads(
        text,
        object_pairs_hook=_object,
        parse_int=_Number,
        parse_float=_Number,
        parse_constant=lambda word: json.loads("-"),
    )
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate is no text
    return value


def has_opinion(line: bytes) -> bool:
    """False for spellings that a door may read or leave: odd times, NaN, a comma too many."""
    if _LOOSE_JSON.search(line) or line.count(b"[") > 500 or line.count(b"{") > 500:
        return False
    times = (found.decode("utf-8", "replace") for found in _LIKE_TIME.findall(line))
    return all(_TIME.fullmatch(time) and "T24:" not in time for time in times)


def is_sound(line: bytes, run_started_at: datetime) -> bool:
    """True when the line is an event that the log may take."""
    try:
        event = _parsed(line)
    except ValueError:
        return False
    if not isinstance(event, dict) or not _one_of(event.get("type"), load().types):
        return False
    event = {key: value for key, value in event.items() if value is not None}
    data = event.get("data")
    if not isinstance(data, dict) or "\0double" in event or "\0double" in data:
        return False
    kind = load().types[event["type"]]
    data = {key: value for key, value in data.items() if value is not None}
    return _is_envelope(event, kind, run_started_at) and _is_data(data, event, kind)


def _one_of(value: Any, words: Collection[str]) -> bool:
    return isinstance(value, str) and not isinstance(value, _Number) and value in words


def _is_short(value: Any, limit: int = 200) -> bool:
    if not isinstance(value, str) or isinstance(value, _Number):
        return False
    return 0 < len(json.dumps(value, ensure_ascii=False).encode()) - 2 <= limit


def _is_text(value: Any, limit: int = 200) -> bool:
    return _is_code(value, limit) and not _PHONE.search(_read(value))


def _is_code(value: Any, limit: int) -> bool:
    return _is_short(value, limit) and not _EMAIL.search(value) and "%40" not in _read(value)


def _read(text: str) -> str:
    """The text as a URL is read, of the signs that matter."""
    return re.sub("%2b", "+", re.sub("%(25)+", "%", text), flags=re.IGNORECASE)


def moment(value: Any) -> datetime | None:
    found = None
    if isinstance(value, str) and not isinstance(value, _Number):
        found = _TIME.fullmatch(value)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    micro = int(((found[7] or ".") + "000000")[1:7])
    zone = timedelta()
    if found[9]:
        zone = timedelta(hours=int(found[10]), minutes=int(found[11])) * (
            -1 if found[9] == "-" else 1
        )
    try:
        return datetime(year, month, day, hour, minute, second, micro, UTC) - zone
    except (ValueError, OverflowError):
        return None


def _is_whole(value: Any) -> bool:
    return (
        isinstance(value, _Number)
        and re.fullmatch(r"0|-?[1-9][0-9]*", value) is not None
        and abs(int(value)) <= _LIMIT
    )


def _is_envelope(event: dict[str, Any], kind: EventType, run_started_at: datetime) -> bool:
    occurred = moment(event.get("time"))
    recorded = moment(event["recordedtime"]) if "recordedtime" in event else run_started_at
    subject = str(event.get("subject"))
    if occurred is None or recorded is None or event.get("specversion") != "1.0":
        return False
    return (
        not isinstance(event["specversion"], _Number)
        and all(_is_text(event.get(key)) for key in ("id", "source", "subject"))
        and subject.startswith(f"{kind.subject}/")
        and len(subject) > len(kind.subject) + 1
        and recorded <= run_started_at + _SKEW
        and occurred <= recorded + _SKEW
        and _are_optional(event)
    )


def _are_optional(event: dict[str, Any]) -> bool:
    sequence = event.get("sequence", _Number("0"))
    version = str(event.get("dataschema", "/1"))
    retracted = event.get("retracted", False)
    return (
        all(_is_text(event[k]) for k in ("amends", "causationid", "correlationid") if k in event)
        and _one_of(event.get("derivation", "native"), load().words["derivations"])
        and _is_whole(_Number(sequence) if isinstance(sequence, str) else sequence)
        and _is_whole(event.get("timeuncertainty", _Number("0")))
        and re.search(r"/0*1$", version) is not None
        and isinstance(retracted, bool)
        and not (retracted and "amends" not in event)
    )


def _is_data(data: dict[str, Any], event: dict[str, Any], kind: EventType) -> bool:
    fields = {load().field(kind.domain, name).key: name for name in kind.fields}
    required = {load().field(kind.domain, name).key for name in kind.required}
    if not required <= set(data) or (kind.any_of and not set(kind.any_of) & set(data)):
        return False
    known = {key: load().field(kind.domain, name) for key, name in fields.items()}
    known |= {field.key: field for field in load().common.values() if field.key not in known}
    return (
        all(_fits(field, data[key]) for key, field in known.items() if key in data)
        and _are_blocks(data, kind)
        and _RULES.get(kind.name, lambda _data, _event: True)(data, event)
    )


def _fits(field: Field, value: Any) -> bool:
    if field.klass == "money":
        return (
            isinstance(value, dict)
            and _is_whole(value.get("minor"))
            and _one_of(value.get("currency"), load().words["currencies"])
        )
    if field.klass == "list":
        return isinstance(value, list) and all(_is_element(field, item) for item in value)
    if field.klass == "enum":
        return _one_of(value, field.values)
    if field.klass == "boolean":
        return isinstance(value, bool)
    if field.klass == "number":
        return _is_number(field, value)
    return _is_word(field, value)


def _is_word(field: Field, value: Any) -> bool:
    if field.klass == "time" and field.type != "date":
        return moment(value) is not None
    if field.klass == "time":
        return isinstance(value, str) and _is_day(value)
    if field.klass == "code":
        return _is_code(value, 64) and value.count(" ") < 4
    if field.klass == "link":
        return _is_text(value, 2000) and value.startswith(("https://", "http://"))
    return _is_short(value) if field.personal else _is_text(value)


def _is_day(value: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)) and bool(
            date.fromisoformat(value)
        )
    except ValueError:
        return False


def _is_number(field: Field, value: Any) -> bool:
    if not isinstance(value, _Number) or (field.type != "decimal" and not _is_whole(value)):
        return False
    number = float(value)
    return (
        abs(number) < 1e12
        and (field.minimum is None or number >= field.minimum)
        and (field.maximum is None or number <= field.maximum)
    )


def _is_element(field: Field, item: Any) -> bool:
    if isinstance(field.of, str):
        return _fits(Field(field.name, field.key, field.of, {}), item)
    assert field.of is not None
    return isinstance(item, dict) and all(
        _fits(part, item[part.key]) for part in field.of.values() if item.get(part.key) is not None
    )


def _is_ref(ref: Any) -> bool:
    if not isinstance(ref, dict) or not all(isinstance(ref.get(k), str) for k in ("id_type", "id")):
        return False
    role = "customer" if ref.get("role") is None else ref["role"]
    return (
        not isinstance(ref["id"], _Number)
        and _TYPE_OF_ID.fullmatch(ref["id_type"]) is not None
        and _one_of(role, load().words["identifier_roles"])
    )


def _are_blocks(data: dict[str, Any], kind: EventType) -> bool:
    refs, actor, objects = data.get("party_refs", []), data.get("actor"), data.get("objects", [])
    if not isinstance(refs, list) or len(refs) < kind.min_parties or not all(map(_is_ref, refs)):
        return False
    if actor is not None and not (
        isinstance(actor, dict)
        and _one_of(actor.get("type"), load().words["actor_types"])
        and "@" not in str(actor.get("team"))
    ):
        return False
    return isinstance(objects, list) and all(map(_is_link, objects))


def _is_link(item: Any) -> bool:
    return isinstance(item, dict) and all(
        item.get(key) is not None for key in ("type", "id")
    ) and "@" not in str(item["id"])  # fmt: skip


def _gross(data: dict[str, Any], _event: dict[str, Any]) -> bool:
    gross, net, tax = (int(data[key]["minor"]) for key in ("gross", "net", "tax"))
    return abs(gross - net - tax) <= 1


def _due(data: dict[str, Any], event: dict[str, Any]) -> bool:
    due, made = moment(data["due_at"]), moment(event["time"])
    return due is not None and made is not None and due >= made


def _score(data: dict[str, Any], _event: dict[str, Any]) -> bool:
    return float(data["scale_min"]) <= float(data["score"]) <= float(data["scale_max"])


_RULES = {
    "invoice.issued": _gross,
    "promise.made": _due,
    "refund.issued": lambda data, _event: int(data["amount"]["minor"]) < 0,
    "survey.answered": _score,
}
