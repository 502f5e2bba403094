"""Trend lines: straight lines along confirmed lows or highs that price has respected (detectors.md 3)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bars import Floats
from .levels import tolerance_at
from .study import Study
from .swings import HIGH, LOW, TIE, Swings

MOST_SWINGS = 40  # of one side, the newest; a year of fine swings has about twenty
TOUCH_ATRS = 0.5
BREAK_ATRS = 0.5
APART = 5  # bars between two touches
Line = tuple[float, float]  # price at bar 0, price per bar


class TrendLine(NamedTuple):
    """A line as it was known at one bar; bars are indexes into the series, prices in the instrument's currency."""

    side: int  # LOW: along lows, support while it holds; HIGH: along highs, resistance
    touches: tuple[int, ...]  # bars of the swings that touch it, oldest first
    price: float  # of the line at its first touch
    slope: float  # price per bar
    seen: int  # bar at which the last touch was confirmed
    broken: int  # first close beyond it by half an ATR after the last touch, -1: none

    @property
    def start(self) -> int:
        """The first touch."""
        return self.touches[0]

    @property
    def end(self) -> int:
        """The last touch."""
        return self.touches[-1]

    def at(self, bar: int) -> float:
        """Its price at a bar, also after the last touch."""
        return self.price + self.slope * (bar - self.start)


def trend_lines(
    study: Study,
    at: int | None = None,
    *,
    swings: Swings | None = None,
    look_back: int = 252,
    touches: int = 3,
    shortest: int = 15,
    reach: float = 8.0,
    fresh: int = 5,
    most: int = 3,
) -> list[TrendLine]:
    """The lines along lows and along highs that stood at bar `at`, as known at its close; those with most touches first.

    at : bar index, the last bar when left out. swings : confirmed swings, the fine ones of `study` when left out, of which those confirmed
    by then in the last `look_back` bars count. A line has at least `touches` swings, five bars apart, within its tolerance (half an ATR,
    0.4 % to 2 % of price), none of its side beyond it, at most one close beyond it by half an ATR, spans `shortest` bars, and is the
    least-squares line of its touches where that keeps them. It is told while it lies within `reach` ATR of the close, has not been drawn on
    for longer than it spans, and was not broken more than `fresh` bars ago. Of lines that share two swings the better one stays; at most
    `most` a side.
    IndexError when there is no such bar; ValueError for fewer than two touches.
    """
    if touches < 2:
        raise ValueError("touches must be at least 2")
    tape = study.tape
    t = len(tape.close) - 1 if at is None else at
    if at is not None and not 0 <= t < len(tape.close):
        raise IndexError(f"there is no bar {t} among {len(tape.close)}")
    if t < 0 or np.isnan(tape.atr[t]):
        return []
    known = tape.fine if swings is None else swings
    now, atr = float(tape.close[t]), float(tape.atr[t])
    tolerance, slack = tolerance_at(now, atr, TOUCH_ATRS) + TIE * now, BREAK_ATRS * atr + TIE * now
    found = []
    for side in (LOW, HIGH):
        rows = np.flatnonzero((known.side == side) & (known.seen <= t) & (known.at > t - look_back))[-MOST_SWINGS:]
        where, price, chosen = known.at[rows], known.price[rows], list[TrendLine]()
        for touching, line in _lines_through(where, price, t, side, tolerance, touches, shortest):
            start, end = int(where[touching[0]]), int(where[touching[-1]])
            if abs(line[0] + line[1] * t - now) > reach * atr:
                continue
            beyond = np.flatnonzero(side * (tape.close[start : t + 1] - line[0] - line[1] * np.arange(start, t + 1)) > slack) + start
            after = beyond[beyond > end]
            broken = int(after[0]) if len(after) else -1
            if len(beyond) - len(after) > 1 or -1 < broken < t - fresh:
                continue
            bars = tuple(int(bar) for bar in where[touching])
            chosen.append(TrendLine(side, bars, line[0] + line[1] * start, line[1], int(known.seen[rows[touching[-1]]]), broken))
        found += _best_of(chosen, most)
    return sorted(found, key=lambda line: (-len(line.touches), -line.end, line.side))


def _best_of(lines: list[TrendLine], most: int) -> list[TrendLine]:
    best: list[TrendLine] = []
    for line in sorted(lines, key=lambda line: (-len(line.touches), line.start - line.end, -line.end, line.touches)):
        if len(best) < most and all(len({*line.touches} & {*other.touches}) < 2 for other in best):
            best.append(line)
    return best


def _lines_through(
    at: NDArray[np.int64], price: Floats, t: int, side: int, tolerance: float, least: int, shortest: int
) -> list[tuple[NDArray[np.int64], Line]]:
    """Every set of at least `least` swings on a line through two of them that still speaks at bar t, with the line.

    at, price : (k,) of one side, oldest first, k <= MOST_SWINGS
    """
    first, second = np.triu_indices(len(at), 1)
    slope = (price[second] - price[first]) / (at[second] - at[first])
    level = price[first] - slope * at[first]
    touching = _touching(at, price, level, slope, first, side, tolerance)
    pairs, newest = np.arange(len(first)), at[(np.arange(len(at)) * touching).argmax(axis=1)] if len(at) else at
    span = newest - at[first]
    good = touching[pairs, first] & touching[pairs, second] & (touching.sum(axis=1) >= least) & (span >= shortest) & (t - newest <= span)
    bits = touching[good] @ (1 << np.arange(len(at)))
    lines = []
    for k in np.flatnonzero(good)[np.unique(bits, return_index=True)[1]]:
        members = _apart(np.flatnonzero(touching[k]), at)
        if len(members) < least:
            continue
        x, y = at[members] - at[members].mean(), price[members] - price[members].mean()
        tilt = float((x * y).sum() / (x * x).sum())
        base = float(price[members].mean() - tilt * at[members].mean())
        again = _touching(at, price, np.array([base]), np.array([tilt]), first[k : k + 1], side, tolerance)[0]
        lines.append((members, (base, tilt) if (again == touching[k]).all() else (float(level[k]), float(slope[k]))))
    return lines


def _apart(members: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Swings within a few bars of each other are one test of the line: the first of them stays."""
    kept = [int(members[0])]
    for member in members[1:].tolist():
        if at[member] - at[kept[-1]] >= APART:
            kept.append(member)
    return np.array(kept)


def _touching(
    at: NDArray[np.int64], price: Floats, level: Floats, slope: Floats, first: NDArray[np.int64], side: int, tolerance: float
) -> NDArray[np.bool_]:
    """(lines, k): the swings from `first` on within the tolerance of each line, up to the first that lies beyond it."""
    beyond = side * (price - level[:, None] - slope[:, None] * at)
    begun = np.arange(len(at)) >= first[:, None]
    crossed = np.logical_or.accumulate(begun & (beyond > tolerance), axis=1)
    touching: NDArray[np.bool_] = begun & ~crossed & (beyond >= -tolerance)
    return touching
