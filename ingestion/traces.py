"""Where a row of the log names a person or something of theirs, as SQL; knows no file, runs nothing.

A trace is a text: `id/<hash>` of an identifier, `event/<source>␟<id>` of an event, else
`<noun>/<id>` of an order, an invoice, a case, a contact and so on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ingestion.log import NO_INPUT
from ingestion.parts import event_key

# What belongs to one person. Articles, triggers, policies, products and teams belong to nobody.
NOUNS = (
    *("account", "action", "case", "complaint", "contact", "dispute", "fire", "invoice"),
    *("message", "offer", "order", "party", "payment", "promise", "refund", "response"),
    *("return", "session", "shipment", "subscription", "survey"),
)
_COLUMNS = {f"{noun}_id": noun for noun in NOUNS} | {"into_case_id": "case", "tracking": "tracking"}
_LISTED = ", ".join(f"'{noun}'" for noun in NOUNS)
_SUBJECT = f"case when subject_type in ({_LISTED}) then subject_type || '/' || subject_id end"
_LINKED = f"case when object_type in ({_LISTED}) then object_type || '/' || object_id end"
_OBJECT = f'case when one."type" in ({_LISTED}) then one."type" || \'/\' || one.id end'
EVENT = "'event/' || source || chr(31) || "
_ERASED = "erased/"  # so begins the id of an event of which an erasure took somebody


# kinds of objects as control totals and states know them → what the log calls such a number
_FORMS = {
    "opened": ("case/{}", "case/zd-{}"),
    "placed": ("order/{}",),
    "invoiced": ("invoice/{}",),
    "refunded": ("refund/{}",),
    "ticket": ("case/zd-{}",),
    "call": ("contact/zd-call-{}",),
    "customer": ("account/{}", "party/shopify-{}"),
    "order": ("order/{}",),
    "refund": ("refund/{}",),
}
_ANY = tuple(f"{noun}/{{}}" for noun in NOUNS)


def of_object(kind: str, number: str) -> list[str]:
    """Traces that an object outside the log may have in it, by its kind and its own number.

    A number may be spelled as a path (`gid://shopify/Order/12`, `order/12`): then its end counts too.
    """
    spelled = dict.fromkeys((number, number.partition("/")[2], number.rpartition("/")[2]))
    return [form.format(one) for one in spelled if one for form in _FORMS.get(kind, _ANY)]


def nouns(held: Collection[str]) -> dict[str, str]:
    """Columns of these that hold an id of something that belongs to one person, and its noun."""
    return {column: noun for column, noun in _COLUMNS.items() if column in held}


def things(held: Collection[str]) -> str:
    """SQL of the traces of things in a row: orders, cases, events that it amends …"""
    single = [_SUBJECT, *(f"'{noun}/' || {column}" for column, noun in nouns(held).items())]
    if {"object_type", "object_id"} <= {*held}:
        single.append(_LINKED)
    if "amends_id" in held:
        single.append(EVENT + "amends_id")
    found = f"list_filter([{', '.join(single)}], lambda t: t is not null)"
    if "objects" in held:
        own = f'list_filter(objects, lambda o: o."type" in ({_LISTED}))'
        found = f"list_concat({found}, list_transform({own}, lambda o: o.\"type\" || '/' || o.id))"
    return found


def people(held: Collection[str], condition: str = "true") -> str:
    """SQL of the traces of identifiers in a row; `condition` is about a reference `r`."""
    if "party_refs" not in held:
        return "[]::varchar[]"
    chosen = f"list_filter(party_refs, lambda r: {condition})"
    return f"coalesce(list_transform({chosen}, lambda r: 'id/' || r.id_hash), [])"


def every(held: Collection[str]) -> str:
    """SQL of all traces of a row."""
    known = [f"[{EVENT}event_id]", things(held), people(held)]
    own = [column for column in ("party_hash", "actor_ref_hash") if column in held]
    if own:
        listed = ", ".join(f"'id/' || {column}" for column in own)
        known.append(f"list_filter([{listed}], lambda t: t is not null)")
    return f"list_concat({', '.join(known)})"


class Place(NamedTuple):
    """A column that may hold traces of these nouns: SQL of what it holds, and of the whole trace."""

    value: str
    nouns: frozenset[str]
    trace: str
    listed: str = ""  # the column of a list, whose elements are `one`

    def within(self, rows: str) -> str:
        """SQL of the rows, each element of a list in a row of its own."""
        if not self.listed:
            return rows
        return f"(select filename, file_row_number, unnest({self.listed}) as one from {rows})"


def places(held: Collection[str]) -> list[Place]:
    """Wherever in these columns a trace may stand, but for a row's own event: as `every` has it."""
    things_of, people_of = frozenset(NOUNS), frozenset(("id",))
    found = [
        Place(column, frozenset((noun,)), f"'{noun}/' || {column}")
        for column, noun in nouns(held).items()
    ]
    known = {
        "subject_id": Place("subject_id", things_of, _SUBJECT),
        "object_id": Place("object_id", things_of, _LINKED),
        "party_hash": Place("party_hash", people_of, "'id/' || party_hash"),
        "actor_ref_hash": Place("actor_ref_hash", people_of, "'id/' || actor_ref_hash"),
        "amends_id": Place("amends_id", frozenset(("event",)), EVENT + "amends_id"),
        "party_refs": Place("one.id_hash", people_of, "'id/' || one.id_hash", "party_refs"),
        "objects": Place("one.id", things_of, _OBJECT, "objects"),
    }
    return [*found, *(place for column, place in known.items() if column in held)]


def replaced(column: str) -> str | None:
    """SQL of a column of a row that is about an erased person; None when it stays as it is.

    Uses the macros `is_erased(trace)` and `stand_in(trace)`.
    """
    return dict(_replaced()).get(column)


def _replaced() -> Iterator[tuple[str, str]]:
    for column, noun in _COLUMNS.items():
        yield column, _swap(f"'{noun}/' || {column}", column)
    for column in ("party_hash", "actor_ref_hash"):
        yield column, _swap(f"'id/' || {column}", column)
    yield "subject_id", _swap(_SUBJECT, "subject_id")
    yield "object_id", _swap(_LINKED, "object_id")
    yield "event_id", _new_event("event_id")
    yield "event_key", event_key(f"source || chr(31) || {_new_event('event_id')}")
    yield "payload_hash", "unhex(stand_in('payload/' || hex(payload_hash)))"
    for column in ("amends_id", "causation_id"):
        yield column, f"case when {column} is not null then {_new_event(column)} end"
    yield "evidence_event_ids", f"list_transform(evidence_event_ids, lambda e: {_new_event('e')})"
    for column in ("correlation_id", "dedupe_key"):
        yield column, f"case when {column} is not null then stand_in('key/' || {column}) end"
    for column in ("source_url", "extra"):
        yield column, "null"
    yield "input_key", f"case when input_key = '{NO_INPUT}' then input_key end"
    yield "party_refs", _REFS
    swapped = _swap("o.\"type\" || '/' || o.id", "o.id")
    yield (
        "objects",
        "list_transform(objects, lambda o: struct_pack("
        f'"type" := o."type", id := {swapped}, qualifier := o.qualifier))',
    )


def _new_event(column: str) -> str:
    return f"'{_ERASED}' || stand_in('event/' || {column})"


def _swap(trace: str, otherwise: str) -> str:
    return (
        f"case when coalesce(is_erased({trace}), false) then stand_in({trace}) else {otherwise} end"
    )


_REFS = (
    "list_transform(party_refs, lambda r: struct_pack(id_type := r.id_type, "
    f"id_hash := {_swap(chr(39) + 'id/' + chr(39) + ' || r.id_hash', 'r.id_hash')}, "
    "domain_hash := case when is_erased('id/' || r.id_hash) then null else r.domain_hash end, "
    "id_class := r.id_class, role := r.role))"
)


# columns that name a person themselves; numbers of orders, cases and accounts are no such
_PERSONAL = ("party_hash", "actor_ref_hash", "party_refs", "source_url", "extra")


def names_people(held: Collection[str]) -> str:
    """SQL that is true of a row that refers to a person, or holds what may lead to one."""
    tests = [
        f"len({name}) > 0" if name == "party_refs" else f"{name} is not null"
        for name in _PERSONAL
        if name in held
    ]
    tests += ["subject_type = 'party'", *(["party_id is not null"] if "party_id" in held else [])]
    if "object_type" in held:
        tests.append("object_type = 'party'")
    if "objects" in held:
        tests.append("len(list_filter(objects, lambda o: o.\"type\" = 'party')) > 0")
    return " or ".join(f"coalesce({test}, false)" for test in tests)


def is_let_go() -> str:
    """SQL that is true of a row whose people were let go: marked, or left before there was a mark.

    Then null was left, as an erasure leaves it, but an erasure names the event anew.
    """
    is_erased = f"starts_with(event_id, '{_ERASED}')"
    return f"coalesce(input_key = '{NO_INPUT}', not {is_erased})"


def without_people(column: str) -> str | None:
    """SQL of a column of a row whose time is over; uses the macro `stand_in(trace)`.

    The event and things keep their names, so that the same fact told again is a duplicate.
    """
    return _ANONYMOUS.get(column)


def _party(column: str, kind: str) -> str:
    return f"case when {kind} = 'party' then stand_in('party/' || {column}) else {column} end"


_LINKED_PARTY = _party("o.id", 'o."type"')
_ANONYMOUS = {
    **{name: "null" for name in ("source_url", "extra")},
    "input_key": f"'{NO_INPUT}'",  # the mark that it was let go: of an erasure null is left
    **{name: f"stand_in('id/' || {name})" for name in ("party_hash", "actor_ref_hash")},
    "party_id": "stand_in('party/' || party_id)",
    "subject_id": _party("subject_id", "subject_type"),
    "object_id": _party("object_id", "object_type"),
    "party_refs": (
        "list_transform(party_refs, lambda r: struct_pack(id_type := r.id_type, "
        "id_hash := stand_in('id/' || r.id_hash), domain_hash := null::varchar, "
        "id_class := r.id_class, role := r.role))"
    ),
    "objects": (
        'list_transform(objects, lambda o: struct_pack("type" := o."type", '
        + f"id := {_LINKED_PARTY}, qualifier := o.qualifier))"
    ),
}
