"""What rules may ask beyond an instrument's own bars: relative strength, benchmark, state of the market (detectors.md 7)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bars import Bars, Floats
from .compiled import kernel
from .indicators.averages import sma
from .pace import DAILY, Pace


class Context(NamedTuple):
    """Aligned to one instrument's bars; (n,) float64 each, NaN where unknown."""

    rs: Floats  # 1..99
    market: Floats  # 1: benchmark above a SMA200 that is not falling; 0.5: one of both; 0: neither
    benchmark: Floats  # its close


def no_context(size: int) -> Context:
    """Nothing is known beyond the bars."""
    unknown = np.full(size, np.nan)
    return Context(unknown, unknown, unknown)


class UniverseContext(NamedTuple):
    """The same for a whole universe on one timetable."""

    times: Floats  # (t,) UTC seconds
    rs: NDArray[np.uint8]  # (members, t), 0 where unknown
    market: Floats  # (t,)
    benchmark: Floats  # (t,)

    def of(self, row: int, at: Floats) -> Context:
        """Member `row` at its own bar times `at` (n,); times that are not in the timetable are unknown."""
        where = np.searchsorted(self.times, at)
        where[where == len(self.times)] = 0
        there = self.times[where] == at if len(self.times) else np.zeros(len(at), bool)
        if not len(self.times):
            return no_context(len(at))
        rs = self.rs[row, where].astype(np.float64)
        rs[(rs == 0) | ~there] = np.nan
        return Context(rs, np.where(there, self.market[where], np.nan), np.where(there, self.benchmark[where], np.nan))


@kernel
def relative_strength(close: Floats, quarter: int = 63, half: int = 126, three: int = 189, year: int = 252) -> Floats:
    """0.4 of the last quarter's return and 0.2 of each of the last two, three and four quarters (63, 126, 189 and 252 daily bars).

    With a shorter history the missing terms are dropped and the weights rescaled; at least the first two are needed.

    close : (n,) float64; returns (n,), first valid index `half`. Source: O'Neil's rating gives the latest quarter double weight; its exact
    formula is not public, this is the usual replica.
    """
    out = np.full(len(close), np.nan)
    for t in range(half, len(close)):
        total = 0.4 * (close[t] / close[t - quarter] - 1) + 0.2 * (close[t] / close[t - half] - 1)
        weight = 0.6
        if t >= three:
            total += 0.2 * (close[t] / close[t - three] - 1)
            weight += 0.2
        if t >= year:
            total += 0.2 * (close[t] / close[t - year] - 1)
            weight += 0.2
        out[t] = total / weight
    return out


@kernel
def percentiles(values: Floats) -> NDArray[np.uint8]:
    """Rank of each row within its column as 1..99, equal values sharing a rank; 0 for NaN.

    values : (rows, columns) float64; returns the same shape, uint8. A column with one value gives it 50.
    """
    rows, columns = values.shape
    out = np.zeros((rows, columns), np.uint8)
    for c in range(columns):
        column = values[:, c].copy()
        order = np.argsort(column)  # NaN last
        count = 0
        for r in range(rows):
            if not np.isnan(column[r]):
                count += 1
        if count == 1:
            out[order[0], c] = 50
            continue
        i = 0
        while i < count:
            j = i
            while j + 1 < count and column[order[j + 1]] <= column[order[i]] + 1e-12:
                j += 1
            below = (i + j) / 2.0
            rating = min(99, 1 + int(99.0 * below / (count - 1)))
            for k in range(i, j + 1):
                out[order[k], c] = rating
            i = j + 1
    return out


def rate_universe(
    members: Sequence[Bars], benchmark: Bars | None = None, present: NDArray[np.bool_] | None = None, pace: Pace = DAILY
) -> UniverseContext:
    """Rate every member at every close among the members that have a bar there.

    members : bars of each; benchmark : bars of the universe's own, or None for its members' mean return, chained.
    present : (members, t) bool over the sorted union of the members' times, False where a share was not a member that day; None: always.
    pace : of the bars.
    """
    quarters = [pace.bars(days) for days in (63, 126, 189, 252)]
    times = np.unique(np.concatenate([bars.at for bars in members])) if members else np.empty(0)
    raw = np.full((len(members), len(times)), np.nan)
    returns = np.full((len(members), len(times)), np.nan)
    for row, bars in enumerate(members):
        where = np.searchsorted(times, bars.at)
        # stored bars are read-only views, for which every kernel would be compiled a second time
        raw[row, where] = relative_strength(bars.close.copy(), *quarters)
        returns[row, where[1:]] = bars.close[1:] / bars.close[:-1] - 1
    if present is not None:
        raw[~present] = np.nan
        returns[~present] = np.nan
    if benchmark is None:
        counts = np.isfinite(returns).sum(axis=0)
        mean = np.nansum(returns, axis=0) / np.maximum(counts, 1)
        series = np.cumprod(1 + mean)
    else:
        series = np.full(len(times), np.nan)
        where = np.searchsorted(benchmark.at, times)
        inside = where < benchmark.size
        inside[inside] = benchmark.at[where[inside]] == times[inside]
        series[inside] = benchmark.close[where[inside]]
    state = market_state(benchmark.close.copy() if benchmark is not None else series, pace)
    if benchmark is not None:
        market = np.full(len(times), np.nan)
        market[inside] = state[where[inside]]
    else:
        market = state
    return UniverseContext(times, percentiles(raw), market, series)


def market_state(close: Floats, pace: Pace = DAILY) -> Floats:
    """1 if the close is above its SMA200 and that is not lower than 21 bars before, 0.5 if one of both, else 0.

    close : (n,) float64; returns (n,), first valid index 220 on daily bars; the lengths are those of daily bars.
    """
    average, month = sma(close, pace.bars(200)), pace.bars(21)
    before = np.full(len(close), np.nan)
    before[month:] = average[:-month]
    state = 0.5 * (close > average) + 0.5 * (average >= before)
    state[np.isnan(before)] = np.nan
    return state
