"""What else an event says: unknown attributes kept in `extra`, and the hash of the payload."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ingestion.catalogue import EventType
from ingestion.shapes import Shapes, is_plain_key
from ingestion.validation import quoted

if TYPE_CHECKING:
    from ingestion.draft import Column

_EXTRA_BYTES = 42  # a string of 40 characters with its quotes
_PHONE = r'^"?\+?[0-9][0-9()/.\-]{7,}"?$'
_DATE = r'^"[0-9]{4}-[0-9]{2}-[0-9]{2}"$'
_ENVELOPE = ("actor_type", "actor_ref_hash", "actor_team", "actor_tenure_band", "actor_role")


def _kept(leaf: str) -> str:
    """SQL: the leaf when it is a number, a boolean, a time or a short word, else NULL."""
    return (
        f"case when {leaf} in ('true', 'false') or ({leaf} >= '-' and {leaf} < ':' "
        f"or ({leaf} >= '\"' and {leaf} < '#' and strlen({leaf}) <= {_EXTRA_BYTES} "
        f"and not contains({leaf}, ' ') and not contains({leaf}, '@'))) "
        f"and (not regexp_matches({leaf}, '{_PHONE}') or regexp_matches({leaf}, '{_DATE}')) "
        f"then {leaf} end"
    )


def _unknown(shapes: Shapes) -> list[tuple[str, str]]:
    """(key, SQL of its leaf) of every attribute that the catalogue does not know."""
    found = []
    for key, types in shapes.unknown.items():
        leaf = '"d_' + key.replace('"', '""') + '"'
        found.append((key, f"case when event_type in ({quoted(types)}) then {leaf} end"))
    found += [
        (key, '"e_' + key.replace('"', '""') + '"') for key in sorted(shapes.unknown_envelope)
    ]
    path = 'json_extract("d_ext", \'$."{}"\')::varchar'
    found += [(key, path.format(key)) for key in sorted(shapes.ext)]
    return found


def extra(shapes: Shapes) -> str:
    """SQL of `extra` (a JSON object as text) and `dropped` (names of what was not kept)."""
    unknown = _unknown(shapes)
    plain = [(key, leaf) for key, leaf in unknown if is_plain_key(key)]
    if not unknown:
        return "null::varchar as extra, null::varchar[] as dropped"
    members = ", ".join(f"'{json.dumps(key)}:' || {_kept(leaf)}" for key, leaf in plain) or "null"
    names = [
        f"case when ({leaf}) is not null and ({_kept(leaf)}) is null then '{key}' end"
        for key, leaf in plain
    ]
    odd = [
        f"case when ({leaf}) is not null then '(unreadable name)' end"
        for key, leaf in unknown
        if not is_plain_key(key)
    ]
    listed = ", ".join([*names, *odd])
    return (
        f"nullif('{{' || concat_ws(',', {members}) || '}}', '{{}}') as extra, "
        f"nullif(list_filter([{listed}], lambda n: n is not null), []) as dropped"
    )


def hashed(kinds: Iterable[EventType], columns: list[Column]) -> str:
    """SQL of the text that payload_hash covers besides the parties: what will stand in the log.

    NULL fields are left out, so that a new optional field changes no hash.
    """
    always = [
        "event_type", "subject", "epoch_us(occurred_at)", "schema_version",
        "'amends=' || amends_id", "case when is_retracted then 'retracted' end",
        "'objects=' || objects::varchar", "'extra=' || extra",
        *(f"'{name}=' || {name}" for name in _ENVELOPE),
    ]  # fmt: skip
    branches = []
    for kind in kinds:
        own = [
            f"'{c.name}=' || "
            + (f'"d_{c.field.key}"' if c.field.klass == "list" else f'"{c.name}"')
            for c in columns
            if kind.name in c.types
        ]
        branches.append(f"when '{kind.name}' then concat_ws(chr(31), {', '.join([*always, *own])})")
    return f"case event_type {' '.join(branches)} else '' end" if branches else "''"
