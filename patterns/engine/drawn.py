"""Shapes drawn by hand: for the catalogue's pictures, the examples of each detector, and tests."""

from collections.abc import Sequence

import numpy as np

from .bars import Bars

DAY = 86_400.0


def drawn(vertices: Sequence[tuple[int, float]], volumes: Sequence[float] = ()) -> Bars:
    """Bars through (bars since the previous vertex, price): closes interpolated geometrically, open = previous close, high and low 0.3 %
    beyond the body, volume 1,000,000 times the factor of its segment (default 1). The first vertex is bar 0; times are days since 1970."""
    where = np.cumsum([bars for bars, _ in vertices])
    prices = np.array([price for _, price in vertices], float)
    index = np.arange(where[-1] + 1)
    close = np.exp(np.interp(index, where, np.log(prices)))
    opened = np.concatenate([close[:1], close[:-1]])
    factors = np.ones(len(vertices) - 1)
    factors[: len(volumes)] = volumes
    segment = np.clip(np.searchsorted(where, index, side="left") - 1, 0, len(factors) - 1)
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    return Bars(index * DAY, opened, top * 1.003, bottom * 0.997, close, 1e6 * factors[segment])


def mirrored(bars: Bars) -> Bars:
    """The bearish twin: every price p becomes 10,000 / p."""
    return Bars(bars.at, 1e4 / bars.open, 1e4 / bars.low, 1e4 / bars.high, 1e4 / bars.close, bars.volume)
