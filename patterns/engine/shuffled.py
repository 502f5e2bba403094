"""Bars without structure: the same days of a share in random order, to see how often a rule fires on noise (detectors.md 8)."""

from collections.abc import Mapping

import numpy as np

from .bars import Bars
from .control import key_of

SEED = 19000329
YEAR = 365.2425 * 86400  # seconds


def shuffled(bars: Bars, seed: int = SEED) -> Bars:
    """The bars with their days in random order: drift, ranges, gaps and volumes stay, what follows what goes.

    A day is the tuple of its gap (open to the close before) and of high, low, close (to its open) and volume. The first bar stays, since
    it has no gap. Same seed, same answer; times are those of `bars`.
    """
    if bars.size < 3:
        return bars
    order = 1 + np.random.Generator(np.random.PCG64(seed)).permutation(bars.size - 1)
    gap, body = bars.open[1:] / bars.close[:-1], bars.close / bars.open
    steps = np.log(np.concatenate([[1.0], gap])[order]) + np.log(body[order])
    close = bars.close[0] * np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    order = np.concatenate([[0], order])
    open = close / body[order]
    # the largest and smallest price of a bar must not slip past its open or close by rounding
    high = np.maximum(np.maximum(open, close), open * (bars.high / bars.open)[order])
    low = np.minimum(np.minimum(open, close), open * (bars.low / bars.open)[order])
    return Bars(bars.at, open, high, low, close, bars.volume[order])


def shuffled_universe(members: Mapping[str, Bars], seed: int = SEED) -> dict[str, Bars]:
    """Each member shuffled by a seed of its own, made of its symbol."""
    return {symbol: shuffled(bars, seed ^ key_of(symbol)) for symbol, bars in members.items()}


def ticker_years(bars: Bars) -> float:
    """From the first to the last bar."""
    return float(bars.at[-1] - bars.at[0]) / YEAR if bars.size else 0.0
