"""Double top: two highs at about one level with a swing low between."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import SHORT, Book
from patterns.engine.registry import Atrs, Bars_, Detector, Drawn, Forming, Fraction
from patterns.engine.study import Study

from . import _double


class Params(NamedTuple):
    tolerance: Annotated[float, Fraction(0.005, 0.10, "largest difference between the two highs")] = 0.03
    loose: Annotated[float, Fraction(0.005, 0.12, "difference up to which the match is kept, but called loose")] = 0.06
    share: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target lies")] = 0.55
    min_separation: Annotated[int, Bars_(5, 60, "least bars between the highs")] = 10
    max_separation: Annotated[int, Bars_(30, 200, "most bars between the highs")] = 90
    min_depth: Annotated[float, Fraction(0.02, 0.25, "least depth of the middle low below the highs", atrs="min_depth_atr")] = 0.06
    min_depth_atr: Annotated[float, Atrs(0.0, 8.0, "the same in ATR; the larger of the two holds")] = 3.0
    prior: Annotated[float, Fraction(0.0, 0.5, "least rise into the first high", atrs="prior_atr")] = 0.12
    prior_atr: Annotated[float, Atrs(0.0, 20.0, "the same in ATR; the larger of the two holds")] = 0.0
    prior_bars: Annotated[int, Bars_(20, 250, "bars in which that rise is looked for")] = 60
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    extreme_bars: Annotated[int, Bars_(5, 120, "the first high is the highest of so many bars")] = 40
    best: Annotated[int, Bars_(10, 60, "bars apart up to which the separation has the full mark")] = 35
    beyond: Annotated[float, Fraction(0.0, 0.05, "a close so far beyond the outer extreme ends it")] = 0.01
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60


def find(study: Study, params: Params, book: Book) -> None:
    for swings in (study.tape.medium, study.tape.coarse):
        book.size = _double.find(study.tape, swings, params, SHORT, 0, 0.0, book.rows, book.size)


DETECTORS = (
    Detector(
        name="double-top",
        title="Double top",
        side="short",
        kind="reversal",
        summary="After a rise, two highs at about one level with a swing low between; sold short below that low.",
        rules=(
            "A rise of at least 12 % in the 60 bars before the first high, which is the highest of 40 bars.",
            "Two swing highs 10 to 90 bars apart whose prices differ by at most 3 % (up to 6 % is called loose).",
            "Between them a swing low at least 6 % and 3 ATR below.",
            "No close half an ATR above the highs in between.",
            "Known when the second high is confirmed; entry below the middle low. Until that low breaks it is only two tops.",
            "Stop a quarter ATR above the higher high; the sober target is 55 % of the height below the middle low.",
            "Over when a close rises 1 % above the higher high, or one separation after the second high.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., double tops",
        min_bars=70,
        params=Params,
        find=find,
        forming=Forming(),
        roles=_double.roles("High", "high", "Middle low", "low"),
        clauses=_double.clauses("High", "Rise"),
        marks=_double.MARKS,
        ordered=(("min_separation", "max_separation"),),
        examples=(Drawn(((0, 80), (40, 84), (30, 100), (8, 90), (10, 99.5), (14, 84)), breaks=97),),
        counter=(Drawn(((0, 80), (40, 84), (30, 100), (8, 90), (10, 94), (14, 84)), note="second top 6 % lower"),),
    ),
)
