"""What is wrong with rows that a source handed over, and what is odd about the bars made of them. Arrays only, no database."""

import datetime as dt
import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from patterns import calendars
from patterns.engine.bars import Bars
from patterns.providers.base import Rows

Verdicts = NDArray[np.int8]  # (n,) place in REASONS, 0 where nothing is wrong
Places = NDArray[np.int64]

REASONS = {
    "taken": "",
    "bad_symbol": "the symbol is missing or cannot be one",
    "bad_time": "the date or time is missing or cannot be read",
    "not_a_number": "a price or volume is not a number",
    "missing_value": "a price or volume is missing",
    "price_not_positive": "a price is zero or below",
    "negative_volume": "the volume is negative",
    "bad_split": "the split coefficient is negative",
    "high_below_low": "the high is below the low",
    "outside_high_low": "open or close lies outside low to high",
    "not_a_session": "the exchange was closed on that day",
    "not_closed": "the bar is not closed yet, or lies in the future",
    "duplicate_conflicting": "other rows for the same time say something else; none of them can be trusted",
    "duplicate_identical": "the same row is there before",
    "bad_series": "the whole series of that symbol was refused",
}
PLACE = {reason: place for place, reason in enumerate(REASONS)}
HARMLESS = ("not_a_session", "not_closed", "duplicate_identical")  # they say nothing against the other rows of a series

JUMP = 0.40  # overnight, either way: looks like a split that nobody recorded
SMALL_SPLIT = math.log(1.2)  # below this a day's trading can hide it


@dataclass(frozen=True)
class Split:
    """`ratio` new shares for one old, from the bar at `at` (UTC seconds) on."""

    symbol: str
    at: float
    ratio: float


@dataclass(frozen=True)
class Table:
    """Bars of several symbols, ordered by symbol and time; every array (n,)."""

    names: list[str]
    symbol: NDArray[np.int32]  # place in `names`
    bars: Bars

    @property
    def follows(self) -> NDArray[np.bool_]:
        """(n-1,): whether the next bar is of the same symbol."""
        follows: NDArray[np.bool_] = self.symbol[1:] == self.symbol[:-1]
        return follows

    def series(self) -> dict[str, Bars]:
        """The bars of each symbol (views)."""
        edges = [0, *(np.flatnonzero(~self.follows) + 1).tolist(), len(self.symbol)] if len(self.symbol) else []
        return {self.names[self.symbol[start]]: Bars(*(column[start:end] for column in self.bars)) for start, end in pairwise(edges)}


def prepare(rows: Rows, *, interval: str, exchange: str) -> Rows:
    """Volume 0 where a symbol has none in any row, and for weekly bars the date of the week's last session."""
    has_volume = np.zeros(len(rows.names) + 1, dtype=bool)
    has_volume[rows.symbol[~np.isnan(rows.volume) | rows.garbled]] = True
    volume = np.where(has_volume[rows.symbol], rows.volume, 0.0)
    at = rows.at
    if interval == "1week":
        at = at.copy()
        read = ~np.isnan(at)
        at[read] = calendars.seconds_of(calendars.week_ends(calendars.days_of(at[read]), exchange))
    return replace(rows, at=at, volume=volume)


def judge(rows: Rows, *, interval: str, exchange: str, now: dt.datetime) -> Verdicts:
    """The first thing that is wrong with each row, in the order of REASONS."""
    verdicts = np.zeros(rows.size, dtype=np.int8)

    def refuse(reason: str, wrong: NDArray[np.bool_] | np.bool_) -> None:
        verdicts[wrong & (verdicts == 0)] = PLACE[reason]

    prices = np.stack([rows.open, rows.high, rows.low, rows.close])
    refuse("bad_symbol", rows.symbol < 0)
    refuse("bad_time", np.isnan(rows.at))
    refuse("not_a_number", rows.garbled)
    refuse("missing_value", np.isnan(np.vstack([prices, rows.volume])).any(axis=0))
    refuse("price_not_positive", (prices <= 0).any(axis=0))
    refuse("negative_volume", rows.volume < 0)
    refuse("bad_split", rows.split < 0)
    refuse("high_below_low", rows.high < rows.low)
    refuse("outside_high_low", (np.minimum(rows.open, rows.close) < rows.low) | (np.maximum(rows.open, rows.close) > rows.high))
    timely = verdicts == 0
    refuse("not_a_session", _where(timely, ~_in_calendar(rows.at[timely], interval, exchange)))
    refuse("not_closed", _where(timely, ~_closed(rows.at[timely], interval, exchange, now)))
    _refuse_duplicates(rows, verdicts)
    return verdicts


def sort_taken(rows: Rows, verdicts: Verdicts) -> Table:
    """The rows with nothing wrong as bars, in order."""
    taken = np.flatnonzero(verdicts == 0)
    order = taken[np.lexsort((rows.at[taken], rows.symbol[taken]))]
    columns = (rows.at, rows.open, rows.high, rows.low, rows.close, rows.volume)
    return Table(rows.names, rows.symbol[order], Bars(*(column[order] for column in columns)))


def find_splits(rows: Rows) -> list[Split]:
    """All recorded splits, also of rows with faulty prices. 7.00000700001 is read as 7: shares are split in whole numbers."""
    recorded = (rows.symbol >= 0) & ~np.isnan(rows.at) & (rows.split > 0) & (rows.split != 1)
    found = {(int(rows.symbol[row]), float(rows.at[row])): float(rows.split[row]) for row in np.flatnonzero(recorded)}
    return [Split(rows.names[symbol], at, _simple_ratio(ratio)) for (symbol, at), ratio in sorted(found.items())]


def apply_splits(table: Table, splits: list[Split]) -> tuple[Table, list[Split], list[Split]]:
    """Bars before each split in its terms: prices divided, volume multiplied.

    Returns the table, the splits applied, and those left alone because the prices do not step on their day: such a source gives
    prices that are adjusted already.
    """
    prices, volume = np.stack(table.bars[1:5]), table.bars.volume.copy()
    series = table.series()
    applied: list[Split] = []
    contradicted: list[Split] = []
    for split in splits:
        bars = series.get(split.symbol)
        if bars is None or not _confirmed(split, bars):
            contradicted.append(split)
            continue
        before = (table.symbol == table.names.index(split.symbol)) & (table.bars.at < split.at)
        prices[:, before] /= split.ratio
        volume[before] *= split.ratio
        applied.append(split)
    opens, highs, lows, closes = prices
    return replace(table, bars=Bars(table.bars.at, opens, highs, lows, closes, volume)), applied, contradicted


def find_jumps(table: Table) -> Places:
    """Bars that open more than 40 % away from the close before."""
    bars = table.bars
    jump = np.abs(bars.open[1:] / bars.close[:-1] - 1) > JUMP
    return np.flatnonzero(jump & table.follows) + 1


def find_copies(table: Table) -> Places:
    """Bars whose five values are all those of the next bar."""
    values = np.stack(table.bars[1:])
    same = (values[:, 1:] == values[:, :-1]).all(axis=0)
    return np.flatnonzero(same & table.follows & (table.bars.volume[:-1] > 0))


def find_gaps(table: Table, exchange: str) -> tuple[int, Places]:
    """How many sessions are missing inside the daily series, and the bars before the gaps."""
    if not len(table.symbol):
        return 0, np.empty(0, dtype=np.int64)
    days = calendars.days_of(table.bars.at)
    known = calendars.sessions(days.min().item(), days.max().item(), exchange)
    steps = np.where(table.follows, np.diff(np.searchsorted(known, days)), 1)
    return int((steps - 1).sum()), np.flatnonzero(steps > 1)


def scale_against(stored: Bars, new: Bars, splits: list[Split]) -> float | None:
    """How the new prices relate to those stored, if storing them would leave one series in two scales; None if it would not.

    They are compared on the same days; where there are none, a split must have brought the stored bars before it along.
    """
    if not (~np.isin(stored.at, new.at)).any():
        return None  # nothing of the old stays
    common, in_stored, in_new = np.intersect1d(stored.at, new.at, assume_unique=True, return_indices=True)
    if len(common):
        ratio = float(np.median(new.close[in_new] / stored.close[in_stored]))
        # one wrong bar may be put right; many that differ alike are another scale
        limit = 1.2 if len(common) < 5 else 1.01
        return ratio if max(ratio, 1 / ratio) > limit else None
    before = stored.cut(new.at[0])
    factor = math.prod(split.ratio for split in splits)
    if not before.size or factor == 1:
        return None
    step = float(new.open[0] / before.close[-1])
    return 1 / factor if abs(math.log(step * factor)) < abs(math.log(step)) else None


def _where(mask: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    spread = np.zeros(len(mask), dtype=bool)
    spread[mask] = inside
    return spread


def _in_calendar(at: NDArray[np.float64], interval: str, exchange: str) -> NDArray[np.bool_]:
    """Of intraday bars the day counts, not the hour: trading before and after the session is real."""
    if interval == "1week":
        return np.ones(len(at), dtype=bool)
    days = calendars.days_of(at) if interval == "1day" else calendars.local_days(at, exchange)
    return calendars.are_sessions(days, exchange)


def _closed(at: NDArray[np.float64], interval: str, exchange: str, now: dt.datetime) -> NDArray[np.bool_]:
    if interval in calendars.SECONDS:
        return at <= calendars.last_opening(now.timestamp(), interval, exchange)
    return at <= calendars.midnight(calendars.last_closed_session(now, exchange))


def _refuse_duplicates(rows: Rows, verdicts: Verdicts) -> None:
    """Of identical rows the first stays; of different ones for the same time none does."""
    good = np.flatnonzero(verdicts == 0)
    order = good[np.lexsort((good, rows.at[good], rows.symbol[good]))]
    if len(order) < 2:
        return
    again = np.zeros(len(order), dtype=bool)  # same symbol and time as the row before
    again[1:] = (rows.symbol[order][1:] == rows.symbol[order][:-1]) & (rows.at[order][1:] == rows.at[order][:-1])
    values = np.stack([rows.open, rows.high, rows.low, rows.close, rows.volume, np.nan_to_num(rows.split, nan=1.0)])[:, order]
    differs = np.zeros(len(order), dtype=bool)
    differs[1:] = again[1:] & (values[:, 1:] != values[:, :-1]).any(axis=0)
    starts = np.flatnonzero(~again)
    conflict = np.repeat(np.logical_or.reduceat(differs, starts), np.diff(np.append(starts, len(order))))
    verdicts[order[again & ~conflict]] = PLACE["duplicate_identical"]
    verdicts[order[conflict]] = PLACE["duplicate_conflicting"]


def _confirmed(split: Split, bars: Bars) -> bool:
    """Whether the prices step by about the split's ratio on its day; small ones and a first bar cannot tell."""
    place = int(np.searchsorted(bars.at, split.at))
    if abs(math.log(split.ratio)) < SMALL_SPLIT or not 0 < place < bars.size:
        return True
    step = math.log(bars.close[place - 1] / bars.open[place])
    return abs(step - math.log(split.ratio)) < abs(step)


def _simple_ratio(ratio: float) -> float:
    simple = Fraction(ratio).limit_denominator(100)
    return float(simple) if simple and abs(float(simple) / ratio - 1) < 1e-5 else ratio
