"""Head and shoulders bottom: three lows, the middle one lowest."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import LONG, Book
from patterns.engine.registry import Atrs, Bars_, Detector, Drawn, Forming, Fraction
from patterns.engine.study import Study

from . import _head


class Params(NamedTuple):
    prior: Annotated[float, Fraction(0.0, 0.5, "least fall into the left shoulder", atrs="prior_atr")] = 0.10
    prior_atr: Annotated[float, Atrs(0.0, 20.0, "the same in ATR; the larger of the two holds")] = 0.0
    prior_bars: Annotated[int, Bars_(20, 250, "bars in which that fall is looked for")] = 60
    head: Annotated[float, Fraction(0.0, 0.10, "least distance of the head beyond the farther shoulder", atrs="head_atr")] = 0.015
    head_atr: Annotated[float, Atrs(0.0, 3.0, "the same in ATR; the larger of the two holds")] = 0.5
    height: Annotated[float, Fraction(0.01, 0.25, "least height of the head over the neckline", atrs="height_atr")] = 0.05
    height_atr: Annotated[float, Atrs(0.0, 8.0, "the same in ATR; the larger of the two holds")] = 2.5
    shoulders: Annotated[float, Fraction(0.05, 0.60, "largest difference between the shoulders, in heights")] = 0.30
    shoulder_height: Annotated[float, Fraction(0.05, 0.60, "least height of each shoulder over the neckline, in heights")] = 0.25
    drift: Annotated[float, Fraction(0.05, 0.80, "largest drift of the neckline between its two points, in heights")] = 0.35
    min_span: Annotated[int, Bars_(8, 60, "least bars between the shoulders")] = 15
    max_span: Annotated[int, Bars_(40, 300, "most bars between the shoulders")] = 150
    min_time: Annotated[float, Fraction(0.1, 1.0, "time from left shoulder to head against head to right shoulder, at least")] = 0.4
    max_time: Annotated[float, Fraction(1.0, 10.0, "the same, at most")] = 2.5
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    beyond: Annotated[float, Fraction(0.0, 0.05, "a close so far beyond the right shoulder ends it")] = 0.005
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60
    share: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target lies")] = 0.71


def find(study: Study, params: Params, book: Book) -> None:
    for swings in (study.tape.medium, study.tape.coarse):
        book.size = _head.find(study.tape, swings, params, LONG, book.rows, book.size)


DETECTORS = (
    Detector(
        name="hs-bottom",
        title="Head and shoulders bottom",
        side="long",
        kind="reversal",
        summary="After a fall, a low between two higher lows; bought above the neckline through the highs between them.",
        rules=(
            "A fall of at least 10 % in the 60 bars before the left shoulder.",
            "Five swings in a row: shoulder, neckline, head, neckline, shoulder. The head lies at least 1.5 % and half an ATR below the lower shoulder.",
            "The head is at least 5 % and 2.5 ATR below the neckline; the shoulders differ by at most 30 % of that height and lie at least 25 % of it below the neckline.",
            "The neckline drifts by at most 35 % of the height between its points; neither shoulder lies above the middle of the other side's leg.",
            "15 to 150 bars between the shoulders; the times to and from the head relate as 0.4 to 2.5.",
            "No close half an ATR above the neckline before the right shoulder.",
            "Known when the right shoulder is confirmed. Entry above the neckline where it falls, else above its second point.",
            "Stop a quarter ATR below the right shoulder (where that risks more than 15 %, halfway to the level, which is said); the sober target is 71 % of the height above the level.",
            "Over when a close lies 0.5 % below the right shoulder, or after as many bars as between the shoulders, at most 60.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., head-and-shoulders bottoms; Chang and Osler, Economic Journal 109 (1999)",
        min_bars=75,
        params=Params,
        find=find,
        forming=Forming(),
        roles=_head.roles("low", "high"),
        clauses=_head.clauses("Fall"),
        marks=_head.MARKS,
        variants=("", "stop-halfway"),
        ordered=(("min_span", "max_span"), ("min_time", "max_time")),
        examples=(Drawn(((0, 130), (40, 126), (25, 108), (7, 116), (8, 100), (9, 115.5), (7, 107.5), (14, 126)), breaks=103),),
        counter=(
            Drawn(
                ((0, 130), (40, 126), (25, 108), (7, 116), (8, 107), (9, 115.5), (7, 107.5), (14, 126)), note="the head hardly stands out"
            ),
            Drawn(
                ((0, 130), (40, 126), (25, 108), (7, 116), (8, 100), (9, 115.5), (7, 101), (14, 126)),
                note="the right shoulder is as low as the head",
            ),
        ),
        horizon="months",
    ),
)
