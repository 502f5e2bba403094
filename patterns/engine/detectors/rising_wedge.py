"""Rising wedge: both lines rise and meet."""

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
    up: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target above lies")] = 0.63
    down: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target below lies")] = 0.32
    spans: Annotated[float, Fraction(0.1, 2.0, "spans after the last touch in which it may trigger")] = 0.6
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60
    beyond: Annotated[float, Atrs(0.0, 2.0, "a close so far beyond the opposite line, in ATR, ends it")] = 0.5


def limits(params: Params) -> dict[str, float]:
    return {"u_low": params.slope, "l_low": params.slope, "ratio_high": params.ratio, "swings": params.touches}


DETECTORS = (
    Detector(
        name="rising-wedge",
        title="Rising wedge",
        side="both",
        kind="neutral",
        summary="Rising highs and faster rising lows squeeze price upward into a point; it usually leaves downward.",
        rules=(
            "Six or seven alternating swings, at least three on each line, each within half an ATR of it.",
            "Both lines rise by at least 15 % of the height, the lower one faster.",
            "The height at the end is at most 65 % of that at the start.",
            "Every leg crosses at least 60 % of the height; at most one close outside a line.",
            "15 to 130 bars from the first to the last touch.",
            "Known when the last swing is confirmed. Entry is the line's value there: above for a long, below for a short; both sides stand until one triggers.",
            "Stop a quarter ATR beyond the last swing of the other side.",
            "The target below is the lowest low inside, for the sober one at most 32 % of the height away; above it is 63 % of the height.",
            "Over when a close lies half an ATR beyond the opposite line, 0.6 spans after the last touch, or at 90 % of the way to the apex.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., rising wedges",
        min_bars=75,
        params=Params,
        find=_breaks.one("rising-wedge", limits),
        forming=Forming(),
        roles=_lines.ROLES,
        clauses=_lines.clauses(_lines.RISES, _lines.RISES, _lines.NARROWS, _lines.APEX, touches="touches"),
        marks=_lines.CLOSING_MARKS,
        ordered=(("min_span", "max_span"),),
        examples=(
            Drawn(((0, 80), (40, 84), (30, 100), (7, 90), (9, 103), (7, 96), (7, 105.5), (6, 101), (5, 107.5), (8, 96)), breaks=115),
        ),
        counter=(
            Drawn(
                ((0, 80), (40, 84), (30, 100), (7, 90), (9, 110), (7, 100), (7, 120), (6, 110), (5, 130), (8, 112)),
                note="the lines run side by side: a channel",
            ),
        ),
    ),
)
