"""Events that are plainly sound, told by cheap comparisons; knows no reason and no file.

What is taken here has the very values that `validation` gives; a line with anything unusual (an
escape, one of `SIGNS` outside party_refs, a value that may be wrong) is left to the exact
statement, which also finds the reason. So this may be stricter than `validation`, never laxer.

Leaves are JSON texts as there, but for `values`: links and the words of closed lists are read as
what they say, which spares their quotes twice. Words become enumerations, as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingestion import quoting, validation
from ingestion.catalogue import EventType, Field, load
from ingestion.payload import ABOUT_THE_TELLING
from ingestion.shapes import Shapes
from ingestion.validation import CODE_BYTES, CODE_WORDS, ID_BYTES, LINK_BYTES, leaf

SIGNS = validation.ADDRESS_SIGNS + "\\"
_TEXTS = ("id", "code", "link", "enum")


def values(fields: Mapping[str, Field]) -> set[str]:
    """The leaves that are read as values: no JSON but a string reads like a link or such a word."""
    return {leaf("d", key) for key, field in fields.items() if _is_word(field) or _is_link(field)}


def _is_word(field: Field) -> bool:
    bare = ("true", "false", "NaN", "Infinity")  # what DuckDB reads without quotes
    is_text = all(word[:1].isalpha() and word not in bare for word in field.values)
    return field.klass == "enum" and not field.personal and is_text


def _is_link(field: Field) -> bool:
    return field.klass == "link" and not field.personal


def text(leaf: str) -> str:
    """SQL: what stands between the quotes of a string leaf, escapes and all."""
    return f"substr({leaf}, 2, length({leaf}) - 2)"


def is_identifier(leaf: str, limit: int = ID_BYTES) -> str:
    """SQL: the leaf is a string of 1 to `limit` bytes ('\"' is the least first character)."""
    return f"{leaf} < '#' and strlen({leaf}) between 3 and {limit + 2}"


def _is_code(leaf: str) -> str:
    words = f"strlen({leaf}) - strlen(replace({leaf}, ' ', '')) < {CODE_WORDS}"
    return f"{is_identifier(leaf, CODE_BYTES)} and (not contains({leaf}, ' ') or {words})"


def _is_address(value: str) -> str:
    begins = f"(starts_with({value}, 'https://') or starts_with({value}, 'http://'))"
    # as a JSON text, whose bytes are limited, one of its bytes may be six
    return f"strlen({value}) <= {LINK_BYTES // 6} and {begins}"


def _is_one_of(leaf: str, field: Field) -> str:
    """A JSON string has no raw line end, so that it is found only whole."""
    words = quoting.text("\n".join(f'"{value}"' for value in field.values))
    return f"{leaf} < '#' and contains({words}, {leaf})"


def _is_cheap(field: Field) -> bool:
    return field.klass in _TEXTS and not field.personal and not _is_word(field)


def typed(field: Field, leaf: str) -> dict[str, str]:
    """SQL of each log column of a field from its leaf, right where the leaf is `sound`."""
    if _is_word(field):
        return {field.name: f"try_cast({leaf} as enum({quoting.texts(sorted(field.values))}))"}
    if not _is_cheap(field):
        return validation.typed(field, leaf)
    return {field.name: leaf if _is_link(field) else text(leaf)}


def _sound(field: Field, leaf: str) -> str:
    if field.klass == "enum":
        return _is_one_of(leaf, field)
    if field.klass == "code":
        return _is_code(leaf)
    return _is_address(leaf) if field.klass == "link" else is_identifier(leaf)


def faults(kind: EventType, fields: Mapping[str, Field]) -> list[str]:
    """SQL of numbers that are all 0 when the fields of a row are plainly sound.

    Sums of integers where a typed column is read, because a condition in a chain of conditions
    would compute it a second time.
    """
    required = {load().field(kind.domain, name).key for name in kind.required}
    sound, terms = [], []
    for key, field in fields.items():
        at = leaf("d", key)
        if _is_cheap(field):
            good = _sound(field, at)
            # the others are looked at in what payload_hash covers
            if field.name in ABOUT_THE_TELLING:
                good += "".join(f" and not contains({at}, '{sign}')" for sign in SIGNS)
            sound.append(good if key in required else f"({at} is null or {good})")
        else:
            given = "1" if key in required else f"({at} is not null)::int"
            terms += [f'{given} - ("{column}" is not null)::int' for column in field.columns()]
    terms += ["1"] * len(required - set(fields))
    return [*terms, f"case when {' and '.join(sound)} then 0 else 1 end"] if sound else terms


def total(terms: Sequence[str]) -> str:
    """SQL of a sum; of halves, because planning compares each level of a nesting with all others."""
    if len(terms) <= 1:
        return terms[0] if terms else "0"
    half = len(terms) // 2
    return f"({total(terms[:half])} + {total(terms[half:])})"


def envelope(shapes: Shapes) -> dict[str, str]:
    """Column → SQL of the envelope's texts, where they are cheaper than in the exact statement."""
    found = {"event_id": "id", "source": "source", "subject": "subject"}
    if "amends" in shapes.envelope:
        found["amends_id"] = "amends"
    return {column: text(leaf("e", key)) for column, key in found.items()}


def envelope_faults(shapes: Shapes) -> list[str]:
    """SQL of numbers that are all 0 when the envelope is plainly sound."""
    sound = [f"{leaf('e', 'specversion')} = '\"1.0\"'"]
    sound += [is_identifier(leaf("e", key)) for key in ("id", "source", "subject")]
    if "amends" in shapes.envelope:
        at = leaf("e", "amends")
        sound.append(f"({at} is null or {is_identifier(at)})")
    odd = [f"contains({column}, '{sign}')" for column in ("event_id", "source") for sign in SIGNS]
    return [
        f"case when {' and '.join(sound)} then 0 else 1 end",
        "(occurred_at is null)::int",
        *(f"({condition})::int" for condition in odd),
    ]
