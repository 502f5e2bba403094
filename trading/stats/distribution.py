"""How R-multiples are spread: bins of width 1 from -3 to +5, and the two beyond."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

LOWEST, HIGHEST = -3, 5


@dataclass(frozen=True)
class Bin:
    """Half open: `low` belongs to it; None is unbounded."""

    low: int | None
    high: int | None
    count: int

    @property
    def title(self) -> str:
        if self.low is None:
            return f"below {self.high}"
        return f"{self.low} and above" if self.high is None else f"{self.low} to {self.high}"


def distribution(rs: Iterable[Decimal]) -> list[Bin]:
    edges = list(range(LOWEST, HIGHEST + 1))
    counts = [0] * (len(edges) + 1)
    for r in rs:
        counts[min(max(math.floor(r), LOWEST - 1), HIGHEST) - LOWEST + 1] += 1
    return [Bin(None if not k else edges[k - 1], edges[k] if k < len(edges) else None, count) for k, count in enumerate(counts)]
