"""Rectangle: highs at one level, lows at another."""

from typing import Annotated, NamedTuple

from patterns.engine.registry import Atrs, Bars_, Count, Detector, Drawn, Forming, Fraction

from . import _breaks, _lines


class Params(NamedTuple):
    flat: Annotated[float, Fraction(0.05, 0.30, "change of each line, in heights, up to which it counts as flat")] = 0.15
    ratio_low: Annotated[float, Fraction(0.50, 1.00, "height at the end against the start, at least")] = 0.80
    ratio_high: Annotated[float, Fraction(1.00, 2.00, "height at the end against the start, at most")] = 1.25
    touch_atr: Annotated[float, Atrs(0.2, 1.0, "how far a swing may lie from its line, within 0.4 to 2 % of price")] = 0.5
    white: Annotated[float, Fraction(0.3, 0.9, "least part of the height that each leg crosses")] = 0.6
    min_height: Annotated[float, Atrs(0.5, 8.0, "least height at the start, in ATR")] = 2.0
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    outside: Annotated[int, Count(0, 5, "most closes beyond a line by half an ATR before it is known")] = 1
    min_span: Annotated[int, Bars_(15, 60, "least bars from first to last touch")] = 15
    max_span: Annotated[int, Bars_(40, 250, "most bars from first to last touch")] = 130
    up: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target above lies")] = 0.78
    down: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target below lies")] = 0.54
    spans: Annotated[float, Fraction(0.1, 2.0, "spans after the last touch in which it may trigger")] = 0.6
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60
    beyond: Annotated[float, Atrs(0.0, 2.0, "a close so far beyond the opposite line, in ATR, ends it")] = 0.5
    before: Annotated[int, Bars_(5, 120, "bars before the start whose close tells a top from a bottom")] = 20


def limits(params: Params) -> dict[str, float]:
    flat = params.flat
    return {"u_low": -flat, "u_high": flat, "l_low": -flat, "l_high": flat, "ratio_low": params.ratio_low, "ratio_high": params.ratio_high}


DETECTORS = (
    Detector(
        name="rectangle",
        title="Rectangle",
        side="both",
        kind="neutral",
        summary="Price swings between a flat ceiling and a flat floor, and leaves to one side.",
        rules=(
            "Five to seven alternating swings, each within half an ATR of its line: at least three touches on one side and two on the other.",
            "Both lines change by at most 15 % of the height; the height at the end is 0.80 to 1.25 of that at the start.",
            "Every leg crosses at least 60 % of the height; at most one close outside a line.",
            "15 to 130 bars from the first to the last touch.",
            "After a rise (the close 20 bars before the start lies below the middle) it is a rectangle top, after a fall a bottom.",
            "Known when the last swing is confirmed. Entry is the line's value there: above for a long, below for a short; both sides stand until one triggers.",
            "Stop a quarter ATR beyond the last swing of the other side; the sober target is 78 % of the height above, 54 % below.",
            "Over when a close lies half an ATR beyond the opposite line, or 0.6 spans after the last touch.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., rectangles",
        min_bars=75,
        params=Params,
        find=_breaks.one("rectangle", limits),
        forming=Forming(),
        roles=_lines.ROLES,
        clauses=_lines.clauses(_lines.FLAT, _lines.FLAT, _lines.KEEPS, _lines.LAST_LEG),
        marks=_lines.LENGTH_MARKS,
        variants=_breaks.VARIANTS,
        ordered=(("min_span", "max_span"), ("ratio_low", "ratio_high")),
        examples=(Drawn(((0, 80), (40, 84), (30, 100), (8, 92), (8, 100), (8, 92.2), (8, 99.8), (8, 92), (9, 106)), breaks=116),),
        counter=(Drawn(((0, 80), (40, 84), (30, 100), (8, 92), (8, 104), (8, 96.2), (8, 108), (8, 100), (9, 113)), note="rising"),),
    ),
)
