"""Indicators, and the list of those that a chart can show (this folder is walked).

Kernels take and give arrays of shape (n,), oldest first, in one pass. Before its first valid index a value is NaN. A NaN in the input
gives NaN there, and the indicator then starts anew as if the series began on the next bar; the two sums without an end, on-balance volume
and the anchored average price, leave that bar out instead. Nothing at bar t depends on a later bar. A length below 1 is a ValueError.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from patterns.engine.bars import Bars, Floats

LONGEST = 1000  # bars that a length may have at the doors


@dataclass(frozen=True)
class Length:
    """A whole number that an indicator is computed with: a count of bars."""

    name: str
    default: int


@dataclass(frozen=True)
class Indicator:
    """What a door needs to know of an indicator."""

    name: str
    title: str
    lines: tuple[str, ...]  # what `work` gives, in this order
    lengths: tuple[Length, ...]
    scale: Literal["price", "percent", "ratio", "volume"]  # price: drawn over the bars; percent: 0..100; ratio: around 0 or 1
    summary: str
    source: str
    first: Callable[..., int]  # (*lengths) -> index of the first bar at which every line is valid
    work: Callable[..., tuple[Floats, ...]]  # (bars, *lengths) -> one (n,) array per line

    def of(self, bars: Bars, **lengths: int) -> dict[str, Floats]:
        """Each line by name, (n,) float64. ValueError for an unknown length or one outside 1..LONGEST."""
        known = {length.name: length.default for length in self.lengths}
        for name, value in lengths.items():
            if name not in known:
                raise ValueError(f"{self.name} has no length {name!r}; it has {', '.join(known) or 'none'}.")
            if not 1 <= value <= LONGEST or value != int(value):
                raise ValueError(f"{self.name}: {name} is {value}, allowed are whole numbers from 1 to {LONGEST}.")
        # kernels are compiled for whole arrays; a column of stored bars may be a strided or read-only view
        whole = Bars(*(np.array(column, np.float64, order="C") for column in bars))
        return dict(zip(self.lines, self.work(whole, *(int(lengths.get(name, default)) for name, default in known.items())), strict=True))


@cache
def indicators() -> Mapping[str, Indicator]:
    """All indicators by name, in the order of their names."""
    found = {}
    for info in pkgutil.iter_modules(__path__):
        for indicator in getattr(importlib.import_module(f"{__name__}.{info.name}"), "INDICATORS", ()):
            found[indicator.name] = indicator
    return dict(sorted(found.items()))
