"""Zones, Fibonacci levels, pivot points and stages: worked by hand, and held to what was known at each bar."""

import datetime as dt
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.drawn import drawn
from patterns.engine.structure import STAGES, fibonacci, pivot_points, stages, swing_trend, weekly_pivots, zones
from patterns.engine.study import Study

from .real import sp500

# Three times up to about 112, twice down to about 100, now between. A bar opens at the close before; of equals the later counts.
RANGE = ((0, 106), (20, 112), (12, 100), (12, 112.2), (12, 100.1), (12, 112.1), (8, 105), (4, 107))


@cache
def walk(seed: int, size: int = 700) -> Study:
    rng = np.random.default_rng(seed)
    close = 80 * np.exp(np.cumsum(0.016 * rng.standard_normal(size)))
    opened = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(opened, close) * 1.004, np.minimum(opened, close) * 0.996
    return Study(Bars(86_400.0 * np.arange(size, dtype=np.float64), opened, high, low, close, np.full(size, 1e6)))


# Zones


def test_a_range_has_a_zone_at_its_floor_and_one_at_its_ceiling() -> None:
    floor, ceiling = zones(Study(drawn(RANGE)))
    assert (floor.role, ceiling.role) == ("support", "resistance")
    assert floor.touches == (33, 57)
    assert floor.low == pytest.approx(100 * 0.997)
    assert floor.high == pytest.approx(100.1 * 0.997)
    assert (floor.highs, ceiling.highs) == (0, len(ceiling.touches))
    assert ceiling.touches == (21, 45, 69)
    assert floor.low <= floor.price <= floor.high


def test_newer_touches_weigh_more() -> None:
    study = Study(drawn(RANGE))
    floor, ceiling = zones(study)
    last = study.bars.size - 1
    assert floor.strength == pytest.approx(sum(0.5 ** ((last - bar) / 126) for bar in (33, 57)))
    assert ceiling.strength > floor.strength
    assert ceiling.last == 69


def test_a_zone_is_support_below_the_close_resistance_above_and_neither_around_it() -> None:
    bars = drawn((*RANGE[:-1], (8, 99.75)))
    roles = {zone.role for zone in zones(Study(bars)) if zone.touches == (33, 57)}
    assert roles == {"inside"}


def test_single_swings_make_a_zone_only_when_asked_for() -> None:
    study = Study(drawn(((0, 106), (20, 112), (12, 100), (12, 112.2), (12, 90), (12, 105))))
    assert all(len(zone.touches) > 1 for zone in zones(study))
    assert len(zones(study, touches=1)) > len(zones(study))
    with pytest.raises(ValueError, match="at least 1"):
        zones(study, touches=0)


@pytest.mark.parametrize("seed", range(3))
def test_later_bars_change_no_zone(seed: int) -> None:
    study = walk(seed)
    for at in range(20, study.bars.size, 37):
        found = zones(study, at)
        assert zones(Study(study.bars.first(at + 1))) == found
        assert all(zone.last <= at for zone in found)


@pytest.mark.parametrize("seed", range(3))
def test_zones_are_narrow_apart_and_at_most_four_a_role(seed: int) -> None:
    study = walk(seed)
    for at in range(100, study.bars.size, 60):
        found = zones(study, at)
        assert found == sorted(found)
        assert all(zone.high - zone.low <= study.tape.atr[at] * 1.000001 for zone in found)
        assert all(below.high < above.low for below, above in pairwise(found))
        for role in ("support", "resistance", "inside"):
            assert sum(zone.role == role for zone in found) <= 4


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_prices_in_another_unit_give_the_same_zones(factor: float) -> None:
    study = walk(1)
    scaled = Study(study.bars.scaled(factor))
    for at in range(100, study.bars.size, 97):
        plain, other = zones(study, at), zones(scaled, at)
        assert [(zone.role, zone.touches) for zone in plain] == [(zone.role, zone.touches) for zone in other]
        np.testing.assert_allclose([zone.price * factor for zone in plain], [zone.price for zone in other])


def test_real_shares_have_zones_of_several_touches(market_data: Path) -> None:
    found = [zones(Study(bars)) for bars in list(sp500(market_data).values())[::50] if bars.size > 500]
    assert all(found)
    assert all(len(zone.touches) >= 2 for share in found for zone in share)


def test_no_bars_have_no_zones() -> None:
    assert zones(Study(drawn(RANGE).first(0))) == []
    assert zones(Study(drawn(RANGE).first(10))) == []
    with pytest.raises(IndexError):
        zones(Study(drawn(RANGE)), -1)


# Fibonacci


def test_levels_of_a_rise_lie_back_from_its_end_and_onward_from_its_start() -> None:
    study = Study(drawn(((0, 112), (20, 120), (20, 100), (20, 150), (6, 140))))
    found = fibonacci(study.tape.fine, study.bars.size - 1)
    assert found is not None
    assert (found.start, found.end, found.is_up) == (41, 61, True)
    low, high = 100 * 0.997, 150 * 1.003
    prices = {(level.kind, level.ratio): level.price for level in found.levels}
    assert prices["retracement", 0.5] == pytest.approx((low + high) / 2)
    assert prices["retracement", 0.382] == pytest.approx(high - 0.382 * (high - low))
    assert prices["extension", 1.618] == pytest.approx(low + 1.618 * (high - low))
    assert found.end < found.seen < study.bars.size


def test_levels_of_a_fall_are_mirrored_and_stay_above_zero() -> None:
    study = Study(drawn(((0, 112), (20, 100), (20, 150), (20, 80), (6, 88))))
    found = fibonacci(study.tape.fine, study.bars.size - 1)
    assert found is not None
    assert not found.is_up
    prices = {(level.kind, level.ratio): level.price for level in found.levels}
    low, high = 80 * 0.997, 150 * 1.003
    assert prices["retracement", 0.618] == pytest.approx(low + 0.618 * (high - low))
    assert prices["extension", 1.272] == pytest.approx(high - 1.272 * (high - low))
    assert ("extension", 2.618) not in prices  # it would be below nothing
    assert min(prices.values()) > 0


def test_a_leg_counts_from_the_bar_that_confirmed_its_end() -> None:
    study = walk(0)
    for at in range(20, study.bars.size, 11):
        found = fibonacci(study.tape.medium, at)
        assert fibonacci(Study(study.bars.first(at + 1)).tape.medium, at) == found
        assert found is None or found.seen <= at
    assert fibonacci(study.tape.medium, 3) is None


# Direction of swings


def test_higher_highs_and_higher_lows_are_an_advance() -> None:
    study = Study(drawn(((0, 95), (10, 100), (12, 90), (12, 110), (12, 98), (12, 120), (12, 106), (12, 125))))
    swings = study.tape.fine
    assert swing_trend(swings, study.bars.size - 1) == 1
    assert swing_trend(swings, int(swings.seen[2])) == 0  # too few
    down = Study(drawn(((0, 125), (10, 120), (12, 130), (12, 108), (12, 121), (12, 98), (12, 111), (12, 92))))
    assert swing_trend(down.tape.fine, down.bars.size - 1) == -1
    wide = Study(drawn(((0, 104), (10, 100), (12, 108), (12, 98), (12, 112), (12, 93), (12, 120), (12, 110))))
    assert swing_trend(wide.tape.fine, wide.bars.size - 1) == 0


def test_the_direction_of_swings_does_not_know_the_future() -> None:
    study = walk(2)
    for at in range(20, study.bars.size, 17):
        assert swing_trend(study.tape.fine, at) == swing_trend(Study(study.bars.first(at + 1)).tape.fine, at)


# Pivot points


def test_pivot_points_of_a_period() -> None:
    found = pivot_points(high=110, low=100, close=108)
    assert found.pivot == 106
    assert (found.r1, found.r2, found.r3) == (112, 116, 122)
    assert (found.s1, found.s2, found.s3) == (102, 96, 92)


def days(*dates: str) -> Bars:
    """One bar a day whose prices tell it apart: low 10 x day of the month, close 1 above, high 5 above."""
    at = np.array([dt.datetime.fromisoformat(f"{date}T00:00:00+00:00").timestamp() for date in dates])
    low = np.array([10.0 * int(date[-2:]) for date in dates])
    return Bars(at, low + 1, low + 5, low, low + 1, np.full(len(dates), 1.0))


def test_weekly_pivots_use_the_whole_week_before() -> None:
    bars = days("2018-01-02", "2018-01-03", "2018-01-05", "2018-01-08", "2018-01-12", "2018-01-16")
    assert weekly_pivots(bars) == pivot_points(high=125, low=80, close=121)
    assert weekly_pivots(bars, 4) == pivot_points(high=55, low=20, close=51)  # on a Friday its own week is not used
    assert weekly_pivots(bars, 3) == weekly_pivots(bars, 4)
    assert weekly_pivots(bars, 2) is None
    assert weekly_pivots(bars.first(0)) is None
    assert weekly_pivots(bars.first(4)) == weekly_pivots(bars, 3)


# Stages


def test_a_full_cycle_goes_through_all_four_stages() -> None:
    bars = drawn(((0, 100), (260, 190), (220, 192), (260, 90), (240, 90), (200, 150)))
    found = stages(bars.close, 150, 20, 0.005)
    changes = [int(found[0]), *(int(after) for before, after in pairwise(found) if after != before)]
    assert [STAGES[stage] for stage in changes] == ["unknown", "advancing", "topping", "declining", "basing", "advancing"]
    assert not found[:169].any()
    assert found[169] == 2


def test_a_dip_below_a_rising_average_leaves_the_advance_alone() -> None:
    close = drawn(((0, 100), (300, 200), (6, 160), (6, 195))).close
    found = stages(close, 150, 20, 0.005)
    assert (close[300:307] < 175).any()
    assert (found[200:] == 2).all()


def test_a_rally_above_a_falling_average_leaves_the_decline_alone() -> None:
    close = drawn(((0, 200), (300, 100), (6, 125), (6, 100))).close
    assert (stages(close, 150, 20, 0.005)[200:] == 4).all()


def test_stages_do_not_know_the_future_nor_the_unit() -> None:
    close = walk(0).bars.close
    whole = stages(close, 150, 20, 0.005)
    for size in range(0, 700, 41):
        np.testing.assert_array_equal(stages(close[:size].copy(), 150, 20, 0.005), whole[:size])
    np.testing.assert_array_equal(stages(close * 1000, 150, 20, 0.005), whole)


def test_a_missing_close_makes_the_stage_unknown_until_the_average_is_back() -> None:
    close = drawn(((0, 100), (600, 300))).close.copy()
    close[250] = np.nan
    found = stages(close, 150, 20, 0.005)
    assert (found[169:250] == 2).all()
    assert not found[250:420].any()
    assert (found[420:] == 2).all()


def test_impossible_lengths_of_a_stage_are_refused() -> None:
    for length, slope_bars in ((0, 20), (150, 0)):
        with pytest.raises(ValueError, match="at least 1"):
            stages(walk(0).bars.close, length, slope_bars, 0.005)


def test_most_of_a_bull_market_is_spent_advancing(market_data: Path) -> None:
    found = np.concatenate([stages(bars.close, 150, 20, 0.005) for bars in list(sp500(market_data).values())[::5]])
    share = np.bincount(found, minlength=5) / (found > 0).sum()
    assert share[2] > 0.45
    assert share[1:].min() > 0.03  # and yet no stage is missing
