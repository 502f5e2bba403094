"""Rally to a falling 50-bar average."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import SHORT, Book
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
    book.size = _sma50.find(study.tape, params, SHORT, book.rows, book.size)


DETECTORS = (
    Detector(
        name="sma50-rally",
        title="SMA50 rally",
        side="short",
        kind="continuation",
        summary="In a fall, a rally to the 50-bar average that turns down again; sold short below the signal bar.",
        rules=(
            "SMA50 below SMA200 and lower by at least 1 % in 20 bars; SMA200 not higher; the close below SMA50.",
            "The low of 63 bars lies 3 to 25 bars back, at least 5 % below SMA50, with 70 % of the 30 closes before it below SMA50.",
            "From there a rally of 4 to 15 % in 3 to 20 bars, without a close 3 % above SMA50.",
            "One of the last three highs comes within 1 % or half an ATR of SMA50.",
            "The signal bar closes below the previous bar's low, in the lower 40 % of its range; the match is known at its close, entry below its low.",
            "Stop half an ATR beyond the highest high or SMA50; the sober target is the swing low.",
            "Over at a close 3 % above SMA50, or ten bars after the touch. First and second tests of the average count most.",
        ),
        source="O'Neil's pullback to the 10-week line, and common screens; no published statistics",
        min_bars=220,
        params=Params,
        find=find,
        roles=(Role("swing", "Swing low", "low"), Role("end", "Rally", "high"), Role("signal", "Signal", "low")),
        clauses=_sma50.CLAUSES,
        marks=_sma50.MARKS,
        ordered=(("min_depth", "max_depth"), ("min_swing", "swing_bars"), ("min_pullback", "pullback_bars")),
        examples=(Drawn(((0, 166.7), (230, 100), (12, 92.6), (9, 99.5), (3, 96.5), (10, 89)), breaks=253),),
        counter=(Drawn(((0, 166.7), (230, 100), (12, 92.59), (14, 111.1), (3, 96.15), (10, 89.29)), note="too deep"),),
        horizon="days to weeks",
    ),
)
