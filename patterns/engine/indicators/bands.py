"""Bands around an average, as wide as prices move."""

from typing import NamedTuple

from patterns.engine.bars import Bars, Floats

from . import Indicator, Length
from .averages import ema, sma
from .volatility import atr, deviation


class Bands(NamedTuple):
    """Three lines, (n,) float64 each, price units."""

    lower: Floats
    middle: Floats
    upper: Floats


def bollinger(close: Floats, length: int = 20, width: float = 2.0) -> Bands:
    """Simple mean of the closes, and `width` standard deviations (divided by `length`) around it.

    close : (n,) float64; returns Bands, first valid index `length - 1`. ValueError if length < 1.
    Source: Bollinger, Bollinger on Bollinger Bands (2001).
    """
    middle, spread = sma(close, length), width * deviation(close, length)
    return Bands(middle - spread, middle, middle + spread)


def keltner(high: Floats, low: Floats, close: Floats, length: int = 20, atr_length: int = 10, width: float = 2.0) -> Bands:
    """Exponential mean of the closes, and `width` average true ranges around it.

    high, low, close : (n,) float64; returns Bands, first valid index max(length - 1, atr_length). ValueError if a length is below 1.
    Source: the form Raschke gave Keltner's channel (How to Make Money in Commodities, 1960), who used ten-day means of price and range.
    """
    middle, spread = ema(close, length), width * atr(high, low, close, atr_length)
    return Bands(middle - spread, middle, middle + spread)


def _bollinger(bars: Bars, length: int) -> tuple[Floats, ...]:
    return tuple(bollinger(bars.close, length, 2.0))


def _keltner(bars: Bars, length: int, atr_length: int) -> tuple[Floats, ...]:
    return tuple(keltner(bars.high, bars.low, bars.close, length, atr_length, 2.0))


INDICATORS = (
    Indicator(
        name="bollinger",
        title="Bollinger bands",
        lines=("lower", "middle", "upper"),
        lengths=(Length("length", 20),),
        scale="price",
        summary="A simple average and two standard deviations to either side; narrow bands mean quiet prices.",
        source="Bollinger, Bollinger on Bollinger Bands (2001)",
        first=lambda length: length - 1,
        work=_bollinger,
    ),
    Indicator(
        name="keltner",
        title="Keltner channel",
        lines=("lower", "middle", "upper"),
        lengths=(Length("length", 20), Length("atr_length", 10)),
        scale="price",
        summary="An exponential average and two average true ranges to either side.",
        source="Keltner, How to Make Money in Commodities (1960), in Raschke's form",
        first=lambda length, atr_length: max(length - 1, atr_length),
        work=_keltner,
    ),
)
