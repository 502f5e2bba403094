"""Extremes of smoothed closes, and the shapes that Lo, Mamaysky and Wang read in them (detectors.md 9.11): the compiled part of all ten."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats
from patterns.engine.compiled import kernel
from patterns.engine.finds import Book, Finds, add_point, new_row
from patterns.engine.levels import mean_of, ramp
from patterns.engine.registry import Bounds, Clause, Fraction, Role
from patterns.engine.study import Study, Tape
from patterns.engine.swings import TIE

WINDOW, CERTAINTY = 38, 3  # 35 bars, and three more until the last extreme is certain
MOST_EXTREMES = 20
HEAD, BROADENING, TRIANGLE, RECTANGLE, DOUBLE = range(5)
NEAR, LEVEL = 0.015, 0.0075  # from the mean: shoulders and doubles, rectangles
LEAST_APART = 22  # bars between the two extremes of a double


class Params(NamedTuple):
    bandwidth: Annotated[float, Bounds(0.8, 4.0, "bars", "width of the Gaussian weights that smooth the closes")] = 1.5
    share: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target lies")] = 0.50


class Extremes(NamedTuple):
    """Windows in which the last extreme has just become certain, oldest first.

    known : (m,) int64 last bar of the window; size : (m,) int64; at : (m, MOST_EXTREMES) int64 bars of the last extremes, oldest first;
    side : (m,) int64 of the last one, +1 a high, -1 a low; they alternate.
    """

    known: NDArray[np.int64]
    size: NDArray[np.int64]
    at: NDArray[np.int64]
    side: NDArray[np.int64]


ROLES = tuple(Role(f"extreme-{k}", f"E{k}", "close") for k in range(1, 6))
CLAUSES = (
    Clause("Bars from the first extreme to the last", "bars", "<=", float(WINDOW - CERTAINTY)),
    Clause("First and last extreme (all of that side, for a rectangle) from their mean", "%"),
    Clause("The opposite extremes from their mean", "%"),
    Clause("Height from the highest extreme to the lowest", "ATR"),
)
MARKS = (("Equality", 0.5), ("Height", 0.5))


@kernel
def smooth(close: Floats, first: int, last: int, bar: int, weights: Floats) -> float:
    """Weighted mean of the closes around `bar` within first..last; weights[k] is that of a distance of k bars."""
    total, whole = 0.0, 0.0
    reach = len(weights) - 1
    for i in range(max(first, bar - reach), min(last, bar + reach) + 1):
        weight = weights[abs(i - bar)]
        total += weight * close[i]
        whole += weight
    return total / whole


@kernel
def turn(before: float, here: float, after: float) -> int:
    """+1 where the curve turns down, -1 where it turns up, else 0."""
    play = TIE * here
    if here > before + play and here > after + play:
        return 1
    if here < before - play and here < after - play:
        return -1
    return 0


@kernel
def _farthest(close: Floats, bar: int, way: int) -> int:
    """The extreme of the closes themselves beside that of the curve."""
    best = bar
    for i in range(bar - 1, bar + 2):
        if way * (close[i] - close[best]) > 0:
            best = i
    return best


@kernel
def extremes(close: Floats, bandwidth: float) -> Extremes:
    """Every window of WINDOW bars in which a turn of the smoothed closes has become certain, CERTAINTY bars before its end. close : (n,) float64."""
    n = len(close)
    weights = np.empty(int(4 * bandwidth) + 1)
    for k in range(len(weights)):
        weights[k] = np.exp(-0.5 * (k / bandwidth) ** 2)
    known, sizes = np.empty(n, np.int64), np.empty(n, np.int64)
    side, at = np.empty(n, np.int64), np.empty((n, MOST_EXTREMES), np.int64)
    curve, held = np.empty(WINDOW), np.empty(WINDOW, np.int64)
    m, newest = 0, -1
    for last in range(WINDOW - 1, n):
        first, bar = last - WINDOW + 1, last - CERTAINTY + 1
        way = 0
        here, after = smooth(close, first, last, bar, weights), 0.0
        before = smooth(close, first, last, bar - 1, weights)
        # the end of the window moves the curve a little, so that a turn may come into sight a bar or two late
        while way == 0 and bar > last - CERTAINTY - 2:
            bar -= 1
            here, after = before, here
            before = smooth(close, first, last, bar - 1, weights)
            way = turn(before, here, after)
        if way == 0 or _farthest(close, bar, way) <= newest:
            continue
        newest = _farthest(close, bar, way)
        for i in range(first, bar + 2):
            curve[i - first] = smooth(close, first, last, i, weights)
        found, ways = 0, 0
        for i in range(first + 1, bar + 1):
            j = i - first
            here_way = turn(curve[j - 1], curve[j], curve[j + 1])
            if here_way == 0:
                continue
            best = _farthest(close, i, here_way)
            if found > 0 and (best <= held[found - 1] or here_way == ways):
                found = 0
            held[found] = best
            ways = here_way
            found += 1
        kept = min(found, MOST_EXTREMES)
        for k in range(kept):
            at[m, k] = held[found - kept + k]
        known[m], sizes[m], side[m] = last, kept, way
        m += 1
    return Extremes(known[:m].copy(), sizes[:m].copy(), at[:m].copy(), side[:m].copy())


@kernel
def off_mean(a: float, b: float, c: float) -> float:
    """The largest distance of three prices from their mean, as a fraction of it."""
    mean = (a + b + c) / 3
    return max(abs(a / mean - 1), abs(b / mean - 1), abs(c / mean - 1))


@kernel
def find(t: Tape, e: Extremes, p: Params, shape: int, side: int, rows: Finds, size: int) -> int:
    """Write every window that shows `shape`: a top for side -1, a bottom for side +1."""
    up = -side
    for m in range(len(e.known)):
        if e.side[m] != up or e.size[m] < 3:
            continue
        last, known = e.size[m] - 1, e.known[m]
        x5 = e.at[m, last]
        p5 = t.close[x5]
        if shape == DOUBLE:
            first = _partner(t, e, m, up)
            if first < 0:
                continue
            middle = first + 1
            for k in range(first + 1, last, 2):
                if up * (t.close[e.at[m, k]] - t.close[e.at[m, middle]]) < 0:
                    middle = k
            x1, x4 = e.at[m, first], e.at[m, middle]
            p1, p4 = t.close[x1], t.close[x4]
            low, high = p4, up * max(up * p1, up * p5)
            tops, bottoms = abs(p1 / p5 - 1) / (1 + p1 / p5), np.nan
        else:
            if last < 4:
                continue
            x1, x2, x3, x4 = e.at[m, last - 4], e.at[m, last - 3], e.at[m, last - 2], e.at[m, last - 1]
            p1, p2, p3, p4 = t.close[x1], t.close[x2], t.close[x3], t.close[x4]
            tops, bottoms = abs(p1 - p5) / (p1 + p5), abs(p2 - p4) / (p2 + p4)
            if shape == RECTANGLE:
                tops = off_mean(p1, p3, p5)
            if not _has_shape(shape, up, p1, p2, p3, p4, p5, tops, bottoms):
                continue
            low, high = up * min(up * p2, up * p4), up * max(up * p1, up * p3, up * p5)
        height, atr = abs(high - low), t.atr[known]
        row = new_row(rows, size)
        row.side = side
        row.start, row.end, row.known, row.group = x1, x5, known, x1
        row.level = p4
        row.stop = p5 - side * 0.25 * atr
        row.target, row.target2 = p4 + side * p.share * height, p4 + side * height
        row.expires = known + 20
        row.out_price = p5
        around1 = mean_of(t.volume, max(0, x1 - 2), x1 + 2)
        around5 = mean_of(t.volume, x5 - 2, min(x5 + 2, known))
        row.volume = 1.0 if around5 <= around1 else 0.4
        add_point(row, x1, 0, known)
        if shape != DOUBLE:
            add_point(row, x2, 1, known)
            add_point(row, x3, 2, known)
        add_point(row, x4, 3, known)
        add_point(row, x5, 4, known)
        row.marks[0] = 0.5
        if shape in (HEAD, DOUBLE):
            row.marks[0] = ramp(tops, NEAR, 0.0)
        elif shape == RECTANGLE:
            row.marks[0] = ramp(tops, LEVEL, 0.0)
        row.marks[1] = ramp(height / atr, 2.0, 6.0)
        row.clauses[0], row.clauses[1], row.clauses[2] = x5 - x1, 100 * tops, 100 * bottoms
        row.clauses[3] = height / atr
        row.touches = 2 if shape == DOUBLE else 5
        size += 1
    return size


@kernel
def _has_shape(shape: int, up: int, p1: float, p2: float, p3: float, p4: float, p5: float, tops: float, bottoms: float) -> bool:
    """The paper's definitions; `up` is +1 where the first extreme is a high, -1 where it is a low and everything is mirrored."""
    if shape == HEAD:
        return bool(up * (p3 - p1) > 0 and up * (p3 - p5) > 0 and tops <= NEAR + TIE and bottoms <= NEAR + TIE)
    if shape == BROADENING:
        return bool(up * (p3 - p1) > 0 and up * (p5 - p3) > 0 and up * (p2 - p4) > 0)
    if shape == TRIANGLE:
        return bool(up * (p1 - p3) > 0 and up * (p3 - p5) > 0 and up * (p4 - p2) > 0)
    inside = min(up * p1, up * p3, up * p5) > max(up * p2, up * p4)
    return bool(tops <= LEVEL + TIE and bottoms <= LEVEL + TIE and inside)


@kernel
def _partner(t: Tape, e: Extremes, m: int, up: int) -> int:
    """The latest extreme of the side of the last one, more than LEAST_APART bars before it and near it in price, with none beyond between."""
    last = e.size[m] - 1
    price = t.close[e.at[m, last]]
    for k in range(last - 2, -1, -2):
        other = t.close[e.at[m, k]]
        if e.at[m, last] - e.at[m, k] > LEAST_APART and abs(other - price) / (other + price) <= NEAR + TIE:
            return k
        if up * (other - price) > 0:
            break
    return -1


def shapes(shape: int, side: int) -> Callable[[Study, Any, Book], None]:
    """`find` of one of the ten: its shape and side."""

    def run(study: Study, params: Params, book: Book) -> None:
        known = study.shared(("lmw", params.bandwidth), lambda: extremes(study.tape.close, params.bandwidth))
        book.size = find(study.tape, known, params, shape, side, book.rows, book.size)

    return run
