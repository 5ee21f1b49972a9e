"""How a value or a name of our own stands in SQL; knows no query.

Values of a query are bound as parameters; this is for what DuckDB takes no parameter for (the file
of a COPY or an ATTACH, a setting, the text of a macro) and for SQL that is kept or passed on.
"""

from __future__ import annotations

from collections.abc import Iterable


def text(value: object) -> str:
    """SQL of a text or a path."""
    return "'" + str(value).replace("'", "''") + "'"


def texts(values: Iterable[object]) -> str:
    """SQL of texts or paths in their order, with commas between: for `in (…)` or a list."""
    return ", ".join(map(text, values))


def name(of: str) -> str:
    """SQL of the name of a column or a table."""
    return '"' + of.replace('"', '""') + '"'
