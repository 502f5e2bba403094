"""Random entries that look like a trade but know nothing: the control group of the evidence (product.md 4)."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel
from patterns.engine.indicators.volatility import atr
from patterns.engine.outcomes import Outcomes, r_multiple

DRAWS = 20
TRIES = 64  # draws of a member and a day until one has a bar there


class Market(NamedTuple):
    """A universe laid end to end, for compiled loops that jump between its members."""

    open: Floats  # (all bars,)
    high: Floats
    low: Floats
    close: Floats
    atr: Floats
    first: NDArray[np.int64]  # (members + 1,) where each member's bars begin
    times: Floats  # (t,) sorted union of the members' times
    where: NDArray[np.int32]  # (members, t) bar of the member, -1 where it has none or was no member
    month: NDArray[np.int64]  # (t,) index of the calendar month of each time
    month_first: NDArray[np.int64]  # (months + 1,) into times

    def month_of(self, at: Floats) -> NDArray[np.int64]:
        """Index of the month of each time; times must be in `times`."""
        months: NDArray[np.int64] = self.month[np.searchsorted(self.times, at)]
        return months

    def belongs(self, row: int, at: Floats) -> NDArray[np.bool_]:
        """Whether the member belonged to the universe at each of its own bars; `at` are all of their times."""
        inside: NDArray[np.bool_] = self.where[row, np.searchsorted(self.times, at)] >= 0
        return inside

    def years(self) -> NDArray[np.int64]:
        """Calendar year of each month."""
        starts = self.times[self.month_first[:-1]].astype("datetime64[s]")
        return starts.astype("datetime64[Y]").astype(np.int64) + 1970


def market_of(members: Sequence[Bars], present: NDArray[np.bool_] | None = None) -> Market:
    """Lay out the members; `present` (members, t) is False where a share was not a member that day."""
    first = np.concatenate([[0], np.cumsum([bars.size for bars in members])]).astype(np.int64)
    columns = zip(*members, strict=True) if members else [[np.empty(0)] for _ in Bars._fields]
    return lay_out(Bars(*(np.concatenate(column) for column in columns)), first, present)


def lay_out(joined: Bars, first: NDArray[np.int64], present: NDArray[np.bool_] | None = None) -> Market:
    """The same from bars that lie end to end already; they are not copied.

    first : (members + 1,) where each member's bars begin; present : as for `market_of`.
    """
    times = np.unique(joined.at)
    where = np.full((len(first) - 1, len(times)), -1, np.int32)
    ranges = np.empty(joined.size)
    for row, (begin, end) in enumerate(pairwise(first.tolist())):
        where[row, np.searchsorted(times, joined.at[begin:end])] = np.arange(end - begin, dtype=np.int32)
        ranges[begin:end] = atr(joined.high[begin:end], joined.low[begin:end], joined.close[begin:end], 14)
    if present is not None:
        where[~present] = -1
    calendar = times.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    _, month_first, month = np.unique(calendar, return_index=True, return_inverse=True)
    return Market(
        open=joined.open,
        high=joined.high,
        low=joined.low,
        close=joined.close,
        atr=ranges,
        first=first,
        times=times,
        where=where,
        month=month.astype(np.int64),
        month_first=np.concatenate([month_first, [len(times)]]).astype(np.int64),
    )


def key_of(name: str) -> int:
    """A 64-bit number for a name, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def seeds_of(outcomes: Outcomes, symbols: Sequence[str], patterns: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One seed a trade from its own identity (symbol, pattern, side, known_at), so that neither order nor pieces matter.

    patterns : (n,) uint64 key_of the published name of each outcome.
    """
    symbol = np.array([key_of(name) for name in symbols], np.uint64)[outcomes["instrument"]]
    days = outcomes["known_at"].astype(np.int64).astype(np.uint64)
    sides = (outcomes["side"] + 2).astype(np.uint64)
    odd = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        mixed: NDArray[np.uint64] = ((symbol * odd + patterns) * odd + days) * odd + sides
    return mixed


@kernel
def _next(state: np.uint64) -> np.uint64:
    """The splitmix64 step: a new state."""
    return np.uint64(state + np.uint64(0x9E3779B97F4A7C15))


@kernel
def _below(state: np.uint64, bound: int) -> int:
    """A whole number in [0, bound) from a state, by splitmix64's mixing (Steele, Lea, Flood 2014)."""
    z = np.uint64((state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9))
    z = np.uint64((z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB))
    z = np.uint64(z ^ (z >> np.uint64(31)))
    return int((z >> np.uint64(11)) % np.uint64(bound))


@kernel
def trade(m: Market, member: int, bar: int, side: int, stop_atrs: float, reward: float, horizon: int, costs: float) -> float:
    """R of a trade entered at the open of `bar`; NaN where it still runs at the end of the data or no stop fits above zero."""
    begin, end = m.first[member], m.first[member + 1]
    i = begin + bar
    fill = m.open[i]
    stop = fill - side * stop_atrs * m.atr[i - 1]
    if stop <= 0:
        return np.nan
    target = max(fill + reward * (fill - stop), 0.05 * fill)
    for j in range(i, min(end, i + horizon + 1)):
        against = m.low[j] if side > 0 else m.high[j]
        ahead = m.high[j] if side > 0 else m.low[j]
        if side * (against - stop) <= 0:
            return r_multiple(side, fill, side * min(side * m.open[j], side * stop) if j > i else stop, stop, costs)
        if side * (ahead - target) >= 0:
            return r_multiple(side, fill, side * max(side * m.open[j], side * target) if j > i else target, stop, costs)
        if j == i + horizon:
            return r_multiple(side, fill, m.close[j], stop, costs)
    return np.nan


@kernel
def control(
    m: Market,
    month: NDArray[np.int64],
    side: NDArray[np.int64],
    stop_atrs: Floats,
    reward: Floats,
    seeds: NDArray[np.uint64],
    horizon: int,
    costs: float,
    draws: int,
) -> Floats:
    """R of `draws` random entries for each of n trades: a random member at the open of a random day of the trade's month.

    Side, stop distance in ATR, reward to risk, horizon and costs are those of the trade.

    month, side, stop_atrs, reward, seeds : (n,); returns (n, draws), NaN where nothing could be drawn or the entry ran out of data.
    """
    members = len(m.first) - 1
    out = np.full((len(month), draws), np.nan)
    for k in range(len(month)):
        state = seeds[k]
        first, last = m.month_first[month[k]], m.month_first[month[k] + 1]
        for d in range(draws):
            for _ in range(TRIES):
                state = _next(state)
                day = first + _below(state, last - first)
                state = _next(state)
                member = _below(state, members)
                bar = m.where[member, day]
                if bar >= 1 and not np.isnan(m.atr[m.first[member] + bar - 1]):
                    out[k, d] = trade(m, member, bar, side[k], stop_atrs[k], reward[k], horizon, costs)
                    break
    return out
