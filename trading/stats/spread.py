"""How amounts of any size are spread: in the bins of R-multiples, their width fitted to the amounts."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

import numpy as np

from .decimals import EXACT, exact
from .distribution import EDGES, Bin
from .multiples import Ranks, from_units, to_units

STEPS = (Decimal(5), Decimal(2), Decimal(1))


@exact
def spread(values: Sequence[Ranks]) -> list[Bin]:
    """Half-open bins, the lower edge belongs to each; the first and the last have one edge only."""
    edges = [bin_width(values) * k for k in EDGES]
    below = [sum(one.below(to_units(edge)) for one in values) for edge in edges]
    counts = [one - before for before, one in pairwise([0, *below, sum(len(one.floats) for one in values)])]
    return [Bin(None if not k else edges[k - 1], edges[k] if k < len(edges) else None, count) for k, count in enumerate(counts)]


@exact
def bin_width(values: Sequence[Ranks]) -> Decimal:
    """1, 2 or 5 of a power of ten: the largest that is not above the middle size of the values; 1 without values."""
    together = np.concatenate([one.floats for one in values]) if values else np.empty(0)
    sizes = np.abs(together[together != 0])
    if not sizes.size:
        return Decimal(1)
    place = sizes.size // 2
    size = float(np.partition(sizes, place)[place])
    alike = sorted(abs(value) for one in values for near in (size, -size) for value in one.like(near))
    middle = from_units(alike[place - int((sizes < size).sum())])
    power = Decimal(1).scaleb(int(middle.logb().to_integral_value(ROUND_FLOOR, EXACT)))
    return next(one for one in STEPS if one * power <= middle) * power
