"""From executions to trades: walked in time, from flat to flat. Pure; a part of an execution is one fill of one trade."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import accumulate

from trading.stats.decimals import STORED_PLACES, ZERO, rounded

from .executions import Execution, Refused


@dataclass(frozen=True)
class Part:
    """What an execution does to a trade."""

    execution: Execution
    enters: bool
    quantity: Decimal
    fee: Decimal


@dataclass
class Position:
    """A trade while it is walked; `pk` of one that is there already."""

    side: str
    held: Decimal
    opened_at: dt.datetime
    pk: int | None = None
    parts: list[Part] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.pk is None


@dataclass(frozen=True)
class Held:
    """A trade of the journal with this account and symbol; `until` is its end, or the last fill of an open one. `is_settled` is true of
    those that came from files, whose executions are all there up to then."""

    pk: int
    side: str
    held: Decimal
    opened_at: dt.datetime
    until: dt.datetime
    is_settled: bool = True

    def position(self) -> Position:
        return Position(self.side, self.held, self.opened_at, self.pk)


def walk(executions: Sequence[Execution], open_trades: Iterable[Held] = ()) -> list[Position]:
    """Executions in time, through the trades that are open by then, the oldest first; what goes beyond flat begins another trade."""
    waiting = sorted(open_trades, key=lambda one: (one.until, one.pk))
    touched: list[Position] = []
    now: Position | None = None
    for execution in executions:
        left = execution
        while left.quantity:
            if now is None and waiting and waiting[0].until <= left.at:
                now = waiting.pop(0).position()
            elif now is None:
                now = Position("long" if left.buys else "short", ZERO, left.at)
            enters = left.buys == (now.side == "long")
            quantity = left.quantity if enters else min(left.quantity, now.held)
            fee = left.fee if quantity == left.quantity else rounded(left.fee * quantity / left.quantity, STORED_PLACES)
            if not now.parts:
                touched.append(now)
            now.parts.append(Part(execution, enters, quantity, fee))
            now.held += quantity if enters else -quantity
            left = replace(left, quantity=left.quantity - quantity, fee=left.fee - fee)
            if not now.held:
                now = None
    return touched


def placed(executions: Sequence[Execution], trades: Sequence[Held]) -> tuple[list[Position], list[Refused]]:
    """Executions of one symbol among the trades that are there: after the settled ones they go on from what is open; between them they
    stand alone if they begin and end flat there; otherwise they are refused, since they would change what is settled."""
    between: dict[int, list[Execution]] = {}
    refused: list[Refused] = []
    known = sorted((trade for trade in trades if trade.is_settled), key=lambda one: one.opened_at)
    begins, ends = [one.opened_at for one in known], sorted(one.until for one in known)
    longest: list[Held] = list(accumulate(known, _later))
    for one in executions:
        before = bisect_left(begins, one.at)
        if before and longest[before - 1].until > one.at:
            refused.append(
                Refused(one.row, f"It lies within your {_named(one.symbol, longest[before - 1])}, whose executions are there already.")
            )
        else:
            between.setdefault(bisect_right(ends, one.at), []).append(one)
    positions: list[Position] = []
    for place, group in between.items():
        is_after_all = place == len(known)
        found = walk(group, [trade for trade in trades if trade.held] if is_after_all else ())
        if not is_after_all and found[-1].held:
            later = next(trade for trade in known if trade.until > group[0].at)
            named = _named(group[0].symbol, later)
            reason = f"It lies before your {named} and is not flat again by then. Undo that import, and take both together."
            refused += [Refused(one.row, reason) for one in group]
            continue
        positions += found
    kept: list[Position] = []
    for position in positions:
        if position.is_new and not position.parts[0].execution.price:
            refused += [Refused(part.execution.row, "The price of an entry has to be above 0.") for part in position.parts]
        else:
            kept.append(position)
    return kept, refused


def _later(one: Held, other: Held) -> Held:
    return other if other.until > one.until else one


def _named(symbol: str, trade: Held) -> str:
    return f"{trade.side} trade in {symbol} of {trade.opened_at:%-d %b %Y}"
