"""Rising channel: two lines rise side by side; the break below, and the bounce from the lower line."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import LONG
from patterns.engine.registry import Atrs, Bars_, Count, Detector, Drawn, Forming, Fraction, Pattern

from . import _bounces, _lines


class Params(NamedTuple):
    slope: Annotated[float, Fraction(0.10, 1.00, "least change of each line, in heights")] = 0.25
    ratio_low: Annotated[float, Fraction(0.50, 1.00, "height at the end against the start, at least")] = 0.80
    ratio_high: Annotated[float, Fraction(1.00, 2.00, "height at the end against the start, at most")] = 1.25
    touch_atr: Annotated[float, Atrs(0.2, 1.0, "how far a swing may lie from its line, within 0.4 to 2 % of price")] = 0.5
    white: Annotated[float, Fraction(0.3, 0.9, "least part of the height that each leg crosses")] = 0.6
    min_height: Annotated[float, Atrs(0.5, 8.0, "least height at the start, in ATR")] = 2.0
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    outside: Annotated[int, Count(0, 5, "most closes beyond a line by half an ATR before it is known")] = 1
    min_span: Annotated[int, Bars_(15, 120, "least bars from first to last touch")] = 30
    max_span: Annotated[int, Bars_(60, 250, "most bars from first to last touch")] = 250
    down: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target below lies")] = 0.45
    spans: Annotated[float, Fraction(0.1, 2.0, "spans after the last touch in which it may trigger")] = 0.6
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60
    beyond: Annotated[float, Atrs(0.0, 2.0, "a close so far beyond the opposite line, in ATR, ends it")] = 0.5
    strong: Annotated[
        float, Fraction(0.3, 1.0, "where the bounce's signal bar closes in its range, at least (0 the far end, 1 the near)")
    ] = 0.6
    stop_atr: Annotated[float, Atrs(0.25, 3.0, "stop of the bounce beyond the line, in ATR")] = 1.0


def limits(params: Params) -> dict[str, dict[str, float]]:
    slopes = {"u_low": params.slope, "l_low": params.slope}
    return {"channel-up": {**slopes, "ratio_low": params.ratio_low, "ratio_high": params.ratio_high}}


DETECTORS = (
    Detector(
        name="channel-up",
        title="Rising channel",
        side="both",
        kind="neutral",
        summary="Price climbs between two lines that run side by side; bought at the lower line while it holds, sold short when it breaks.",
        rules=(
            "Five to seven alternating swings, each within half an ATR of its line: at least three touches on one side and two on the other.",
            "Both lines rise by at least 25 % of the height; the height at the end is 0.80 to 1.25 of that at the start.",
            "Every leg crosses at least 60 % of the height; at most one close outside a line.",
            "30 to 250 bars from the first to the last touch.",
            "The break: known when the last swing is confirmed; entry below the lower line's value there.",
            "Its stop lies a quarter ATR above the last swing high; the sober target is 45 % of the height away.",
            "The bounce: price comes back from the upper line to the lower one, within the tolerance of a touch, and closes in the upper 40 % of its bar; known at that close, entry above that bar.",
            "Its stop lies one ATR below the lower line, its target on the upper line.",
            "Over when a close lies half an ATR beyond the line on the wrong side, or 0.6 spans after the last touch.",
        ),
        source="common use; no published statistics",
        min_bars=90,
        params=Params,
        find=_bounces.breaks_and_bounces("channel-up", LONG, limits),
        forming=Forming(),
        roles=_lines.ROLES,
        clauses=_lines.clauses(_lines.RISES, _lines.RISES, _lines.KEEPS, _lines.FROM_LINE),
        marks=_lines.LENGTH_MARKS,
        patterns=(
            Pattern("channel-up", "Rising channel, broken", "short"),
            Pattern("channel-up-bounce", "Rising channel, bounce", "long"),
        ),
        ordered=(("min_span", "max_span"), ("ratio_low", "ratio_high")),
        examples=(
            Drawn(((0, 80), (40, 84), (30, 100), (8, 94), (8, 105), (8, 98.5), (8, 109.5), (8, 103), (8, 114), (12, 98)), breaks=124),
            Drawn(
                (
                    (0, 80),
                    (40, 84),
                    (30, 100),
                    (8, 94),
                    (8, 105),
                    (8, 98.5),
                    (8, 109.5),
                    (8, 103),
                    (8, 114),
                    (8, 107.6),
                    (1, 108.6),
                    (8, 118),
                ),
                breaks=129,
                pattern="channel-up-bounce",
            ),
        ),
        counter=(
            Drawn(
                ((0, 80), (40, 84), (30, 100), (8, 97), (8, 105), (8, 97), (8, 112), (8, 97), (8, 120), (12, 98)),
                note="the lower line is flat and the lines run apart",
            ),
        ),
    ),
)
