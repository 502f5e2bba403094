"""What an account held through its days, and what that was worth at each close."""

import bisect
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from patterns.models import Instrument, Interval
from patterns.series import load_series
from trading.models import Fill, Trade, TradingAccount
from trading.queries.rows import plain_rows
from trading.services.figures import splits_of
from trading.stats import fills as pure
from trading.stats.decimals import ZERO, exact

from .prices import exactly

Series = tuple[list[dt.date], list[float]]
Realised = list[tuple[dt.date, Decimal]]


@dataclass
class Step:
    """How what is held of a symbol changes on a day: shares (a short's negative), their cost, entry fees not yet counted, trades open."""

    shares: Decimal = ZERO
    cost: Decimal = ZERO
    fees: Decimal = ZERO
    trades: int = 0

    def add(self, shares: Decimal, cost: Decimal, fees: Decimal, trades: int) -> None:
        self.shares, self.cost, self.fees, self.trades = self.shares + shares, self.cost + cost, self.fees + fees, self.trades + trades


@dataclass
class Holdings:
    """`steps` of each symbol by day; `realised` by exits, in no order."""

    steps: dict[str, dict[dt.date, Step]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Step)))
    realised: Realised = field(default_factory=list)


@dataclass
class Marks:
    """Of each day: what open trades gained or lost at its close, whether every price was known, whether anything was held."""

    floating: list[Decimal]
    marked: list[bool]
    holding: list[bool]


@exact
def holdings_of(account: TradingAccount, zone: dt.tzinfo) -> Holdings:
    """Two queries and one for trades with splits, however many trades there are."""
    made = Holdings()
    splits = {trade.pk: splits_of(trade) for trade in Trade.objects.filter(account=account).exclude(splits=[])}
    for (trade_id, symbol, side, closed), fills in _fills_of(account):
        step = made.steps[symbol]
        held = _Held(pure.sign(side))
        rows = list(fills)
        for number, (at, kind, quantity, price, fee, net) in enumerate(rows, 1):
            day = at.astimezone(zone).date()
            if net is not None:
                made.realised.append((day, net))
            shares = pure.shares_since(at, splits[trade_id]) if trade_id in splits else 1
            held.take(step[day], kind, quantity * shares, price / shares, fee, is_last=closed and number == len(rows))
    return made


@dataclass
class _Held:
    """One trade on its way: average cost, what is open of it, entry fees not yet counted (section 2.2)."""

    sign: int
    quantity: Decimal = ZERO
    average: Decimal = ZERO
    fees: Decimal = ZERO

    def take(self, step: Step, kind: str, quantity: Decimal, price: Decimal, fee: Decimal, *, is_last: bool) -> None:
        before, cost, pool = self.quantity, self.sign * self.quantity * self.average, self.fees
        if kind == Fill.Kind.ENTRY:
            self.average = (self.average * before + price * quantity) / (before + quantity) if before else price
            self.quantity, self.fees = before + quantity, pool + fee
        else:
            # what a split's fraction left beyond the last exit is nothing
            left = ZERO if is_last else max(ZERO, before - quantity)
            self.fees = pool * left / before if left else ZERO
            self.quantity = left
        trades = (self.quantity > 0) - (before > 0)
        step.add(self.sign * (self.quantity - before), self.sign * self.quantity * self.average - cost, self.fees - pool, trades)


def _fills_of(
    account: TradingAccount,
) -> Iterator[tuple[tuple[int, str, str, bool], Iterator[tuple[dt.datetime, str, Decimal, Decimal, Decimal, Decimal | None]]]]:
    """(trade, symbol, side, closed) with (at, kind, quantity, price, fee, net) of its fills in order."""
    trades = {
        pk: (pk, symbol, side, status == Trade.Status.CLOSED)
        for pk, symbol, side, status in plain_rows(
            Trade.objects.filter(account=account).order_by().values_list("id", "symbol", "side", "status")
        )
    }
    columns = ("trade_id", "at", "kind", "quantity", "price", "fee", "net")
    rows = plain_rows(Fill.objects.filter(trade__account=account).order_by("trade_id", "at", "kind", "number").values_list(*columns))
    for pk, fills in groupby(rows, key=itemgetter(0)):
        yield trades[pk], (row[1:] for row in fills)


@exact
def marks_of(held: Holdings, days: Sequence[dt.date]) -> Marks:
    """What happened before the first day counts on it. Two queries."""
    made = Marks([ZERO] * len(days), [True] * len(days), [False] * len(days))
    prices = _prices(held.steps)
    for symbol, steps in held.steps.items():
        _mark(made, days, sorted(steps.items(), key=itemgetter(0)), prices.get(symbol, ([], [])))
    return made


def _mark(made: Marks, days: Sequence[dt.date], steps: list[tuple[dt.date, Step]], prices: Series) -> None:
    """Add one symbol: at the latest close known; without one at its cost, and the day is not marked."""
    now = Step()
    starts = [bisect.bisect_left(days, day) for day, _ in steps]
    for (_, step), first, end in zip(steps, starts, [*starts[1:], len(days)], strict=True):
        now.add(step.shares, step.cost, step.fees, step.trades)
        if not now.trades:
            continue
        for k in range(first, end):
            made.holding[k] = True
            place = bisect.bisect_right(prices[0], days[k]) - 1
            if place < 0:
                made.marked[k] = False
                made.floating[k] -= now.fees
            else:
                made.floating[k] += exactly(prices[1][place]) * now.shares - now.cost - now.fees


def _prices(symbols: dict[str, dict[dt.date, Step]]) -> dict[str, Series]:
    names = dict(Instrument.objects.filter(symbol__in=list(symbols)).values_list("pk", "symbol"))
    panel = load_series(list(names), Interval.DAY_1) if names else {}
    return {
        names[pk]: ([dt.datetime.fromtimestamp(at, dt.UTC).date() for at in bars.at.tolist()], bars.close.tolist())
        for pk, bars in panel.items()
    }
