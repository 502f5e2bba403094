"""Swings worked by hand: where the extreme lies, and the bar at which it could first be known (detectors.md 2)."""

import numpy as np
import pytest

from patterns.engine.context import percentiles, relative_strength
from patterns.engine.swings import HIGH, LOW, fractals, zigzag

FLAT = 1.0  # ATR


def turns(close: list[float], atrs: float = 2.0, fraction: float = 0.0) -> list[tuple[int, int, int]]:
    """(bar, side, bar of confirmation) with highs and lows at the closes and an ATR of 1."""
    prices = np.array(close, float)
    found = zigzag(prices, prices, prices, np.full(len(prices), FLAT), atrs, fraction)
    return list(zip(found.at.tolist(), found.side.tolist(), found.seen.tolist(), strict=True))


def test_a_swing_is_known_at_the_first_close_two_ranges_away() -> None:
    #          0    1    2    3    4    5    6    7    8    9
    prices = [100, 98, 101, 104, 103, 102, 101, 100, 102.5, 101]
    # the first swing, the high of bar 0, is dropped; 98 is confirmed by 101, 104 by 102, 100 by 102.5
    assert turns(prices) == [(1, LOW, 2), (3, HIGH, 5), (7, LOW, 8)]
    assert turns(prices[:5]) == [(1, LOW, 2)]
    assert turns(prices[:2]) == []


def test_the_larger_of_range_and_percent_holds() -> None:
    prices = [100, 98, 101, 104, 103, 102, 101, 100, 102.5, 101]
    assert turns(prices, fraction=0.03) == [(3, HIGH, 7)]  # 104 less 3 % of 100 is 101: reached at 100


def test_of_equal_extremes_the_later_is_the_swing() -> None:
    assert turns([100, 97, 104, 103, 104, 101]) == [(1, LOW, 2), (4, HIGH, 5)]


def test_a_fractal_is_known_so_many_bars_later_and_not_before() -> None:
    values = np.array([1, 2, 3, 9, 3, 2, 1, 4, 1, 1, 1], float)
    found = fractals(values, HIGH, 3)
    assert list(zip(found.at.tolist(), found.seen.tolist(), strict=True)) == [(3, 6), (7, 10)]
    assert len(fractals(values[:6], HIGH, 3).at) == 0
    assert fractals(-values, LOW, 3).at.tolist() == [3, 7]


def test_of_equal_fractals_within_reach_the_later_counts() -> None:
    #                    0  1  2  3  4  5  6  7  8  9 10 11
    twin = np.array([1, 2, 3, 9, 3, 9, 3, 2, 1, 1, 1, 1], float)
    for sign, side in ((1, HIGH), (-1, LOW)):
        found = fractals(sign * twin, side, 3)
        assert list(zip(found.at.tolist(), found.seen.tolist(), strict=True)) == [(5, 8)]
        assert fractals(sign * twin, side, 2).at.tolist() == [5]
        assert fractals(sign * twin, side, 1).at.tolist() == [3, 5]  # out of each other's reach


def test_a_level_stretch_has_its_fractal_at_its_last_bar() -> None:
    level = np.array([1, 2, 9, 9, 9, 9, 2, 1, 1], float)
    assert fractals(level, HIGH, 2).at.tolist() == [5]
    assert fractals(level[:-2], HIGH, 2).at.tolist() == [], "nothing is known before two lower bars are there"


def test_relative_strength_gives_the_last_quarter_double_weight() -> None:
    close = np.full(260, 100.0)
    close[-1] = 110.0
    assert relative_strength(close)[-1] == pytest.approx(0.1)  # every term is 10 %
    close = np.concatenate([np.full(200, 100.0), np.full(60, 120.0)])  # all of it in the last 63 bars
    assert relative_strength(close)[-1] == pytest.approx(0.4 * 0.2 + 0.6 * 0.2)
    close = np.concatenate([np.full(160, 100.0), np.full(100, 120.0)])  # before the last 63
    assert relative_strength(close)[-1] == pytest.approx(0.6 * 0.2)
    assert np.isnan(relative_strength(close)[125]) and relative_strength(close[:140])[-1] == 0.0


def test_ranks_are_from_1_to_99_and_equals_share_theirs() -> None:
    ranked = percentiles(np.array([[1.0], [2.0], [2.0], [4.0], [np.nan]]))
    assert ranked[:, 0].tolist() == [1, 50, 50, 99, 0]
    assert percentiles(np.array([[3.0], [np.nan]]))[:, 0].tolist() == [50, 0]
