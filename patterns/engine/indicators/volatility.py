"""How far prices move."""

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel

from . import Indicator, Length
from .averages import wilder


@kernel
def true_range(high: Floats, low: Floats, close: Floats) -> Floats:
    """Largest of the bar's range and its distances from the previous close.

    high, low, close : (n,) float64, price units; returns (n,), first valid index 1. Source: Wilder, New Concepts (1978).
    """
    out = np.full(len(close), np.nan)
    for i in range(1, len(close)):
        if not np.isnan(high[i] + low[i] + close[i - 1]):
            out[i] = max(high[i] - low[i], abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1]))
    return out


@kernel
def atr(high: Floats, low: Floats, close: Floats, length: int = 14) -> Floats:
    """Average true range, Wilder's smoothing, seeded with the mean of the first `length` true ranges.

    high, low, close : (n,) float64, oldest first, price units
    returns (n,) float64, first valid index `length`. Source: Wilder, New Concepts (1978). ValueError if length < 1.
    """
    return wilder(true_range(high, low, close), length)


@kernel
def deviation(values: Floats, length: int) -> Floats:
    """Standard deviation of the last `length` values around their own mean (divided by `length`).

    Blocks are joined as in `moving_sum`, by the rule for pooling two means and sums of squares: no difference of large squares is taken,
    and a flat window gives exactly 0.
    values : (n,) float64; returns (n,) in their unit, first valid index `length - 1` after the last NaN. ValueError if length < 1.
    Source: Chan, Golub, LeVeque, The American Statistician 37 (1983).
    """
    if length < 1:
        raise ValueError("length must be at least 1")
    n = len(values)
    out = np.full(n, np.nan)
    if n < length:
        return out
    means, squares = np.zeros(length + 1), np.zeros(length + 1)  # of the last k values of the block before
    mean = square = 0.0
    for i in range(n):
        inside = i % length + 1
        step = values[i] - mean
        mean += step / inside
        square += step * (values[i] - mean)
        if i >= length - 1:
            rest = length - inside
            gap = mean - means[rest]
            out[i] = np.sqrt((square + squares[rest] + gap * gap * inside * rest / length) / length)
        if inside == length:
            mean = square = 0.0
            for k in range(1, length + 1):
                step = values[i - k + 1] - means[k - 1]
                means[k] = means[k - 1] + step / k
                squares[k] = squares[k - 1] + step * (values[i - k + 1] - means[k])
    return out


def _atr(bars: Bars, length: int) -> tuple[Floats, ...]:
    return (atr(bars.high, bars.low, bars.close, length),)


INDICATORS = (
    Indicator(
        name="atr",
        title="Average true range",
        lines=("atr",),
        lengths=(Length("length", 14),),
        scale="price",
        summary="How far price usually moves from one close to the next bar's farthest point, in price.",
        source="Wilder, New Concepts in Technical Trading Systems (1978)",
        first=lambda length: length,
        work=_atr,
    ),
)
