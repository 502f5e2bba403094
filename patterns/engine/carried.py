"""What a match carries beyond its figures: its kind, its footprint, and what is usual of its like (detectors.md 4, 9 and 10)."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from .pace import Pace
from .published import NEVER_CONFIRM, PARTIAL, USUALLY_BACK, Published, in_words

ADAM = 3  # bars within 1 % of an extreme up to which it is narrow
DAYS_A_WEEK = 5


class Hint(NamedTuple):
    """A sentence that is worth saying while the match is in that state; "": always."""

    state: Literal["ready", "triggered", ""]
    text: str


def kind_of(pattern: str, widths: Sequence[float]) -> str:
    """Narrow (Adam) or wide (Eve) extremes of a double top or bottom, in their order; "" for other patterns."""
    if pattern not in NEVER_CONFIRM:
        return ""
    return " and ".join("Adam" if width <= ADAM else "Eve" for width in widths)


def footprint(bars: int, highs: Sequence[float], lows: Sequence[float], pace: Pace) -> str:
    """Minervini's short form of a contraction: weeks, depth of each leg in percent, number of legs; `17W 31/14/6 3T`.

    bars : from the first high to the close at which it is known; on intraday bars these are told instead of weeks.
    """
    length = f"{bars}B" if pace.in_atrs else f"{math.ceil(bars * pace.days / DAYS_A_WEEK)}W"
    depths = "/".join(f"{100 * (1 - low / high):.0f}" for high, low in zip(highs, lows, strict=True))
    return f"{length} {depths} {len(highs)}T"


def hints_of(pattern: str, variant: str, kind: str, figures: Published | None) -> tuple[Hint, ...]:
    """What is usual, from published figures; a hint, never a trigger."""
    hints = []
    if pattern in NEVER_CONFIRM:
        name, share = NEVER_CONFIRM[pattern]
        hints.append(Hint("ready", f"Until the level breaks these are only {name}: {share} % never confirm (Bulkowski)."))
    if kind:
        hints.append(Hint("", f"{kind}: the shapes of its two extremes; bottoms of Eve and Eve rank best (Bulkowski)."))
    if (pattern, variant) in PARTIAL:
        up, down = PARTIAL[pattern, variant]
        hints.append(
            Hint(
                "ready",
                f"A leg that turns after 40 to 90 % of the height is a hint: after a partial decline {up} % broke out upward, "
                f"after a partial rise {down} % downward (Bulkowski).",
            )
        )
    share_back = in_words(figures.back if figures and figures.back is not None else (float(USUALLY_BACK[0]), float(USUALLY_BACK[1])), " %")
    hints.append(Hint("triggered", f"Coming back to the level is usual: {share_back} did (Bulkowski)."))
    return tuple(hints)
