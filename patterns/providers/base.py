"""What every source of bars hands over, whatever it is."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats


@dataclass(frozen=True)
class Rows:
    """Bars as a source gave them: unchecked, in any order, one row each. Every array is (n,).

    Prices in the instrument's currency; a split's coefficient is new shares per old one on its first day (1, 0 or NaN: no split).
    """

    names: list[str]  # the symbols that occur
    symbol: NDArray[np.int32]  # place in `names`; -1 where there is none or it cannot be one
    at: Floats  # UTC seconds as `Bars.at`; NaN where it is missing or cannot be read
    open: Floats  # NaN where missing or not a number, as in the next four
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    split: Floats
    garbled: NDArray[np.bool_]  # something is there that is no number
    unread: dict[int, str] = field(default_factory=dict)  # row -> symbol or time as written, of the first that could not be read

    @property
    def size(self) -> int:
        return len(self.at)
