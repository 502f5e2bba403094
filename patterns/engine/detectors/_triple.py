"""Three extremes at one level with two swings between: the compiled part of triple tops and bottoms (detectors.md 9.6)."""

from typing import Any

from patterns.engine.compiled import kernel
from patterns.engine.finds import LOOSE, Finds, add_point, new_row
from patterns.engine.levels import mean_of, prior_move, ramp, way_of
from patterns.engine.registry import Clause, Role
from patterns.engine.study import Tape, paced
from patterns.engine.swings import TIE, Swings, shortest_leg

from ._double import Price


def clauses(extreme: str, move: str) -> tuple[Clause, ...]:
    return (
        Clause(f"{extreme}s differ by at most the tolerance", "%", "<=", "tolerance", soft=True, cut="loose"),
        Clause(f"Least bars between two {extreme.lower()}s", "bars", ">=", "min_separation"),
        Clause("Bars from first to last", "bars", "<=", "max_span"),
        Clause("The nearer of the two middle swings lies far enough away", "%", ">=", "min_depth"),
        Clause(f"{move} before the first {extreme.lower()}", "%", ">=", "prior"),
        Clause(f"{move} before the first {extreme.lower()}, in ATR", "ATR", ">=", "prior_atr"),
        Clause(f"The middle {extreme.lower()} beyond both others (more would be a head)", "%", "<=", "head"),
        Clause(f"Volume around the last {extreme.lower()} against the first", "x", "<=", 1.0, soft=True),
    )


def roles(extreme: str, on: Price, middle: str, across: Price) -> tuple[Role, ...]:
    name = extreme.lower()
    return (
        Role(f"{name}-1", f"{extreme} 1", on),
        Role("middle-1", middle, across),
        Role(f"{name}-2", f"{extreme} 2", on),
        Role("middle-2", middle, across),
        Role(f"{name}-3", f"{extreme} 3", on),
    )


MARKS = (("Equality", 0.35), ("Even spacing", 0.20), ("Depth", 0.20), ("Prior trend", 0.15), ("Last extreme weaker", 0.10))


@kernel
def find(t: Tape, swings: Swings, p: Any, side: int, rows: Finds, size: int) -> int:
    """Write every three extremes in `swings`: lows for side +1 (triple bottom), highs for side -1 (triple top)."""
    for k in range(4, len(swings.at)):
        if swings.side[k] != -side:
            continue
        x1, x2, x3 = swings.at[k - 4], swings.at[k - 2], swings.at[k]
        first, second, third = swings.price[k - 4], swings.price[k - 2], swings.price[k]
        known = swings.seen[k]
        near, far = min(x2 - x1, x3 - x2), max(x2 - x1, x3 - x2)
        if near < p.min_separation or x3 - x1 > p.max_span or shortest_leg(swings, k - 4, k) < p.min_leg:
            continue
        outer = side * min(side * first, side * second, side * third)
        inner = side * max(side * first, side * second, side * third)
        difference = abs(outer / inner - 1)
        # how far the middle one lies beyond the farther of the others
        head = -side * (second / (side * min(side * first, side * third)) - 1)
        if difference > p.loose + TIE or head >= p.head - TIE:
            continue
        mean = (first + second + third) / 3
        middle1, middle2 = swings.price[k - 3], swings.price[k - 1]
        shallow = side * (side * min(side * middle1, side * middle2) - mean) / mean
        if shallow < p.min_depth - TIE:
            continue
        prior = prior_move(t.high, t.low, x1, first, p.prior_bars, -side)
        atr, span = t.atr[known], x3 - x1
        if not prior >= p.prior - TIE or way_of(first, prior, -side) < p.prior_atr * atr:
            continue
        row = new_row(rows, size)
        row.side = side
        row.start, row.end, row.known, row.group = x1, x3, known, x1
        row.level = side * max(side * middle1, side * middle2)
        height = side * (row.level - mean)
        row.stop = outer - side * 0.25 * atr
        row.target = row.level + side * p.share * height
        row.target2 = row.level + side * height
        row.expires = known + min(max(span - (known - x3), 1), p.wait)
        row.out_price = outer * (1 - side * p.beyond)
        row.prior = prior
        beside = paced(t, 2)
        around1 = mean_of(t.volume, max(0, x1 - beside), x1 + beside)
        around3 = mean_of(t.volume, x3 - beside, min(x3 + beside, known))
        row.volume = 1.0 if around3 <= around1 else 0.4
        row.marks[0] = ramp(difference, p.tolerance, 0.0)
        row.marks[1] = ramp(near / far, 0.3, 0.8)
        row.marks[2] = ramp(height / mean, 0.05, 0.15)
        row.marks[3] = ramp(prior, 0.12, 0.30)
        row.marks[4] = 1.0 if side * (third - second) > 0 else 0.0
        if difference > p.tolerance:
            row.notes |= LOOSE
        row.clauses[0], row.clauses[1], row.clauses[2] = 100 * difference, near, span
        row.clauses[3], row.clauses[4], row.clauses[5] = 100 * shallow, 100 * prior, way_of(first, prior, -side) / atr
        row.clauses[6] = 100 * max(head, 0.0)
        row.clauses[7] = around3 / around1
        for j in range(5):
            add_point(row, swings.at[k - 4 + j], j, swings.seen[k - 4 + j])
        row.touches = 3
        size += 1
    return size
