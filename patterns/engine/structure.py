"""Where price stands: zones of support and resistance, Fibonacci levels, pivot points, stage of the trend."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bars import Bars, Floats
from .compiled import kernel
from .indicators.averages import sma
from .study import Study
from .swings import HIGH, LOW, TIE, Swings

RETRACEMENTS = (0.236, 0.382, 0.5, 0.618, 0.786)
EXTENSIONS = (1.272, 1.618, 2.0, 2.618)
WEEK = 604_800.0
MONDAY = 345_600.0  # the first Monday of the epoch, in seconds


class Zone(NamedTuple):
    """A band of prices where swings have turned; bars are indexes into the series, prices in the instrument's currency."""

    low: float
    high: float
    price: float  # mean of its swings, newer ones weighing more
    role: Literal["support", "resistance", "inside"]  # of the close it was asked for
    touches: tuple[int, ...]  # bars of its swings, oldest first
    highs: int  # how many of them are swing highs
    strength: float  # touches, each worth half after `half_life` bars

    @property
    def last(self) -> int:
        """The newest touch."""
        return self.touches[-1]


def zones(
    study: Study,
    at: int | None = None,
    *,
    swings: Swings | None = None,
    look_back: int = 504,
    width: float = 1.0,
    touches: int = 2,
    half_life: int = 126,
    most: int = 4,
) -> list[Zone]:
    """Bands at most `width` ATR high that hold at least `touches` confirmed swings, as known at the close of bar `at`; from low to high.

    at : bar index, the last bar when left out. swings : confirmed swings, the fine ones of `study` when left out, of which those confirmed
    by then in the last `look_back` bars count. The strongest band is taken first, its swings are used up, then the next; bands do not
    overlap. At most `most` in each role. IndexError when there is no such bar; ValueError for touches < 1.
    """
    if touches < 1:
        raise ValueError("touches must be at least 1")
    tape = study.tape
    t = _bar(study.bars.size, at)
    if t is None or np.isnan(tape.atr[t]):
        return []
    known = tape.fine if swings is None else swings
    rows = np.flatnonzero((known.seen <= t) & (known.at > t - look_back))
    rows = rows[np.lexsort((rows, known.price[rows]))]
    price, close = known.price[rows], float(tape.close[t])
    worth = 0.5 ** ((t - known.at[rows]) / half_life)
    bands = _bands(price, worth, width * tape.atr[t] + TIE * close, touches)
    found = []
    for first, last in bands:
        inside = slice(first, last + 1)
        low, high = float(price[first]), float(price[last])
        role: Literal["support", "resistance", "inside"] = "support" if high < close else "resistance" if low > close else "inside"
        mean = float((price[inside] * worth[inside]).sum() / worth[inside].sum())
        bars = tuple(int(bar) for bar in np.sort(known.at[rows[inside]]))
        highs = int((known.side[rows[inside]] == HIGH).sum())
        found.append(Zone(low, high, mean, role, bars, highs, float(worth[inside].sum())))
    kept: list[Zone] = []
    for zone in sorted(found, key=lambda zone: (-zone.strength, zone.low)):
        if sum(other.role == zone.role for other in kept) < most:
            kept.append(zone)
    return sorted(kept)


def _bar(size: int, at: int | None) -> int | None:
    """Index of the bar asked for, None in an empty series."""
    if at is None:
        return size - 1 if size else None
    if not 0 <= at < size:
        raise IndexError(f"there is no bar {at} among {size}")
    return at


def _bands(price: Floats, worth: Floats, width: float, least: int) -> list[tuple[int, int]]:
    """First and last index of each band, the strongest first. price : (k,) rising; worth : (k,)."""
    size = len(price)
    taken, found = np.zeros(size, bool), list[tuple[int, int]]()
    first, sums = np.arange(size), np.concatenate([[0.0], np.cumsum(worth)])
    reach = np.searchsorted(price, price + width, side="right")
    while size:
        wall = np.minimum.accumulate(np.where(taken, first, size)[::-1])[::-1]  # the next swing that is used up
        end = np.minimum(reach, wall)
        total = np.where(end - first >= least, sums[end] - sums[first], 0.0)
        best = int(np.flatnonzero(total >= total.max() * (1 - TIE))[0])  # the lowest of equals
        if total[best] <= 0:
            break
        taken[best : end[best]] = True
        found.append((best, int(end[best]) - 1))
    return found


class FibonacciLevel(NamedTuple):
    kind: Literal["retracement", "extension"]
    ratio: float  # of the leg's height: back from its end, or onward from its start
    price: float


class Fibonacci(NamedTuple):
    """Levels of one leg between two confirmed swings."""

    start: int  # bar
    start_price: float
    end: int
    end_price: float
    seen: int  # bar at which its end was confirmed
    levels: tuple[FibonacciLevel, ...]

    @property
    def is_up(self) -> bool:
        return self.end_price > self.start_price


def fibonacci(swings: Swings, at: int) -> Fibonacci | None:
    """Retracements and extensions of the last leg whose two ends were confirmed at bar `at`; None when there is none yet.

    swings : alternating, as `zigzag` gives them. Extensions at or below a price of 0 are left out.
    """
    known = int(np.searchsorted(swings.seen, at, side="right"))
    if known < 2:
        return None
    start, end = float(swings.price[known - 2]), float(swings.price[known - 1])
    height = end - start
    levels = [FibonacciLevel("retracement", ratio, end - ratio * height) for ratio in RETRACEMENTS]
    levels += [FibonacciLevel("extension", ratio, start + ratio * height) for ratio in EXTENSIONS]
    return Fibonacci(
        start=int(swings.at[known - 2]),
        start_price=start,
        end=int(swings.at[known - 1]),
        end_price=end,
        seen=int(swings.seen[known - 1]),
        levels=tuple(level for level in levels if level.price > 0),
    )


def swing_trend(swings: Swings, at: int) -> int:
    """1 when the last two confirmed highs rise and the last two lows too, -1 when both fall, else 0; as known at bar `at`."""
    known = swings.seen <= at
    tops, bottoms = swings.price[known & (swings.side == HIGH)][-2:], swings.price[known & (swings.side == LOW)][-2:]
    if len(tops) < 2 or len(bottoms) < 2:
        return 0
    play = TIE * float(tops[1])
    if min(tops[1] - tops[0], bottoms[1] - bottoms[0]) > play:
        return 1
    return -1 if max(tops[1] - tops[0], bottoms[1] - bottoms[0]) < -play else 0


class Pivots(NamedTuple):
    """Floor traders' levels of one completed period, price units."""

    s3: float
    s2: float
    s1: float
    pivot: float
    r1: float
    r2: float
    r3: float


def pivot_points(high: float, low: float, close: float) -> Pivots:
    """Levels from the high, low and close of a completed period. Source: Person, A Complete Guide to Technical Trading Tactics (2004)."""
    pivot = (high + low + close) / 3
    height = high - low
    return Pivots(
        s3=low - 2 * (high - pivot),
        s2=pivot - height,
        s1=2 * pivot - high,
        pivot=pivot,
        r1=2 * pivot - low,
        r2=pivot + height,
        r3=high + 2 * (pivot - low),
    )


def weekly_pivots(bars: Bars, at: int | None = None) -> Pivots | None:
    """`pivot_points` of the last week before the one in which bar `at` lies (a week begins on Monday, UTC); None when there is none.

    bars : daily or finer. The week of the bar itself is never used, since nobody knows from bars alone whether it is over.
    IndexError when there is no such bar.
    """
    t = _bar(bars.size, at)
    if t is None:
        return None
    weeks = np.floor((bars.at[: t + 1] - MONDAY) / WEEK)
    before = np.flatnonzero(weeks < weeks[t])
    if not len(before):
        return None
    week = slice(int(np.searchsorted(weeks, weeks[before[-1]])), int(before[-1]) + 1)
    return pivot_points(float(bars.high[week].max()), float(bars.low[week].min()), float(bars.close[before[-1]]))


STAGES = ("unknown", "basing", "advancing", "topping", "declining")


@kernel
def stages(close: Floats, length: int = 150, slope_bars: int = 20, flat: float = 0.005) -> NDArray[np.int8]:
    """Weinstein's stage at every close: index into STAGES.

    The average of `length` closes (150 days are his 30 weeks) rises or falls when it changed by more than `flat` over `slope_bars`, else it
    is level. Close above a rising average: advancing. Close below a falling one: declining. Otherwise the stage stays, but an advance whose
    average no longer rises is topping, and a decline whose average no longer falls is basing. Unknown until the first advance or decline.

    close : (n,) float64; returns (n,) int8, first index that can be known length + slope_bars - 1. ValueError if length or slope_bars < 1.
    Source: Weinstein, Secrets for Profiting in Bull and Bear Markets (1988); the threshold is our own.
    """
    if length < 1 or slope_bars < 1:
        raise ValueError("length and slope_bars must be at least 1")
    average = sma(close, length)
    out = np.zeros(len(close), np.int8)
    stage = 0
    for t in range(slope_bars, len(close)):
        change = average[t] / average[t - slope_bars] - 1.0
        if np.isnan(change):
            stage = 0
            continue
        slope = 1 if change > flat + TIE else (-1 if change < -flat - TIE else 0)
        above = close[t] > average[t]
        if slope > 0 and above:
            stage = 2
        elif slope < 0 and not above:
            stage = 4
        elif stage == 2 and slope <= 0:
            stage = 3
        elif stage == 4 and slope >= 0:
            stage = 1
        out[t] = stage
    return out
