"""Triple bottom: three lows at about one level with two swing highs between."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import LONG, Book
from patterns.engine.registry import Atrs, Bars_, Detector, Drawn, Forming, Fraction
from patterns.engine.study import Study

from . import _triple


class Params(NamedTuple):
    tolerance: Annotated[float, Fraction(0.005, 0.10, "largest difference between the three lows")] = 0.04
    loose: Annotated[float, Fraction(0.005, 0.12, "difference up to which the match is kept, but called loose")] = 0.05
    head: Annotated[float, Fraction(0.0, 0.05, "the middle low lies less than this beyond both others, else it is a head")] = 0.015
    share: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target lies")] = 0.74
    min_separation: Annotated[int, Bars_(4, 40, "least bars between two lows")] = 8
    max_span: Annotated[int, Bars_(40, 300, "most bars from the first low to the last")] = 150
    min_depth: Annotated[float, Fraction(0.02, 0.25, "least distance of each middle high from the lows")] = 0.05
    prior: Annotated[float, Fraction(0.0, 0.5, "least fall into the first low", atrs="prior_atr")] = 0.12
    prior_atr: Annotated[float, Atrs(0.0, 20.0, "the same in ATR; the larger of the two holds")] = 0.0
    prior_bars: Annotated[int, Bars_(20, 250, "bars in which that fall is looked for")] = 60
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    beyond: Annotated[float, Fraction(0.0, 0.05, "a close so far beyond the outer extreme ends it")] = 0.01
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60


def find(study: Study, params: Params, book: Book) -> None:
    for swings in (study.tape.medium, study.tape.coarse):
        book.size = _triple.find(study.tape, swings, params, LONG, book.rows, book.size)


DETECTORS = (
    Detector(
        name="triple-bottom",
        title="Triple bottom",
        side="long",
        kind="reversal",
        summary="After a fall, three lows at about one level; bought above the higher of the two highs between them.",
        rules=(
            "A fall of at least 12 % in the 60 bars before the first low.",
            "Three swing lows, neighbours at least 8 bars apart and all within 150 bars, whose prices differ by at most 4 % (up to 5 % is called loose).",
            "Between them two swing highs, each at least 5 % above. The middle low does not lie 1.5 % below both others: that would be a head.",
            "Known when the third low is confirmed; entry above the higher of the two highs.",
            "Stop a quarter ATR below the lowest low; the sober target is 74 % of the height above the level.",
            "Over when a close lies 1 % below the lowest low, or one span after the third low.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., triple bottoms",
        min_bars=76,
        params=Params,
        find=find,
        forming=Forming(),
        roles=_triple.roles("Low", "low", "Middle high", "high"),
        clauses=_triple.clauses("Low", "Fall"),
        marks=_triple.MARKS,
        ordered=(("min_separation", "max_span"),),
        examples=(Drawn(((0, 120), (40, 116), (30, 100), (9, 109), (9, 99.5), (9, 109.5), (9, 100.5), (14, 116)), breaks=115),),
        counter=(
            Drawn(((0, 120), (40, 116), (30, 100), (9, 109), (9, 94), (9, 109.5), (9, 100.5), (14, 116)), note="the middle one is a head"),
        ),
        horizon="months",
    ),
)
