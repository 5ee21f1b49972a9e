"""What a run tells at its end: counts, checks, the dearest frictions; knows no step's inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waypost import trust
from waypost.settings import Settings

FRICTION_COUNT = 5


def lines(settings: Settings, counts: Mapping[str, int], *, is_nothing_new: bool) -> Iterator[str]:
    """The summary, line by line."""
    told = trust.read(settings)
    yield _events(counts)
    if is_nothing_new:
        yield "Warehouse    nothing new since the last publish; the serving copy is current"
    yield from _checks(told)
    yield from _frictions(settings)
    yield f"Serving copy {settings.serving_copy}"


def _events(counts: Mapping[str, int]) -> str:
    names = ("read", "appended", "duplicates", "quarantined")
    text = ", ".join(f"{counts.get(name, 0):,} {name}" for name in names)
    skipped = counts.get("skipped_inputs", 0)
    if skipped and not counts.get("read"):
        return f"Events       ingest skipped: all {skipped} files in landing are in the log already"
    return f"Events       {text}" + (f"; {skipped} file(s) known already" if skipped else "")


def _checks(told: Mapping[str, Any]) -> Iterator[str]:
    dbt = told.get("dbt") or {}
    if dbt:
        failed = len(dbt["failures"])
        warned = f", {dbt['warned']} warned" if dbt["warned"] else ""
        yield f"dbt          {dbt['models']} models, {dbt['tests']} tests, {failed} failed{warned}"
    for gate in told.get("gates", []):
        yield (
            f"Gate {gate['gate']:<7} {gate['passed']} of {gate['evaluated']} expectations passed"
            + (f", {gate['warned']} warned" if gate["warned"] else "")
        )
    for failure in told.get("failures", []):
        keys = ", ".join(failure["sample_keys"])
        yield f"  {failure['severity']}: {failure['label_en']} ({failure['table']}: {keys})"


def _frictions(settings: Settings) -> Iterator[str]:
    from dashboards import serving

    copy = serving.find(settings.serving_copy)
    if copy is None or not copy.has("frictions"):
        return
    rows = serving.ask(
        copy,
        """
        select label_en, owner_department, sum(friction_cost_amount) as amount,
            sum(contact_count) as contact_count
        from frictions group by all order by amount desc nulls last limit $top
        """,
        top=FRICTION_COUNT,
    )
    yield f"The {len(rows)} most costly frictions:"
    for row in rows.itertuples():
        yield (
            f"  {float(row.amount or 0):>12,.2f} {copy.currency}  {row.label_en}"
            f" ({row.owner_department}, {int(row.contact_count or 0):,} contacts)"
        )
