"""Where the close lies in the range of the last bars."""

from typing import NamedTuple

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel

from . import Indicator, Length
from .averages import sma
from .extremes import highest, lowest


class Stochastic(NamedTuple):
    """(n,) float64 each, 0..100."""

    k: Floats
    d: Floats  # simple mean of k


@kernel
def fast_stochastic(high: Floats, low: Floats, close: Floats, length: int = 14, signal: int = 3) -> Stochastic:
    """K: the close between the lowest low (0) and the highest high (100) of `length` bars, 0 where they are equal; D: its mean.

    high, low, close : (n,) float64; returns Stochastic, first valid index `length - 1` for k and `length + signal - 2` for d.
    ValueError if a length is below 1. Source: Lane, Lane's Stochastics (1984).
    """
    top, bottom = highest(high, length), lowest(low, length)
    k = np.full(len(close), np.nan)
    for i in range(len(close)):
        if top[i] > bottom[i]:
            k[i] = 100.0 * (close[i] - bottom[i]) / (top[i] - bottom[i])
        elif top[i] == bottom[i] and not np.isnan(close[i]):
            k[i] = 0.0
    return Stochastic(k, sma(k, signal))


def slow_stochastic(high: Floats, low: Floats, close: Floats, length: int = 14, smooth: int = 3, signal: int = 3) -> Stochastic:
    """As `fast_stochastic`, with K first smoothed by a simple mean of `smooth` bars.

    First valid index `length + smooth - 2` for k and `length + smooth + signal - 3` for d.
    """
    k = sma(fast_stochastic(high, low, close, length, signal).k, smooth)
    return Stochastic(k, sma(k, signal))


def _fast(bars: Bars, length: int, signal: int) -> tuple[Floats, ...]:
    return tuple(fast_stochastic(bars.high, bars.low, bars.close, length, signal))


def _slow(bars: Bars, length: int, smooth: int, signal: int) -> tuple[Floats, ...]:
    return tuple(slow_stochastic(bars.high, bars.low, bars.close, length, smooth, signal))


INDICATORS = (
    Indicator(
        name="stochastic-fast",
        title="Fast stochastic",
        lines=("k", "d"),
        lengths=(Length("length", 14), Length("signal", 3)),
        scale="percent",
        summary="Where the close lies between the lowest low and the highest high of the last bars, and its mean.",
        source="Lane, Lane's Stochastics, Technical Analysis of Stocks & Commodities (1984)",
        first=lambda length, signal: length + signal - 2,
        work=_fast,
    ),
    Indicator(
        name="stochastic-slow",
        title="Slow stochastic",
        lines=("k", "d"),
        lengths=(Length("length", 14), Length("smooth", 3), Length("signal", 3)),
        scale="percent",
        summary="The same, smoothed: above 80 is called overbought, below 20 oversold.",
        source="Lane, Lane's Stochastics, Technical Analysis of Stocks & Commodities (1984)",
        first=lambda length, smooth, signal: length + smooth + signal - 3,
        work=_slow,
    ),
)
