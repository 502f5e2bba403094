"""One instrument made ready for the detectors: indicators and swings are worked out once and shared by all."""

from collections.abc import Callable, Hashable
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bars import Bars, Floats
from .by_address import by_address
from .compiled import kernel
from .context import Context, no_context
from .indicators.averages import mean_before, sma
from .indicators.trend_template import trend_template
from .indicators.volatility import atr
from .pace import DAILY, Pace
from .swings import HIGH, LOW, Swings, fractals, zigzag

REACH, FINE_REACH = 5, 3  # daily bars to each side of a fractal


@by_address
class Tape:
    """What compiled detectors read; every array (n,), NaN before its first valid index. Prices in the instrument's currency."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    atr: Floats  # 14 bars
    atr10: Floats
    atr50: Floats
    v50: Floats  # mean volume of the 50 bars before
    sma50: Floats
    sma150: Floats
    sma200: Floats
    template: NDArray[np.uint8]  # bits of trend_template
    rs: Floats  # 1..99
    market: Floats  # 0, 0.5, 1
    benchmark: Floats
    suspect: NDArray[np.bool_]
    days: NDArray[np.int64]  # (1,) daily bars in one bar
    fine: Swings  # zigzag 1.6 ATR, 2 %
    medium: Swings  # 3 ATR, 4 %
    coarse: Swings  # 5 ATR, 8 %
    highs3: Swings  # fractals
    highs5: Swings
    lows3: Swings


@kernel
def suspect_bars(open: Floats, high: Floats, low: Floats, close: Floats) -> NDArray[np.bool_]:
    """Bars that contradict themselves, and overnight jumps beyond 40 % (a split nobody recorded, or news that no rule foresees).

    all (n,) float64; returns (n,) bool.
    """
    out = np.zeros(len(close), np.bool_)
    for t in range(len(close)):
        sound = low[t] > 0 and high[t] >= low[t] and low[t] <= close[t] <= high[t] and low[t] <= open[t] <= high[t]
        jump = t > 0 and not (0.6 * close[t - 1] <= open[t] <= 1.4 * close[t - 1])
        out[t] = not sound or jump
    return out


@kernel
def paced(t: Tape, daily: int) -> int:
    """So many daily bars in bars of the tape, rounded up."""
    return int((daily + t.days[0] - 1) // t.days[0])


def tape_of(bars: Bars, around: Context, pace: Pace = DAILY) -> Tape:
    """Work out everything the detectors share. All arrays (n,) float64, contiguous.

    Averages and the reach of fractals are lengths of time, so that on weekly bars SMA50 is the 10-week line; ATR is a size of bars and
    keeps its number of them.
    """
    _, open, high, low, close, volume = bars
    atr14 = atr(high, low, close, 14)
    sma50, sma150, sma200 = (sma(close, pace.bars(days)) for days in (50, 150, 200))
    fine, major = pace.bars(FINE_REACH), pace.bars(REACH)
    return Tape(
        open=open,
        high=high,
        low=low,
        close=close,
        volume=volume,
        atr=atr14,
        atr10=atr(high, low, close, 10),
        atr50=atr(high, low, close, 50),
        v50=mean_before(volume, pace.bars(50)),
        sma50=sma50,
        sma150=sma150,
        sma200=sma200,
        template=trend_template(high, low, close, sma50, sma150, sma200, around.rs, pace.bars(252), pace.bars(22)),
        rs=around.rs,
        market=around.market,
        benchmark=around.benchmark,
        suspect=suspect_bars(open, high, low, close),
        days=np.array([pace.days], np.int64),
        fine=zigzag(high, low, close, atr14, 1.6, 0.02),
        medium=zigzag(high, low, close, atr14, 3.0, 0.04),
        coarse=zigzag(high, low, close, atr14, 5.0, 0.08),
        highs3=fractals(high, HIGH, fine),
        highs5=fractals(high, HIGH, major),
        lows3=fractals(low, LOW, fine),
    )


class Study:
    """Bars of one instrument, what is known around them, and what detectors share."""

    def __init__(self, bars: Bars, context: Context | None = None, pace: Pace = DAILY) -> None:
        self.pace = pace
        # a kernel is compiled for whole arrays; a cut of stored bars may be a strided or read-only view
        self.bars = Bars(*(np.array(column, np.float64, order="C") for column in bars))
        around = Context(*(np.array(column, np.float64, order="C") for column in context or no_context(bars.size)))
        self.tape = tape_of(self.bars, around, pace)
        self._shared: dict[Hashable, Any] = {}

    def on(self, tape: Tape) -> "Study":
        """The same bars read from another tape; what detectors share is made anew."""
        other = copy(self)
        other.tape, other._shared = tape, {}
        return other

    def shared(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What several detectors need, made by the first that asks."""
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]
