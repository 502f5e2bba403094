"""Random walks as a market: worlds in which nothing can be known beforehand."""

import numpy as np

from patterns.engine.bars import Bars
from patterns.engine.drawn import DAY

WALKS, CLOSES = 500, 1260  # the universe on which rules are judged


def walks(count: int, size: int, seed: int) -> dict[str, Bars]:
    """Independent random walks with overnight gaps and a volatility of its own for each day.

    Within a day the price is a Brownian motion whose high and low are drawn given open and close, so that an order filled on the way, be it
    at a new high, has an expected result of nothing: bars with wicks glued on would make every breakout look clever.
    """
    panel = {}
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        deviation = 0.014 * np.exp(0.35 * rng.standard_normal(size))
        gap = 0.5 * deviation * rng.standard_normal(size)
        move = deviation * rng.standard_normal(size)
        close = np.log(50) + np.cumsum(gap + move)
        open = close - move
        reach = np.sqrt(move**2 - 2 * deviation**2 * np.log(rng.random((2, size))))
        high, low = (open + close + reach[0]) / 2, (open + close - reach[1]) / 2
        volume = 1e6 * np.exp(0.4 * rng.standard_normal(size))
        panel[f"W{number:03d}"] = Bars(np.arange(size) * DAY, np.exp(open), np.exp(high), np.exp(low), np.exp(close), volume)
    return panel
