"""The gates' limits from a CSV: which number holds for which source at a time; knows no check."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

COLUMNS = ("name", "scope", "value", "valid_from", "known_from")
ANY = "*"


class LimitsError(Exception):
    """The file with limits cannot be used; takes the file and what is wrong with it."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"The limits of the gates in {path} {problem}; put the file right.")


class Limits(Mapping[str, float]):
    """`limits[name]` is the general value; `sql(name)` knows sources that have their own, too."""

    def __init__(self, path: Path, values: Mapping[str, Mapping[str, float]]) -> None:
        self._path = path
        self._values = values

    def __getitem__(self, name: str) -> float:
        try:
            return self._values[name][ANY]
        except KeyError:
            raise LimitsError(self._path, f"lack a row '{name}' with scope {ANY}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def sql(self, name: str, column: str = "source") -> str:
        """SQL expression for the limit that holds for the source in `column`."""
        general = self[name]
        own = {scope: value for scope, value in self._values[name].items() if scope != ANY}
        if not own:
            return repr(general)
        cases = " ".join(
            "when '" + scope.replace("'", "''") + f"' then {value!r}"
            for scope, value in own.items()
        )
        return f"case {column} {cases} else {general!r} end"


def load(path: Path, as_of: datetime) -> Limits:
    """Read the limits decided and in force at `as_of`; a later row replaces an earlier one."""
    values: dict[str, dict[str, float]] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise LimitsError(path, f"need the columns {', '.join(COLUMNS)}")
        rows = sorted(reader, key=lambda row: (row["valid_from"], row["known_from"]))
    for _number, row in enumerate(rows, start=2):
        try:
            start = max(_moment(row["valid_from"]), _moment(row["known_from"]))
            value = float(row["value"])
        except ValueError as error:
            raise LimitsError(path, f"have an unreadable row '{row['name']}' ({error})") from None
        if start <= as_of:
            values.setdefault(row["name"], {})[row["scope"]] = value
    return Limits(path, values)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
