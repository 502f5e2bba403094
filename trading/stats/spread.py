"""How amounts of any size are spread: in the bins of R-multiples, their width fitted to the amounts."""

import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from .decimals import EXACT, exact
from .distribution import EDGES, HIGHEST, LOWEST, Bin

STEPS = (Decimal(5), Decimal(2), Decimal(1))


@exact
def spread(values: Sequence[Decimal]) -> list[Bin]:
    """Half-open bins, the lower edge belongs to each; the first and the last have one edge only."""
    width = bin_width(values)
    counts = [0] * (len(EDGES) + 1)
    for value in values:
        counts[min(max(math.floor(value / width), LOWEST - 1), HIGHEST) - LOWEST + 1] += 1
    edges = [width * k for k in EDGES]
    return [Bin(None if not k else edges[k - 1], edges[k] if k < len(edges) else None, count) for k, count in enumerate(counts)]


@exact
def bin_width(values: Sequence[Decimal]) -> Decimal:
    """1, 2 or 5 of a power of ten: the largest that is not above the middle size of the values; 1 without values."""
    sizes = sorted(abs(value) for value in values if value)
    if not sizes:
        return Decimal(1)
    middle = sizes[len(sizes) // 2]
    power = Decimal(1).scaleb(int(middle.logb().to_integral_value(ROUND_FLOOR, EXACT)))
    return next(one for one in STEPS if one * power <= middle) * power
