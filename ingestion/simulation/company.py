"""What the demo company is: its size, period and seed; knows no SQL and no file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

CHUNK = 5_000
DEFAULT_SEED = 20260101


@dataclass(frozen=True)
class Company:
    """Size, period and seed of a demo company; every other number follows from these."""

    customers: int = 5_000
    days: int = 180
    seed: int = DEFAULT_SEED
    start: date = date(2026, 1, 1)

    @property
    def end(self) -> date:
        """The day after the last one; nothing is recorded from its midnight (Berlin) on."""
        return self.start + timedelta(days=self.days)

    def day(self, share: float) -> date:
        """The day at a share of the period."""
        return self.start + timedelta(days=round(share * self.days))
