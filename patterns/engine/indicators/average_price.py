"""The price at which the average share changed hands."""

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel

from . import Indicator, Length
from .averages import moving_sum


def vwap(high: Floats, low: Floats, close: Floats, volume: Floats, length: int) -> Floats:
    """Volume-weighted average price of the last `length` bars, each at its typical price (high + low + close) / 3.

    all (n,) float64; returns (n,) in price units, first valid index `length - 1`; NaN where nothing was traded. ValueError if length < 1.
    """
    paid = moving_sum((high + low + close) / 3.0 * volume, length)
    traded = moving_sum(volume, length)
    out = np.full(len(close), np.nan)
    np.divide(paid, traded, out=out, where=traded > 0)
    return out


@kernel
def anchored_vwap(high: Floats, low: Floats, close: Floats, volume: Floats, anchor: int) -> Floats:
    """Volume-weighted average price since bar `anchor`, that bar included.

    all (n,) float64; returns (n,) in price units, first valid index `anchor`, or the first bar with volume from there on. A bar with NaN is
    left out. ValueError if the anchor is not one of the bars.
    """
    if not 0 <= anchor < len(close):
        raise ValueError("anchor must be one of the bars")
    out = np.full(len(close), np.nan)
    paid = traded = 0.0
    for i in range(anchor, len(close)):
        price = (high[i] + low[i] + close[i]) / 3.0
        if np.isnan(price + volume[i]):
            continue
        paid += price * volume[i]
        traded += volume[i]
        if traded > 0:
            out[i] = paid / traded
    return out


def _vwap(bars: Bars, length: int) -> tuple[Floats, ...]:
    return (vwap(bars.high, bars.low, bars.close, bars.volume, length),)


INDICATORS = (
    Indicator(
        name="vwap",
        title="Volume-weighted average price",
        lines=("vwap",),
        lengths=(Length("length", 20),),
        scale="price",
        summary="Mean price of the shares traded in the last bars, each bar at its typical price.",
        source="common use",
        first=lambda length: length - 1,
        work=_vwap,
    ),
)
