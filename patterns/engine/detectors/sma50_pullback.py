"""Pullback to a rising 50-bar average."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import LONG, Book
from patterns.engine.registry import Atrs, Bars_, Detector, Drawn, Fraction, Role
from patterns.engine.study import Study

from . import _sma50


class Params(NamedTuple):
    slope: Annotated[float, Fraction(0.0, 0.10, "least change of SMA50 over 20 bars, with the trend")] = 0.01
    stretch: Annotated[float, Fraction(0.0, 0.20, "least distance of the swing from SMA50")] = 0.05
    share: Annotated[float, Fraction(0.3, 1.0, "least part of the 30 closes before the swing beyond SMA50")] = 0.70
    swing_bars: Annotated[int, Bars_(5, 60, "most bars back to the swing")] = 25
    pullback_bars: Annotated[int, Bars_(5, 50, "most bars of the pullback")] = 20
    min_depth: Annotated[float, Fraction(0.01, 0.10, "least depth of the pullback")] = 0.04
    max_depth: Annotated[float, Fraction(0.08, 0.30, "most depth of the pullback")] = 0.15
    min_swing: Annotated[int, Bars_(1, 10, "least bars back to the swing", least=3)] = 3
    min_pullback: Annotated[int, Bars_(1, 10, "least bars of the pullback", least=3)] = 3
    high_bars: Annotated[int, Bars_(20, 252, "the swing is the extreme of so many bars")] = 63
    touch: Annotated[float, Fraction(0.0, 0.05, "how near to SMA50 the pullback comes")] = 0.01
    touch_atr: Annotated[float, Atrs(0.0, 2.0, "the same in ATR; the larger of the two holds")] = 0.5
    touch_bars: Annotated[int, Bars_(1, 10, "bars up to the signal in which it comes so near", least=3)] = 3
    strong: Annotated[float, Fraction(0.3, 1.0, "where the signal bar closes in its range, at least (0 the far end, 1 the near)")] = 0.6
    broken: Annotated[float, Fraction(0.0, 0.10, "a close so far beyond SMA50 ends it")] = 0.03
    apart: Annotated[int, Bars_(3, 40, "least bars between two tests")] = 10
    stop_atr: Annotated[float, Atrs(0.1, 2.0, "distance of the stop beyond the pullback or SMA50, in ATR")] = 0.5
    wait: Annotated[int, Bars_(3, 40, "bars after the touch in which it may trigger")] = 10


def find(study: Study, params: Params, book: Book) -> None:
    book.size = _sma50.find(study.tape, params, LONG, book.rows, book.size)


DETECTORS = (
    Detector(
        name="sma50-pullback",
        title="SMA50 pullback",
        side="long",
        kind="continuation",
        summary="In a rise, a pullback to the 50-bar average that turns up again; bought above the signal bar.",
        rules=(
            "SMA50 above SMA200 and higher by at least 1 % in 20 bars; SMA200 not lower; the close above SMA50.",
            "The high of 63 bars lies 3 to 25 bars back, at least 5 % above SMA50, with 70 % of the 30 closes before it above SMA50.",
            "From there a pullback of 4 to 15 % in 3 to 20 bars, without a close 3 % below SMA50.",
            "One of the last three lows comes within 1 % or half an ATR of SMA50.",
            "The signal bar closes above the previous bar's high, in the upper 40 % of its range; the match is known at its close, entry above its high.",
            "Stop half an ATR beyond the lowest low or SMA50; the sober target is the swing high.",
            "Over at a close 3 % below SMA50, or ten bars after the touch. First and second tests of the average count most.",
        ),
        source="O'Neil's pullback to the 10-week line, and common screens; no published statistics",
        min_bars=220,
        params=Params,
        find=find,
        roles=(Role("swing", "Swing high", "high"), Role("end", "Pullback", "low"), Role("signal", "Signal", "high")),
        clauses=_sma50.CLAUSES,
        marks=_sma50.MARKS,
        ordered=(("min_depth", "max_depth"), ("min_swing", "swing_bars"), ("min_pullback", "pullback_bars")),
        examples=(Drawn(((0, 60), (230, 100), (12, 108), (9, 101.5), (3, 104), (10, 112)), breaks=253),),
        counter=(Drawn(((0, 60), (230, 100), (12, 108), (14, 90), (3, 104), (10, 112)), note="too deep"),),
        horizon="days to weeks",
    ),
)
