"""The parts that figures in R are made of, so that a reader can recompute them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .decimals import ZERO, exact


@dataclass(frozen=True)
class SumsOfR:
    """R-multiples in close order, added up apart. `peak` and `trough` are those of cumulative R around its largest fall."""

    gains: int
    gained: Decimal
    losses: int
    lost: Decimal  # not below 0
    peak: Decimal
    trough: Decimal


@exact
def sums_of_r(rs: Sequence[Decimal]) -> SumsOfR:
    gains = losses = 0
    gained = lost = level = highest = ZERO
    peak = trough = deepest = ZERO
    for r in rs:
        level += r
        if r > 0:
            gains, gained = gains + 1, gained + r
        elif r < 0:
            losses, lost = losses + 1, lost - r
        if level > highest:
            highest = level
        elif highest - level > deepest:
            peak, trough, deepest = highest, level, highest - level
    return SumsOfR(gains, gained, losses, lost, peak, trough)
