"""The metric contract `dbt_project/metrics.yml` as data and as SQL; opens no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingestion import unique_keys
from waypost.settings import PROJECT

CONTRACT = PROJECT / "dbt_project" / "metrics.yml"
UNITS = ("amount", "rate", "count", "seconds", "minutes", "hours", "score")


@dataclass(frozen=True)
class Metric:
    """One headline number: what it is called, what it means, and how to compute it."""

    metric_id: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    model: str
    numerator: str
    denominator: str | None
    unit: str
    owner: str
    filters: tuple[str, ...]

    @property
    def query(self) -> str:
        """SQL over the serving copy: numerator, denominator and value in one row."""
        below = self.denominator or "null"
        value = self.numerator
        if self.denominator:
            value = f"({self.numerator}) / nullif({self.denominator}, 0)::double"
        where = f" where {' and '.join(self.filters)}" if self.filters else ""
        return (
            f"select ({self.numerator})::double as numerator, ({below})::double as denominator,"
            f" ({value})::double as value from {self.model}{where}"
        )


def load(path: Path = CONTRACT) -> list[Metric]:
    """All metrics in the order of the file; `KeyError` names a part that is missing.

    A key that stands twice in a metric is a `RepeatedKeyError`.
    """
    return [
        Metric(
            metric_id=entry["id"],
            label=entry["label"],
            definition=entry["definition"],
            model=entry["model"],
            numerator=str(entry["numerator"]),
            denominator=entry["denominator"],
            unit=entry["unit"],
            owner=entry["owner"],
            filters=tuple(entry["filters"]),
        )
        for entry in unique_keys.load(path.read_text("utf-8"))
    ]
