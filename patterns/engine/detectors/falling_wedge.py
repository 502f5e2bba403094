"""Falling wedge: both lines fall and meet."""

from typing import Annotated, NamedTuple

from patterns.engine.registry import Atrs, Bars_, Count, Detector, Drawn, Forming, Fraction

from . import _breaks, _lines


class Params(NamedTuple):
    slope: Annotated[float, Fraction(0.05, 0.60, "least change of each line, in heights")] = 0.15
    ratio: Annotated[float, Fraction(0.40, 0.95, "height at the end against the start, at most")] = 0.65
    touches: Annotated[int, Count(5, 7, "least touches; six are three on each line")] = 6
    touch_atr: Annotated[float, Atrs(0.2, 1.0, "how far a swing may lie from its line, within 0.4 to 2 % of price")] = 0.5
    white: Annotated[float, Fraction(0.3, 0.9, "least part of the height that each leg crosses")] = 0.6
    min_height: Annotated[float, Atrs(0.5, 8.0, "least height at the start, in ATR")] = 2.0
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    outside: Annotated[int, Count(0, 5, "most closes beyond a line by half an ATR before it is known")] = 1
    min_span: Annotated[int, Bars_(15, 60, "least bars from first to last touch")] = 15
    max_span: Annotated[int, Bars_(40, 250, "most bars from first to last touch")] = 130
    latest: Annotated[float, Fraction(0.6, 1.0, "part of the way to the apex after which it is over")] = 0.90
    up: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target above lies")] = 0.62
    down: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target below lies")] = 0.29
    spans: Annotated[float, Fraction(0.1, 2.0, "spans after the last touch in which it may trigger")] = 0.6
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60
    beyond: Annotated[float, Atrs(0.0, 2.0, "a close so far beyond the opposite line, in ATR, ends it")] = 0.5


def limits(params: Params) -> dict[str, float]:
    return {"u_high": -params.slope, "l_high": -params.slope, "ratio_high": params.ratio, "swings": params.touches}


DETECTORS = (
    Detector(
        name="falling-wedge",
        title="Falling wedge",
        side="both",
        kind="neutral",
        summary="Falling lows and faster falling highs squeeze price downward into a point; it usually leaves upward.",
        rules=(
            "Six or seven alternating swings, at least three on each line, each within half an ATR of it.",
            "Both lines fall by at least 15 % of the height, the upper one faster.",
            "The height at the end is at most 65 % of that at the start.",
            "Every leg crosses at least 60 % of the height; at most one close outside a line.",
            "15 to 130 bars from the first to the last touch.",
            "Known when the last swing is confirmed. Entry is the line's value there: above for a long, below for a short; both sides stand until one triggers.",
            "Stop a quarter ATR beyond the last swing of the other side.",
            "The target above is the highest high inside, for the sober one at most 62 % of the height away; below it is 29 % of the height.",
            "Over when a close lies half an ATR beyond the opposite line, 0.6 spans after the last touch, or at 90 % of the way to the apex.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., falling wedges",
        min_bars=75,
        params=Params,
        find=_breaks.one("falling-wedge", limits),
        forming=Forming(),
        roles=_lines.ROLES,
        clauses=_lines.clauses(_lines.FALLS, _lines.FALLS, _lines.NARROWS, _lines.APEX, touches="touches"),
        marks=_lines.CLOSING_MARKS,
        ordered=(("min_span", "max_span"),),
        examples=(
            Drawn(
                ((0, 125), (40, 119), (30, 100), (7, 111.1), (9, 97.1), (7, 104.2), (7, 94.8), (6, 99), (5, 93), (8, 104.2)),
                breaks=115,
            ),
        ),
        counter=(
            Drawn(
                ((0, 120), (40, 116), (30, 110), (7, 100), (7, 105), (7, 92), (7, 100), (6, 82), (5, 94), (8, 104)),
                note="the lines run apart",
            ),
        ),
    ),
)
