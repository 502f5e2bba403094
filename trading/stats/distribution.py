"""How R-multiples are spread: bins of width 1 from -3 to +5, and the two beyond."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .multiples import UNIT

LOWEST, HIGHEST = -3, 5
EDGES = range(LOWEST, HIGHEST + 1)


@dataclass(frozen=True)
class Bin:
    """Half open: `low` belongs to it; None is unbounded."""

    low: int | Decimal | None
    high: int | Decimal | None
    count: int

    @property
    def title(self) -> str:
        if self.low is None:
            return f"below {self.high}"
        return f"{self.low} and above" if self.high is None else f"{self.low} to {self.high}"


def bin_of(r: int) -> int:
    """The bin of an R in whole numbers of 10^-30; the lower edge belongs to it."""
    return min(max(r // UNIT, LOWEST - 1), HIGHEST) - LOWEST + 1


def distribution(counts: Sequence[int]) -> list[Bin]:
    """Bins with how many lie in each."""
    return [Bin(None if not k else EDGES[k - 1], EDGES[k] if k < len(EDGES) else None, count) for k, count in enumerate(counts)]
