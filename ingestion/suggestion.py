"""A first mapping from a table's header and its first rows; a proposal that a person edits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import yaml

from ingestion import quoting, tables

_SAMPLE = 1000
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%Y-%m-%d",
    "%d.%m.%Y",
)
_PEOPLE = {"email": "email", "mail": "email", "phone": "phone", "telefon": "phone",
           "customer": "customer_number", "kunde": "customer_number", "caller": "caller",
           "requester": "requester"}  # fmt: skip
_CASES = ("ticket", "case", "incident", "number", "vorgang", "fall", "id")


def suggest(path: Path) -> str:
    """YAML of a mapping of `path` to `case.opened`; guesses are marked in comments.

    Raises `InputError` when the file is no table with a header.
    """
    names, sign = tables.header(path)
    with duckdb.connect() as con:
        tables.load(con, path, sign or None, ["", "?", "NULL"])
        con.execute(f"create temp table sample as select * from cells limit {_SAMPLE}")
        found = {name: _time_format(con, name) for name in names}
    times = {name: pattern for name, pattern in found.items() if pattern}
    case = _first(names, _CASES) or names[0]
    spec: dict[str, Any] = {
        "source": f"/table/{path.name.partition('.')[0].lower().replace(' ', '_')}",
        "table": {"nulls": ["", "?", "NULL"]},
        "time": {"format": next(iter(times.values()), _FORMATS[0]), "zone": "UTC"},
        "parties": [
            {"id_type": kind, "column": name}
            for name in names
            for word, kind in _PEOPLE.items()
            if word in name.lower()
        ][:1],
        "events": [
            {
                "type": "case.opened",
                "id": f"{{{case}}}/opened",
                "subject": f"case/{{{case}}}",
                "time": next(iter(times), names[0]),
                "fields": {
                    "case_id": case,
                    "channel": {"const": "email"},
                    "direction": {"const": "in"},
                    "case_type": {"const": "support"},
                },
            }
        ],
    }
    comment = (
        f"# A first mapping of {path.name}: check each guess, above all zone, channel and case_type.\n"
        f"# Columns: {', '.join(names)}\n"
    )
    return comment + yaml.safe_dump(spec, sort_keys=False, allow_unicode=True)


def _time_format(con: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """The first format that reads every filled cell of a column, else None."""
    column = quoting.name(name)
    for pattern in _FORMATS:
        row = con.execute(
            f"select count({column}), count(try_strptime({column}, '{pattern}')) from sample"
        ).fetchone()
        if row and row[0] and row[0] == row[1]:
            return pattern
    return None


def _first(names: list[str], words: tuple[str, ...]) -> str | None:
    return next((n for word in words for n in names if word in n.lower()), None)
