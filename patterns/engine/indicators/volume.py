"""What volume says."""

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel

from . import Indicator, Length
from .averages import mean_before, sma


@kernel
def on_balance_volume(close: Floats, volume: Floats) -> Floats:
    """Volume summed with the sign of each close's change; it begins with the first bar's volume, so only its course means anything.

    close, volume : (n,) float64; returns (n,) in shares, first valid index 0. A bar with NaN is left out.
    Source: Granville, New Key to Stock Market Profits (1963).
    """
    out = np.full(len(close), np.nan)
    total, before = 0.0, np.nan
    for i in range(len(close)):
        if np.isnan(close[i] + volume[i]):
            continue
        if np.isnan(before) or close[i] > before:
            total += volume[i]
        elif close[i] < before:
            total -= volume[i]
        before = close[i]
        out[i] = total
    return out


def relative_volume(volume: Floats, length: int = 50) -> Floats:
    """Volume against the mean of the `length` bars before, the bar itself left out; NaN where that mean is 0.

    volume : (n,) float64; returns (n,), first valid index `length`. ValueError if length < 1.
    """
    means = mean_before(volume, length)
    out = np.full(len(volume), np.nan)
    np.divide(volume, means, out=out, where=means > 0)
    return out


def _on_balance_volume(bars: Bars) -> tuple[Floats, ...]:
    return (on_balance_volume(bars.close, bars.volume),)


def _average_volume(bars: Bars, length: int) -> tuple[Floats, ...]:
    return sma(bars.volume, length), mean_before(bars.volume, length), relative_volume(bars.volume, length)


INDICATORS = (
    Indicator(
        name="on-balance-volume",
        title="On-balance volume",
        lines=("on_balance_volume",),
        lengths=(),
        scale="volume",
        summary="Volume added on rising closes and taken away on falling ones; its course counts, not its height.",
        source="Granville, New Key to Stock Market Profits (1963)",
        first=lambda: 0,
        work=_on_balance_volume,
    ),
    Indicator(
        name="average-volume",
        title="Average volume",
        lines=("average", "before", "relative"),
        lengths=(Length("length", 50),),
        scale="volume",
        summary="Mean volume of the last bars, the same without the bar itself, and the bar's volume against the latter.",
        source="common use",
        first=lambda length: length,
        work=_average_volume,
    ),
)
