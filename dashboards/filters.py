"""What the sidebar narrows; knows neither the sidebar nor the SQL that it narrows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Filters:
    """What the sidebar narrows: months (first of month, both inclusive), channels, segments."""

    first: dt.date = dt.date(1970, 1, 1)
    last: dt.date = dt.date(9999, 12, 1)
    channels: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()

    @property
    def narrows_contacts(self) -> bool:
        """True when a channel or a segment is chosen: company-wide amounts cannot follow."""
        return bool(self.channels or self.segments)

    @property
    def parameters(self) -> dict[str, object]:
        """The values to bind."""
        return {
            "first": self.first,
            "last": self.last,
            "channels": list(self.channels),
            "segments": list(self.segments),
        }
