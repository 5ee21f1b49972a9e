"""Old major versions at read: rows of the log as the catalogue means them today; writes nothing.

A part never changes. A breaking change of a type raises its `version` in the catalogue and adds an
upcast, and whoever reads the log reads the old events through it, step by step.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingestion.catalogue import EventType


def applied(rows: str, kinds: Iterable[EventType]) -> str:
    """SQL of the rows (SQL of a select of one domain) after every upcast of these types.

    `schema_version` stays as delivered, so it tells how a row came.
    """
    listed = list(kinds)
    for version in sorted({step.to for kind in listed for step in kind.upcasts}):
        columns = _columns(version, listed)
        replaced = ", ".join(
            f'case {branches} else "{name}" end as "{name}"' for name, branches in columns.items()
        )
        rows = f"select * replace ({replaced}) from ({rows}) as before_version_{version}"
    return rows


def _columns(version: int, kinds: Iterable[EventType]) -> dict[str, str]:
    """Column → the branches of its CASE in the step to a version."""
    found: dict[str, str] = {}
    for kind in kinds:
        for step in (step for step in kind.upcasts if step.to == version):
            for name, sql in step.columns.items():
                condition = f"event_type = '{kind.name}' and schema_version < {version}"
                found[name] = f"{found.get(name, '')} when {condition} then {sql}".lstrip()
    return found
