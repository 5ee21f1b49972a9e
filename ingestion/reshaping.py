"""A table before its rules see it: columns turned into rows, columns computed from others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion import quoting
from ingestion.mapping_file import Sections, nearest

PLACE = re.compile(r"\{([^{}]+)\}")
_KINDS = ("first_of", "seconds", "text", "length")
_SECONDS = {"ms": "0.001", "s": "1", "min": "60", "h": "3600", "h:m:s": ""}


@dataclass(frozen=True)
class Computed:
    """A column made of others: the first that is filled, their seconds added up, a text, a length."""

    name: str
    kind: str
    columns: tuple[str, ...]
    unit: str = "s"
    text: str = ""

    def sql(self) -> str:
        """SQL of the column's text; NULL where it is made of nothing."""
        if self.kind == "first_of":
            return f"coalesce({', '.join(map(quoting.name, self.columns))})"
        if self.kind == "text":
            parts = PLACE.split(self.text)
            pieces = (
                quoting.name(p) if n % 2 else quoting.text(p) for n, p in enumerate(parts) if p
            )
            return " || ".join(pieces)
        if self.kind == "length":
            return f"length({quoting.name(self.columns[0])})::varchar"
        return self._seconds()

    def _seconds(self) -> str:
        """Whole seconds; a cell that is no duration is passed on, so that the door tells it."""
        cells = [quoting.name(name) for name in self.columns]
        read = [self._duration(cell) for cell in cells]
        unread = " ".join(
            f"when {cell} is not null and {duration} is null then {cell}"
            for cell, duration in zip(cells, read, strict=True)
        )
        total = " + ".join(f"coalesce({duration}, 0)" for duration in read)
        return (
            f"case {unread} when coalesce({', '.join(cells)}) is not null "
            f"then round({total})::bigint::varchar end"
        )

    def _duration(self, cell: str) -> str:
        if self.unit == "h:m:s":
            is_clock = f"regexp_matches({cell}, '^[0-9]+:[0-5]?[0-9]:[0-5]?[0-9]$')"
            parts = f"list_transform(split({cell}, ':'), lambda p: try_cast(p as bigint))"
            return f"case when {is_clock} then {parts}[1] * 3600 + {parts}[2] * 60 + {parts}[3] end"
        plain = f"replace({cell}, ',', '.')"
        return f"(try_cast({plain} as decimal(18, 6)) * {_SECONDS[self.unit]})"


@dataclass(frozen=True)
class Unpivot:
    """Columns that become rows: one row per column, with its name and its value.

    `columns` are the ones to turn, or, when empty, all besides `keep`.
    """

    keep: tuple[str, ...]
    columns: tuple[str, ...]
    name: str
    value: str

    def turned(self, names: list[str]) -> list[str]:
        """Columns of the table that become rows."""
        return list(self.columns) or [name for name in names if name not in self.keep]

    def sql(self, table: str, names: list[str]) -> str:
        """SQL of the longer table; an empty cell stays a row of its own."""
        turned = self.turned(names)
        words = ", ".join(map(quoting.text, turned))
        cells = ", ".join(map(quoting.name, turned))
        return (
            f"select * exclude ({cells}), unnest([{words}]) as {quoting.name(self.name)}, "
            f"unnest([{cells}]) as {quoting.name(self.value)} from {table}"
        )


def read_unpivot(sections: Sections, spec: object) -> Unpivot | None:
    """The section `unpivot`; raises `MappingError`."""
    if spec is None:
        return None
    given = sections.known("unpivot", spec, ("keep", "columns", "name", "value"))
    if ("keep" in given) == ("columns" in given):
        raise sections.error("unpivot", "needs either 'keep' or 'columns'")
    keep, columns = (
        sections.names(f"unpivot.{key}", given[key]) if key in given else ()
        for key in ("keep", "columns")
    )
    name, value = (str(given.get(key, key)) for key in ("name", "value"))
    return Unpivot(keep, columns, name, value)


def read_computed(sections: Sections, spec: object) -> tuple[Computed, ...]:
    """The section `columns`; raises `MappingError`."""
    if spec is None:
        return ()
    if not isinstance(spec, dict):
        raise sections.error("columns", "must name new columns with what they are made of")
    return tuple(_computed(sections, f"columns.{name}", str(name), s) for name, s in spec.items())


def _computed(sections: Sections, at: str, name: str, spec: object) -> Computed:
    given = sections.known(at, spec, (*_KINDS, "unit"))
    kinds = [kind for kind in _KINDS if kind in given]
    if len(kinds) != 1:
        raise sections.error(at, f"needs one of {', '.join(_KINDS)}")
    unit = str(given.get("unit", "s"))
    if unit not in _SECONDS:
        raise sections.error(f"{at}.unit", f"is no unit of time: {nearest(unit, _SECONDS)}")
    if kinds == ["text"]:
        text = str(given["text"])
        return Computed(name, "text", tuple(PLACE.findall(text)), text=text)
    return Computed(name, kinds[0], sections.names(f"{at}.{kinds[0]}", given[kinds[0]]), unit)
