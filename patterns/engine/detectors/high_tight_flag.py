"""High tight flag: price about doubles within two months and gives back little."""

from typing import Annotated, NamedTuple

import numpy as np

from patterns.engine.compiled import kernel
from patterns.engine.finds import LONG, Book, Finds, add_point, new_row
from patterns.engine.levels import entry_at, highest_at, lowest_at, mean_of, ramp
from patterns.engine.registry import Bars_, Clause, Detector, Drawn, Forming, Fraction, Role
from patterns.engine.study import Study, Tape
from patterns.engine.swings import TIE, Swings

from ._pole import closes_follow


class Params(NamedTuple):
    pole: Annotated[float, Fraction(0.50, 2.00, "least rise of the pole")] = 0.90
    max_pole: Annotated[int, Bars_(15, 80, "most bars of the pole")] = 42
    min_rest: Annotated[int, Bars_(3, 10, "least bars of the flag", least=2)] = 3
    max_rest: Annotated[int, Bars_(8, 40, "most bars of the flag, and bars in which it may trigger")] = 25
    depth: Annotated[float, Fraction(0.10, 0.40, "most depth of the flag below the pole's top")] = 0.25
    dry: Annotated[float, Fraction(0.3, 2.0, "mean volume of the flag against the pole, at most")] = 1.0
    falling: Annotated[float, Fraction(0.3, 3.0, "mean volume of the flag's later half against its earlier, at most")] = 1.0
    share: Annotated[float, Fraction(0.2, 1.0, "part of the way to the full target at which the sober target lies")] = 0.50


@kernel
def _find(t: Tape, pivots: Swings, p: Params, rows: Finds, size: int) -> int:
    for k in range(len(pivots.at)):
        end, tip = pivots.at[k], pivots.price[k]
        if end < 1:
            continue
        begin = lowest_at(t.low, end - p.max_pole, end - 1)
        if tip / t.low[begin] - 1 < p.pole - TIE or t.high[highest_at(t.high, begin, end)] > tip:
            continue
        if not closes_follow(t, begin, end, tip - t.low[begin], LONG):
            continue
        size = _walk(t, begin, end, pivots.seen[k], p, rows, size)
    return size


@kernel
def _walk(t: Tape, begin: int, end: int, seen: int, p: Params, rows: Finds, size: int) -> int:
    """Go forward from the pole's top until everything holds at a close; a later lower low that still holds makes a successor, one that
    reaches the stop without that ends it."""
    tip, base = t.high[end], t.low[begin]
    pole, volume = tip - base, mean_of(t.volume, begin + 1, end)
    low = end + 1
    previous, previous_low, previous_stop, entry, alive, over = -1, 0.0, 0.0, 0.0, False, False
    for i in range(end + 1, min(len(t.close), end + p.max_rest)):
        if over:
            break
        if t.low[i] < t.low[low]:
            low = i
        if t.high[i] > tip and (not alive or t.high[i] >= entry):
            break
        depth = 1 - t.low[low] / tip
        if depth > p.depth + TIE:
            break
        if alive:
            if t.low[i] >= previous_low:
                continue
            over = t.low[i] <= previous_stop
        rest = mean_of(t.volume, end + 1, i)
        half = (i - end) // 2
        if i < seen or i - end < p.min_rest or rest > p.dry * volume:
            continue
        falling = mean_of(t.volume, i - half + 1, i) / mean_of(t.volume, end + 1, end + half)
        if falling > p.falling:
            continue
        row = new_row(rows, size)
        row.side = LONG
        row.start, row.end, row.known, row.group = begin, end, i, begin
        row.level = max(tip, t.high[highest_at(t.high, end, i)])
        row.stop = t.low[low] - 0.25 * t.atr[i]
        row.target2 = t.low[low] + pole
        row.target = row.level + p.share * (row.target2 - row.level)
        row.expires = end + p.max_rest
        row.out_price = (1 - p.depth) * tip
        row.opposite = t.low[low]
        row.replaces = previous
        add_point(row, begin, 0, seen)
        add_point(row, end, 1, seen)
        add_point(row, low, 2, i)
        fall = rest / volume if volume > 0 else np.nan
        spread = _spread(t, i)
        row.volume = 0.5 * ramp(fall, 1.0, 0.6) + 0.5 * ramp(falling, 1.0, 0.8)
        row.marks[0] = 0.5 * ramp(pole / base, 0.9, 1.2) + 0.5 * ramp(end - begin, 42.0, 20.0)
        row.marks[1] = ramp(depth, 0.25, 0.20)
        row.marks[2] = row.volume if volume > 0 else 0.0
        row.marks[3] = ramp(spread, 3.0, 1.0)
        row.clauses[0], row.clauses[1] = 100 * pole / base, end - begin
        row.clauses[2], row.clauses[3] = i - end, 100 * depth
        row.clauses[4], row.clauses[5], row.clauses[6] = fall, falling, spread
        row.touches = 1
        entry = entry_at(row.level, LONG, t.atr[i])
        previous, previous_low, previous_stop, alive, over = size, t.low[low], row.stop, True, False
        size += 1
    return size


@kernel
def _spread(t: Tape, i: int) -> float:
    """Range of the last five closes in ATR."""
    return float((t.close[highest_at(t.close, i - 4, i)] - t.close[lowest_at(t.close, i - 4, i)]) / t.atr[i])


def find(study: Study, params: Params, book: Book) -> None:
    book.size = _find(study.tape, study.tape.highs3, params, book.rows, book.size)


DETECTORS = (
    Detector(
        name="high-tight-flag",
        title="High tight flag",
        side="long",
        kind="continuation",
        summary="Price about doubles within two months, then rests without giving back more than a quarter; bought above its high.",
        rules=(
            "The pole: from low to high at least 90 % in at most 42 bars, half of it made between closes, to a high of three bars to each side.",
            "The flag: 3 to 25 bars after it, at most 25 % deep, better 20 %, on a falling volume whose mean is below the pole's.",
            "Known at the first close where all of this holds; entry above the highest high of the whole pattern.",
            "Stop a quarter ATR below the flag's low; a risk above 15 % makes no match.",
            "The full target adds the pole to the flag's low, the sober one lies half of the way from the level.",
            "Over when the flag is deeper than 25 %, or 25 bars after the pole.",
        ),
        source="O'Neil, How to Make Money in Stocks; Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., high and tight flags",
        min_bars=63,
        params=Params,
        find=find,
        forming=Forming("min_rest", 2),
        roles=(Role("pole-start", "Pole", "low"), Role("pole-end", "Pole's top", "high"), Role("rest", "Lowest since", "low")),
        clauses=(
            Clause("Rise of the pole", "%", ">=", "pole"),
            Clause("Bars of the pole", "bars", "<=", "max_pole"),
            Clause("Bars of the flag", "bars", ">=", "min_rest"),
            Clause("Depth of the flag", "%", "<=", "depth"),
            Clause("Volume of the flag against the pole", "x", "<=", "dry"),
            Clause("Volume of the flag's later half against its earlier", "x", "<=", "falling"),
            Clause("Range of the last five closes", "ATR", "<=", 2.0, soft=True),
        ),
        marks=(("Speed of the pole", 0.25), ("Little depth", 0.25), ("Volume falls", 0.25), ("Tight closes", 0.25)),
        ordered=(("min_rest", "max_rest"),),
        examples=(Drawn(((0, 40), (60, 41), (35, 82), (8, 74), (6, 86))),),
        counter=(Drawn(((0, 40), (60, 41), (35, 66), (8, 60), (6, 70)), note="the pole rises only 61 %"),),
        horizon="days to weeks",
    ),
)
