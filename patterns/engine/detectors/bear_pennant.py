"""Bear pennant: a steep fall and a short rest that narrows to a point."""

from typing import Annotated, NamedTuple

from patterns.engine.finds import SHORT
from patterns.engine.registry import Atrs, Bars_, Clause, Detector, Drawn, Forming, Fraction

from . import _pole


class Params(NamedTuple):
    pole: Annotated[float, Fraction(0.03, 0.50, "least size of the pole", atrs="pole_atr")] = 0.10
    pole_atr: Annotated[float, Atrs(1.0, 12.0, "the same in ATR; the larger of the two holds")] = 4.0
    min_pole: Annotated[int, Bars_(2, 10, "least bars of the pole")] = 3
    max_pole: Annotated[int, Bars_(8, 40, "most bars of the pole")] = 15
    efficiency: Annotated[float, Fraction(0.2, 1.0, "net way of the pole against the sum of its steps, at least")] = 0.60
    pole_volume: Annotated[float, Fraction(0.0, 3.0, "mean volume of the pole against 50 bars, at least")] = 1.10
    min_rest: Annotated[int, Bars_(3, 10, "least bars of the pennant", least=2)] = 5
    max_rest: Annotated[int, Bars_(8, 30, "most bars of the pennant, and bars in which it may trigger")] = 15
    rest_poles: Annotated[float, Fraction(0.5, 5.0, "length of the rest, at most: so many times the bars of the pole, and five more")] = 1.5
    retrace: Annotated[float, Fraction(0.2, 0.8, "most of the pole that may be given back")] = 0.50
    drift: Annotated[float, Fraction(0.0, 0.5, "most that the line ahead may drift along the pole, in poles")] = 0.10
    ratio_low: Annotated[float, Fraction(-1.0, 0.50, "height of the pennant at its end against its start, at least")] = 0.0
    ratio_high: Annotated[float, Fraction(0.20, 0.90, "height of the pennant at its end against its start, at most")] = 0.60
    dry: Annotated[float, Fraction(0.3, 2.0, "mean volume of the pennant against the pole, at most")] = 0.90
    share: Annotated[float, Fraction(0.2, 1.0, "part of the way to the full target at which the sober target lies")] = 0.32


DETECTORS = (
    Detector(
        name="bear-pennant",
        title="Bear pennant",
        side="short",
        kind="continuation",
        summary="After a steep fall on high volume, a short quiet rest between two lines that meet; sold short below its lower line.",
        rules=(
            "The pole: a fall of at least 10 % and 4 ATR in 3 to 15 bars to a low of three bars to each side; its closes make half of it, their net way is at least 60 % of all their steps, its volume is 1.1 times the mean of 50 bars.",
            "The pennant: 5 to 15 bars after it, at most 1.5 times the bars of the pole and five more, giving back at most half of the pole, better 38 %.",
            "The line through its highs falls, the one through its lows rises, and the height at the end is at most 60 % of that at the start.",
            "Its mean volume is at most 0.9 of the pole's, better 0.8.",
            "Known at the first close where all of this holds; entry below the lower line's value at that bar.",
            "Stop a quarter ATR above the pennant's high; the full target adds the pole to that high, the sober one lies 32 % of the way from the level.",
            "Over when more than half of the pole is given back, or 15 bars after it.",
        ),
        source="Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., pennants",
        min_bars=68,
        params=Params,
        find=_pole.poles(SHORT, closing=True),
        forming=Forming("min_rest", 2),
        roles=_pole.roles(SHORT),
        clauses=_pole.clauses(Clause("Height at the end against the start", "x", "<=", "ratio_high")),
        marks=_pole.marks("Lines meet"),
        ordered=(("min_pole", "max_pole"), ("min_rest", "max_rest"), ("ratio_low", "ratio_high")),
        examples=(
            Drawn(
                (
                    (0, 125),
                    (60, 122),
                    (8, 100),
                    (1, 103.6),
                    (1, 101),
                    (1, 103.1),
                    (1, 101.4),
                    (1, 102.7),
                    (1, 101.8),
                    (1, 102.4),
                    (5, 96.2),
                ),
                volumes=(1, 1.8, 0.7, 0.7, 0.7, 0.7, 0.6, 0.6, 0.6, 1.6),
                breaks=76,
            ),
        ),
        counter=(
            Drawn(
                ((0, 125), (60, 122), (8, 100), (1, 102), (1, 101), (1, 102.7), (1, 100.6), (1, 103.3), (1, 100.2), (1, 104), (5, 96.2)),
                volumes=(1, 1.8, 0.7, 0.7, 0.7, 0.7, 0.6, 0.6, 0.6, 1.6),
                note="the lines run apart",
            ),
        ),
        horizon="days to weeks",
    ),
)
