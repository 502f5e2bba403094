"""Two extremes at one level with a swing between: the compiled part that double tops and double bottoms share (detectors.md 9.5)."""

from typing import Any, Literal

from patterns.engine.bars import Floats
from patterns.engine.compiled import kernel
from patterns.engine.finds import LOOSE, Finds, add_point, new_row
from patterns.engine.levels import highest_at, lowest_at, mean_of, prior_move, ramp, way_of
from patterns.engine.registry import Clause, Role
from patterns.engine.study import Tape, paced
from patterns.engine.swings import Swings, shortest_leg


def clauses(extreme: str, move: str) -> tuple[Clause, ...]:
    return (
        Clause(f"{extreme}s differ by at most the tolerance", "%", "<=", "tolerance", soft=True, cut="loose"),
        Clause(f"Bars between the {extreme.lower()}s", "bars", "in", ("min_separation", "max_separation")),
        Clause("Middle swing lies far enough away", "%", ">=", "min_depth"),
        Clause("Middle swing in ATR", "ATR", ">=", "min_depth_atr"),
        Clause(f"{move} before the first {extreme.lower()}", "%", ">=", "prior"),
        Clause(f"{move} before the first {extreme.lower()}, in ATR", "ATR", ">=", "prior_atr"),
        Clause(f"Volume around the second {extreme.lower()} against the first", "x", "<=", 1.0, soft=True),
        Clause(f"Bars within 1 % of the first {extreme.lower()} (up to 3 is Adam, more is Eve)", "bars"),
        Clause(f"Bars within 1 % of the second {extreme.lower()}", "bars"),
    )


Price = Literal["high", "low"]


def roles(extreme: str, on: Price, middle: str, across: Price) -> tuple[Role, ...]:
    return (
        Role(f"{extreme.lower()}-1", f"{extreme} 1", on),
        Role("middle", middle, across),
        Role(f"{extreme.lower()}-2", f"{extreme} 2", on),
    )


MARKS = (("Equality", 0.35), ("Depth", 0.25), ("Separation", 0.15), ("Prior trend", 0.25))


@kernel
def width_at(values: Floats, bar: int, price: float) -> int:
    """Bars around `bar` without a break whose extreme lies within 1 % of it: narrow is Adam, wide is Eve."""
    first, last = bar, bar
    while first > 0 and abs(values[first - 1] / price - 1) <= 0.01:
        first -= 1
    while last < len(values) - 1 and abs(values[last + 1] / price - 1) <= 0.01:
        last += 1
    return last - first + 1


@kernel
def find(t: Tape, swings: Swings, p: Any, side: int, base: int, under: float, rows: Finds, size: int) -> int:
    """Write every pair of extremes in `swings`: lows for side +1 (double bottom), highs for side -1 (double top).

    base : least bars between the lows of the undercut variant, 0: there is none; under : how far the second may lie below the first.
    """
    extremes = t.low if side > 0 else t.high
    for k in range(2, len(swings.at)):
        if swings.side[k] != -side:
            continue
        x1, x2 = swings.at[k - 2], swings.at[k]
        first, middle, second = swings.price[k - 2], swings.price[k - 1], swings.price[k]
        known = swings.seen[k]
        atr = t.atr[known]
        separation = x2 - x1
        if not p.min_separation <= separation <= p.max_separation or shortest_leg(swings, k - 2, k) < p.min_leg:
            continue
        difference = abs(second / first - 1)
        if difference > p.loose:
            continue
        height = side * (middle - (first + second) / 2)
        depth = height / ((first + second) / 2)
        if depth < p.min_depth or height < p.min_depth_atr * atr:
            continue
        prior = prior_move(t.high, t.low, x1, first, p.prior_bars, -side)
        if not prior >= p.prior or way_of(first, prior, -side) < p.prior_atr * atr:
            continue
        if side > 0:
            extreme = lowest_at(t.low, x1 - p.extreme_bars, x1 - 1)
            if x1 > 0 and t.low[extreme] < first:
                continue
        else:
            extreme = highest_at(t.high, x1 - p.extreme_bars, x1 - 1)
            if x1 > 0 and t.high[extreme] > first:
                continue
        outer = side * min(side * first, side * second)
        broken = False
        for i in range(x1, x2 + 1):
            if side * (t.close[i] - outer) < -0.5 * t.atr[i]:
                broken = True
                break
        if broken:
            continue
        row = new_row(rows, size)
        row.side = side
        row.start, row.end, row.known = x1, x2, known
        row.group = x1
        row.level = middle
        row.stop = outer - side * 0.25 * atr
        row.expires = known + min(max(separation - (known - x2), 1), p.wait)
        row.out_price = outer * (1 - side * p.beyond)
        row.prior = prior
        beside = paced(t, 2)
        around1 = mean_of(t.volume, max(0, x1 - beside), x1 + beside)
        around2 = mean_of(t.volume, x2 - beside, min(x2 + beside, known))
        fades = around2 <= around1
        row.volume = 1.0 if fades else 0.4
        undercut = base > 0 and separation >= base and 0 < side * (first - second) <= under * first
        if undercut:
            row.variant, row.level = 1, middle * (1 + side * 0.001)
        row.target = row.level + side * p.share * height
        row.target2 = row.level + side * height
        row.marks[0] = 1.0 if undercut else ramp(difference, p.tolerance, 0.0)
        row.marks[1] = ramp(depth, 0.06, 0.15)
        row.marks[2] = 1.0 if separation <= p.best else ramp(separation, p.max_separation, p.best)
        row.marks[3] = ramp(prior, 0.12, 0.30)
        if difference > p.tolerance:
            row.notes |= LOOSE
        row.clauses[0] = 100 * difference
        row.clauses[1] = separation
        row.clauses[2] = 100 * depth
        row.clauses[3] = height / atr
        row.clauses[4] = 100 * prior
        row.clauses[5] = way_of(first, prior, -side) / atr
        row.clauses[6] = around2 / around1
        row.clauses[7] = width_at(extremes[: known + 1], x1, first)
        row.clauses[8] = width_at(extremes[: known + 1], x2, second)
        for j in range(3):
            add_point(row, swings.at[k - 2 + j], j, swings.seen[k - 2 + j])
        row.touches = 2
        size += 1
    return size
