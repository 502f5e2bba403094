"""Trend lines: drawn by hand, and held to what was known at each bar."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.drawn import drawn
from patterns.engine.study import Study
from patterns.engine.swings import HIGH, LOW
from patterns.engine.trendlines import TrendLine, trend_lines

from .real import sp500

# Three lows on a rising line, 0.2 a bar, on bars 41, 71, 101 (a bar opens at the close before, and of equal lows the later counts).
RISING = ((0, 110), (40, 100), (15, 115), (15, 106), (15, 121), (15, 112), (10, 122))
# Three highs on a falling line.
FALLING = ((0, 100), (40, 112), (15, 98), (15, 106), (15, 92), (15, 100), (10, 91))


def supports(bars: Bars, at: int | None = None) -> list[TrendLine]:
    return [line for line in trend_lines(Study(bars), at) if line.side == LOW]


@cache
def walk(seed: int, size: int = 700) -> Study:
    rng = np.random.default_rng(seed)
    close = 80 * np.exp(np.cumsum(0.016 * rng.standard_normal(size)))
    opened = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(opened, close) * 1.004, np.minimum(opened, close) * 0.996
    return Study(Bars(86_400.0 * np.arange(size, dtype=np.float64), opened, high, low, close, np.full(size, 1e6)))


def test_three_lows_on_a_line_are_a_rising_support() -> None:
    (line,) = supports(drawn(RISING))
    assert line.touches == (41, 71, 101)
    assert (line.start, line.end) == (41, 101)
    assert line.slope == pytest.approx(0.2, rel=0.03)
    assert line.at(71) == pytest.approx(106 * 0.997, rel=0.003)
    assert line.broken == -1


def test_three_highs_on_a_line_are_a_falling_resistance() -> None:
    lines = [line for line in trend_lines(Study(drawn(FALLING))) if line.side == HIGH]
    assert [line.touches for line in lines] == [(41, 71, 101)]
    assert lines[0].slope == pytest.approx(-0.2, rel=0.03)


def test_a_line_is_known_when_its_last_touch_is_confirmed_and_not_before() -> None:
    bars = drawn(RISING)
    (line,) = supports(bars)
    assert 101 < line.seen < bars.size
    assert supports(bars, line.seen) == [line]
    assert supports(bars, line.seen - 1) == []


def test_the_break_is_told_for_a_few_bars_and_then_the_line_is_gone() -> None:
    bars = drawn((*RISING, (10, 105), (10, 103)))
    broken = [line.broken for at in range(100, bars.size) for line in supports(bars, at) if line.broken >= 0]
    assert set(broken) == {broken[0]}
    assert len(broken) == 6  # on the bar of the break and five more
    close, line = bars.close[broken[0]], supports(bars, broken[0])[0]
    assert close < line.at(broken[0])
    assert bars.close[broken[0] - 1] > close


def test_a_line_that_price_has_closed_through_in_between_is_none() -> None:
    # the second low dips under the line through the first and third
    assert supports(drawn(((0, 110), (40, 100), (15, 115), (15, 99), (15, 121), (15, 112), (10, 122)))) == []


def test_two_touches_make_a_line_only_when_asked_for() -> None:
    bars = drawn(((0, 110), (40, 100), (15, 115), (15, 106), (15, 121)))
    assert supports(bars) == []
    lines = trend_lines(Study(bars), touches=2)
    assert [line.touches for line in lines if line.side == LOW] == [(41, 71)]
    with pytest.raises(ValueError, match="at least 2"):
        trend_lines(Study(bars), touches=1)


def test_a_line_far_from_price_or_older_than_its_length_is_not_told() -> None:
    assert supports(drawn((*RISING, (30, 190)))) == []
    resting = drawn((*RISING, *[(5, 128 + 4 * (k % 2)) for k in range(16)]))
    assert (41, 71, 101) not in [line.touches for line in supports(resting)]


@pytest.mark.parametrize("seed", range(3))
def test_later_bars_change_no_line(seed: int) -> None:
    study, told = walk(seed), 0
    for at in range(20, study.bars.size, 37):
        lines = trend_lines(study, at)
        assert trend_lines(Study(study.bars.first(at + 1))) == lines
        assert all(line.seen <= at and line.end <= line.seen and line.broken <= at for line in lines)
        told += len(lines)
    assert told > 10


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_prices_in_another_unit_give_the_same_lines(factor: float) -> None:
    for seed in range(3):
        study = walk(seed)
        scaled = Study(study.bars.scaled(factor))
        for at in range(100, study.bars.size, 97):
            plain, other = trend_lines(study, at), trend_lines(scaled, at)
            assert [(line.side, line.touches, line.broken) for line in plain] == [(line.side, line.touches, line.broken) for line in other]
            np.testing.assert_allclose([line.slope * factor for line in plain], [line.slope for line in other], rtol=1e-6, atol=1e-12)


def test_every_line_keeps_its_own_rules_on_real_bars(market_data: Path) -> None:
    told = 0
    for bars in list(sp500(market_data).values())[::10]:
        study = Study(bars)
        if bars.size < 300:
            continue
        lines = trend_lines(study)
        told += len(lines)
        atr, close = float(study.tape.atr[-1]), float(bars.close[-1])
        tolerance = min(max(0.5 * atr, 0.004 * close), 0.02 * close) * 1.000001
        for line in lines:
            extreme = bars.low if line.side == LOW else bars.high
            assert len(line.touches) >= 3
            assert min(np.diff(line.touches)) >= 5
            assert all(abs(extreme[bar] - line.at(bar)) <= tolerance for bar in line.touches)
            between = range(line.start, line.end + 1)
            assert sum(line.side * (bars.close[bar] - line.at(bar)) > 0.5 * atr * 1.000001 for bar in between) <= 1
            assert abs(line.at(bars.size - 1) - close) <= 8 * atr
        for side in (LOW, HIGH):
            own = [set(line.touches) for line in lines if line.side == side]
            assert len(own) <= 3
            assert all(len(a & b) < 2 for k, a in enumerate(own) for b in own[:k])
    assert told > 50


def test_flat_short_and_missing_bars_have_no_lines() -> None:
    flat = np.full(60, 5.0)
    assert trend_lines(Study(Bars(np.arange(60.0), flat, flat, flat, flat, flat))) == []
    for size in (0, 1, 20):
        assert trend_lines(Study(drawn(RISING).first(size))) == []
    with pytest.raises(IndexError):
        trend_lines(Study(drawn(RISING)), 500)
