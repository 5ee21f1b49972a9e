"""Conditions of a mapping: which rows a rule or a party is for, read from YAML and written as SQL."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from ingestion import quoting
from ingestion.mapping_file import Sections

_COMPARISONS = {"above", "below", "not", "sign"}


@dataclass(frozen=True)
class Condition:
    """What a column must hold: a word, one of several, present, absent, or a comparison."""

    column: str
    wanted: object

    @property
    def is_place(self) -> bool:
        """The place of the row in its case (`row: first`), which is no column."""
        return self.column == "row"


def read(sections: Sections, at: str, spec: object) -> tuple[Condition, ...]:
    """The conditions of a section; raises `MappingError` for a comparison that cannot be."""
    if spec is None:
        return ()
    if not isinstance(spec, dict):
        raise sections.error(at, "must name columns with the values they must have")
    for column, wanted in spec.items():
        if isinstance(wanted, dict):
            _check(sections, f"{at}.{column}", wanted)
    return tuple(Condition(str(column), wanted) for column, wanted in spec.items())


def _check(sections: Sections, at: str, wanted: dict[str, object]) -> None:
    sections.known(at, wanted, _COMPARISONS)
    for key in ("above", "below"):
        value = wanted.get(key, 0)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(cast(float, value)):
            raise sections.error(f"{at}.{key}", "must be a number")
    if wanted.get("sign", "negative") not in ("negative", "positive"):
        raise sections.error(f"{at}.sign", "must be negative or positive")


def sql(conditions: tuple[Condition, ...]) -> str:
    """SQL that is true where all of them hold."""
    return " and ".join(_one(condition) for condition in conditions) or "true"


def _one(condition: Condition) -> str:
    wanted = condition.wanted
    if condition.is_place:
        return {"first": "is_first", "last": "is_last"}.get(str(wanted), "false")
    cell = quoting.name(condition.column)
    if isinstance(wanted, dict):
        return "(" + " and ".join(_compared(cell, k, v) for k, v in wanted.items()) + ")"
    if wanted in ("present", "absent"):
        return f"{cell} is {'not ' if wanted == 'present' else ''}null"
    return f"{cell} in ({_listed(wanted)})"


def _compared(cell: str, comparison: str, wanted: object) -> str:
    """SQL of one comparison; an empty cell is neither above nor below, and it is not any word."""
    if comparison == "not":
        return f"coalesce({cell} not in ({_listed(wanted)}), true)"
    if comparison == "sign":
        is_negative = f"(starts_with({cell}, '-') or ends_with({cell}, '-'))"
        return is_negative if wanted == "negative" else f"not {is_negative}"
    sign = ">" if comparison == "above" else "<"
    return f"coalesce(try_cast({cell} as double) {sign} {wanted}, false)"


def _listed(wanted: object) -> str:
    words = wanted if isinstance(wanted, list) else [wanted]
    return quoting.texts(str(w).lower() if isinstance(w, bool) else w for w in words)
