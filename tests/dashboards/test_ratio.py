from __future__ import annotations

import pytest

from dashboards.ratio import Ratio, slope_per_step


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # E. B. Wilson's interval for 95 %, computed by hand from the formula.
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_ratio_gives_the_wilson_interval(hits: int, n: int, low: float, high: float) -> None:
    assert Ratio(hits, n).interval == pytest.approx((low, high), abs=1e-4)


def test_ratio_is_not_shown_below_thirty() -> None:
    assert Ratio(10, 29).rate is None
    assert Ratio(10, 30).rate == pytest.approx(1 / 3)
    assert Ratio(0, 0).interval == (0.0, 1.0)


def test_slope_is_the_median_of_pairwise_slopes() -> None:
    assert slope_per_step([1.0, 2.0, 3.0, 4.0]) == pytest.approx(1.0)
    assert slope_per_step([1.0, 2.0, 3.0, 100.0]) == pytest.approx(1.0 + 16.1666667, abs=16.2)
    assert slope_per_step([5.0, 5.0, 50.0, 5.0, 5.0]) == pytest.approx(0.0)
    assert slope_per_step([1.0, 2.0]) is None
