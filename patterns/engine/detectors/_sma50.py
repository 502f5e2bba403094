"""A pullback to a moving average that trends: the compiled part of both sides (detectors.md 9.7)."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from patterns.engine.compiled import kernel
from patterns.engine.finds import Book, Finds, add_point, new_row
from patterns.engine.levels import highest_at, lowest_at, mean_of, ramp
from patterns.engine.registry import Atrs, Bars_, Clause, Fraction
from patterns.engine.study import Study, Tape, paced
from patterns.engine.swings import TIE


class Params(NamedTuple):
    slope: Annotated[float, Fraction(0.0, 0.10, "least change of SMA50 over 20 bars, with the trend")] = 0.01
    stretch: Annotated[float, Fraction(0.0, 0.20, "least distance of the swing from SMA50")] = 0.05
    share: Annotated[float, Fraction(0.3, 1.0, "least part of the 30 closes before the swing beyond SMA50")] = 0.70
    swing_bars: Annotated[int, Bars_(5, 60, "most bars back to the swing")] = 25
    pullback_bars: Annotated[int, Bars_(5, 50, "most bars of the pullback")] = 20
    min_depth: Annotated[float, Fraction(0.01, 0.10, "least depth of the pullback")] = 0.04
    max_depth: Annotated[float, Fraction(0.08, 0.30, "most depth of the pullback")] = 0.15
    min_swing: Annotated[int, Bars_(1, 10, "least bars back to the swing", least=3)] = 3
    min_pullback: Annotated[int, Bars_(1, 10, "least bars of the pullback", least=3)] = 3
    high_bars: Annotated[int, Bars_(20, 252, "the swing is the extreme of so many bars")] = 63
    touch: Annotated[float, Fraction(0.0, 0.05, "how near to SMA50 the pullback comes")] = 0.01
    touch_atr: Annotated[float, Atrs(0.0, 2.0, "the same in ATR; the larger of the two holds")] = 0.5
    touch_bars: Annotated[int, Bars_(1, 10, "bars up to the signal in which it comes so near", least=3)] = 3
    strong: Annotated[float, Fraction(0.3, 1.0, "where the signal bar closes in its range, at least (0 the far end, 1 the near)")] = 0.6
    broken: Annotated[float, Fraction(0.0, 0.10, "a close so far beyond SMA50 ends it")] = 0.03
    apart: Annotated[int, Bars_(3, 40, "least bars between two tests")] = 10
    stop_atr: Annotated[float, Atrs(0.1, 2.0, "distance of the stop beyond the pullback or SMA50, in ATR")] = 0.5
    wait: Annotated[int, Bars_(3, 40, "bars after the touch in which it may trigger")] = 10


CLAUSES = (
    Clause("Change of SMA50 over 20 bars, with the trend", "%", ">=", "slope"),
    Clause("The swing's distance from SMA50", "%", ">=", "stretch"),
    Clause("Closes on the trend's side of SMA50 in the 30 bars before the swing", "%", ">=", "share"),
    Clause("Bars since the swing", "bars", "in", ("min_swing", "swing_bars")),
    Clause("Depth of the pullback", "%", "in", ("min_depth", "max_depth")),
    Clause("Bars from the swing to the pullback's end", "bars", "in", ("min_pullback", "pullback_bars")),
    Clause("Distance of the touch from SMA50, of what is allowed", "%", "<=", 100.0),
    Clause("Test number", "n", "<=", 2.0, soft=True),
    Clause("Largest bar against the trend, in ATR", "ATR", "<=", 2.0, soft=True),
    Clause("Volume of the pullback against 50 bars", "x", "<=", 0.8, soft=True),
    Clause("Volume of the pullback against the move before it", "x", "<=", 1.0, soft=True),
)
MARKS = (("Test number", 0.30), ("Depth", 0.20), ("Slope of SMA50", 0.20), ("Closes beyond SMA50", 0.15), ("Orderly", 0.15))
MOST_LOOK_BACK = 250  # daily bars in which earlier tests are counted


@kernel
def beyond(a: float, b: float, side: int) -> float:
    """How far a lies beyond b on that side, as a fraction; for the short side they change places, so that both sides mirror each other."""
    return a / b - 1 if side > 0 else b / a - 1


@kernel
def _reach(t: Tape, i: int, p: Any) -> float:
    """How near to SMA50 a bar must come to touch it, in price."""
    return float(max(p.touch * t.sma50[i], p.touch_atr * t.atr[i]))


@kernel
def _touches(t: Tape, i: int, p: Any, side: int) -> bool:
    """The bar comes near SMA50."""
    reach = _reach(t, i, p)
    return bool(t.low[i] <= t.sma50[i] + reach if side > 0 else t.high[i] >= t.sma50[i] - reach)


@kernel
def _broken(t: Tape, i: int, p: Any, side: int) -> bool:
    """A close too far beyond SMA50 against the trend, or the averages on the wrong side of each other: tests count anew."""
    return bool(beyond(t.sma50[i], t.close[i], side) > 1 / (1 - p.broken) - 1 or beyond(t.sma50[i], t.sma200[i], side) <= 0)


@kernel
def _test_number(t: Tape, i: int, p: Any, side: int) -> int:
    """Which test of SMA50 this is since the trend began."""
    first = i
    while first > max(0, i - paced(t, MOST_LOOK_BACK)) and not _broken(t, first - 1, p, side):
        first -= 1
    number, last = 0, -1000
    for j in range(first, i + 1):
        if _touches(t, j, p, side):
            if j - last >= p.apart:
                number += 1
            last = j
    return number


@kernel
def find(t: Tape, p: Any, side: int, rows: Finds, size: int) -> int:
    """Write every signal bar: side +1 a pullback in a rise, side -1 a rally in a fall."""
    ahead = t.high if side > 0 else t.low
    against = t.low if side > 0 else t.high
    last, before = -1000, paced(t, 30)
    slope_bars = paced(t, 20)
    for i in range(paced(t, 200) + slope_bars - 1, len(t.close)):
        if beyond(t.sma50[i], t.sma200[i], side) <= 0 or beyond(t.close[i], t.sma50[i], side) <= 0:
            continue
        slope = beyond(t.sma50[i], t.sma50[i - slope_bars], side)
        if slope < p.slope or beyond(t.sma200[i], t.sma200[i - slope_bars], side) < 0:
            continue
        bar_range = t.high[i] - t.low[i]
        if side * (t.close[i] - ahead[i - 1]) <= 0 or side * (ahead[i] - t.close[i]) > (1.0 - p.strong) * bar_range + TIE * t.close[i]:
            continue
        touch = -1
        for j in range(i - p.touch_bars + 1, i + 1):
            if _touches(t, j, p, side):
                touch = j
        if touch < 0:
            continue
        swing = highest_at(t.high, i - p.high_bars + 1, i) if side > 0 else lowest_at(t.low, i - p.high_bars + 1, i)
        if not p.min_swing <= i - swing <= p.swing_bars or beyond(ahead[swing], t.sma50[swing], side) < p.stretch:
            continue
        above = 0
        for j in range(swing - before, swing):
            if beyond(t.close[j], t.sma50[j], side) > TIE:
                above += 1
        if above < p.share * before:
            continue
        end = lowest_at(t.low, swing + 1, i) if side > 0 else highest_at(t.high, swing + 1, i)
        depth = 1 - against[end] / ahead[swing] if side > 0 else 1 - ahead[swing] / against[end]
        if not p.min_depth <= depth <= p.max_depth or not p.min_pullback <= end - swing <= p.pullback_bars:
            continue
        if _has_broken(t, swing + 1, i, p, side):
            continue
        # a later signal of the same pullback is the same test
        if i - last < p.apart and rows[size - 1].start == swing:
            continue
        size = _write(t, swing, end, touch, i, p, side, slope, depth, above / before, rows, size)
        last = i
    return size


@kernel
def _has_broken(t: Tape, first: int, last: int, p: Any, side: int) -> bool:
    for j in range(first, last + 1):
        if beyond(t.sma50[j], t.close[j], side) > 1 / (1 - p.broken) - 1:
            return True
    return False


@kernel
def _write(
    t: Tape,
    swing: int,
    end: int,
    touch: int,
    known: int,
    p: Any,
    side: int,
    slope: float,
    depth: float,
    above: float,
    rows: Finds,
    size: int,
) -> int:
    ahead = t.high if side > 0 else t.low
    against = t.low if side > 0 else t.high
    row = new_row(rows, size)
    row.side = side
    row.start, row.end, row.known, row.group = swing, known, known, swing
    row.level = ahead[known]
    row.stop = side * min(side * against[end], side * t.sma50[known]) - side * p.stop_atr * t.atr[known]
    row.target = ahead[swing]
    row.target2 = ahead[swing] + (ahead[swing] - against[end])
    row.expires = touch + p.wait
    row.out_sma_closes, row.out_sma = 1, p.broken
    add_point(row, swing, 0, known)
    add_point(row, end, 1, known)
    add_point(row, known, 2, known)
    number = _test_number(t, touch, p, side)
    largest = 0.0
    for j in range(swing + 1, known + 1):
        largest = max(largest, side * (t.open[j] - t.close[j]) / t.atr[j])
    pullback, move = mean_of(t.volume, swing + 1, known), mean_of(t.volume, swing - paced(t, 30), swing)
    row.volume = 0.5 * ramp(pullback / t.v50[known], 1.0, 0.8) + (0.5 if pullback <= move else 0.0)
    row.marks[0] = 1.0 if number <= 2 else (0.5 if number == 3 else 0.0)
    row.marks[1] = min(ramp(depth, 0.03, 0.05), ramp(depth, 0.15, 0.10))
    row.marks[2] = ramp(slope, 0.01, 0.05)
    row.marks[3] = ramp(above, 0.7, 1.0)
    row.marks[4] = 1.0 if largest <= 2.0 else 0.0
    row.clauses[0], row.clauses[1], row.clauses[2] = 100 * slope, 100 * beyond(ahead[swing], t.sma50[swing], side), 100 * above
    row.clauses[3], row.clauses[4], row.clauses[5] = known - swing, 100 * depth, end - swing
    row.clauses[6] = 100 * max(side * (against[touch] - t.sma50[touch]), 0.0) / _reach(t, touch, p)
    row.clauses[7], row.clauses[8] = number, largest
    row.clauses[9], row.clauses[10] = pullback / t.v50[known], pullback / move
    row.touches = number
    return size + 1


def tests(side: int) -> Callable[[Study, Params, Book], None]:
    """`find` of the detector of that side."""

    def run(study: Study, params: Params, book: Book) -> None:
        book.size = find(study.tape, params, side, book.rows, book.size)

    return run
