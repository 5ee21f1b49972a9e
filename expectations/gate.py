"""Runs checks inside one DuckDB file and says green or red; knows no layout and no clock."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

CRITICAL, WARNING = "critical", "warning"
SAMPLE_SIZE = 5


@dataclass(frozen=True)
class Check:
    """One expectation: a name, its table (`schema.name`), a label, and the rows that break it.

    `broken` is a query whose first column is the key of a broken row; `{batch}` is the table.
    Without it the check is on the table's row count: at least `minimum`.
    """

    name: str
    table: str
    label_en: str
    label_de: str
    broken: str = ""
    minimum: int = 0
    severity: str = CRITICAL


@dataclass(frozen=True)
class Failure:
    """A check that does not hold: how many rows break it, and the keys of some."""

    name: str
    table: str
    label_en: str
    label_de: str
    severity: str
    count: int
    sample_keys: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        keys = f" (for example {', '.join(self.sample_keys)})" if self.sample_keys else ""
        return f"{self.name} on {self.table} ({self.label_en}): {self.count} found{keys}"


@dataclass(frozen=True)
class Report:
    """What a gate found."""

    gate: str
    evaluated: int
    failures: list[Failure]
    as_of: str

    @property
    def critical(self) -> list[Failure]:
        """Failures that make the gate red."""
        return [failure for failure in self.failures if failure.severity == CRITICAL]

    def as_dict(self) -> dict[str, Any]:
        """The report as it is written to a file."""
        return {
            "gate": self.gate,
            "status": "red" if self.critical else "green",
            "as_of": self.as_of,
            "evaluated": self.evaluated,
            "passed": self.evaluated - len(self.failures),
            "warned": len(self.failures) - len(self.critical),
            "failed": len(self.critical),
            "failures": [asdict(failure) for failure in self.failures],
        }

    def write(self, path: Path, **extra: Any) -> None:
        """Write the report as JSON, in one rename."""
        draft = path.with_suffix(".draft")
        text = json.dumps({**self.as_dict(), **extra}, ensure_ascii=False, indent=1)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)


class GateFailedError(Exception):
    """A red gate; names each broken expectation, its table, the count and sample keys."""

    def __init__(self, gate: str, failures: Sequence[Failure]) -> None:
        self.gate = gate
        self.failures = list(failures)
        super().__init__(f"The gate of the {gate} is red: {'; '.join(map(str, self.failures))}.")


def run(gate: str, database: Path, checks: Iterable[Check], as_of: str) -> Report:
    """Evaluate the checks in the DuckDB file, opened read-only; no table is pulled into memory."""
    ordered = sorted(checks, key=lambda check: check.table)
    failures: list[Failure] = []
    context = _context()
    source = context.data_sources.add_sql(
        gate,
        connection_string=f"duckdb+buffered:///{database}",
        kwargs={"connect_args": {"read_only": True}},
    )
    try:
        for table, group in groupby(ordered, key=lambda check: check.table):
            failures += _validate(context, source, table, list(group))
    finally:  # an open connection would keep others in this process from the file
        source.get_execution_engine().close()
        source.get_engine().dispose()
    return Report(gate, len(ordered), failures, as_of)


def _context() -> Any:
    """A Great Expectations context that writes nothing, asks nobody and draws no bars."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from expectations import dialect

    logging.getLogger(ProgressBarsConfig.__module__).setLevel(logging.WARNING)  # sets its own
    dialect.register()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _validate(context: Any, source: Any, table: str, checks: list[Check]) -> list[Failure]:
    import great_expectations as gx

    schema, name = table.split(".")
    batch = source.add_table_asset(
        table, table_name=name, schema_name=schema
    ).add_batch_definition_whole_table("all")
    expectations = [_expectation(check) for check in checks]
    suite = context.suites.add(gx.ExpectationSuite(table, expectations=expectations))
    definition = gx.ValidationDefinition(name=table, data=batch, suite=suite)
    result = context.validation_definitions.add(definition).run(result_format="COMPLETE")
    by_name = {check.name: check for check in checks}
    return [
        _failure(by_name[one.expectation_config.meta["name"]], one)
        for one in result.results
        if not one.success
    ]


def _expectation(check: Check) -> Any:
    from great_expectations.expectations.core.expect_table_row_count_to_be_between import (
        ExpectTableRowCountToBeBetween,
    )
    from great_expectations.expectations.core.unexpected_rows_expectation import (
        UnexpectedRowsExpectation,
    )

    about: dict[str, Any] = {"description": check.label_en, "severity": check.severity}
    if not check.broken:
        return ExpectTableRowCountToBeBetween(
            min_value=check.minimum, meta={"name": check.name}, **about
        )
    return UnexpectedRowsExpectation(
        unexpected_rows_query=check.broken, meta={"name": check.name}, **about
    )


def _failure(check: Check, result: Any) -> Failure:
    outcome = result.result or {}
    rows = outcome.get("details", {}).get("unexpected_rows", [])
    keys = [str(next(iter(row.values()))) for row in rows[:SAMPLE_SIZE]]
    if "observed_value" not in outcome:  # the check itself broke: a missing table or column
        raise RuntimeError(f"{check.name} on {check.table} could not run: {_exception(result)}")
    return Failure(
        name=check.name,
        table=check.table,
        label_en=check.label_en,
        label_de=check.label_de,
        severity=check.severity,
        count=int(outcome["observed_value"]),
        sample_keys=keys,
    )


def _exception(result: Any) -> str:
    info = result.exception_info or {}
    parts = [info, *(part for part in info.values() if isinstance(part, dict))]
    return next((p["exception_message"] for p in parts if p.get("exception_message")), "unknown")
