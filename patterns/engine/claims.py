"""What may be said of figures, seen beside everything else that was tried (product.md 4, statistics.md 7.4)."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from patterns.engine.luck import Moments, best_by_luck, confidence

FEWEST = 30  # trades below which a figure is called too few
SURE = 0.95

Figures = dict[str, Any]


class Tries(NamedTuple):
    """How often luck had a chance on one universe: patterns and settings looked at, and the sample deviation of the ratios (mean to
    deviation of R minus control) of those with enough trades to be claimed."""

    looks: int
    spread: float


def tries_of(entries: Iterable[Figures]) -> Tries:
    """Of these entries alone."""
    looked_at = list(entries)
    ratios = [entry["luck"]["ratio"] for entry in looked_at if entry["luck"] and entry["trades"] >= FEWEST]
    return Tries(len(looked_at), float(np.std(ratios, ddof=1)) if len(ratios) > 1 else 0.0)


def judge(entries: Sequence[Figures], tries: Tries) -> list[Figures]:
    """The entries with `tried`, `luck_ratio`, `beyond_luck`, `below_luck` and `claim`, strongest edge first.

    The best of many tries looks good by luck alone, and the worst as bad: an edge has to lie above what luck gives the best, a loss below
    what it gives the worst.
    """
    bar = best_by_luck(*tries)
    judged = []
    for entry in entries:
        luck = Moments(**entry["luck"]) if entry["luck"] else None
        above = confidence(luck, bar) if bar is not None else None
        not_below = confidence(luck, -bar) if bar is not None else None
        below = None if not_below is None else 1.0 - not_below
        words = {"tried": tries.looks, "luck_ratio": bar, "beyond_luck": above, "below_luck": below}
        judged.append({**entry, **words, "claim": claim(entry, above, below)})
    return sorted(judged, key=lambda entry: -(entry["edge"] if entry["edge"] is not None else -math.inf))


def claim(entry: Figures, beyond_luck: float | None, below_luck: float | None) -> str:
    """What may be said.

    `edge`: the intervals of the whole span and of its last third lie above zero, and luck is ruled out; `loses`: both lie below zero, and
    bad luck is ruled out; `few`: too few trades to say; else `none`.
    """
    late = entry["out_of_sample"]
    if entry["trades"] < FEWEST or late["trades"] < FEWEST or entry["edge_low"] is None or late["edge_low"] is None:
        return "few"
    if late["edge_low"] > 0 and entry["edge_low"] > 0 and (beyond_luck or 0) >= SURE:
        return "edge"
    if late["edge_high"] < 0 and entry["edge_high"] < 0 and (below_luck or 0) >= SURE:
        return "loses"
    return "none"
