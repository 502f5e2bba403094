"""A market whose every return is shifted by a constant: the same days, and the same trades priced on them."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from patterns.engine.bars import Bars
from patterns.engine.finds import EXPIRED, STOPPED, TARGET, TRIGGERED
from patterns.engine.outcomes import Outcomes

from . import reference

STATES = {"stopped": STOPPED, "target": TARGET, "horizon": EXPIRED, "triggered": TRIGGERED}


class Plan(NamedTuple):
    side: int
    entry: float
    stop: float
    target: float


def drifted(members: Mapping[str, Bars], drift: float) -> dict[str, Bars]:
    """Every close-to-close log return of every member with `drift` added; within a day nothing moves."""

    def one(bars: Bars) -> Bars:
        factor = np.exp(drift * np.arange(bars.size))
        return Bars(bars.at, bars.open * factor, bars.high * factor, bars.low * factor, bars.close * factor, bars.volume)

    return {symbol: one(bars) for symbol, bars in members.items()}


def priced_anew(outcomes: Outcomes, moved: Iterable[Bars], drift: float) -> Outcomes:
    """The trades of `outcomes` with their fills, stops and targets where the prices of the trigger's day have gone, held on the moved bars.

    They are told by the plain reference; what did not trigger stays as it is.
    """
    tapes, out = [reference.tape_of(bars) for bars in moved], outcomes.copy()
    for place in np.flatnonzero(out["trigger"] >= 0):
        row = out[place]
        tape, trigger, side = tapes[row["instrument"]], int(row["trigger"]), int(row["side"])
        fill, stop = (float(row[name]) * math.exp(drift * trigger) for name in ("fill", "stop"))
        plan = Plan(side, fill, stop, fill + float(row["reward"]) * (fill - stop))
        told = reference.held(tape, plan, trigger, fill, reference.HORIZON)
        row["fill"], row["stop"], row["r"] = fill, stop, told.r
        row["end"], row["state"] = -1 if told.ended is None else told.ended, STATES[told.reason]
        row["stop_atrs"] = side * (fill - stop) / (tape.atr[trigger - 1] or math.nan)
    return out
