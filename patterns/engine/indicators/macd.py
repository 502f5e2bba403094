"""Convergence and divergence of two averages."""

from typing import NamedTuple

from patterns.engine.bars import Bars, Floats

from . import Indicator, Length
from .averages import ema


class Macd(NamedTuple):
    """(n,) float64 each, price units."""

    line: Floats  # first valid index slow - 1
    signal: Floats  # slow + signal - 2
    histogram: Floats  # line - signal


def macd(close: Floats, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Fast exponential mean less the slow one, and its own exponential mean.

    close : (n,) float64; returns Macd. Each mean is seeded with the simple mean of its own first values, so the line is the difference
    of the two averages that a chart shows. ValueError if a length is below 1 or fast is not below slow.
    Source: Appel, The Moving Average Convergence-Divergence Trading Method (1985).
    """
    if fast >= slow:
        raise ValueError("fast must be below slow")
    line = ema(close, fast) - ema(close, slow)
    smoothed = ema(line, signal)
    return Macd(line, smoothed, line - smoothed)


def _macd(bars: Bars, fast: int, slow: int, signal: int) -> tuple[Floats, ...]:
    return tuple(macd(bars.close, fast, slow, signal))


INDICATORS = (
    Indicator(
        name="macd",
        title="MACD",
        lines=("line", "signal", "histogram"),
        lengths=(Length("fast", 12), Length("slow", 26), Length("signal", 9)),
        scale="ratio",
        summary="A fast exponential average less a slow one, the average of that difference, and the distance between the two, in price.",
        source="Appel, The Moving Average Convergence-Divergence Trading Method (1985)",
        first=lambda fast, slow, signal: slow + signal - 2,
        work=_macd,
    ),
)
