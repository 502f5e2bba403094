"""Direction and strength of a trend."""

from typing import NamedTuple

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel

from . import Indicator, Length
from .averages import wilder
from .volatility import true_range


class Direction(NamedTuple):
    """(n,) float64 each, 0..100."""

    adx: Floats  # first valid index 2 x length - 1
    plus: Floats  # +DI, first valid index length
    minus: Floats  # -DI


@kernel
def adx(high: Floats, low: Floats, close: Floats, length: int = 14) -> Direction:
    """Average directional movement and the two directional indicators; 0 where nothing moved.

    high, low, close : (n,) float64; returns Direction. Every mean is Wilder's, seeded with the mean of its first `length` values, as in the
    book. ValueError if length < 1. Source: Wilder, New Concepts (1978).
    """
    n = len(close)
    ranges = true_range(high, low, close)
    rises, falls, difference = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    for i in range(1, n):
        if np.isnan(ranges[i]) or np.isnan(high[i - 1] + low[i - 1]):
            ranges[i] = np.nan
            continue
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        rises[i] = up if up > down and up > 0 else 0.0
        falls[i] = down if down > up and down > 0 else 0.0
    width, plus, minus = wilder(ranges, length), wilder(rises, length), wilder(falls, length)
    for i in range(n):
        if np.isnan(width[i]):
            continue
        plus[i] = 100.0 * plus[i] / width[i] if width[i] > 0 else 0.0
        minus[i] = 100.0 * minus[i] / width[i] if width[i] > 0 else 0.0
        both = plus[i] + minus[i]
        difference[i] = 100.0 * abs(plus[i] - minus[i]) / both if both > 0 else 0.0
    return Direction(wilder(difference, length), plus, minus)


def _adx(bars: Bars, length: int) -> tuple[Floats, ...]:
    return tuple(adx(bars.high, bars.low, bars.close, length))


INDICATORS = (
    Indicator(
        name="adx",
        title="Average directional movement",
        lines=("adx", "plus", "minus"),
        lengths=(Length("length", 14),),
        scale="percent",
        summary="How strongly price moves one way, whichever it is (above 25 is called a trend), and its upward and downward parts.",
        source="Wilder, New Concepts in Technical Trading Systems (1978)",
        first=lambda length: 2 * length - 1,
        work=_adx,
    ),
)
