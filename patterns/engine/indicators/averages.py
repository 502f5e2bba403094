"""Moving averages."""

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel

from . import Indicator, Length


@kernel
def sma(values: Floats, length: int) -> Floats:
    """Simple mean of the last `length` values.

    values : (n,) float64; returns (n,), first valid index `length - 1` after the last NaN; NaN before. ValueError if length < 1.
    """
    if length < 1:
        raise ValueError("length must be at least 1")
    out = np.full(len(values), np.nan)
    total, count = 0.0, 0
    for i in range(len(values)):
        if np.isnan(values[i]):
            total, count = 0.0, 0
            continue
        total += values[i]
        count += 1
        if count > length:
            total -= values[i - length]
        if count >= length:
            out[i] = total / length
    return out


@kernel
def ema(values: Floats, length: int) -> Floats:
    """Exponential mean, weight 2 / (length + 1), seeded with the simple mean of the first `length` values.

    values : (n,) float64; returns (n,), first valid index `length - 1` after the last NaN. ValueError if length < 1.
    """
    return _smoothed(values, length, 2.0 / (length + 1.0))


@kernel
def wilder(values: Floats, length: int) -> Floats:
    """Wilder's smoothing: as `ema`, with weight 1 / length. Source: Wilder, New Concepts (1978)."""
    return _smoothed(values, length, 1.0 / length)


@kernel
def _smoothed(values: Floats, length: int, weight: float) -> Floats:
    if length < 1:
        raise ValueError("length must be at least 1")
    out = np.full(len(values), np.nan)
    total, count, last = 0.0, 0, np.nan
    for i in range(len(values)):
        if np.isnan(values[i]):
            total, count = 0.0, 0
            continue
        count += 1
        if count <= length:
            total += values[i]
            last = total / length
        else:
            last += weight * (values[i] - last)
        if count >= length:
            out[i] = last
    return out


@kernel
def moving_sum(values: Floats, length: int) -> Floats:
    """Sum of the last `length` values, without subtracting what leaves: no rounding is carried along, and a window of zeros sums to 0.

    Every block of `length` bars is summed once forward and once backward; a window is the end of one block and the beginning of the next.
    values : (n,) float64; returns (n,), first valid index `length - 1` after the last NaN. ValueError if length < 1.
    """
    if length < 1:
        raise ValueError("length must be at least 1")
    n = len(values)
    out = np.full(n, np.nan)
    if n < length:
        return out
    ends = np.zeros(length + 1)  # ends[k]: sum of the last k values of the block before
    total = 0.0
    for i in range(n):
        inside = i % length + 1
        total += values[i]
        if i >= length - 1:
            out[i] = ends[length - inside] + total
        if inside == length:
            total = 0.0
            for k in range(1, length + 1):
                ends[k] = ends[k - 1] + values[i - k + 1]
    return out


@kernel
def mean_before(values: Floats, length: int) -> Floats:
    """Mean of the `length` values before each bar, the bar itself left out (so that a surge does not hide itself).

    values : (n,) float64; returns (n,), first valid index `length` after the last NaN. ValueError if length < 1.
    """
    means = sma(values, length)
    out = np.full(len(values), np.nan)
    for i in range(1, len(values)):
        if not np.isnan(values[i]):
            out[i] = means[i - 1]
    return out


def _sma(bars: Bars, length: int) -> tuple[Floats, ...]:
    return (sma(bars.close, length),)


def _ema(bars: Bars, length: int) -> tuple[Floats, ...]:
    return (ema(bars.close, length),)


INDICATORS = (
    Indicator(
        name="sma",
        title="Simple moving average",
        lines=("sma",),
        lengths=(Length("length", 50),),
        scale="price",
        summary="Mean of the last closes.",
        source="common use",
        first=lambda length: length - 1,
        work=_sma,
    ),
    Indicator(
        name="ema",
        title="Exponential moving average",
        lines=("ema",),
        lengths=(Length("length", 21),),
        scale="price",
        summary="Mean of the closes in which each earlier close counts a little less; it begins with the simple mean.",
        source="common use",
        first=lambda length: length - 1,
        work=_ema,
    ),
)
