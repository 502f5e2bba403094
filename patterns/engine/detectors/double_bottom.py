"""Double bottom: two lows at about one level with a swing high between."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import LONG, Book
from patterns.engine.registry import Atrs, Bars_, Detector, Drawn, Forming, Fraction
from patterns.engine.study import Study

from . import _double


class Params(NamedTuple):
    tolerance: Annotated[float, Fraction(0.005, 0.10, "largest difference between the two lows")] = 0.04
    loose: Annotated[float, Fraction(0.005, 0.12, "difference up to which the match is kept, but called loose")] = 0.06
    share: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target lies")] = 0.68
    min_separation: Annotated[int, Bars_(5, 60, "least bars between the lows")] = 10
    max_separation: Annotated[int, Bars_(30, 200, "most bars between the lows")] = 90
    min_depth: Annotated[float, Fraction(0.02, 0.25, "least height of the middle high above the lows", atrs="min_depth_atr")] = 0.06
    min_depth_atr: Annotated[float, Atrs(0.0, 8.0, "the same in ATR; the larger of the two holds")] = 3.0
    prior: Annotated[float, Fraction(0.0, 0.5, "least fall into the first low", atrs="prior_atr")] = 0.12
    prior_atr: Annotated[float, Atrs(0.0, 20.0, "the same in ATR; the larger of the two holds")] = 0.0
    prior_bars: Annotated[int, Bars_(20, 250, "bars in which that fall is looked for")] = 60
    min_leg: Annotated[int, Bars_(0, 20, "least bars between neighbouring swings", least=3)] = 0
    extreme_bars: Annotated[int, Bars_(5, 120, "the first low is the lowest of so many bars")] = 40
    best: Annotated[int, Bars_(10, 60, "bars apart up to which the separation has the full mark")] = 35
    base: Annotated[int, Bars_(10, 90, "least bars apart of the undercut variant")] = 35
    undercut: Annotated[float, Fraction(0.0, 0.10, "how far below the first the second low of that variant lies, at most")] = 0.04
    beyond: Annotated[float, Fraction(0.0, 0.05, "a close so far beyond the outer extreme ends it")] = 0.01
    wait: Annotated[int, Bars_(5, 60, "most bars in which it may trigger")] = 60


def find(study: Study, params: Params, book: Book) -> None:
    for swings in (study.tape.medium, study.tape.coarse):
        book.size = _double.find(study.tape, swings, params, LONG, params.base, params.undercut, book.rows, book.size)


DETECTORS = (
    Detector(
        name="double-bottom",
        title="Double bottom",
        side="long",
        kind="reversal",
        summary="After a fall, two lows at about one level with a swing high between; bought above that high.",
        rules=(
            "A fall of at least 12 % in the 60 bars before the first low, which is the lowest of 40 bars.",
            "Two swing lows 10 to 90 bars apart whose prices differ by at most 4 % (up to 6 % is called loose).",
            "Between them a swing high at least 6 % and 3 ATR above.",
            "No close half an ATR below the lows in between.",
            "A second low at most 4 % below the first, seven weeks or more after it, is the undercut variant; its level lies 0.1 % above the middle high.",
            "Known when the second low is confirmed; entry above the middle high.",
            "Stop a quarter ATR below the lower low; the sober target is 68 % of the height above the middle high.",
            "Over when a close falls 1 % below the lower low, or one separation after the second low.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., double bottoms; O'Neil for the undercut variant",
        min_bars=70,
        params=Params,
        find=find,
        forming=Forming(),
        roles=_double.roles("Low", "low", "Middle high", "high"),
        clauses=_double.clauses("Low", "Fall"),
        marks=_double.MARKS,
        variants=("", "double-bottom-undercut"),
        ordered=(("min_separation", "max_separation"),),
        examples=(Drawn(((0, 120), (40, 116), (30, 100), (8, 110), (10, 100.5), (14, 116)), breaks=98),),
        counter=(Drawn(((0, 120), (40, 116), (30, 100), (8, 110), (10, 94), (14, 116)), note="second low 6 % lower"),),
    ),
)
