"""Candlestick patterns: shapes of one to five bars, each with its own name.

Sizes are compared with the bar's own range, or with the mean body and mean range of the ten bars before, never with a price. A pattern that
turns a trend asks for that trend: the close before its first bar lies beyond the exponential mean of ten closes (Morris). Every pattern is
complete, and known, at the close of its last bar. Two in five daily bars of the S&P 500 carry at least one name, and so do two in five of a
random walk: a name says something beside a level, not alone.

Sources: Nison, Japanese Candlestick Charting Techniques, 2nd ed. (2001); Morris, Candlestick Charting Explained, 3rd ed. (2006).
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bars import Bars, Floats
from .compiled import kernel
from .drawn import DAY
from .indicators.averages import ema, mean_before
from .swings import TIE

USUAL = 10  # bars whose mean body and range are the measure
TREND = 10  # bars of the exponential mean that says which way price was going

(
    DOJI, LONG_LEGGED_DOJI, DRAGONFLY_DOJI, GRAVESTONE_DOJI, SPINNING_TOP, WHITE_MARUBOZU, BLACK_MARUBOZU, HAMMER, HANGING_MAN,
    INVERTED_HAMMER, SHOOTING_STAR, BULLISH_BELT_HOLD, BEARISH_BELT_HOLD, BULLISH_ENGULFING, BEARISH_ENGULFING, BULLISH_HARAMI,
    BEARISH_HARAMI, BULLISH_HARAMI_CROSS, BEARISH_HARAMI_CROSS, PIERCING_LINE, DARK_CLOUD_COVER, TWEEZER_BOTTOM, TWEEZER_TOP,
    BULLISH_MEETING_LINES, BEARISH_MEETING_LINES, BULLISH_SEPARATING_LINES, BEARISH_SEPARATING_LINES, BULLISH_KICKING, BEARISH_KICKING,
    MORNING_STAR, EVENING_STAR, MORNING_DOJI_STAR, EVENING_DOJI_STAR, BULLISH_ABANDONED_BABY, BEARISH_ABANDONED_BABY, THREE_WHITE_SOLDIERS,
    THREE_BLACK_CROWS, THREE_INSIDE_UP, THREE_INSIDE_DOWN, THREE_OUTSIDE_UP, THREE_OUTSIDE_DOWN, RISING_THREE_METHODS,
    FALLING_THREE_METHODS,
) = range(43)  # fmt: skip
COUNT = 43


CANDLE = np.dtype(
    [
        ("open", "f8"),
        ("high", "f8"),
        ("low", "f8"),
        ("close", "f8"),
        ("top", "f8"),  # of the body
        ("bottom", "f8"),
        ("body", "f8"),
        ("range", "f8"),
        ("upper", "f8"),  # shadow
        ("lower", "f8"),
        ("usual", "f8"),  # mean range of the ten bars before
        ("tie", "f8"),  # differences below it are rounding
        ("long", "?"),  # body larger than the mean of the ten before
        ("small", "?"),  # smaller
        ("colour", "i8"),  # 1 white (close above open), -1 black, 0 neither
        ("trend", "i8"),  # 1 rising, -1 falling, 0 neither, of the close of the bar before
        ("doji", "?"),
        ("marubozu", "?"),
    ],
    align=True,
)
Candles = np.recarray[Any, np.dtype[Any]]  # (n,) of CANDLE; one row is a bar as the rules see it


def candles_of(bars: Bars) -> Candles:
    """Measure every bar; returns (n,) of CANDLE, prices in the instrument's currency."""
    opened, high, low, close = (np.array(column, np.float64, order="C") for column in (bars.open, bars.high, bars.low, bars.close))
    c = np.zeros(bars.size, CANDLE).view(np.recarray)
    c.open, c.high, c.low, c.close = opened, high, low, close
    c.top, c.bottom = np.maximum(opened, close), np.minimum(opened, close)
    c.body, c.range, c.upper, c.lower = c.top - c.bottom, high - low, high - c.top, c.bottom - low
    c.usual, c.tie = mean_before(c.range.copy(), USUAL), TIE * close
    against_usual = _sign(c.body - mean_before(c.body.copy(), USUAL), c.tie)
    c.long, c.small = against_usual > 0, against_usual < 0
    c.colour = _sign(close - opened, c.tie)
    c.trend[1:] = _sign(close - ema(close, TREND), c.tie)[:-1]
    c.doji = (c.range > c.tie) & (c.body <= 0.1 * c.range + c.tie)
    c.marubozu = c.long & (np.maximum(c.upper, c.lower) <= 0.05 * c.range + c.tie)
    return c


def _sign(difference: Floats, tie: Floats) -> NDArray[np.int64]:
    return (difference > tie).astype(np.int64) - (difference < -tie)


@kernel
def _level(a: float, b: float, usual: float, tie: float) -> bool:
    """The two prices are the same to the eye: a twentieth of the usual range."""
    return abs(a - b) <= 0.05 * usual + tie


@kernel
def _inside(inner: Any, outer: Any) -> bool:
    """The body of the one lies within that of the other."""
    return bool(inner.top <= outer.top + outer.tie and inner.bottom >= outer.bottom - outer.tie)


@kernel
def _engulfs(first: Any, last: Any, side: int) -> bool:
    return bool(first.colour == -side and last.colour == side and _inside(first, last) and last.body > first.body + last.tie)


@kernel
def _holds(first: Any, last: Any, side: int) -> bool:
    """A small body within the long one before, which had the colour of the trend."""
    return bool(first.colour == -side and first.long and last.small and _inside(last, first))


@kernel
def one_bar(candles: Candles, found: NDArray[np.int8]) -> None:
    """Write the rows of the patterns of one bar. candles : (n,) of CANDLE; found : (COUNT, n) int8."""
    for i in range(len(candles)):
        c = candles[i]
        if not c.range > c.tie:
            continue
        least, none = min(c.upper, c.lower), 0.1 * c.range + c.tie
        if c.doji:
            found[DOJI, i] = 1
            found[DRAGONFLY_DOJI, i] = c.upper <= none
            found[GRAVESTONE_DOJI, i] = c.lower <= none
            found[LONG_LEGGED_DOJI, i] = c.range >= c.usual - c.tie and least >= 0.3 * c.range - c.tie
        elif c.small:
            found[SPINNING_TOP, i] = least > c.body + c.tie
        if c.small and c.lower >= 2 * c.body - c.tie and c.upper <= none:
            found[HAMMER, i] = c.trend < 0
            found[HANGING_MAN, i] = c.trend > 0
        if c.small and c.upper >= 2 * c.body - c.tie and c.lower <= none:
            found[INVERTED_HAMMER, i] = c.trend < 0
            found[SHOOTING_STAR, i] = c.trend > 0
        found[WHITE_MARUBOZU, i] = c.marubozu and c.colour > 0
        found[BLACK_MARUBOZU, i] = c.marubozu and c.colour < 0
        if c.long:
            bare = 0.05 * c.range + c.tie
            found[BULLISH_BELT_HOLD, i] = c.trend < 0 and c.colour > 0 and c.lower <= bare
            found[BEARISH_BELT_HOLD, i] = c.trend > 0 and c.colour < 0 and c.upper <= bare


@kernel
def two_bars(candles: Candles, found: NDArray[np.int8]) -> None:
    """Write the rows of the patterns of two bars. candles : (n,) of CANDLE; found : (COUNT, n) int8."""
    for i in range(2, len(candles)):
        f, c = candles[i - 1], candles[i]
        side = -f.colour  # the first bar has the colour of what it is against
        if side == 0:
            continue
        row = 0 if side > 0 else 1  # the bearish row follows the bullish one
        if f.trend == -side:
            found[BULLISH_ENGULFING + row, i] = _engulfs(f, c, side)
            if _holds(f, c, side):
                found[(BULLISH_HARAMI_CROSS if c.doji else BULLISH_HARAMI) + row, i] = 1
        if c.colour != side:
            continue
        if f.trend == -side and f.long:
            beyond = f.low - c.open if side > 0 else c.open - f.high
            turned = min(side * (c.close - (f.open + f.close) / 2), side * (f.open - c.close))
            found[PIERCING_LINE + row, i] = beyond > c.tie and turned > c.tie
            found[TWEEZER_BOTTOM + row, i] = _level(c.low if side > 0 else c.high, f.low if side > 0 else f.high, c.usual, c.tie)
            found[BULLISH_MEETING_LINES + row, i] = c.long and _level(c.close, f.close, c.usual, c.tie)
        if f.trend == side and c.long:
            start = c.lower if side > 0 else c.upper
            found[BULLISH_SEPARATING_LINES + row, i] = start <= 0.1 * c.range + c.tie and _level(c.open, f.open, c.usual, c.tie)
        found[BULLISH_KICKING + row, i] = f.marubozu and c.marubozu and (c.low - f.high if side > 0 else f.low - c.high) > c.tie


@kernel
def three_bars(candles: Candles, found: NDArray[np.int8]) -> None:
    """Write the rows of the patterns of three bars. candles : (n,) of CANDLE; found : (COUNT, n) int8."""
    for i in range(2, len(candles)):
        f, m, c = candles[i - 2], candles[i - 1], candles[i]
        side = -f.trend  # all of them turn the trend
        if side == 0:
            continue
        row = 0 if side > 0 else 1
        found[THREE_INSIDE_UP + row, i] = _holds(f, m, side) and c.colour == side and side * (c.close - f.open) > c.tie
        found[THREE_OUTSIDE_UP + row, i] = _engulfs(f, m, side) and side * (c.close - m.close) > c.tie
        found[THREE_WHITE_SOLDIERS + row, i] = _marches(f, side) and _follows(m, f, side) and _follows(c, m, side)
        if f.colour == -side and f.long and m.small and c.colour == side and not c.small:
            gap = f.bottom - m.top if side > 0 else m.bottom - f.top
            if gap > c.tie and side * (c.close - (f.open + f.close) / 2) > c.tie:
                alone = min(f.low, c.low) - m.high if side > 0 else m.low - max(f.high, c.high)
                star = MORNING_STAR
                if m.doji:
                    star = BULLISH_ABANDONED_BABY if alone > c.tie else MORNING_DOJI_STAR
                found[star + row, i] = 1


@kernel
def _marches(c: Any, side: int) -> bool:
    """A body that is not small and ends near the bar's end."""
    return bool(c.colour == side and not c.small and (c.upper if side > 0 else c.lower) <= 0.2 * c.range + c.tie)


@kernel
def _follows(c: Any, before: Any, side: int) -> bool:
    """It marches too, opens within the body before and closes beyond it."""
    opened = before.bottom - c.tie <= c.open <= before.top + c.tie
    return bool(_marches(c, side) and opened and side * (c.close - before.close) > c.tie)


@kernel
def five_bars(candles: Candles, found: NDArray[np.int8]) -> None:
    """Write the rows of the patterns of five bars. candles : (n,) of CANDLE; found : (COUNT, n) int8."""
    for i in range(4, len(candles)):
        f, c = candles[i - 4], candles[i]
        side = f.trend
        if side == 0 or f.colour != side or c.colour != side or not f.long or not c.long:
            continue
        rests = side * (candles[i - 3].close - candles[i - 1].close) > c.tie and side * (c.close - f.close) > c.tie
        for j in range(i - 3, i):
            r = candles[j]
            rests = rests and r.small and r.high <= f.high + c.tie and r.low >= f.low - c.tie
        found[RISING_THREE_METHODS + (0 if side > 0 else 1), i] = rests


def find_candlesticks(bars: Bars) -> NDArray[np.int8]:
    """1 where a pattern is complete, else 0; row k is CANDLESTICKS[k].

    bars : any number of them; returns (COUNT, n) int8. A bar with NaN, and those measured by it, carry no pattern.
    """
    candles, found = candles_of(bars), np.zeros((COUNT, bars.size), np.int8)
    for look in (one_bar, two_bars, three_bars, five_bars):
        look(candles, found)
    return found


Candle = tuple[float, float, float, float]  # open, high, low, close


@dataclass(frozen=True)
class Candlestick:
    """What a door needs to know of a pattern."""

    row: int
    name: str
    title: str
    side: Literal["long", "short", "neutral"]
    kind: Literal["reversal", "continuation", "neutral"]
    example: tuple[Candle, ...]  # after fourteen bars that end at 100, each with a body of 1 and a range of 2
    rule: str

    @property
    def bars(self) -> int:
        return len(self.example)

    @property
    def before(self) -> int:
        """The trend that it asks for before its first bar: 1 rising, -1 falling, 0 any."""
        if self.kind == "neutral":
            return 0
        return (1 if self.side == "long" else -1) * (1 if self.kind == "continuation" else -1)

    def drawn(self) -> Bars:
        """The example after its trend, for pictures and tests."""
        return drawn_after(self.before, self.example)


def drawn_after(trend: int, example: tuple[Candle, ...]) -> Bars:
    """Fourteen bars that rise (1), fall (-1) or do neither (0) to 100, then the example."""
    steps = np.full(14, float(trend)) if trend else np.resize([1.0, -1.0], 14)
    closes = 100.0 - steps.sum() + np.cumsum(steps)
    lead = [(c - step, max(c - step, c) + 0.5, min(c - step, c) - 0.5, c) for c, step in zip(closes.tolist(), steps.tolist(), strict=True)]
    opened, high, low, close = np.array([*lead, *example]).T.copy()
    return Bars(DAY * np.arange(len(close), dtype=np.float64), opened, high, low, close, np.full(len(close), 1e6))


class Found(NamedTuple):
    candlestick: Candlestick
    bar: int  # index of its last bar, at whose close it is known


def list_found(bars: Bars, since: int = 0) -> list[Found]:
    """The patterns that are complete on bar `since` or later, oldest first."""
    rows, columns = np.nonzero(find_candlesticks(bars)[:, since:])
    order = np.lexsort((rows, columns))
    return [Found(CANDLESTICKS[int(rows[k])], since + int(columns[k])) for k in order]


@cache
def candlestick(name: str) -> Candlestick:
    """ValueError when there is none of that name, listing those there are."""
    for one in CANDLESTICKS:
        if one.name == name:
            return one
    raise ValueError(f"There is no candlestick pattern {name!r}; there are {', '.join(one.name for one in CANDLESTICKS)}.")


CANDLESTICKS = (
    Candlestick(
        DOJI, "doji", "Doji", "neutral", "neutral", ((100, 100.8, 99.2, 100.1),),
        "Open and close are almost the same: the body is at most a tenth of the bar's range.",
    ),
    Candlestick(
        LONG_LEGGED_DOJI, "long-legged-doji", "Long-legged doji", "neutral", "neutral", ((100, 101.5, 98.5, 100.1),),
        "A doji of at least the usual range whose shadows each take 30 % of it or more.",
    ),
    Candlestick(
        DRAGONFLY_DOJI, "dragonfly-doji", "Dragonfly doji", "neutral", "neutral", ((100, 100.1, 98, 100),),
        "A doji at the top of its bar: the upper shadow is at most a tenth of the range.",
    ),
    Candlestick(
        GRAVESTONE_DOJI, "gravestone-doji", "Gravestone doji", "neutral", "neutral", ((100, 102, 99.9, 100),),
        "A doji at the bottom of its bar: the lower shadow is at most a tenth of the range.",
    ),
    Candlestick(
        SPINNING_TOP, "spinning-top", "Spinning top", "neutral", "neutral", ((100, 101, 99.3, 100.3),),
        "A small body, though no doji, with both shadows longer than it.",
    ),
    Candlestick(
        WHITE_MARUBOZU, "white-marubozu", "White marubozu", "long", "neutral", ((100, 103.05, 99.95, 103),),
        "A long white body with hardly a shadow: neither is more than a twentieth of the range.",
    ),
    Candlestick(
        BLACK_MARUBOZU, "black-marubozu", "Black marubozu", "short", "neutral", ((100, 100.05, 96.95, 97),),
        "A long black body with hardly a shadow: neither is more than a twentieth of the range.",
    ),
    Candlestick(
        HAMMER, "hammer", "Hammer", "long", "reversal", ((100, 100.6, 98, 100.5),),
        "After a fall, a small body at the top of its bar with a lower shadow of at least twice the body.",
    ),
    Candlestick(
        HANGING_MAN, "hanging-man", "Hanging man", "short", "reversal", ((100, 100.6, 98, 100.5),),
        "The shape of a hammer after a rise.",
    ),
    Candlestick(
        INVERTED_HAMMER, "inverted-hammer", "Inverted hammer", "long", "reversal", ((100, 102, 99.4, 99.5),),
        "After a fall, a small body at the bottom of its bar with an upper shadow of at least twice the body.",
    ),
    Candlestick(
        SHOOTING_STAR, "shooting-star", "Shooting star", "short", "reversal", ((100, 102, 99.4, 99.5),),
        "The shape of an inverted hammer after a rise.",
    ),
    Candlestick(
        BULLISH_BELT_HOLD, "bullish-belt-hold", "Bullish belt hold", "long", "reversal", ((98, 101, 98, 100.5),),
        "After a fall, a long white body that opens on the low of its bar.",
    ),
    Candlestick(
        BEARISH_BELT_HOLD, "bearish-belt-hold", "Bearish belt hold", "short", "reversal", ((102, 102, 99, 99.5),),
        "After a rise, a long black body that opens on the high of its bar.",
    ),
    Candlestick(
        BULLISH_ENGULFING, "bullish-engulfing", "Bullish engulfing", "long", "reversal",
        ((100, 100.3, 98.8, 99), (98.8, 101, 98.5, 100.6)),
        "After a fall, a white body that covers the black body before it.",
    ),
    Candlestick(
        BEARISH_ENGULFING, "bearish-engulfing", "Bearish engulfing", "short", "reversal",
        ((100, 101.2, 99.7, 101), (101.2, 101.5, 99, 99.4)),
        "After a rise, a black body that covers the white body before it.",
    ),
    Candlestick(
        BULLISH_HARAMI, "bullish-harami", "Bullish harami", "long", "reversal", ((100, 100.3, 96.7, 97), (98, 99, 97.8, 98.5)),
        "After a fall, a small body within the long black body before it.",
    ),
    Candlestick(
        BEARISH_HARAMI, "bearish-harami", "Bearish harami", "short", "reversal", ((100, 103.3, 99.7, 103), (102, 102.2, 101, 101.5)),
        "After a rise, a small body within the long white body before it.",
    ),
    Candlestick(
        BULLISH_HARAMI_CROSS, "bullish-harami-cross", "Bullish harami cross", "long", "reversal",
        ((100, 100.3, 96.7, 97), (98, 98.9, 97.3, 98.1)),
        "After a fall, a doji within the long black body before it.",
    ),
    Candlestick(
        BEARISH_HARAMI_CROSS, "bearish-harami-cross", "Bearish harami cross", "short", "reversal",
        ((100, 103.3, 99.7, 103), (102, 102.7, 101.1, 101.9)),
        "After a rise, a doji within the long white body before it.",
    ),
    Candlestick(
        PIERCING_LINE, "piercing-line", "Piercing line", "long", "reversal", ((100, 100.3, 97.7, 98), (97.4, 99.6, 97.2, 99.4)),
        "After a fall and a long black body, a white bar opens below that bar's low and closes in the upper half of its body.",
    ),
    Candlestick(
        DARK_CLOUD_COVER, "dark-cloud-cover", "Dark cloud cover", "short", "reversal",
        ((100, 102.3, 99.7, 102), (102.6, 102.8, 100.4, 100.6)),
        "After a rise and a long white body, a black bar opens above that bar's high and closes in the lower half of its body.",
    ),
    Candlestick(
        TWEEZER_BOTTOM, "tweezer-bottom", "Tweezer bottom", "long", "reversal", ((100, 100.3, 98, 98.3), (98.3, 99.5, 98, 99.2)),
        "After a fall, a long black bar and a white one with the same low, to a twentieth of the usual range.",
    ),
    Candlestick(
        TWEEZER_TOP, "tweezer-top", "Tweezer top", "short", "reversal", ((100, 102, 99.7, 101.7), (101.7, 102, 100.5, 100.8)),
        "After a rise, a long white bar and a black one with the same high, to a twentieth of the usual range.",
    ),
    Candlestick(
        BULLISH_MEETING_LINES, "bullish-meeting-lines", "Bullish meeting lines", "long", "reversal",
        ((100, 100.3, 97.7, 98), (96, 98.2, 95.8, 98)),
        "After a fall, a long black body and a long white one that close at the same price (also called counterattack lines).",
    ),
    Candlestick(
        BEARISH_MEETING_LINES, "bearish-meeting-lines", "Bearish meeting lines", "short", "reversal",
        ((100, 102.3, 99.7, 102), (104, 104.2, 101.8, 102)),
        "After a rise, a long white body and a long black one that close at the same price (also called counterattack lines).",
    ),
    Candlestick(
        BULLISH_SEPARATING_LINES, "bullish-separating-lines", "Bullish separating lines", "long", "continuation",
        ((100, 100.3, 98.7, 99), (100, 102.2, 99.9, 102)),
        "In a rise, a black bar, then a long white one that opens where the black one opened, on its own low.",
    ),
    Candlestick(
        BEARISH_SEPARATING_LINES, "bearish-separating-lines", "Bearish separating lines", "short", "continuation",
        ((100, 101.3, 99.7, 101), (100, 100.1, 97.8, 98)),
        "In a fall, a white bar, then a long black one that opens where the white one opened, on its own high.",
    ),
    Candlestick(
        BULLISH_KICKING, "bullish-kicking", "Bullish kicking", "long", "neutral", ((100, 100, 97, 97), (101, 104, 101, 104)),
        "A black marubozu, then a white one whose low lies above the black one's high.",
    ),
    Candlestick(
        BEARISH_KICKING, "bearish-kicking", "Bearish kicking", "short", "neutral", ((100, 103, 100, 103), (99, 99, 96, 96)),
        "A white marubozu, then a black one whose high lies below the white one's low.",
    ),
    Candlestick(
        MORNING_STAR, "morning-star", "Morning star", "long", "reversal",
        ((100, 100.3, 96.7, 97), (96.5, 96.8, 95.8, 96.2), (96.6, 99.3, 96.4, 99)),
        "After a fall, a long black body, a small one below it, and a white one that is not small and closes above the first one's middle.",
    ),
    Candlestick(
        EVENING_STAR, "evening-star", "Evening star", "short", "reversal",
        ((100, 103.3, 99.7, 103), (103.5, 104.2, 103.2, 103.8), (103.4, 103.6, 100.7, 101)),
        "After a rise, a long white body, a small one above it, and a black one that is not small and closes below the first one's middle.",
    ),
    Candlestick(
        MORNING_DOJI_STAR, "morning-doji-star", "Morning doji star", "long", "reversal",
        ((100, 100.3, 96.7, 97), (96.5, 96.9, 96, 96.45), (96.6, 99.3, 96.4, 99)),
        "A morning star whose middle bar is a doji.",
    ),
    Candlestick(
        EVENING_DOJI_STAR, "evening-doji-star", "Evening doji star", "short", "reversal",
        ((100, 103.3, 99.7, 103), (103.5, 104, 103.1, 103.55), (103.4, 103.6, 100.7, 101)),
        "An evening star whose middle bar is a doji.",
    ),
    Candlestick(
        BULLISH_ABANDONED_BABY, "bullish-abandoned-baby", "Bullish abandoned baby", "long", "reversal",
        ((100, 100.3, 96.7, 97), (96, 96.4, 95.6, 96.05), (96.6, 99.3, 96.5, 99)),
        "A morning doji star whose doji lies wholly below the bars at its sides.",
    ),
    Candlestick(
        BEARISH_ABANDONED_BABY, "bearish-abandoned-baby", "Bearish abandoned baby", "short", "reversal",
        ((100, 103.3, 99.7, 103), (104, 104.4, 103.6, 103.95), (103.4, 103.5, 100.7, 101)),
        "An evening doji star whose doji lies wholly above the bars at its sides.",
    ),
    Candlestick(
        THREE_WHITE_SOLDIERS, "three-white-soldiers", "Three white soldiers", "long", "reversal",
        ((100, 102.1, 99.8, 102), (101, 103.7, 100.9, 103.5), (102.5, 105.2, 102.4, 105)),
        "After a fall, three white bodies, none small, each opening within the one before and closing above it near the top of its bar.",
    ),
    Candlestick(
        THREE_BLACK_CROWS, "three-black-crows", "Three black crows", "short", "reversal",
        ((100, 100.2, 97.9, 98), (99, 99.1, 96.3, 96.5), (97.5, 97.6, 94.8, 95)),
        "After a rise, three black bodies, none small, each opening within the one before and closing below it near the end of its bar.",
    ),
    Candlestick(
        THREE_INSIDE_UP, "three-inside-up", "Three inside up", "long", "reversal",
        ((100, 100.3, 96.7, 97), (98, 99, 97.8, 98.5), (98.6, 100.8, 98.4, 100.5)),
        "A bullish harami, then a white bar that closes above the open of the long black one.",
    ),
    Candlestick(
        THREE_INSIDE_DOWN, "three-inside-down", "Three inside down", "short", "reversal",
        ((100, 103.3, 99.7, 103), (102, 102.2, 101, 101.5), (101.4, 101.6, 99.2, 99.5)),
        "A bearish harami, then a black bar that closes below the open of the long white one.",
    ),
    Candlestick(
        THREE_OUTSIDE_UP, "three-outside-up", "Three outside up", "long", "reversal",
        ((100, 100.3, 98.8, 99), (98.8, 101, 98.5, 100.6), (100.5, 102, 100.2, 101.6)),
        "A bullish engulfing, then a higher close.",
    ),
    Candlestick(
        THREE_OUTSIDE_DOWN, "three-outside-down", "Three outside down", "short", "reversal",
        ((100, 101.2, 99.7, 101), (101.2, 101.5, 99, 99.4), (99.5, 99.8, 98, 98.4)),
        "A bearish engulfing, then a lower close.",
    ),
    Candlestick(
        RISING_THREE_METHODS, "rising-three-methods", "Rising three methods", "long", "continuation",
        ((100, 104.3, 99.8, 104), (103.5, 103.8, 102.6, 103), (103, 103.2, 101.9, 102.4), (102.4, 102.6, 101.4, 101.8),
         (102, 105, 101.9, 104.8)),
        "In a rise, a long white body, three small ones drifting down within its bar, and a long white one that closes above the first.",
    ),
    Candlestick(
        FALLING_THREE_METHODS, "falling-three-methods", "Falling three methods", "short", "continuation",
        ((100, 100.2, 95.7, 96), (96.5, 97.4, 96.2, 97), (97, 98.1, 96.8, 97.6), (97.6, 98.6, 97.4, 98.2), (98, 98.1, 95, 95.2)),
        "In a fall, a long black body, three small ones drifting up within its bar, and a long black one that closes below the first.",
    ),
)  # fmt: skip
