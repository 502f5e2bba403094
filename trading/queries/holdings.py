"""What trades change of their accounts from day to day: what they realised, and what those open gained or lost at each close."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Max

from patterns.calendars import days_of
from patterns.models import BarBlock, Interval
from patterns.series import load_series
from trading.models import Fill, JournalMonth, Trade
from trading.models.trade import TradeQuerySet
from trading.preferences import TradingPreferences
from trading.services.figures import splits_of
from trading.stats.decimals import exact, rounded
from trading.stats.fills import Split, shares_since, sign
from trading.stats.held import PLACES, Change, Held, Step, changes_of

from .months import Kind, Row
from .prices import exactly
from .rows import plain_rows

Changes = dict[dt.date, Change]
Known = tuple[int, int, int]  # instrument, version of its bars, ordinal of the last one
NO_BARS = (0, 0, 0)
FILL = ("trade_id", "at", "kind", "quantity", "price", "fee", "net")


@dataclass
class Prices:
    """Daily closes of the symbols that are named, read when the first is asked for."""

    symbols: set[str] = field(default_factory=set)
    known: dict[str, Known] = field(default_factory=dict)
    _closes: dict[int, tuple[list[dt.date], list[float]]] | None = None

    def of(self, symbol: str) -> tuple[list[dt.date], list[float]]:
        """Days, oldest first, and their closes."""
        if self._closes is None:
            self.known = bars_known(self.symbols)
            panel = load_series([pk for pk, *_ in self.known.values()], Interval.DAY_1) if self.known else {}
            self._closes = {pk: (days_of(bars.at).tolist(), bars.close.tolist()) for pk, bars in panel.items()}
        return self._closes.get(self.known.get(symbol, NO_BARS)[0], ([], []))


class _Told(NamedTuple):
    """A trade that has fills: (at, kind, quantity, price, fee, net) of each, in order."""

    account: int
    symbol: str
    side: str
    is_closed: bool
    splits: list[Split]
    fills: list[tuple[dt.datetime, str, Decimal, Decimal, Decimal, Decimal | None]]
    prices: Prices


def bars_known(symbols: Collection[str]) -> dict[str, Known]:
    """Which daily bars are kept of each; symbols without any are absent. One query."""
    blocks = BarBlock.objects.filter(instrument__symbol__in=symbols, interval=Interval.DAY_1).order_by()
    rows = blocks.values_list("instrument__symbol", "instrument", "instrument__version").annotate(last=Max("last_at"))
    return {symbol: (pk, version, last.toordinal()) for symbol, pk, version, last in rows}


def _read(trades: TradeQuerySet) -> Iterator[Row]:
    """Three queries, and two for prices once they are asked for."""
    splits = {trade.pk: splits_of(trade) for trade in trades.exclude(splits=[]).order_by()}
    columns = ("id", "account_id", "symbol", "side", "status", "closed_at")
    known = {row[0]: row[1:] for row in plain_rows(trades.order_by().values_list(*columns))}
    prices = Prices({symbol for _, symbol, *_ in known.values()})
    fills = Fill.objects.filter(trade__in=trades.order_by().values("pk")).order_by("trade_id", "at", "kind", "number")
    for pk, rows in groupby(plain_rows(fills.values_list(*FILL)), key=itemgetter(0)):
        if pk in known:
            account, symbol, side, status, closed_at = known[pk]
            told = [row[1:] for row in rows]
            yield closed_at, _Told(account, symbol, side, status == Trade.Status.CLOSED, splits.get(pk, []), told, prices)  # type: ignore[arg-type]


@exact
def _make(rows: Sequence[_Told], wants: TradingPreferences) -> tuple[Any, bytes]:
    """Changes of each account by day, and of which bars the prices are and until which day they count."""
    accounts: dict[int, Changes] = defaultdict(lambda: defaultdict(Change))
    steps: dict[tuple[int, str], dict[dt.date, Step]] = defaultdict(lambda: defaultdict(Step))
    for trade in rows:
        _walk(trade, wants.zone, accounts[trade.account], steps[trade.account, trade.symbol])
    bars: dict[str, list[int]] = {}
    for (account, symbol), by_day in steps.items():
        days, closes = rows[0].prices.of(symbol)
        found, places = sorted(by_day.items(), key=itemgetter(0)), closes
        for day, change in changes_of(found, days, lambda place, places=places: exactly(places[place])):  # type: ignore[misc]
            accounts[account][day].add(change)
        until = dt.date.max if sum(step.trades for step in by_day.values()) else found[-1][0] - dt.timedelta(days=1)
        bars[symbol] = [*rows[0].prices.known.get(symbol, NO_BARS), max(until.toordinal(), *bars.get(symbol, [0])[-1:])]
    told = {
        str(pk): [
            [day.toordinal(), str(one.floating), one.held, one.unpriced, None if one.realised is None else str(one.realised)]
            for day, one in sorted(changes.items())
        ]
        for pk, changes in accounts.items()
    }
    return {"accounts": told, "bars": bars}, b""


def _walk(trade: _Told, zone: dt.tzinfo, changes: Changes, steps: dict[dt.date, Step]) -> None:
    held = Held(sign(trade.side))
    for number, (at, kind, quantity, price, fee, net) in enumerate(trade.fills, 1):
        day = at.astimezone(zone).date()
        if net is not None:
            changes[day].add(Change(realised=net))
        now = rounded(quantity * shares_since(at, trade.splits), PLACES) if trade.splits else quantity
        held.take(steps[day], kind, now, price * quantity, fee, is_last=trade.is_closed and number == len(trade.fills))


def _outdated(rows: Sequence[JournalMonth]) -> set[dt.date]:
    """Months with other bars of those days than they were worked out from. One query."""
    told = {row.month: json.loads(row.figures)["bars"] for row in rows}
    known = bars_known({symbol for bars in told.values() for symbol in bars})
    return {
        month
        for month, bars in told.items()
        if any(
            (pk, version, min(last, until)) != _until(known.get(symbol, NO_BARS), until)
            for symbol, (pk, version, last, until) in bars.items()
        )
    }


def _until(known: Known, until: int) -> Known:
    pk, version, last = known
    return pk, version, min(last, until)


def changes_from(figures: Any, account: int) -> Iterator[tuple[dt.date, Change]]:
    """Days of an account from figures as kept, in order."""
    for day, floating, held, unpriced, realised in figures["accounts"].get(str(account), ()):
        yield dt.date.fromordinal(day), Change(Decimal(floating), held, unpriced, None if realised is None else Decimal(realised))


@exact
def together(pieces: Iterator[tuple[dt.date, Change]]) -> Mapping[dt.date, Change]:
    made: Changes = defaultdict(Change)
    for day, change in pieces:
        made[day].add(change)
    return made


HOLDINGS = Kind("holdings", _read, _make, _outdated)
