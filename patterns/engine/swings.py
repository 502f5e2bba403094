"""Swings: highs and lows that count, each with the bar at which it could first be known (detectors.md 2)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bars import Floats
from .compiled import kernel

HIGH, LOW = 1, -1

# Prices are decimals: without this much play, a tie that is exact on paper would be broken by rounding, differently at every scale.
TIE = 1e-9


class Swings(NamedTuple):
    """Confirmed swings, oldest first; a swing never changes once it is here.

    at : (k,) int64 bar of the extreme; price : (k,) float64; side : (k,) int8 HIGH or LOW; seen : (k,) int64 bar of confirmation
    """

    at: NDArray[np.int64]
    price: Floats
    side: NDArray[np.int8]
    seen: NDArray[np.int64]


@kernel
def zigzag(high: Floats, low: Floats, close: Floats, atr: Floats, atrs: float, fraction: float) -> Swings:
    """Alternating swings of at least max(atrs x ATR, fraction x close), both of the bar being tested.

    high, low, close, atr : (n,) float64. The extreme lies on a high or low, its confirmation on a close. Of equal extremes the later bar
    counts. The first swing of a series is dropped, since its start is arbitrary; the last, unconfirmed one is not returned.
    """
    n = len(close)
    at, price = np.empty(n, np.int64), np.empty(n, np.float64)
    side, seen = np.empty(n, np.int8), np.empty(n, np.int64)
    count, direction = 0, 0
    top = bottom = 0
    for i in range(n):
        if np.isnan(atr[i]):
            top = bottom = i + 1
            continue
        if direction >= 0 and high[i] >= high[top]:
            top = i
        if direction <= 0 and low[i] <= low[bottom]:
            bottom = i
        reversal = max(atrs * atr[i], fraction * close[i]) - TIE * close[i]
        turned = 0
        if direction >= 0 and close[i] <= high[top] - reversal:
            turned = HIGH
        elif direction <= 0 and close[i] >= low[bottom] + reversal:
            turned = LOW
        if turned == HIGH:
            at[count], price[count], side[count], seen[count] = top, high[top], HIGH, i
            count += 1
            direction = -1
            bottom = i
            for j in range(i - 1, top, -1):
                if low[j] < low[bottom]:
                    bottom = j
        elif turned == LOW:
            at[count], price[count], side[count], seen[count] = bottom, low[bottom], LOW, i
            count += 1
            direction = 1
            top = i
            for j in range(i - 1, bottom, -1):
                if high[j] > high[top]:
                    top = j
    first = min(1, count)
    return Swings(at[first:count].copy(), price[first:count].copy(), side[first:count].copy(), seen[first:count].copy())


@kernel
def fractals(values: Floats, side: int, reach: int) -> Swings:
    """Bars whose value is at least that of the `reach` bars before and beyond that of the `reach` bars after, known `reach` bars later.

    values : (n,) float64, highs for side HIGH, lows for side LOW. All of one side, not alternating: a fractal is never taken back, so two
    highs may follow each other. Of equal extremes within reach only the later bar counts, so that a flat top is one swing.
    """
    n = len(values)
    found = np.empty(n, np.int64)
    count = 0
    for i in range(reach, n - reach):
        extreme = True
        for j in range(1, reach + 1):
            if side * values[i] < side * values[i - j] or side * values[i] <= side * values[i + j]:
                extreme = False
                break
        if extreme:
            found[count] = i
            count += 1
    at, price = np.empty(count, np.int64), np.empty(count, np.float64)
    sides, seen = np.empty(count, np.int8), np.empty(count, np.int64)
    for k in range(count):
        at[k], price[k], sides[k], seen[k] = found[k], values[found[k]], side, found[k] + reach
    return Swings(at, price, sides, seen)


@kernel
def shortest_leg(swings: Swings, first: int, last: int) -> int:
    """Least bars between neighbours among the swings with the indexes first..last."""
    shortest = swings.at[last] - swings.at[first]
    for k in range(first, last):
        shortest = min(shortest, swings.at[k + 1] - swings.at[k])
    return int(shortest)
