"""From what a detector drew to a match: entry, checks, duplicates, life and score (detectors.md 4-6)."""

import numpy as np

from .bars import Floats
from .compiled import kernel
from .finds import (
    EXPIRED,
    EXTENDED,
    HORIZON,
    INVALIDATED,
    NO_MARKET,
    NO_REASON,
    NO_RS,
    NO_VOLUME,
    READY,
    REPLACED,
    STOPPED,
    SUSPECT,
    TARGET,
    TRIGGERED,
    VALIDITY,
    WIDE,
    Finds,
)
from .indicators.trend_template import passed
from .levels import entry_at, highest_at, lowest_at, ramp
from .study import Tape, paced
from .swings import TIE

MOST_RISK = 0.15  # of entry: no plan can use more
LEAST_RISK = 0.002
WIDE_RISK = 0.08
EXTENSION = 0.05  # beyond entry when it becomes known: too late
THROWBACK_BARS = 30
THROWBACK_REACH = 0.01
BUST_MOVE = 0.10


@kernel
def settle(t: Tape, rows: Finds, first: int, last: int, rule: int, weights: Floats, least: int, horizon: int) -> int:
    """Fix entry, life and score of rows[first:last] of one rule and drop those that are no match; returns where the kept ones end.

    rows are put in the order of (known, geometry); `weights` (MARKS,) are those of the detector's marks. Nothing counts that was known
    before the series had its `least` bars: a series that ended there would not have been looked at.
    """
    kept = first
    order = _in_order(rows, first, last, weights)
    place = np.full(last - first, -1, np.int64)  # where the detector's own row ended up, for `replaces`
    held = rows[first:last].copy()
    for k in order:
        row = held[k]
        if row.known < least - 1 or not _has_usable_levels(t, row):
            continue
        replaced = place[row.replaces - first] if row.replaces >= 0 else -1
        if replaced >= 0:
            if 0 <= rows[replaced].triggered <= row.known:
                continue
        elif _is_duplicate(rows, first, kept, row):
            continue
        _note_flags(t, row)
        _live(t, row, horizon)
        mark(t, row, horizon)
        if replaced >= 0:
            before = rows[replaced]
            # the low that makes the successor may have taken out the stop of the one before
            if before.ended < 0 or before.ended >= row.known or before.triggered > row.known:
                before.state, before.reason, before.ended = EXPIRED, REPLACED, row.known
                before.triggered, before.confirmed = -1, -1
                before.paid = before.exit = before.best = before.worst = before.surge = np.nan
                before.throwback = before.busted = -1
        _score(t, row, weights)
        row.rule = rule
        rows[kept] = row
        place[k] = kept
        kept += 1
    end_rivals(rows, first, kept)
    return kept


@kernel
def _in_order(rows: Finds, first: int, last: int, weights: Floats) -> np.ndarray:
    """Older first; of those that became known together, the better drawn."""
    keys = np.empty(last - first, np.float64)
    order = np.empty(last - first, np.int64)
    for i in range(last - first):
        key = rows[first + i].known + 0.5 * (1.0 - geometry_of(rows[first + i], weights))
        # detectors write nearly in order, so that each row moves a step or two
        j = i
        while j > 0 and keys[j - 1] > key:
            keys[j], order[j] = keys[j - 1], order[j - 1]
            j -= 1
        keys[j], order[j] = key, i
    return order


@kernel
def geometry_of(row: Finds, weights: Floats) -> float:
    """Weighted mean of the detector's marks, 0..1."""
    total = 0.0
    for k in range(len(weights)):
        total += weights[k] * row.marks[k]
    return total


@kernel
def _has_usable_levels(t: Tape, row: Finds) -> bool:
    """Entry and targets in the order of the side, risk within what a plan can use."""
    side, known = row.side, row.known
    row.entry = entry_at(row.level, side, t.atr[known])
    if side < 0:
        row.target, row.target2 = max(row.target, 0.05 * row.entry), max(row.target2, 0.05 * row.entry)
    risk = side * (row.entry - row.stop) / row.entry
    if not (LEAST_RISK <= risk <= MOST_RISK) or not side * (row.target - row.entry) > 0:
        return False
    if risk > WIDE_RISK:
        row.notes |= WIDE
    return True


@kernel
def _is_duplicate(rows: Finds, first: int, kept: int, row: Finds) -> bool:
    """Spans of one pattern and side that overlap by more than half are one; the older stays."""
    for i in range(first, kept):
        other = rows[i]
        if other.pattern != row.pattern or other.side != row.side:
            continue
        common = min(other.end, row.end) - max(other.start, row.start) + 1
        whole = max(other.end, row.end) - min(other.start, row.start) + 1
        if 2 * common > whole:
            return True
    return False


@kernel
def _note_flags(t: Tape, row: Finds) -> None:
    """Suspect bars, and the far side of the pattern where its detector names none."""
    if np.isnan(row.opposite):
        lowest, highest = lowest_at(t.low, row.start, row.known), highest_at(t.high, row.start, row.known)
        row.opposite = t.low[lowest] if row.side > 0 else t.high[highest]
    for i in range(row.start, row.known + 1):
        if t.suspect[i]:
            row.notes |= SUSPECT
            break


@kernel
def _live(t: Tape, row: Finds, horizon: int) -> None:
    """Walk the bars after `known`: trigger, then stop or target, or the end without (detectors.md 5)."""
    side, entry, stop, target, known = row.side, row.entry, row.stop, row.target, row.known
    ahead = t.high if side > 0 else t.low
    against = t.low if side > 0 else t.high
    row.state, row.reason = READY, NO_REASON
    row.triggered = row.confirmed = row.ended = -1
    row.paid = row.exit = row.best = row.worst = np.nan
    play = TIE * entry
    if side * (t.close[known] - entry) > EXTENSION * entry:
        row.state, row.reason, row.ended = EXPIRED, EXTENDED, known
        return
    beyond_sma = 0
    for i in range(known + 1, len(t.close)):
        if row.triggered < 0:
            if side * (t.open[i] - stop) <= play:
                row.state, row.reason, row.ended = EXPIRED, INVALIDATED, i
                return
            if side * (ahead[i] - entry) >= -play:
                fill = side * max(side * t.open[i], side * entry)
                risk = side * (fill - stop) / fill
                if side * (target - fill) <= play or risk > MOST_RISK or risk < LEAST_RISK:
                    row.state, row.reason, row.ended = EXPIRED, EXTENDED, i
                    return
                row.state, row.triggered, row.paid = TRIGGERED, i, fill
            elif side * (against[i] - stop) <= play or is_out(t, row, i):
                row.state, row.reason, row.ended = EXPIRED, INVALIDATED, i
                return
            else:
                if row.out_sma_closes > 0:
                    # on the short side the mirrored limit
                    limit = (1.0 - row.out_sma) * t.sma50[i] if side > 0 else t.sma50[i] / (1.0 - row.out_sma)
                    out = side * (t.close[i] - limit) < 0
                    beyond_sma = beyond_sma + 1 if out else 0
                    if beyond_sma >= row.out_sma_closes:
                        row.state, row.reason, row.ended = EXPIRED, INVALIDATED, i
                        return
                if i >= row.expires:
                    row.state, row.reason, row.ended = EXPIRED, VALIDITY, i
                    return
        if row.triggered >= 0:
            if row.confirmed < 0 and side * (t.close[i] - entry) > play:
                row.confirmed = i
            row.best = ahead[i] if i == row.triggered else side * max(side * row.best, side * ahead[i])
            row.worst = against[i] if i == row.triggered else side * min(side * row.worst, side * against[i])
            if side * (against[i] - stop) <= play:
                row.state, row.ended, row.exit = STOPPED, i, worse(row, t.open[i], stop, i)
                return
            if side * (ahead[i] - target) >= -play:
                row.state, row.ended, row.exit = TARGET, i, better(row, t.open[i], target, i)
                return
            if i >= row.triggered + horizon:
                row.state, row.reason, row.ended, row.exit = EXPIRED, HORIZON, i, t.close[i]
                return


@kernel
def mark(t: Tape, row: Finds, horizon: int) -> None:
    """Throwback and bust, which may come after stop or target; a bust is a close beyond the pattern's other side before a move of 10 %."""
    row.throwback = row.busted = -1
    row.surge = np.nan
    if row.triggered < 0:
        return
    if t.v50[row.triggered] > 0:
        row.surge = t.volume[row.triggered] / t.v50[row.triggered]
    side, level, first = row.side, row.level, row.triggered
    ahead = t.high if side > 0 else t.low
    against = t.low if side > 0 else t.high
    best, back = row.entry, paced(t, THROWBACK_BARS)
    for i in range(first + 1, min(len(t.close), first + horizon + 1)):
        if row.throwback < 0 and i <= first + back and side * (against[i] - level) <= THROWBACK_REACH * level:
            row.throwback = i
        best = side * max(side * best, side * ahead[i - 1])
        if side * (best - row.entry) >= BUST_MOVE * row.entry:
            if i > first + back or row.throwback >= 0:
                return
        elif row.busted < 0 and side * (t.close[i] - row.opposite) < 0:
            row.busted = i


@kernel
def worse(row: Finds, opened: float, stop: float, bar: int) -> float:
    """A stop is filled at its price, or at the open where the bar begins beyond it; on the trigger bar the open lies before the entry."""
    return float(stop if bar == row.triggered else row.side * min(row.side * opened, row.side * stop))


@kernel
def better(row: Finds, opened: float, target: float, bar: int) -> float:
    """A target is filled at its price, or at the open where the bar begins beyond it."""
    return float(target if bar == row.triggered else row.side * max(row.side * opened, row.side * target))


@kernel
def is_out(t: Tape, row: Finds, i: int) -> bool:
    """The close of bar i is beyond the detector's own invalidation price or line."""
    play = TIE * row.entry
    if row.side * (t.close[i] - row.out_price) < -play:
        return True
    line = row.out_line[0] + row.out_line[1] * (i - row.known)
    return bool(row.side * (t.close[i] - line) < -row.out_atrs * t.atr[i] - play)


@kernel
def end_rivals(rows: Finds, first: int, last: int) -> None:
    """Where both arms of a structure stood, the trigger of one ends the other."""
    for i in range(first, last):
        if rows[i].triggered < 0:
            continue
        for j in range(first, last):
            one, other = rows[i], rows[j]
            if other.side != one.side and other.group == one.group and other.known == one.known:
                still_ready = other.triggered < 0 or other.triggered > one.triggered
                if still_ready and (other.ended < 0 or other.ended > one.triggered):
                    other.state, other.reason, other.ended = EXPIRED, INVALIDATED, one.triggered
                    other.triggered, other.confirmed = -1, -1
                    other.paid = other.exit = other.best = other.worst = other.surge = np.nan
                    other.throwback = other.busted = -1


@kernel
def _score(t: Tape, row: Finds, weights: Floats) -> None:
    """Five parts; what is not known is left out and the rest counts for the whole (detectors.md 6)."""
    side, known = row.side, row.known
    row.parts[0], row.possible[0] = 40.0 * geometry_of(row, weights), 40.0

    points, possible = 0.0, 0.0
    if np.isnan(row.prior):
        tests = passed(t.template[known])
        points += 10.0 * (tests if side > 0 else 7 - tests) / 7.0
        possible += 10.0
    else:
        points += 10.0 * ramp(row.prior, 0.10, 0.30)
        possible += 10.0
    rs = t.rs[known] if side > 0 else 100.0 - t.rs[known]
    if np.isnan(rs):
        row.notes |= NO_RS
    else:
        points += 6.0 * (ramp(rs, 50.0, 90.0) if np.isnan(row.prior) else ramp(rs, 20.0, 70.0))
        possible += 6.0
    market = t.market[known] if side > 0 else 1.0 - t.market[known]
    if np.isnan(market):
        row.notes |= NO_MARKET
    else:
        points += 4.0 * market
        possible += 4.0
    row.parts[1], row.possible[1] = points, possible

    if t.v50[known] > 0 and not np.isnan(row.volume):
        row.parts[2], row.possible[2] = 15.0 * row.volume, 15.0
    else:
        row.notes |= NO_VOLUME
        row.parts[2], row.possible[2] = 0.0, 0.0

    close, atr = t.close[known], t.atr[known]
    high, low = close, close
    for i in range(max(0, known - 4), known + 1):
        high, low = max(high, t.close[i]), min(low, t.close[i])
    points = 8.0 * ramp(side * (row.entry - close) / close, 0.08, 0.01) + 3.0 * ramp((high - low) / atr, 3.0, 1.0)
    possible = 11.0
    if not np.isnan(t.atr50[known]):
        points += 4.0 * ramp(t.atr10[known] / t.atr50[known], 1.0, 0.7)
        possible += 4.0
    row.parts[3], row.possible[3] = points, possible

    reward = side * (row.target - row.entry) / (side * (row.entry - row.stop))
    row.parts[4], row.possible[4] = 10.0 * ramp(reward, 0.8, 2.5), 10.0

    points, possible = 0.0, 0.0
    for k in range(len(row.parts)):
        points += row.parts[k]
        possible += row.possible[k]
    row.score = 100.0 * points / possible
