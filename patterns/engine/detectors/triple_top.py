"""Triple top: three highs at about one level with two swing lows between."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import SHORT, Book
from patterns.engine.registry import Atrs, Bars_, Detector, Drawn, Forming, Fraction
from patterns.engine.study import Study

from . import _triple


class Params(NamedTuple):
    tolerance: Annotated[float, Fraction(0.005, 0.10, "largest difference between the three highs")] = 0.04
    loose: Annotated[float, Fraction(0.005, 0.12, "difference up to which the match is kept, but called loose")] = 0.05
    head: Annotated[float, Fraction(0.0, 0.05, "the middle high lies less than this beyond both others, else it is a head")] = 0.015
    share: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target lies")] = 0.49
    min_separation: Annotated[int, Bars_(4, 40, "least bars between two highs")] = 8
    max_span: Annotated[int, Bars_(40, 300, "most bars from the first high to the last")] = 150
    min_depth: Annotated[float, Fraction(0.02, 0.25, "least distance of each middle low from the highs")] = 0.05
    prior: Annotated[float, Fraction(0.0, 0.5, "least rise into the first high", atrs="prior_atr")] = 0.12
    prior_atr: Annotated[float, Atrs(0.0, 20.0, "the same in ATR; the larger of the two holds")] = 0.0
    prior_bars: Annotated[int, Bars_(20, 250, "bars in which that rise is looked for")] = 60
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    beyond: Annotated[float, Fraction(0.0, 0.05, "a close so far beyond the outer extreme ends it")] = 0.01
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60


def find(study: Study, params: Params, book: Book) -> None:
    for swings in (study.tape.medium, study.tape.coarse):
        book.size = _triple.find(study.tape, swings, params, SHORT, book.rows, book.size)


DETECTORS = (
    Detector(
        name="triple-top",
        title="Triple top",
        side="short",
        kind="reversal",
        summary="After a rise, three highs at about one level; sold short below the lower of the two lows between them.",
        rules=(
            "A rise of at least 12 % in the 60 bars before the first high.",
            "Three swing highs, neighbours at least 8 bars apart and all within 150 bars, whose prices differ by at most 4 % (up to 5 % is called loose).",
            "Between them two swing lows, each at least 5 % below. The middle high does not lie 1.5 % above both others: that would be a head.",
            "Known when the third high is confirmed; entry below the lower of the two lows.",
            "Stop a quarter ATR above the highest high; the sober target is 49 % of the height below the level.",
            "Over when a close lies 1 % above the highest high, or one span after the third high.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., triple tops",
        min_bars=76,
        params=Params,
        find=find,
        forming=Forming(),
        roles=_triple.roles("High", "high", "Middle low", "low"),
        clauses=_triple.clauses("High", "Rise"),
        marks=_triple.MARKS,
        ordered=(("min_separation", "max_span"),),
        examples=(Drawn(((0, 80), (40, 84), (30, 100), (9, 91), (9, 100.5), (9, 90.5), (9, 99.5), (14, 84)), breaks=115),),
        counter=(
            Drawn(((0, 80), (40, 84), (30, 100), (9, 91), (9, 106), (9, 90.5), (9, 99.5), (14, 84)), note="the middle one is a head"),
        ),
        horizon="months",
    ),
)
