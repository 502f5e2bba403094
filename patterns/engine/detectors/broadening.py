"""Broadening shapes: two lines run apart."""

from typing import Annotated, NamedTuple

from patterns.engine.registry import Atrs, Bars_, Count, Detector, Drawn, Forming, Fraction, Pattern

from . import _breaks, _lines


class Params(NamedTuple):
    slope: Annotated[float, Fraction(0.05, 0.60, "least change of a sloping line, in heights")] = 0.15
    flat: Annotated[float, Fraction(0.05, 0.30, "change of a flat line, in heights, up to which it counts as flat")] = 0.15
    ratio: Annotated[float, Fraction(1.10, 3.00, "height at the end against the start, at least")] = 1.40
    wedge_ratio: Annotated[float, Fraction(1.10, 3.00, "the same where both lines go one way")] = 1.30
    wedge_touches: Annotated[int, Count(5, 7, "least touches where both lines go one way; six are three on each line")] = 6
    touch_atr: Annotated[float, Atrs(0.2, 1.0, "how far a swing may lie from its line, within 0.4 to 2 % of price")] = 0.5
    white: Annotated[float, Fraction(0.3, 0.9, "least part of the height that each leg crosses")] = 0.6
    min_height: Annotated[float, Atrs(0.5, 8.0, "least height at the start, in ATR")] = 2.0
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    outside: Annotated[int, Count(0, 5, "most closes beyond a line by half an ATR before it is known")] = 1
    min_span: Annotated[int, Bars_(15, 60, "least bars from first to last touch")] = 15
    max_span: Annotated[int, Bars_(40, 250, "most bars from first to last touch")] = 130
    up: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target above lies")] = 0.66
    down: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target below lies")] = 0.41
    spans: Annotated[float, Fraction(0.1, 2.0, "spans after the last touch in which it may trigger")] = 0.6
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60
    beyond: Annotated[float, Atrs(0.0, 2.0, "a close so far beyond the opposite line, in ATR, ends it")] = 0.5
    before: Annotated[int, Bars_(5, 120, "bars before the start whose close tells a top from a bottom")] = 20


def limits(params: Params) -> dict[str, dict[str, float]]:
    slope, flat, ratio = params.slope, params.flat, {"ratio_low": params.ratio}
    wedge = {"ratio_low": params.wedge_ratio, "swings": params.wedge_touches}
    return {
        "broadening": {"u_low": slope, "l_high": -slope, **ratio},
        "broadening-ascending": {"u_low": slope, "l_low": -flat, "l_high": flat, **ratio},
        "broadening-descending": {"u_low": -flat, "u_high": flat, "l_high": -slope, **ratio},
        "broadening-rising": {"u_low": slope, "l_low": slope, **wedge},
        "broadening-falling": {"u_high": -slope, "l_high": -slope, **wedge},
    }


PLACES = {
    "broadening": 0,
    "broadening-ascending": 1,
    "broadening-descending": 2,
    "broadening-rising": 3,
    "broadening-falling": 3,
}

OTHERS: dict[str, tuple[_lines.Rule_, _lines.Rule_, _lines.Rule_]] = {
    "broadening-ascending": (_lines.RISES, _lines.FLAT, _lines.WIDENS),
    "broadening-descending": (_lines.FLAT, _lines.FALLS, _lines.WIDENS),
    # told in the direction of both lines
    "broadening-wedge": (_lines.RISES, _lines.RISES, (">=", "wedge_ratio")),
}

DETECTORS = (
    Detector(
        name="broadening",
        title="Broadening",
        side="both",
        kind="neutral",
        summary="Swings grow between two lines that run apart, and price leaves to one side.",
        rules=(
            "Five to seven alternating swings, each within half an ATR of its line: at least three touches on one side and two on the other.",
            "The upper line rises and the lower one falls, each by at least 15 % of the height; the height grows to at least 1.4 of that at the start.",
            "With a flat bottom it is ascending, with a flat top descending (at most 15 % of the height); with both lines one way it is a wedge, from 1.3 on, and needs three touches on each.",
            "Every leg crosses at least 60 % of the height; at most one close outside a line.",
            "15 to 130 bars from the first to the last touch.",
            "After a rise (the close 20 bars before the start lies below the middle) it is a broadening top, after a fall a bottom.",
            "Known when the last swing is confirmed. Entry lies beyond the farthest swing of its side, since the lines run away; beyond the line where that comes after price. Both sides stand until one triggers.",
            "Stop a quarter ATR beyond the last swing of the other side; the sober target is 66 % of the height above, 41 % below.",
            "Over when a close lies half an ATR beyond the opposite line, or 0.6 spans after the last touch.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., broadening patterns",
        min_bars=75,
        params=Params,
        find=_breaks.breaks(PLACES, limits),
        forming=Forming(),
        roles=_lines.ROLES,
        clauses=_lines.clauses(_lines.RISES, _lines.FALLS, _lines.WIDENS, _lines.LAST_LEG, volume=">=", others=OTHERS),
        marks=_lines.LENGTH_MARKS,
        patterns=(
            Pattern("broadening", "Broadening", "both"),
            Pattern("broadening-ascending", "Broadening, flat bottom", "both"),
            Pattern("broadening-descending", "Broadening, flat top", "both"),
            Pattern("broadening-wedge", "Broadening wedge", "both"),
        ),
        variants=_breaks.VARIANTS,
        ordered=(("min_span", "max_span"),),
        examples=(
            Drawn(((0, 80), (40, 84), (30, 100), (7, 96.5), (8, 102.5), (9, 93.5), (10, 105), (12, 91.5), (16, 112)), breaks=128),
            Drawn(
                ((0, 80), (40, 84), (30, 100), (7, 95), (8, 103), (8, 95), (9, 106), (10, 95), (14, 112)),
                pattern="broadening-ascending",
            ),
            Drawn(
                ((0, 80), (40, 84), (30, 100), (7, 95), (8, 100), (9, 92), (10, 100), (10, 89), (14, 106)),
                pattern="broadening-descending",
            ),
            Drawn(
                ((0, 80), (40, 84), (30, 100), (7, 96), (8, 104), (8, 98), (10, 110), (10, 100.5), (14, 116)),
                pattern="broadening-wedge",
            ),
        ),
        counter=(
            Drawn(
                ((0, 80), (40, 84), (30, 100), (7, 92), (8, 100), (8, 92), (8, 100), (8, 92), (10, 106)),
                note="the lines run side by side: a rectangle",
            ),
        ),
    ),
)
