"""Entering at the open after the first close beyond entry instead of by a stop order at it (detectors.md 4, `confirm`)."""

import numpy as np

from .compiled import kernel
from .finds import EXPIRED, EXTENDED, HORIZON, INVALIDATED, NO_REASON, READY, REPLACED, STOPPED, TARGET, TRIGGERED, VALIDITY, Finds
from .settle import LEAST_RISK, MOST_RISK, better, end_rivals, is_out, mark, worse
from .study import Tape
from .swings import TIE


@kernel
def wait_for_closes(t: Tape, finds: Finds, horizon: int) -> None:
    """Give every match the life it has when its entry waits for a close; `triggered` is then the bar at whose open it is filled.

    finds : in the order of rules, as `settle` left them; what was replaced or born too late stays as it is.
    """
    first = 0
    for k in range(len(finds)):
        row = finds[k]
        if k > 0 and row.rule != finds[k - 1].rule:
            end_rivals(finds, first, k)
            first = k
        if row.reason != REPLACED and row.ended != row.known:
            _wait(t, row, horizon)
            mark(t, row, horizon)
    end_rivals(finds, first, len(finds))


@kernel
def _wait(t: Tape, row: Finds, horizon: int) -> None:
    """Until a close beyond entry, or what ends a match before it: its stop, its Out rules, its validity."""
    side, play = row.side, TIE * row.entry
    against = t.low if side > 0 else t.high
    row.state, row.reason = READY, NO_REASON
    row.triggered = row.confirmed = row.ended = -1
    row.paid = row.exit = row.best = row.worst = np.nan
    for i in range(row.known + 1, len(t.close)):
        if side * (against[i] - row.stop) <= play or is_out(t, row, i) or _is_beyond_average(t, row, i):
            row.state, row.reason, row.ended = EXPIRED, INVALIDATED, i
            return
        if side * (t.close[i] - row.entry) > play:
            row.confirmed = i
            _enter(t, row, i + 1, horizon)
            return
        if i >= row.expires:
            row.state, row.reason, row.ended = EXPIRED, VALIDITY, i
            return


@kernel
def _is_beyond_average(t: Tape, row: Finds, i: int) -> bool:
    """So many closes in a row, all after `known`, on the wrong side of SMA50, as the detector asks."""
    if row.out_sma_closes <= 0 or i - row.out_sma_closes < row.known:
        return False
    for k in range(i - row.out_sma_closes + 1, i + 1):
        inside = 1.0 - row.out_sma
        if not (t.close[k] < inside * t.sma50[k] if row.side > 0 else t.close[k] > t.sma50[k] / inside):
            return False
    return True


@kernel
def _enter(t: Tape, row: Finds, bar: int, horizon: int) -> None:
    """At the open of `bar`, if it lies within what a plan can use; after the last bar it still waits."""
    if bar >= len(t.close):
        return
    side, play, fill = row.side, TIE * row.entry, t.open[bar]
    risk = side * (fill - row.stop) / fill
    if side * (fill - row.stop) <= play:
        row.state, row.reason, row.ended = EXPIRED, INVALIDATED, bar
    elif side * (row.target - fill) <= play or risk > MOST_RISK or risk < LEAST_RISK:
        row.state, row.reason, row.ended = EXPIRED, EXTENDED, bar
    else:
        row.state, row.triggered, row.paid = TRIGGERED, bar, fill
        _hold(t, row, horizon)


@kernel
def _hold(t: Tape, row: Finds, horizon: int) -> None:
    """Stop, target or the horizon; where a bar reaches both, the stop."""
    side, play, first = row.side, TIE * row.entry, row.triggered
    ahead = t.high if side > 0 else t.low
    against = t.low if side > 0 else t.high
    row.best, row.worst = ahead[first], against[first]
    for i in range(first, len(t.close)):
        row.best = side * max(side * row.best, side * ahead[i])
        row.worst = side * min(side * row.worst, side * against[i])
        if side * (against[i] - row.stop) <= play:
            row.state, row.ended, row.exit = STOPPED, i, worse(row, t.open[i], row.stop, i)
            return
        if side * (ahead[i] - row.target) >= -play:
            row.state, row.ended, row.exit = TARGET, i, better(row, t.open[i], row.target, i)
            return
        if i >= first + horizon:
            row.state, row.reason, row.ended, row.exit = EXPIRED, HORIZON, i, t.close[i]
            return
