"""Bars of one instrument, as arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Bars(NamedTuple):
    """One instrument, oldest first; every array (n,) float64.

    `at` is UTC seconds: midnight of the session's date for daily and weekly bars, the opening instant for intraday ones.
    Prices are in the instrument's currency, split-adjusted, dividends left in; volume in shares.
    """

    at: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    @property
    def size(self) -> int:
        return len(self.at)

    def cut(self, until: float) -> "Bars":
        """The bars with `at` <= until: what was known then (views, no copy)."""
        return self.first(int(np.searchsorted(self.at, until, side="right")))

    def first(self, count: int) -> "Bars":
        """The oldest `count` bars (views, no copy)."""
        return Bars(*(column[:count] for column in self))

    def since(self, start: int) -> "Bars":
        """The bars from index `start` on (views, no copy)."""
        return Bars(*(column[start:] for column in self))

    def scaled(self, factor: float) -> "Bars":
        """Prices times `factor`, volume unchanged."""
        return Bars(self.at, self.open * factor, self.high * factor, self.low * factor, self.close * factor, self.volume)
