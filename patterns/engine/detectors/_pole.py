"""A steep pole and a short rest after it: the compiled part of flags and pennants, both sides (detectors.md 9.8, 9.9)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from patterns.engine.bars import Floats
from patterns.engine.compiled import kernel
from patterns.engine.finds import Book, Finds, add_point, new_row
from patterns.engine.levels import entry_at, highest_at, lowest_at, mean_of, ramp
from patterns.engine.registry import Clause, Role
from patterns.engine.study import Study, Tape, paced
from patterns.engine.swings import TIE, Swings


def roles(side: int) -> tuple[Role, ...]:
    if side > 0:
        return Role("pole-start", "Pole", "low"), Role("pole-end", "Pole's top", "high"), Role("rest", "Lowest since", "low")
    return Role("pole-start", "Pole", "high"), Role("pole-end", "Pole's bottom", "low"), Role("rest", "Highest since", "high")


def clauses(*shape: Clause) -> tuple[Clause, ...]:
    return (
        Clause("Size of the pole", "%", ">=", "pole"),
        Clause("Size of the pole in ATR", "ATR", ">=", "pole_atr"),
        Clause("Bars of the pole", "bars", "in", ("min_pole", "max_pole")),
        Clause("Net way of the pole against all its steps", "x", ">=", "efficiency"),
        Clause("Volume of the pole against 50 bars", "x", ">=", "pole_volume"),
        Clause("Bars since the pole", "bars", ">=", "min_rest"),
        Clause("Part of the pole given back", "%", "<=", "retrace"),
        Clause("Given back ideally at most", "%", "<=", 38.0, soft=True),
        Clause("Drift of the line ahead along the pole, in poles", "x", "<=", "drift"),
        Clause("Volume of the rest against the pole", "x", "<=", "dry"),
        *shape,
    )


def marks(lines: str) -> tuple[tuple[str, float], ...]:
    return (("Straight pole", 0.25), ("Little given back", 0.25), (lines, 0.15), ("Volume falls", 0.20), ("Size of the pole", 0.15))


@kernel
def efficiency_of(close: Floats, first: int, last: int) -> float:
    """Net change over the sum of all steps, 0..1; 1 is a straight line."""
    steps = 0.0
    for i in range(first + 1, last + 1):
        steps += abs(close[i] - close[i - 1])
    return abs(close[last] - close[first]) / steps if steps > 0 else 0.0


@kernel
def closes_follow(t: Tape, begin: int, end: int, pole: float, side: int) -> bool:
    """At least half of the pole was made between closes: the low of one bad tick begins no pole."""
    against = t.close[lowest_at(t.close, begin, end)] if side > 0 else t.close[highest_at(t.close, begin, end)]
    return bool(side * (t.close[end] - against) >= 0.5 * pole * (1 - TIE))


@kernel
def touching_line(values: Floats, first: int, last: int, side: int) -> tuple[float, float]:
    """Least-squares line through values[first..last], shifted outward (side +1 up) until it touches the farthest: value at `first`, change per bar."""
    n, sx, sy, sxx, sxy = 0, 0.0, 0.0, 0.0, 0.0
    for i in range(first, last + 1):
        x, y = float(i - first), values[i]
        n, sx, sy, sxx, sxy = n + 1, sx + x, sy + y, sxx + x * x, sxy + x * y
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    start = values[first]
    for i in range(first, last + 1):
        start = side * max(side * start, side * (values[i] - slope * (i - first)))
    return start, slope


@kernel
def find(t: Tape, pivots: Swings, p: Any, side: int, closing: bool, rows: Finds, size: int) -> int:
    """Try every extreme as a pole's end: side +1 a rise, -1 a fall. `closing` asks for lines that meet (a pennant), else they run side by side."""
    for k in range(len(pivots.at)):
        end, tip = pivots.at[k], pivots.price[k]
        if end < p.max_pole:
            continue
        begin = _foot(t, end, p, side)
        if begin < 0:
            continue
        base = t.low[lowest_at(t.low, begin, end)] if side > 0 else t.high[highest_at(t.high, begin, end)]
        farthest = t.high[highest_at(t.high, begin, end)] if side > 0 else t.low[lowest_at(t.low, begin, end)]
        pole = side * (tip - base)
        if end - begin < p.min_pole or pole < p.pole * base * (1 - TIE) or side * (farthest - tip) > 0:
            continue
        if efficiency_of(t.close, begin, end) < p.efficiency - TIE or not closes_follow(t, begin, end, pole, side):
            continue
        size = _walk(t, begin, end, pivots.seen[k], pole, p, side, closing, rows, size)
    return size


@kernel
def _foot(t: Tape, end: int, p: Any, side: int) -> int:
    """Where the pole begins: the bar farthest below the straight line from the lowest of the bars before to the pole's end (above, for a fall),
    so that a slow beginning is left out; that lowest bar itself where the rest would be too small, -1 where even that is."""
    against = t.low if side > 0 else t.high
    tip = t.high[end] if side > 0 else t.low[end]
    lowest = lowest_at(t.low, end - p.max_pole, end - 1) if side > 0 else highest_at(t.high, end - p.max_pole, end - 1)
    if side * (tip - against[lowest]) < _least(t, lowest, end, p, side):
        return -1
    slope = side * (tip - against[lowest]) / (end - lowest)
    best, below = lowest, 0.0
    for i in range(lowest + 1, end - p.min_pole + 1):
        away = side * (against[lowest] - against[i]) + slope * (i - lowest)
        if away > below + TIE * tip and side * (tip - against[i]) >= _least(t, i, end, p, side):
            best, below = i, away
    return best


@kernel
def _least(t: Tape, begin: int, end: int, p: Any, side: int) -> float:
    """Least size of a pole between these bars, in price."""
    base = t.low[begin] if side > 0 else t.high[begin]
    return float(max(p.pole * base, p.pole_atr * t.atr[end] if p.pole == 0 else 0.0) * (1 - TIE))


@kernel
def _walk(t: Tape, begin: int, end: int, seen: int, pole: float, p: Any, side: int, closing: bool, rows: Finds, size: int) -> int:
    """Go forward from the pole's end until everything holds at a close; a later, deeper extreme that still holds makes a successor, one
    that reaches the stop without that ends it."""
    ahead = t.high if side > 0 else t.low
    against = t.low if side > 0 else t.high
    tip = ahead[end]
    volume = mean_of(t.volume, begin + 1, end)
    longest = min(p.max_rest, int(p.rest_poles * (end - begin)) + paced(t, 5))
    play = TIE * tip
    deepest = end + 1
    previous, previous_deepest, previous_stop, entry, alive, over = -1, 0.0, 0.0, 0.0, False, False
    for i in range(end + 1, min(len(t.close), end + longest)):
        if over:
            break
        if side * (against[i] - against[deepest]) < 0:
            deepest = i
        if side * (ahead[i] - entry) >= -play if alive else side * (ahead[i] - tip) > 0:
            break
        given_back = side * (tip - against[deepest]) / pole
        if given_back > p.retrace + TIE:
            break
        if alive:
            if side * (against[i] - previous_deepest) >= 0:
                continue
            over = side * (against[i] - previous_stop) <= 0
        if i < seen or i - end < p.min_rest or pole < p.pole_atr * t.atr[i] or volume < p.pole_volume * t.v50[i]:
            continue
        rest = mean_of(t.volume, end + 1, i)
        if rest > p.dry * volume:
            continue
        first, length = end + 1, float(i - end - 1)
        outer, outer_slope = touching_line(ahead, first, i, side)
        inner, inner_slope = touching_line(against, first, i, -side)
        height = side * (outer - inner)
        ratio = 1.0 + side * (outer_slope - inner_slope) * length / height
        drift = side * outer_slope * length / pole
        if not p.ratio_low <= ratio <= p.ratio_high or drift > p.drift + TIE:
            continue
        if closing and (side * outer_slope >= -play or side * inner_slope <= play):
            continue
        row = new_row(rows, size)
        row.side = side
        row.start, row.end, row.known, row.group = begin, end, i, begin
        row.level = outer + outer_slope * length
        row.opposite = against[deepest]
        row.stop = against[deepest] - side * 0.25 * t.atr[i]
        row.target2 = against[deepest] + side * pole
        row.target = row.level + p.share * (row.target2 - row.level)
        row.expires = end + longest
        row.out_price = tip - side * p.retrace * pole
        row.replaces = previous
        add_point(row, begin, 0, seen)
        add_point(row, end, 1, seen)
        add_point(row, deepest, 2, i)
        upper, lower = (0, 1) if side > 0 else (1, 0)
        row.lines[upper, 0], row.lines[upper, 1], row.lines[upper, 2], row.lines[upper, 3] = first, outer, i, row.level
        row.lines[lower, 0], row.lines[lower, 1] = first, inner
        row.lines[lower, 2], row.lines[lower, 3] = i, inner + inner_slope * length
        efficiency = efficiency_of(t.close, begin, end)
        fall = rest / volume if volume > 0 else np.nan
        row.volume = ramp(fall, 0.9, 0.8)
        row.marks[0] = ramp(efficiency, 0.6, 0.9)
        row.marks[1] = ramp(given_back, 0.5, 0.2)
        row.marks[2] = ramp(ratio, 0.6, 0.3) if closing else ramp(abs(ratio - 1.0), 0.3, 0.1)
        row.marks[3] = ramp(fall, 0.9, 0.5) if volume > 0 else 0.0
        row.marks[4] = ramp(pole / t.atr[i], 4.0, 8.0)
        row.clauses[0], row.clauses[1], row.clauses[2] = 100 * pole / abs(tip - side * pole), pole / t.atr[i], end - begin
        row.clauses[3], row.clauses[4] = efficiency, volume / t.v50[i]
        row.clauses[5], row.clauses[6], row.clauses[7] = i - end, 100 * given_back, 100 * given_back
        row.clauses[8], row.clauses[9], row.clauses[10] = drift, fall, ratio
        row.touches = 2
        entry = entry_at(row.level, side, t.atr[i])
        previous, previous_deepest, previous_stop, alive, over = size, against[deepest], row.stop, True, False
        size += 1
    return size


def poles(side: int, closing: bool) -> Callable[[Study, Any, Book], None]:
    """`find` of a flag or pennant of that side."""

    def run(study: Study, params: Any, book: Book) -> None:
        pivots = study.tape.highs3 if side > 0 else study.tape.lows3
        book.size = find(study.tape, pivots, params, side, closing, book.rows, book.size)

    return run
