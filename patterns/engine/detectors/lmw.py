"""The ten shapes of Lo, Mamaysky and Wang, for comparison with their paper: on random walks they are found almost as often as on prices."""

from typing import Literal

from patterns.engine.finds import LONG, SHORT
from patterns.engine.registry import Detector, Drawn

from . import _lmw
from ._lmw import BROADENING, DOUBLE, HEAD, RECTANGLE, TRIANGLE

WAYS: dict[int, tuple[str, str]] = {
    HEAD: ("hs", "head and shoulders"),
    BROADENING: ("broadening", "broadening"),
    TRIANGLE: ("triangle", "triangle"),
    RECTANGLE: ("rectangle", "rectangle"),
    DOUBLE: ("double", "double"),
}

# rules of a top; {other}: what is said of the mirrored one
RULES = {
    HEAD: "Five extremes, the first a {high}: the third lies {beyond} the first and the fifth, these two within 1.5 % of their mean, and so do the second and fourth.",
    BROADENING: "Five extremes, the first a {high}: first, third and fifth {rise}, second and fourth {fall}.",
    TRIANGLE: "Five extremes, the first a {high}: first, third and fifth {fall}, second and fourth {rise}.",
    RECTANGLE: "Five extremes, the first a {high}: first, third and fifth within 0.75 % of their mean, second and fourth too, and all of the former {beyond} all of the latter.",
    DOUBLE: "A {high} and a later one, more than 22 bars apart and within 1.5 % of their mean, with no {high} {beyond} the later one between.",
}
TOP_WORDS = {"high": "high", "beyond": "above", "rise": "rise", "fall": "fall"}
BOTTOM_WORDS = {"high": "low", "beyond": "below", "rise": "fall", "fall": "rise"}

# after (0, 80), (60, 90): the first extreme and what follows; a top's prices, and a counter example with the reason
DRAWN: dict[int, tuple[tuple[tuple[int, float], ...], tuple[tuple[int, float], ...], str]] = {
    HEAD: (
        ((6, 100), (5, 95), (5, 104), (5, 95), (5, 100), (12, 88)),
        ((6, 100), (5, 95), (5, 104), (5, 95), (5, 96.5), (12, 88)),
        "shoulders differ by 3.5 %",
    ),
    BROADENING: (
        ((6, 100), (5, 97), (5, 102), (5, 95), (5, 104), (12, 90)),
        ((6, 104), (5, 95), (5, 102), (5, 97), (5, 100), (12, 90)),
        "the swings shrink",
    ),
    TRIANGLE: (
        ((6, 104), (5, 94), (5, 102), (5, 96), (5, 100), (12, 90)),
        ((6, 100), (5, 97), (5, 102), (5, 95), (5, 104), (12, 90)),
        "the swings grow",
    ),
    RECTANGLE: (
        ((6, 100), (5, 95), (5, 100.4), (5, 95.2), (5, 100), (12, 90)),
        ((6, 100), (5, 95), (5, 103), (5, 95.2), (5, 100), (12, 90)),
        "the third extreme lies 3 % off",
    ),
    DOUBLE: (
        ((6, 100), (12, 94), (13, 100.3), (12, 88)),
        ((6, 100), (12, 90), (13, 95), (12, 84)),
        "the second lies 5 % off",
    ),
}


def _drawn(vertices: tuple[tuple[int, float], ...], side: Literal["top", "bottom"], note: str = "") -> Drawn:
    """A top as it is drawn; a bottom has every price p turned into 10,000 / p."""
    whole = ((0, 80.0), (60, 90.0), *vertices)
    if side == "bottom":
        whole = tuple((bars, round(1e4 / price, 2)) for bars, price in whole)
    return Drawn(whole, note=note)


def _detector(shape: int, side: Literal["top", "bottom"]) -> Detector:
    name, word = WAYS[shape]
    is_top = side == "top"
    words = TOP_WORDS if is_top else BOTTOM_WORDS
    right, wrong, note = DRAWN[shape]
    trade = ("sold short below", "above") if is_top else ("bought above", "below")
    return Detector(
        name=f"lmw-{name}-{side}",
        title=f"{word.capitalize()} {side} (LMW)",
        side="short" if is_top else "long",
        kind="reversal" if shape in (HEAD, DOUBLE) else "neutral",
        summary=f"The {word} {side} of Lo, Mamaysky and Wang, read from smoothed closes; for comparison, not for signals.",
        rules=(
            "Closes of the last 38 bars are smoothed by Gaussian weights; where the curve turns, the extreme close within a bar of it is an extreme.",
            RULES[shape].format(**words),
            "Known three bars after the last extreme, when that has become certain.",
            f"{trade[0].capitalize()} the last opposite extreme, within 20 bars; stop a quarter ATR {trade[1]} the last extreme, sober target half of the height away.",
            "Matches 38 % of all five-extreme windows of random walks together with its nine fellows, and a later study could not reproduce the paper's significance.",
        ),
        source="Lo, Mamaysky, Wang, Foundations of Technical Analysis, Journal of Finance 55 (2000)",
        min_bars=60,
        params=_lmw.Params,
        find=_lmw.shapes(shape, SHORT if is_top else LONG),
        roles=_lmw.ROLES,
        clauses=_lmw.CLAUSES,
        marks=_lmw.MARKS,
        examples=(_drawn(right, side),),
        counter=(_drawn(wrong, side, note),),
        horizon="weeks",
        research=True,
    )


SIDES: tuple[Literal["top", "bottom"], ...] = ("top", "bottom")
DETECTORS = tuple(_detector(shape, side) for shape in WAYS for side in SIDES)
