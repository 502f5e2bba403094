"""An account day by day: equity marked to the market, returns, drawdown (section 5)."""

import datetime as dt
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Sum

from patterns.calendars import sessions
from patterns.models import BarBlock, Interval
from trading.models import CashFlow, TradingAccount
from trading.models.trade import TradeQuerySet
from trading.preferences import preferences_of
from trading.stats.decimals import ZERO, exact, stored
from trading.stats.held import Change
from trading.stats.returns import (
    Day,
    annualised,
    by_session,
    daily_returns,
    drawdown_pct,
    drawdowns_pct,
    index_of,
    modified_dietz,
    sharpe,
    sortino,
    time_weighted,
)

from .holdings import HOLDINGS, changes_from, together
from .journal import Narrowing, remembered
from .months import Frame, journal_months, worked_out

if TYPE_CHECKING:
    from accounts.models import User

Pieces = tuple[dt.date, Change]


@dataclass(frozen=True)
class EquityDay:
    day: dt.date
    equity: Decimal
    flow: Decimal
    is_marked: bool
    drawdown_pct: Decimal | None
    level: Decimal | None  # 1.0 grown by the daily returns


@dataclass(frozen=True)
class Equity:
    """Of the days shown. Returns as fractions; None where undefined. `sessions` is the n of Sharpe and Sortino."""

    days: list[EquityDay]
    sessions: int
    twr: Decimal | None
    cagr: Decimal | None
    money_weighted: Decimal | None
    drawdown_pct: Decimal | None
    sharpe: Decimal | None
    sortino: Decimal | None
    profit: Decimal
    unmarked_days: int


@dataclass(frozen=True)
class _Walked:
    """An account at the close of a day."""

    day: dt.date
    equity: Decimal
    flow: Decimal
    is_marked: bool
    holding: bool
    is_session: bool


def equities(*, owner: "User", narrowing: Narrowing, today: dt.date) -> list[tuple[TradingAccount, Equity]]:
    """Of each account with a ledger that is meant, over the days that are meant. Empty when only some of its trades are: a return is
    that of a whole account. Remembered until the journal changes or bars come or change."""
    if any((narrowing.symbol, narrowing.side, narrowing.pattern, narrowing.tag, narrowing.source, narrowing.outcome)):
        return []
    journal = Frame.of(owner)
    asked = [
        one
        for one in accounts_with_ledger(owner)
        if (one.is_example == journal.of_examples if narrowing.account is None else one.code == narrowing.account)
    ]
    bars = _bars() if asked else None
    made = []
    for account in asked:
        question = ("equity", account.pk, narrowing.first, narrowing.last, today, bars)
        answer = remembered(owner, question, partial(_kept, account, journal, today, narrowing.first, narrowing.last))
        if answer[0] is not None:
            made.append((account, answer[0]))
    return made


def _bars() -> tuple[Any, ...]:
    """Another answer when daily bars come, or change."""
    blocks = BarBlock.objects.filter(interval=Interval.DAY_1)
    return tuple(blocks.aggregate(last=Max("last_at"), count=Sum("count"), versions=Sum("instrument__version")).values())


def _kept(account: TradingAccount, journal: Frame, until: dt.date, first: dt.date | None, last: dt.date | None) -> tuple[Equity | None]:
    """From months worked out before if the journal keeps them. In a tuple, so that there being none is remembered too."""
    if journal.is_small or account.is_example != journal.of_examples:
        return (equity_of(account=account, until=until, first=first, last=last),)
    return (_equity_of(account, partial(_of_months, account, journal), until, first, last),)


def equity_of(*, account: TradingAccount, until: dt.date, first: dt.date | None = None, last: dt.date | None = None) -> Equity | None:
    """From the ledger's first day, or `first`, to `until`, or `last`, from the rows of its trades; None without a ledger or without such a
    day. Six queries."""
    return _equity_of(account, partial(_of_rows, account, account.trades.all()), until, first, last)


def _equity_of(
    account: TradingAccount, changes: Callable[[], Iterator[Pieces]], until: dt.date, first: dt.date | None, last: dt.date | None
) -> Equity | None:
    if account.opening_balance is None or account.opened_on is None:
        return None
    end = until if last is None else min(until, last)
    start = account.opened_on if first is None else max(first, account.opened_on)
    if start > end:
        return None
    walked = _walk(account, account.opening_balance, account.opened_on, end, together(changes()))
    before = [one for one in walked if one.day < start]
    shown = [one for one in walked if one.day >= start]
    opening = before[-1].equity if before else account.opening_balance
    return _judged(opening, shown, (start, end))


def _of_rows(account: TradingAccount, trades: TradeQuerySet) -> Iterator[Pieces]:
    told, _ = worked_out(trades=trades, kind=HOLDINGS, wants=preferences_of(account.owner))
    yield from changes_from(told, account.pk)


def _of_months(account: TradingAccount, journal: Frame) -> Iterator[Pieces]:
    """What is closed from kept months, what is open from its rows."""
    yield from _of_rows(account, account.trades.open())
    for row in journal_months(journal=journal, kind=HOLDINGS):
        yield from changes_from(json.loads(row.figures), account.pk)


@exact
def _walk(account: TradingAccount, opening: Decimal, first: dt.date, end: dt.date, changes: Mapping[dt.date, Change]) -> list[_Walked]:
    """Each session, and each other day on which something happened. What happened before the first day counts on it."""
    rows = list(CashFlow.objects.filter(account=account).values_list("on", "amount", "kind"))
    flows = _by_day(((on, amount) for on, amount, kind in rows if kind in CashFlow.EXTERNAL), first)
    lines = [(on, amount) for on, amount, kind in rows if kind not in CashFlow.EXTERNAL]
    results = _by_day([*lines, *((day, one.realised) for day, one in changes.items() if one.realised is not None)], first)
    trading = {day.item() for day in sessions(first, end)}
    days = sorted(day for day in {*trading, first, end, *flows, *results} if first <= day <= end)
    waiting = deque(sorted(changes.items(), key=itemgetter(0)))
    balance, now, made = opening, Change(), []
    for day in days:
        balance += flows.get(day, ZERO) + results.get(day, ZERO)
        while waiting and waiting[0][0] <= day:
            now.add(waiting.popleft()[1])
        holding = now.held > 0 or day in results
        made.append(_Walked(day, stored(balance + now.floating), flows.get(day, ZERO), not now.unpriced, holding, day in trading))
    return made


def _by_day(pairs: Iterable[tuple[dt.date, Decimal]], first: dt.date) -> dict[dt.date, Decimal]:
    """What happened before the ledger began counts on its first day."""
    days: dict[dt.date, Decimal] = {}
    for day, amount in pairs:
        at = max(day, first)
        days[at] = days.get(at, ZERO) + amount
    return days


@exact
def _judged(opening: Decimal, shown: list[_Walked], span: tuple[dt.date, dt.date]) -> Equity:
    returns = daily_returns(opening, [Day(one.equity, one.flow, one.holding) for one in shown])
    line = index_of(returns)
    falls = drawdowns_pct(line) if line is not None else None
    length = (span[1] - span[0]).days + 1
    twr = time_weighted(returns)
    daily = by_session(returns, [one.is_session for one in shown])
    moved = [((one.day - span[0]).days, one.flow) for one in shown if one.flow]
    end = shown[-1].equity if shown else opening
    return Equity(
        days=[
            EquityDay(one.day, one.equity, one.flow, one.is_marked, falls[k] if falls else None, line[k] if line else None)
            for k, one in enumerate(shown)
        ],
        sessions=sum(one.is_session for one in shown),
        twr=twr,
        cagr=annualised(twr, length),
        money_weighted=modified_dietz(start=opening, end=end, flows=moved, days=length),
        drawdown_pct=drawdown_pct(line) if line is not None else None,
        sharpe=None if daily is None else sharpe(daily),
        sortino=None if daily is None else sortino(daily),
        profit=end - opening - sum((one.flow for one in shown), ZERO),
        unmarked_days=sum(not one.is_marked for one in shown),
    )


def accounts_with_ledger(owner: "User") -> list[TradingAccount]:
    return [one for one in TradingAccount.objects.owned_by(owner).select_related("owner") if one.has_ledger]
