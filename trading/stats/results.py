"""A closed trade as statistics see it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from .decimals import ZERO, rounded
from .fills import r_multiple
from .multiples import to_units


class Outcome(StrEnum):
    WIN = "win"
    LOSS = "loss"
    BREAK_EVEN = "break_even"


class Result(NamedTuple):
    """Stored money of one currency."""

    closed_at: dt.datetime
    net: Decimal
    gross: Decimal
    fees: Decimal
    risk: Decimal | None
    hold_seconds: int
    key: int = 0  # orders those closed at one instant

    @property
    def r(self) -> Decimal | None:
        return r_multiple(self.net, self.risk)


def outcome_of(net: Decimal, *, places: int = 2, r: Decimal | None = None, band: Decimal = ZERO) -> Outcome:
    """By the net in whole minor units; with a private band, |R| up to it is break-even."""
    if band and r is not None and abs(r) <= band:
        return Outcome.BREAK_EVEN
    minor = rounded(net, places)
    return Outcome.WIN if minor > 0 else Outcome.LOSS if minor < 0 else Outcome.BREAK_EVEN


def outcomes_of(results: Iterable[Result], rs: Iterable[int | None], *, places: Iterable[int], band: Decimal) -> list[Outcome]:
    """The outcome of each, as `outcome_of` gives it: half a minor unit is what rounds to a whole one."""
    halves = {number: Decimal(5).scaleb(-number - 1) for number in range(9)}
    within, kinds = to_units(band), []
    for one, r, minor in zip(results, rs, places, strict=True):
        half = halves[minor]
        if band and r is not None and abs(r) <= within:
            kinds.append(Outcome.BREAK_EVEN)
        else:
            kinds.append(Outcome.WIN if one.net >= half else Outcome.LOSS if one.net <= -half else Outcome.BREAK_EVEN)
    return kinds


def in_close_order(results: Iterable[Result]) -> Sequence[Result]:
    return sorted(results, key=lambda one: (one.closed_at, one.key))
