"""What else an event says: unknown attributes kept in `extra`, and the hash of the payload."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from ingestion.catalogue import Field
from ingestion.shapes import Shapes, is_plain_key
from ingestion.validation import leaf, quoted

_EXTRA_BYTES = 42  # a string of 40 characters with its quotes
# a telephone number in any digits and separators, also with a word such as tel: before it
_PHONE = (
    r'(?i)^"?-?\(?(tel|telefon|phone|fon|fone|mobil|mobile|handy|fax|sms|call|wa|whatsapp)?'
    r"[:=._/#+-]*[\p{Ps}+＋]*\p{Nd}[\p{Nd}\p{Ps}\p{Pe}\p{Pd}/.,:;_*~+]{7,}\"?$"
)
# an e-mail address with another sign or word for @, in a URL's or HTML's spelling as well
_MAIL = (
    r"(?i)[@＠﹫]|%40|&#0*64|&#x0*40|&commat|"
    r"[\[({<|*_.-](at|ät)[\])}>|*_.-].*(\.|[\[({<|*_.-](dot|punkt)[\])}>|*_.-])\p{L}{2,}"
)
_MOMENT = r'^"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2}(:[0-9]{2})?)"$'
_LABELLED = ("amends_id", "extra", "objects")
ABOUT_THE_TELLING = {"source_url"}  # a link to the record, which not every delivery knows


def _kept(at: str) -> str:
    """SQL: the leaf when it is a number, a boolean, a time or a short word, else NULL.

    A word holds no space, no escaped character, no e-mail address and no telephone number, however
    they are spelt; a number with an exponent could be one as well.
    """
    phone, mail, moment = (pattern.replace("'", "''") for pattern in (_PHONE, _MAIL, _MOMENT))
    word = (
        f"({at} >= '\"' and {at} < '#' and strlen({at}) <= {_EXTRA_BYTES} and not "
        f"contains({at}, '\\') and not regexp_matches({at}, '[\\p{{Z}}\\p{{C}}]|{mail}'))"
    )
    number = f"({at} >= '-' and {at} < ':' and not contains(lower({at}), 'e'))"
    return (
        f"case when {at} in ('true', 'false') or (({number} or {word}) "
        f"and (not regexp_matches({at}, '{phone}') or regexp_matches({at}, '{moment}'))) "
        f"then {at} end"
    )


def unknown(kind: str, shapes: Shapes) -> list[str]:
    """Keys of `data` that the type does not have and whose names tell nothing of a person."""
    return [k for k, types in shapes.unknown.items() if kind in types and is_plain_key(k)]


def unknown_attributes(kind: str, shapes: Shapes) -> list[str]:
    """The same of the envelope."""
    return [k for k, types in shapes.unknown_envelope.items() if kind in types and is_plain_key(k)]


def extra(kind: str, shapes: Shapes) -> dict[str, str]:
    """Column → SQL of `extra` (a JSON object as text) and `dropped` (names of what was not kept)."""
    found = [(key, leaf("d", key)) for key in unknown(kind, shapes)]
    found += [(key, leaf("e", key)) for key in unknown_attributes(kind, shapes)]
    path = 'json_extract("d_ext", \'$."{}"\')::varchar'
    if shapes.holds(kind, "ext"):
        found += [(key, path.format(key)) for key in sorted(shapes.ext)]
    odd = [k for k, types in shapes.unknown.items() if kind in types and not is_plain_key(k)]
    if not found and not odd:
        return {}
    members = ", ".join(f"'{json.dumps(key)}:' || {_kept(at)}" for key, at in found) or "null"
    names = [
        f"case when ({at}) is not null and ({_kept(at)}) is null then '{key}' end"
        for key, at in found
    ]
    if odd:
        listed = quoted(odd)
        names.append(f"case when list_has_any(data_keys, [{listed}]) then '(unreadable name)' end")
    return {
        "extra": f"nullif('{{' || concat_ws(',', {members}) || '}}', '{{}}')",
        "dropped": f"nullif(list_filter([{', '.join(names)}], lambda n: n is not null), [])",
    }


def said(kind: str, fields: Mapping[str, Field], columns: Collection[str]) -> str:
    """SQL of the text that payload_hash covers: what will stand in the log.

    NULL columns, and NULL parts of list elements, are left out, so that a new optional field
    changes no hash. Who acted and the link to the record are not covered: of one fact, one
    delivery knows more of them than another.
    """
    parts = [f"'{kind}'", "subject", "epoch_us(occurred_at)"]
    parts += [f"'{name}=' || {name}::varchar" for name in _LABELLED if name in columns]
    parts += ["case when is_retracted then 'retracted' end"] if "amends_id" in columns else []
    parts += ["'parties=' || party_digest"] if "party_hash" in columns else []
    for field in fields.values():
        held = (c for c in field.columns() if c not in ABOUT_THE_TELLING)
        parts += [f"'{c}=' || {_text(field, c)}" for c in held]
    return f"concat_ws(chr(31), {', '.join(parts)})"


def _text(field: Field, column: str) -> str:
    """SQL of a column as the hash takes it."""
    if field.klass != "list" or isinstance(field.of, str) or field.of is None:
        return f'"{column}"' + ("::varchar" if field.klass == "list" else "")
    names = [name for item in field.of.values() for name in item.columns()]
    listed = ", ".join(f"'{name}=' || e.{name}" for name in names)
    return f'list_transform("{column}", lambda e: concat_ws(chr(30), {listed}))::varchar'
