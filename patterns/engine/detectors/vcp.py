"""Volatility contraction pattern: pullbacks that shrink below one level (detectors.md 9.1)."""

from typing import Annotated, NamedTuple

import numpy as np

from patterns.engine.compiled import kernel
from patterns.engine.finds import LONG, LOOSE, Book, Finds, add_point, new_row
from patterns.engine.indicators.trend_template import RS_TEST, passed
from patterns.engine.levels import entry_at, highest_at, lowest_at, mean_of, ramp
from patterns.engine.registry import Bars_, Clause, Count, Detector, Drawn, Fraction, Pattern, Role
from patterns.engine.study import Study, Tape, paced
from patterns.engine.swings import HIGH, Swings

MOST_LEGS = 6


class Params(NamedTuple):
    min_legs: Annotated[int, Count(2, 4, "least contractions")] = 2
    rise: Annotated[float, Fraction(0.0, 1.0, "least rise into the first high, from the low of the 126 bars before")] = 0.25
    high_bars: Annotated[int, Bars_(20, 252, "the first high is the highest of so many bars")] = 60
    min_leg: Annotated[int, Bars_(1, 20, "least bars of each leg", least=3)] = 3
    first_least: Annotated[float, Fraction(0.03, 0.20, "least depth of the first contraction")] = 0.08
    first_most: Annotated[float, Fraction(0.20, 0.60, "most depth of the first contraction")] = 0.50
    shrink: Annotated[float, Fraction(0.40, 0.95, "each contraction is at most this part of the one before")] = 0.75
    shrink_once: Annotated[float, Fraction(0.50, 1.00, "with three or more, one pair may be this much")] = 0.90
    last_most: Annotated[float, Fraction(0.03, 0.20, "most depth of the last contraction")] = 0.12
    highs_low: Annotated[float, Fraction(0.80, 1.00, "later highs against the first, at least")] = 0.90
    highs_high: Annotated[float, Fraction(1.00, 1.10, "later highs against the first, at most")] = 1.03
    rise_bars: Annotated[int, Bars_(40, 252, "bars before the first high in whose low that rise begins")] = 126
    lows: Annotated[float, Fraction(0.95, 1.00, "each low against the one before, at least")] = 0.995
    min_days: Annotated[int, Bars_(10, 60, "least bars from the first high")] = 15
    max_days: Annotated[int, Bars_(60, 325, "most bars from the first high")] = 150
    dry: Annotated[float, Fraction(0.3, 2.0, "mean volume of the last 10 bars against the 50 before, at most")] = 1.0
    fade: Annotated[float, Fraction(0.3, 2.0, "mean volume of the last leg against the first, at most")] = 1.0
    wait: Annotated[int, Bars_(10, 60, "bars after the last high in which it may trigger")] = 40
    sma_closes: Annotated[int, Bars_(1, 10, "closes in a row below SMA50 that end it")] = 3
    broken: Annotated[float, Fraction(0.0, 0.10, "how far below SMA50 those closes lie")] = 0.03


@kernel
def _template_holds(t: Tape, i: int) -> bool:
    """Seven of eight tests, or six of seven where the RS rating is unknown."""
    bits = t.template[i]
    if np.isnan(t.rs[i]):
        return passed(bits) >= 6
    return passed(bits) + (1 if bits & RS_TEST else 0) >= 7


@kernel
def _may_hold(t: Tape, pivot: int, p: Params) -> bool:
    """The trend template holds at one of the closes at which a last leg from `pivot` could become known."""
    for i in range(pivot + p.min_leg, min(len(t.close), pivot + p.wait)):
        if _template_holds(t, i):
            return True
    return False


@kernel
def _legs_hold(depths: np.ndarray, lows: np.ndarray, highs: np.ndarray, n: int, p: Params) -> bool:
    """Contractions shrink, highs stay level, lows do not fall. All (n,) filled."""
    exceptions = 0
    for i in range(1, n):
        ratio = depths[i] / depths[i - 1]
        if ratio > p.shrink:
            exceptions += 1
            if n < 3 or exceptions > 1 or ratio > p.shrink_once:
                return False
        if not p.highs_low <= highs[i] / highs[0] <= p.highs_high or lows[i] < p.lows * lows[i - 1]:
            return False
    return bool(depths[n - 1] <= p.last_most)


@kernel
def _find(t: Tape, swings: Swings, pivots: Swings, p: Params, rows: Finds, size: int) -> int:
    """Try every high as the last one: zigzag highs, and fractal highs after the last zigzag low."""
    highs, lows = np.empty(MOST_LEGS), np.empty(MOST_LEGS)
    top_at, low_at = np.empty(MOST_LEGS, np.int64), np.empty(MOST_LEGS, np.int64)
    top_seen, low_seen = np.empty(MOST_LEGS, np.int64), np.empty(MOST_LEGS, np.int64)
    depths = np.empty(MOST_LEGS)
    k = 0
    for j in range(len(pivots.at)):
        pivot, seen = pivots.at[j], pivots.seen[j]
        # the last swing low that was confirmed when the pivot was
        while k < len(swings.at) and swings.seen[k] <= seen:
            k += 1
        last = k - 1
        while last >= 0 and (swings.side[last] == HIGH or swings.at[last] >= pivot):
            last -= 1
        if last < 1 or not _may_hold(t, pivot, p) or t.high[highest_at(t.high, swings.at[last], pivot)] > t.high[pivot]:
            continue
        for n in range(MOST_LEGS, p.min_legs - 1, -1):
            if last - 2 * (n - 2) - 1 < 0:
                continue
            for i in range(n - 1):
                low = last - 2 * (n - 2 - i)
                top_at[i], highs[i], top_seen[i] = swings.at[low - 1], swings.price[low - 1], swings.seen[low - 1]
                low_at[i], lows[i], low_seen[i] = swings.at[low], swings.price[low], swings.seen[low]
                depths[i] = (highs[i] - lows[i]) / highs[i]
            top_at[n - 1], highs[n - 1], top_seen[n - 1] = pivot, t.high[pivot], seen
            if not _base_holds(t, top_at, low_at, highs, depths, n, p):
                continue
            found = _walk(t, top_at, top_seen, highs, low_at, low_seen, lows, depths, n, p, rows, size)
            if found > size:
                size = found
                break
    return size


@kernel
def _base_holds(t: Tape, top_at: np.ndarray, low_at: np.ndarray, highs: np.ndarray, depths: np.ndarray, n: int, p: Params) -> bool:
    """What does not depend on the last low: the first high and its contraction, the length of the legs."""
    h1 = top_at[0]
    if not p.first_least <= depths[0] <= p.first_most or h1 < p.high_bars:
        return False
    if t.high[highest_at(t.high, h1 - p.high_bars + 1, h1 - 1)] > highs[0]:
        return False
    if highs[0] / t.low[lowest_at(t.low, h1 - p.rise_bars, h1 - 1)] - 1 < p.rise:
        return False
    for i in range(n - 1):
        if low_at[i] - top_at[i] < p.min_leg or top_at[i + 1] - low_at[i] < p.min_leg:
            return False
    return True


@kernel
def _walk(
    t: Tape,
    top_at: np.ndarray,
    top_seen: np.ndarray,
    highs: np.ndarray,
    low_at: np.ndarray,
    low_seen: np.ndarray,
    lows: np.ndarray,
    depths: np.ndarray,
    n: int,
    p: Params,
    rows: Finds,
    size: int,
) -> int:
    """Go forward from the last high until everything holds at a close; a later lower low that still holds makes a successor, one that
    ends the match without that ends the structure."""
    pivot, first = top_at[n - 1], top_at[0]
    level = highs[n - 1]
    low = pivot + 1
    previous, previous_low, previous_stop, entry, alive, over = -1, 0.0, 0.0, 0.0, False, False
    for i in range(pivot + 1, min(len(t.close), pivot + p.wait)):
        if over:
            break
        if t.low[i] < t.low[low]:
            low = i
        if t.high[i] > level and (not alive or t.high[i] >= entry):
            break
        if alive:
            if t.low[i] >= previous_low:
                continue
            over = t.low[i] <= previous_stop or t.close[i] < previous_low
        if i < top_seen[n - 1] or i - pivot < p.min_leg or low - pivot < p.min_leg or not p.min_days <= i - first <= p.max_days:
            continue
        lows[n - 1], depths[n - 1] = t.low[low], (level - t.low[low]) / level
        if not _legs_hold(depths, lows, highs, n, p) or not _template_holds(t, i):
            continue
        recent = mean_of(t.volume, i - paced(t, 10) + 1, i) / t.v50[i]
        faded = mean_of(t.volume, pivot + 1, i) / mean_of(t.volume, top_at[0], low_at[0])
        if recent > p.dry or faded > p.fade:
            continue
        row = _write(t, top_at, top_seen, highs, low_at, low_seen, lows, depths, n, low, i, recent, faded, p, rows, size)
        row.replaces = previous
        row.expires = pivot + p.wait
        entry = entry_at(level, LONG, t.atr[i])
        previous, previous_low, previous_stop, alive, over = size, lows[n - 1], row.stop, True, False
        size += 1
    return size


@kernel
def _write(
    t: Tape,
    top_at: np.ndarray,
    top_seen: np.ndarray,
    highs: np.ndarray,
    low_at: np.ndarray,
    low_seen: np.ndarray,
    lows: np.ndarray,
    depths: np.ndarray,
    n: int,
    low: int,
    known: int,
    recent: float,
    faded: float,
    p: Params,
    rows: Finds,
    size: int,
) -> Finds:
    row = new_row(rows, size)
    level = highs[n - 1]
    row.pattern = 0 if n >= 3 else 1
    row.side = LONG
    row.start, row.end, row.known, row.group = top_at[0], top_at[n - 1], known, top_at[0]
    row.level = level
    row.stop = lows[n - 1] - 0.25 * t.atr[known]
    entry = entry_at(level, LONG, t.atr[known])
    row.target2 = level + highs[0] - lows[0]
    row.target = min(entry + 2 * (entry - row.stop), row.target2)
    row.out_price, row.out_sma_closes, row.out_sma = lows[n - 1], p.sma_closes, p.broken
    if depths[0] > 0.35:
        row.notes |= LOOSE
    ratios, spread, rising, lowest, highest = 0.0, 0.0, 1e9, 1e9, 0.0
    for i in range(n):
        add_point(row, top_at[i], 0, top_seen[i])
        add_point(row, low_at[i] if i < n - 1 else low, 1, low_seen[i] if i < n - 1 else known)
        if i > 0:
            ratios += ramp(depths[i] / depths[i - 1], 0.9, 0.5) / (n - 1)
            lowest, highest = min(lowest, highs[i] / highs[0]), max(highest, highs[i] / highs[0])
            spread = max(spread, abs(highs[i] / highs[0] - 1))
            rising = min(rising, lows[i] / lows[i - 1])
    row.volume = 0.5 * ramp(recent, 1.0, 0.7) + 0.5 * ramp(faded, 1.0, 0.8)
    row.marks[0] = ratios
    row.marks[1] = ramp(depths[n - 1], 0.12, 0.04)
    row.marks[2] = ramp(spread, 0.10, 0.02)
    row.marks[3] = 0.5 if n == 2 else (1.0 if n <= 4 else 0.8)
    row.marks[4] = ramp(rising, 0.995, 1.03)
    row.clauses[0] = n
    row.clauses[1] = 100 * depths[0]
    row.clauses[2] = _largest_ratio(depths, n)
    row.clauses[3] = 100 * depths[n - 1]
    row.clauses[4], row.clauses[5] = lowest, highest
    row.clauses[6] = rising
    row.clauses[7] = 7 - passed(t.template[known]) + (0 if np.isnan(t.rs[known]) or t.template[known] & RS_TEST else 1)
    row.clauses[8] = 100 * (highs[0] / t.low[lowest_at(t.low, top_at[0] - p.rise_bars, top_at[0] - 1)] - 1)
    row.clauses[9] = recent
    row.clauses[10] = faded
    row.clauses[11] = known - top_at[0]
    row.touches = 2 * n
    return row


@kernel
def _largest_ratio(depths: np.ndarray, n: int) -> float:
    largest = 0.0
    for i in range(1, n):
        largest = max(largest, depths[i] / depths[i - 1])
    return largest


def find(study: Study, params: Params, book: Book) -> None:
    book.size = _find(study.tape, study.tape.fine, study.tape.highs3, params, book.rows, book.size)


DETECTORS = (
    Detector(
        name="vcp",
        title="Volatility contraction (VCP)",
        side="long",
        kind="continuation",
        summary="In a strong rise, two to six pullbacks below one level, each smaller than the one before, while volume dries up.",
        rules=(
            "The trend template holds: at least seven of its eight tests (six of seven without an RS rating).",
            "The first high is the highest of 60 bars and at least 25 % above the low of the 126 bars before.",
            "Two to six contractions: the first 8 to 35 % deep (50 % at most), each at most 0.75 of the one before; with three or more, one pair may be 0.90.",
            "The last contraction is at most 12 % deep, better 6 %. Later highs lie within 0.90 to 1.03 of the first, lows do not fall.",
            "15 to 150 bars from the first high, each leg at least 3 bars, the last low too at least 3 after its high.",
            "Volume dries up: the last 10 bars have on average no more than the 50 before them, better 0.7 of it; the last leg no more than the first, better 0.8 of it.",
            "Known at the first close where all of this holds; entry above the last high.",
            "Stop a quarter ATR below the last low; the sober target pays twice the risk, the full one adds the first contraction to the level.",
            "Over at a close below the last low, three closes 3 % below SMA50, or 40 bars after the last high.",
        ),
        source="Minervini, Trade Like a Stock Market Wizard (2013); Think & Trade Like a Champion (2017)",
        min_bars=252,
        params=Params,
        find=find,
        roles=(Role("high", "H", "high"), Role("low", "L", "low")),
        clauses=(
            Clause("Contractions", "n", ">=", "min_legs"),
            Clause("Depth of the first contraction", "%", "<=", 35.0, soft=True, cut="first_most"),
            Clause("Largest contraction against the one before", "x", "<=", "shrink", soft=True),
            Clause("Depth of the last contraction", "%", "<=", 10.0, soft=True, cut="last_most"),
            Clause("Lowest later high against the first", "x", ">=", "highs_low"),
            Clause("Highest later high against the first", "x", "<=", "highs_high"),
            Clause("Each low against the one before, least", "x", ">=", "lows"),
            Clause("Tests of the trend template failed", "n", "<=", 1.0),
            Clause("Rise into the first high", "%", ">=", "rise"),
            Clause("Volume of the last 10 bars against 50", "x", "<=", "dry"),
            Clause("Volume of the last leg against the first", "x", "<=", 0.8, soft=True, cut="fade"),
            Clause("Bars from the first high", "bars", "in", ("min_days", "max_days")),
        ),
        marks=(("Contraction", 0.30), ("Tight last leg", 0.25), ("Level highs", 0.15), ("Number of legs", 0.15), ("Rising lows", 0.15)),
        patterns=(
            Pattern("vcp", "Volatility contraction (VCP)", "long"),
            Pattern("vcp-2t", "Volatility contraction, two legs", "long"),
        ),
        ordered=(("first_least", "first_most"), ("shrink", "shrink_once"), ("min_days", "max_days"), ("highs_low", "highs_high")),
        examples=(
            Drawn(
                ((0, 60), (230, 92), (25, 100), (7, 84), (9, 99), (6, 91), (7, 98.5), (5, 95), (8, 106)),
                volumes=(1, 1.3, 1.5, 1, 0.9, 0.8, 0.6, 1.8),
                breaks=292,
            ),
            Drawn(
                ((0, 60), (230, 92), (25, 100), (8, 86), (10, 99), (6, 93.5), (8, 104)),
                volumes=(1, 1.3, 1.5, 1, 0.7, 1.8),
                breaks=283,
                pattern="vcp-2t",
            ),
        ),
        counter=(Drawn(((0, 60), (230, 92), (25, 100), (7, 94), (9, 99), (6, 89), (7, 98.5), (8, 84), (14, 106)), note="legs grow"),),
    ),
)
