"""Speed of price."""

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.compiled import kernel

from . import Indicator, Length


@kernel
def rsi(close: Floats, length: int = 14) -> Floats:
    """Relative strength index, Wilder's smoothing: 100 x gains / (gains + losses); 0 where nothing moved.

    close : (n,) float64; returns (n,) 0..100, first valid index `length`. Source: Wilder, New Concepts (1978). ValueError if length < 1.
    """
    if length < 1:
        raise ValueError("length must be at least 1")
    out = np.full(len(close), np.nan)
    gain, loss, count = 0.0, 0.0, -1
    for i in range(len(close)):
        if np.isnan(close[i]):
            count = -1
            continue
        count += 1
        if count == 0:
            gain, loss = 0.0, 0.0
            continue
        change = close[i] - close[i - 1]
        if count <= length:
            gain += max(change, 0.0) / length
            loss += max(-change, 0.0) / length
        else:
            gain = (gain * (length - 1) + max(change, 0.0)) / length
            loss = (loss * (length - 1) + max(-change, 0.0)) / length
        if count >= length:
            out[i] = 100.0 * gain / (gain + loss) if gain + loss > 0 else 0.0
    return out


def rate_of_change(values: Floats, length: int) -> Floats:
    """Change over `length` bars as a fraction of the value then.

    values : (n,) float64, not 0; returns (n,), first valid index `length`. ValueError if length < 1.
    """
    if length < 1:
        raise ValueError("length must be at least 1")
    out = np.full(len(values), np.nan)
    out[length:] = values[length:] / values[: max(0, len(values) - length)] - 1.0
    return out


def _rsi(bars: Bars, length: int) -> tuple[Floats, ...]:
    return (rsi(bars.close, length),)


def _rate_of_change(bars: Bars, length: int) -> tuple[Floats, ...]:
    return (rate_of_change(bars.close, length),)


INDICATORS = (
    Indicator(
        name="rsi",
        title="Relative strength index",
        lines=("rsi",),
        lengths=(Length("length", 14),),
        scale="percent",
        summary="Share of the gains in all movement of the closes; above 70 is called overbought, below 30 oversold.",
        source="Wilder, New Concepts in Technical Trading Systems (1978)",
        first=lambda length: length,
        work=_rsi,
    ),
    Indicator(
        name="rate-of-change",
        title="Rate of change",
        lines=("rate_of_change",),
        lengths=(Length("length", 20),),
        scale="ratio",
        summary="Change of the close over so many bars, as a fraction.",
        source="common use",
        first=lambda length: length,
        work=_rate_of_change,
    ),
)
