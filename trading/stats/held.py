"""What is held of an account, and what each day changes of it; in pieces that can be added, neither order nor pieces matter."""

import bisect
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from .decimals import ZERO, rounded
from .fills import Kind

PLACES = 30


@dataclass(slots=True)
class Step:
    """How what is held of a symbol changes on a day: shares (a short's negative), their cost, entry fees not yet counted, trades open."""

    shares: Decimal = ZERO
    cost: Decimal = ZERO
    fees: Decimal = ZERO
    trades: int = 0

    def add(self, shares: Decimal, cost: Decimal, fees: Decimal, trades: int) -> None:
        self.shares, self.cost, self.fees, self.trades = self.shares + shares, self.cost + cost, self.fees + fees, self.trades + trades


@dataclass(slots=True)
class Held:
    """One trade on its way: what is open of it, its cost (average cost, section 2.2), entry fees not yet counted."""

    sign: int
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    fees: Decimal = ZERO

    def take(self, step: Step, kind: str, quantity: Decimal, paid: Decimal, fee: Decimal, *, is_last: bool) -> None:
        """A fill, and what it changes put into `step`; `paid` is its price times its quantity. Parts have 30 places: sums are exact."""
        before, cost, fees = self.quantity, self.cost, self.fees
        if kind == Kind.ENTRY:
            self.quantity, self.cost, self.fees = before + quantity, cost + paid, fees + fee
        else:
            # what a split's fraction left beyond the last exit is nothing
            left = ZERO if is_last else max(ZERO, before - quantity)
            self.cost = rounded(cost * left / before, PLACES) if left else ZERO
            self.fees = rounded(fees * left / before, PLACES) if left else ZERO
            self.quantity = left
        trades = (self.quantity > 0) - (before > 0)
        step.add(self.sign * (self.quantity - before), self.sign * (self.cost - cost), self.fees - fees, trades)


@dataclass(slots=True)
class Change:
    """What a day changes of an account: the gain of what is open at its close, symbols held, those of them without a price; and what exits
    realised on it (None without any)."""

    floating: Decimal = ZERO
    held: int = 0
    unpriced: int = 0
    realised: Decimal | None = None

    def add(self, other: "Change") -> None:
        self.floating, self.held, self.unpriced = self.floating + other.floating, self.held + other.held, self.unpriced + other.unpriced
        if other.realised is not None:
            self.realised = (self.realised or ZERO) + other.realised


def changes_of(
    steps: Sequence[tuple[dt.date, Step]], days: Sequence[dt.date], close: Callable[[int], Decimal]
) -> Iterator[tuple[dt.date, Change]]:
    """Of one symbol, its steps in order: at the latest close known; without one at its cost. `close` of the bar of `days` at that place."""
    now, before = Step(), Change()
    for (day, step), end in pairwise([*((day, step) for day, step in steps), (dt.date.max, None)]):
        assert step is not None
        now.add(step.shares, step.cost, step.fees, step.trades)
        for at, place in _places(days, day, end[0]) if now.trades else ((day, -1),):
            state = _state(now, close(place) if place >= 0 else None)
            yield at, Change(state.floating - before.floating, state.held - before.held, state.unpriced - before.unpriced)
            before = state


def _places(days: Sequence[dt.date], first: dt.date, end: dt.date) -> Iterator[tuple[dt.date, int]]:
    """That day and each later one with a bar of its own before `end`; with the place of the bar that counts, -1 for none."""
    place = bisect.bisect_right(days, first) - 1
    yield first, place
    for later in range(place + 1, bisect.bisect_left(days, end)):
        yield days[later], later


def _state(now: Step, price: Decimal | None) -> Change:
    if not now.trades:
        return Change()
    if price is None:
        return Change(-now.fees, 1, 1)
    return Change(price * now.shares - now.cost - now.fees, 1, 0)
