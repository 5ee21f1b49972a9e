"""What else an event says: unknown attributes kept in `extra`, and the hash of the payload."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from ingestion.catalogue import Field
from ingestion.shapes import Shapes, is_plain_key
from ingestion.validation import quoted

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
_UNIT = "\x1f"  # ASCII's unit separator
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


def unknown(kind: str, shapes: Shapes) -> list[tuple[str, str]]:
    """Keys that the type does not have and whose names tell nothing of a person.

    Of `data` ('d', key), and then of the envelope ('e', key).
    """
    places = (("d", shapes.unknown), ("e", shapes.unknown_envelope))
    return [
        (prefix, key)
        for prefix, keys in places
        for key, types in keys.items()
        if kind in types and is_plain_key(key)
    ]


def _ext(kind: str, shapes: Shapes) -> list[str]:
    return sorted(shapes.ext) if shapes.holds(kind, "ext") else []


def texts(number: int) -> list[str]:
    """Names of columns for the JSON texts of so many unknown keys.

    Numbers, because names of columns cannot differ in case alone, as keys do.
    """
    return [f"unknown_{n}" for n in range(number)]


def kept(kind: str, shapes: Shapes) -> str:
    """SQL of more columns: `kept_<n>`, what is kept of the n-th unknown key, then of those of ext.

    Once each and not where they are read, because planning the expression takes 10 ms.
    """
    return "".join(f", {_kept(text)} as kept_{n}" for n, text in enumerate(_given(kind, shapes)))


def _given(kind: str, shapes: Shapes) -> list[str]:
    """SQL of the JSON texts of all unknown keys, in the order of their names in `extra`."""
    path = 'json_extract("d_ext", \'$."{}"\')::varchar'
    return [
        *texts(len(unknown(kind, shapes))),
        *(path.format(key) for key in _ext(kind, shapes)),
    ]


def extra(kind: str, shapes: Shapes) -> dict[str, str]:
    """Column → SQL of `extra` (a JSON object as text) and `dropped` (names of what was not kept)."""
    found = [*(key for _, key in unknown(kind, shapes)), *_ext(kind, shapes)]
    odd = [k for k, types in shapes.unknown.items() if kind in types and not is_plain_key(k)]
    if not found and not odd:
        return {}
    members = ", ".join(f"'{json.dumps(key)}:' || kept_{n}" for n, key in enumerate(found))
    names = [
        f"case when {text} is not null and kept_{n} is null then '{key}' end"
        for n, (key, text) in enumerate(zip(found, _given(kind, shapes), strict=True))
    ]
    if odd:
        listed = quoted(odd)
        names.append(f"case when list_has_any(data_keys, [{listed}]) then '(unreadable name)' end")
    return {
        "extra": f"nullif('{{' || concat_ws(',', {members or 'null'}) || '}}', '{{}}')",
        "dropped": f"nullif(list_filter([{', '.join(names)}], lambda n: n is not null), [])",
    }


def said(kind: str, fields: Mapping[str, Field], columns: Collection[str]) -> str:
    """SQL of the text that payload_hash covers: what will stand in the log.

    NULL columns, and NULL parts of list elements, are left out, so that a new optional field
    changes no hash. Who acted and the link to the record are not covered: of one fact, one
    delivery knows more of them than another.
    """
    parts = [f"'{kind}{_UNIT}'", "subject", f"'{_UNIT}'", "epoch_us(occurred_at)"]
    parts += [_part(name, name, f"{name}::varchar") for name in _LABELLED if name in columns]
    if "amends_id" in columns:
        parts.append(f"case when is_retracted then '{_UNIT}retracted' end")
    if "party_hash" in columns:
        parts.append(_part("parties", "party_digest", "party_digest"))
    for field in fields.values():
        held = [c for c in field.columns() if c not in ABOUT_THE_TELLING]
        parts += [_part(column, f'"{column}"', _text(field, column)) for column in held]
    # one call that leaves out NULLs: a text made for each part would cost a third more
    return f"concat({', '.join(parts)})"


def _part(name: str, column: str, text: str) -> str:
    """SQL of a column's text with its name before it, both left out where the column is NULL."""
    return f"case when {column} is not null then '{_UNIT}{name}=' end, {text}"


def _text(field: Field, column: str) -> str:
    """SQL of a column as the hash takes it."""
    if field.klass != "list" or isinstance(field.of, str) or field.of is None:
        return f'"{column}"' + ("::varchar" if field.klass == "list" else "")
    names = [name for item in field.of.values() for name in item.columns()]
    listed = ", ".join(f"'{name}=' || e.{name}" for name in names)
    return f'list_transform("{column}", lambda e: concat_ws(chr(30), {listed}))::varchar'
