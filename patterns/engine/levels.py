"""Small arithmetic that detectors share (detectors.md 1.3, 3, 4)."""

import numpy as np

from .bars import Floats
from .compiled import kernel


@kernel
def ramp(x: float, a: float, b: float) -> float:
    """0 at a and before, 1 at b and beyond, straight between; also for a > b. NaN stays NaN."""
    return min(max((x - a) / (b - a), 0.0), 1.0)


@kernel
def entry_at(level: float, side: int, atr: float) -> float:
    """A stop order just beyond the level: by a tenth of an ATR, at least 0.1 %."""
    return level + side * max(0.1 * atr, 0.001 * level)


@kernel
def tolerance_at(close: float, atr: float, atrs: float) -> float:
    """How far a swing may lie from a line and still touch it: `atrs` ATR, within 0.4 % and 2 % of price."""
    return min(max(atrs * atr, 0.004 * close), 0.02 * close)


@kernel
def mean_of(values: Floats, first: int, last: int) -> float:
    """Mean of values[first..last], both ends in; NaN when there are none."""
    if last < first:
        return np.nan
    total = 0.0
    for i in range(first, last + 1):
        total += values[i]
    return total / (last - first + 1)


@kernel
def lowest_at(values: Floats, first: int, last: int) -> int:
    """Index of the lowest of values[first..last], the first of equals; first and last are clipped to the series, first <= last."""
    best = max(first, 0)
    for i in range(best + 1, min(last, len(values) - 1) + 1):
        if values[i] < values[best]:
            best = i
    return best


@kernel
def highest_at(values: Floats, first: int, last: int) -> int:
    """Index of the highest of values[first..last], the first of equals."""
    best = max(first, 0)
    for i in range(best + 1, min(last, len(values) - 1) + 1):
        if values[i] > values[best]:
            best = i
    return best


@kernel
def prior_move(high: Floats, low: Floats, bar: int, price: float, bars: int, side: int) -> float:
    """Size of the move into `price` at `bar` from the opposite extreme of the `bars` bars before: a rise (side +1) or fall (side -1), as a
    fraction of where it came from. NaN without a bar before."""
    first = max(0, bar - bars)
    if first >= bar:
        return np.nan
    if side > 0:
        return float(price / low[lowest_at(low, first, bar - 1)] - 1)
    return float(1 - price / high[highest_at(high, first, bar - 1)])


@kernel
def way_of(price: float, move: float, side: int) -> float:
    """The same move in price units, given its size as a fraction and where it ended."""
    return float(price - price / (1 + move) if side > 0 else price / (1 - move) - price)
