"""The account of one input: what became of every candidate that it named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

FATES = ("read", "appended", "duplicates", "quarantined", "unused", "refused")
COUNTS = (*FATES, "skipped_inputs")


@dataclass
class Account:
    """The counts of one input: read = appended + duplicates + quarantined + unused + refused."""

    counts: Counter[str] = field(default_factory=Counter)
    sources: dict[str, Counter[str]] = field(default_factory=dict)
    extra_dropped: dict[str, int] = field(default_factory=dict)
    drift: Counter[tuple[str, str]] = field(default_factory=Counter)
    unused_reasons: Counter[str] = field(default_factory=Counter)
    retracted: int = 0

    def add(self, source: str | None, name: str, number: int) -> None:
        """Count candidates of a source; every candidate is also read."""
        by_source = self.sources.setdefault(source or "", Counter())
        for counter in (self.counts, by_source):
            counter[name] += number
            counter["read"] += number

    def add_unused(self, source: str, reasons: Mapping[str, int]) -> None:
        """Count candidates that say nothing we keep, by reason."""
        self.unused_reasons.update(reasons)
        if reasons:
            self.add(source, "unused", sum(reasons.values()))

    def told(self) -> dict[str, Any]:
        """What the receipt of the input says of it."""
        return {
            "counts": {name: self.counts[name] for name in COUNTS},
            "retracted": self.retracted,
            "sources": [
                {"source": source, **{name: counter[name] for name in FATES}}
                for source, counter in sorted(self.sources.items())
            ],
            "extra_dropped": self.extra_dropped,
            "drift": [
                {"source": source, "name": name, "count": count}
                for (source, name), count in sorted(self.drift.items())
            ],
            "unused_reasons": dict(self.unused_reasons.most_common()),
        }

    def add_appended(self, con: duckdb.DuckDBPyConnection, domain: str) -> None:
        """Count what a dry run would append: the sound rows of a draft."""
        rows = con.execute(
            f"select source, count(*) from draft_{domain} where problem is null group by source"
        ).fetchall()
        for source, number in rows:
            self.add(source, "appended", number)

    def add_dropped(self, con: duckdb.DuckDBPyConnection, domain: str) -> None:
        """Count unknown attributes that were dropped, by name."""
        rows = con.execute(
            "select name, count(*) from (select unnest(dropped) as name "
            f"from draft_{domain} where dropped is not null) group by name"
        ).fetchall()
        for name, number in rows:
            self.extra_dropped[name] = self.extra_dropped.get(name, 0) + int(number)

    def add_drift(self, con: duckdb.DuckDBPyConnection, domain: str) -> None:
        """Count attributes that the catalogue does not know and that were kept, by source and name."""
        columns = {name for name, *_ in con.execute(f"describe draft_{domain}").fetchall()}
        if "extra" not in columns:
            return
        rows = con.execute(
            "select coalesce(source, ''), name, count(*) from (select source, "
            f"unnest(json_keys(extra)) as name from draft_{domain} where extra is not null) group by all"
        ).fetchall()
        self.drift.update({(source, name): number for source, name, number in rows})
