"""Minervini's trend template: eight tests of a rising share."""

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats
from patterns.engine.compiled import kernel
from patterns.engine.swings import TIE

from .extremes import highest, lowest

TESTS = (
    "Close above SMA150 and SMA200",
    "SMA150 above SMA200",
    "SMA200 higher than 22 bars ago",
    "SMA50 above SMA150 and SMA200",
    "Close above SMA50",
    "Close at least 30 % above the 52-week low",
    "Close within 25 % of the 52-week high",
    "RS rating at least 70",
)
RS_TEST = 1 << 7


@kernel
def trend_template(
    high: Floats,
    low: Floats,
    close: Floats,
    sma50: Floats,
    sma150: Floats,
    sma200: Floats,
    rs: Floats,
    year: int = 252,
    month: int = 22,
) -> NDArray[np.uint8]:
    """Which of the eight tests pass, one bit each (bit k is TESTS[k]).

    all (n,) float64; rs NaN where unknown (bit 7 is then 0); returns (n,) uint8. Tests whose history is too short count as failed.
    year, month : bars of the 52-week high and low, and over which SMA200 must rise; the averages come in the lengths of the same bars.
    Source: Minervini, Trade Like a Stock Market Wizard (2013).
    """
    top, bottom = highest(high, year), lowest(low, year)
    out = np.zeros(len(close), np.uint8)
    for t in range(len(close)):
        passed = 0
        play = TIE * close[t]
        if close[t] > sma150[t] + play and close[t] > sma200[t] + play:
            passed |= 1
        if sma150[t] > sma200[t] + play:
            passed |= 2
        if t >= month and sma200[t] > sma200[t - month] + play:
            passed |= 4
        if sma50[t] > sma150[t] + play and sma50[t] > sma200[t] + play:
            passed |= 8
        if close[t] > sma50[t] + play:
            passed |= 16
        if close[t] >= 1.30 * bottom[t] - play:
            passed |= 32
        if close[t] >= 0.75 * top[t] - play:
            passed |= 64
        if rs[t] >= 70:
            passed |= 128
        out[t] = passed
    return out


@kernel
def passed(bits: int) -> int:
    """How many of the first seven tests (those that need no universe) pass."""
    count = 0
    for k in range(7):
        count += (bits >> k) & 1
    return count
