"""A share with its n, its Wilson interval and its suppression; knows arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

MIN_COUNT = 30
_Z = 1.959963984540054  # 95 %, two-sided


@dataclass(frozen=True)
class Ratio:
    """Numerator and denominator of a rate that shall be shown."""

    numerator: int
    denominator: int
    min_count: int = MIN_COUNT

    @property
    def is_suppressed(self) -> bool:
        """True when there are too few observations to show a rate."""
        return self.denominator < self.min_count

    @property
    def rate(self) -> float | None:
        """The rate in 0–1; None when suppressed."""
        return None if self.is_suppressed else self.numerator / self.denominator

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson score interval (E. B. Wilson 1927), 95 %; (0, 1) without observations."""
        n = self.denominator
        if n == 0:
            return (0.0, 1.0)
        share = self.numerator / n
        centre = share + _Z**2 / (2 * n)
        spread = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
        scale = 1 + _Z**2 / n
        return (max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))


def slope_per_step(values: list[float]) -> float | None:
    """Theil–Sen: the median of all pairwise slopes of equally spaced values; None below three."""
    if len(values) < 3:
        return None
    slopes = sorted(
        (values[right] - values[left]) / (right - left)
        for left in range(len(values))
        for right in range(left + 1, len(values))
    )
    middle = len(slopes) // 2
    return slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2
