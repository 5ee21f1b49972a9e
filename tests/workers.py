"""Which tests of a parallel run (`pytest -n`) share a worker, and which go first; knows no test."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

# Tests that share a costly home are one group: one worker runs them, one after the other. Longest
# first, so that all workers end together; every other file is a group of its own.
GROUPS = (
    "tests/dashboards/",
    "tests/dbt/test_core_",
    "tests/dags/",
    "tests/torture/",
    "tests/dbt/test_restatement.py",
    "tests/dbt/test_any_order.py",
    "tests/ingestion/test_fuzz.py",
    "tests/ingestion/rotation/",
    "tests/simulation/",
)


def group_of(nodeid: str) -> str:
    """The group of a test, named after its folder or file."""
    found = (group for group in GROUPS if nodeid.startswith(group))
    return next(found, nodeid.partition("::")[0])


def longest_first(items: list[pytest.Item]) -> None:
    """Bring tests of the groups above to the front; the order within a group stays."""
    items.sort(
        key=lambda item: GROUPS.index(group) if (group := group_of(item.nodeid)) in GROUPS else 99
    )


class ByGroup(LoadScopeScheduling):
    """Hands out whole groups, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
