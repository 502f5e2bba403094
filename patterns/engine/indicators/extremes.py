"""Highest and lowest of a moving window."""

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel

from . import Indicator, Length


@kernel
def highest(values: Floats, length: int) -> Floats:
    """Highest of the last `length` values, in one pass with a queue of candidates.

    values : (n,) float64; returns (n,), first valid index `length - 1` after the last NaN. ValueError if length < 1.
    """
    if length < 1:
        raise ValueError("length must be at least 1")
    out = np.full(len(values), np.nan)
    queue = np.empty(len(values), np.int64)
    head, tail, start = 0, 0, 0
    for i in range(len(values)):
        if np.isnan(values[i]):
            head, tail, start = 0, 0, i + 1
            continue
        while tail > head and values[queue[tail - 1]] <= values[i]:
            tail -= 1
        queue[tail] = i
        tail += 1
        if queue[head] <= i - length:
            head += 1
        if i - start >= length - 1:
            out[i] = values[queue[head]]
    return out


@kernel
def lowest(values: Floats, length: int) -> Floats:
    """Lowest of the last `length` values; otherwise as `highest`."""
    return -highest(-values, length)


def _channel(bars: Bars, length: int) -> tuple[Floats, ...]:
    return lowest(bars.low, length), highest(bars.high, length)


INDICATORS = (
    Indicator(
        name="donchian",
        title="Highest high and lowest low",
        lines=("lowest", "highest"),
        lengths=(Length("length", 20),),
        scale="price",
        summary="Lowest low and highest high of the last bars, the bar itself included.",
        source="Donchian's four-week rule",
        first=lambda length: length - 1,
        work=_channel,
    ),
)
