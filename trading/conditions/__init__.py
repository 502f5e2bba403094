"""Kinds of alerts, one file each. Form, API and evaluation read them from here."""

from legend.lib.errors import invalid

from .base import BarCondition, Condition
from .breakout import Breakout
from .pattern import Pattern
from .price import Price
from .volume import Volume

PATTERN = Pattern()
BAR_KINDS: tuple[BarCondition, ...] = (Price(), Breakout(), Volume())
ON_BARS: dict[str, BarCondition] = {condition.kind: condition for condition in BAR_KINDS}
CONDITIONS: dict[str, Condition] = {"price": ON_BARS["price"], PATTERN.kind: PATTERN, **ON_BARS}


def find_condition(kind: str) -> Condition:
    """Invalid names the kinds there are."""
    if kind not in CONDITIONS:
        raise invalid("kind", f"There is no alert of kind {kind[:20]!r}; there are {', '.join(CONDITIONS)}.", "unknown_kind")
    return CONDITIONS[kind]
