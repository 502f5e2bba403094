"""Bars without structure: the same days of a share in another order, to see how often a rule fires on noise (detectors.md 8)."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

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
    return _reordered(bars, 1 + np.random.Generator(np.random.PCG64(seed)).permutation(bars.size - 1))


def phase_randomised(bars: Bars, seed: int = SEED) -> Bars:
    """The bars with their days in an order that keeps the spectrum of the returns, and so their autocorrelation, but nothing else.

    The phases of the returns are drawn anew (the log return of each close, by ranks made normal first); days then stand in the order of
    the ranks of what comes out, so that each return keeps the day it came from (amplitude adjusted surrogates, Theiler and others 1992).
    """
    if bars.size < 3:
        return bars
    rng = np.random.Generator(np.random.PCG64(seed))
    size = bars.size - 1
    returns = np.argsort(np.diff(np.log(bars.close)), kind="stable")
    normal = np.empty(size)
    normal[returns] = np.sort(rng.standard_normal(size))
    spectrum = np.fft.rfft(normal)
    turned = np.fft.irfft(spectrum * np.exp(2j * np.pi * rng.random(len(spectrum))), size)
    order = np.empty(size, np.int64)
    order[np.argsort(turned, kind="stable")] = 1 + returns
    return _reordered(bars, order)


def _reordered(bars: Bars, order: NDArray[np.int64]) -> Bars:
    """The first bar, then the days named by `order` (n - 1,), each with its gap, range, close and volume."""
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


def phase_randomised_universe(members: Mapping[str, Bars], seed: int = SEED) -> dict[str, Bars]:
    """Each member with its phases drawn by a seed of its own."""
    return {symbol: phase_randomised(bars, seed ^ key_of(symbol)) for symbol, bars in members.items()}


def ticker_years(bars: Bars) -> float:
    """From the first to the last bar."""
    return float(bars.at[-1] - bars.at[0]) / YEAR if bars.size else 0.0
