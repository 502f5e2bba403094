"""An account day by day: equity marked to the market, returns, drawdown (section 5)."""

import bisect
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from patterns.calendars import sessions
from patterns.models import Instrument, Interval
from patterns.series import load_series
from trading.models import CashFlow, Trade, TradingAccount
from trading.preferences import preferences_of
from trading.services.figures import splits_of
from trading.stats.decimals import HUNDRED, ZERO, exact, stored
from trading.stats.fills import Kind, adjusted, in_order, sign
from trading.stats.returns import (
    Day,
    annualised,
    daily_returns,
    drawdown_pct,
    drawdowns_pct,
    index_of,
    modified_dietz,
    sharpe,
    sortino,
    time_weighted,
)

from .prices import exactly

if TYPE_CHECKING:
    from accounts.models import User

MOST_DAYS = 3660


@dataclass(frozen=True)
class EquityDay:
    day: dt.date
    equity: Decimal
    flow: Decimal
    is_marked: bool
    drawdown_pct: Decimal | None


@dataclass(frozen=True)
class Equity:
    """Returns as fractions; None where undefined."""

    days: list[EquityDay]
    twr: Decimal | None
    cagr: Decimal | None
    money_weighted: Decimal | None
    drawdown_pct: Decimal | None
    sharpe: Decimal | None
    sortino: Decimal | None
    profit: Decimal
    unmarked_days: int


@dataclass
class _Held:
    """What of a trade is open through which days; `steps` are (day, quantity, average cost, entry fees left) from then on."""

    trade: Trade
    steps: list[tuple[dt.date, Decimal, Decimal, Decimal]]
    realised: list[tuple[dt.date, Decimal]]


def equity_of(*, account: TradingAccount, until: dt.date) -> Equity | None:
    """From the ledger's first day to `until`; None without a ledger. Seven queries."""
    if account.opening_balance is None or account.opened_on is None:
        return None
    zone = preferences_of(account.owner).zone
    trades = Trade.objects.filter(account=account).exclude(status=Trade.Status.PLANNED).prefetch_related("fills", "adjustments_made")
    held = [_held(trade, zone) for trade in trades]
    flows = _by_day(CashFlow.objects.filter(account=account, kind__in=CashFlow.EXTERNAL).values_list("on", "amount"), account.opened_on)
    lines = CashFlow.objects.filter(account=account).exclude(kind__in=CashFlow.EXTERNAL).values_list("on", "amount")
    results = _by_day([*lines, *(pair for one in held for pair in one.realised)], account.opened_on)
    days = _days(account.opened_on, until, {*flows, *results})
    made = _walk(account.opening_balance, days, flows, results, held)
    return _judged(account.opening_balance, days, made, flows)


@exact
def _held(trade: Trade, zone: dt.tzinfo) -> _Held:
    steps: list[tuple[dt.date, Decimal, Decimal, Decimal]] = []
    splits = splits_of(trade)
    cost, quantity, pool = ZERO, ZERO, ZERO
    for fill in in_order(adjusted(row.as_fact(), splits) for row in trade.fills.all()):
        if fill.kind == Kind.ENTRY:
            cost = (cost * quantity + fill.price * fill.quantity) / (quantity + fill.quantity)
            quantity, pool = quantity + fill.quantity, pool + fill.fee
        else:
            pool -= pool * fill.quantity / quantity
            quantity -= fill.quantity
        steps.append((fill.at.astimezone(zone).date(), quantity, cost, pool))
    if trade.is_closed and steps:
        steps[-1] = (steps[-1][0], ZERO, ZERO, ZERO)
    realised = [(row.at.astimezone(zone).date(), row.net) for row in trade.fills.all() if row.net is not None]
    return _Held(trade, steps, realised)


def _by_day(pairs: Iterable[tuple[dt.date, Decimal]], first: dt.date) -> dict[dt.date, Decimal]:
    """What happened before the ledger began counts on its first day."""
    days: dict[dt.date, Decimal] = {}
    for day, amount in pairs:
        at = max(day, first)
        days[at] = days.get(at, ZERO) + amount
    return days


def _days(first: dt.date, until: dt.date, others: set[dt.date]) -> list[dt.date]:
    """Sessions, and other days on which something happened; at most ten years, the latest."""
    trading = {day.item() for day in sessions(first, until)}
    return sorted(day for day in trading | {first} | others if first <= day <= until)[-MOST_DAYS:]


def _prices(held: Sequence[_Held]) -> dict[str, tuple[list[dt.date], list[float]]]:
    names = dict(Instrument.objects.filter(symbol__in={one.trade.symbol for one in held}).values_list("pk", "symbol"))
    panel = load_series(list(names), Interval.DAY_1) if names else {}
    return {
        names[pk]: ([dt.datetime.fromtimestamp(at, dt.UTC).date() for at in bars.at.tolist()], bars.close.tolist())
        for pk, bars in panel.items()
    }


@exact
def _walk(
    opening: Decimal, days: list[dt.date], flows: dict[dt.date, Decimal], results: dict[dt.date, Decimal], held: list[_Held]
) -> list[tuple[Decimal, bool, bool]]:
    """Equity of each day, whether it was marked, and whether anything was held."""
    floating = [ZERO] * len(days)
    marked, holding = [True] * len(days), [day in results for day in days]
    prices = _prices(held)
    for one in held:
        _mark(one, days, prices.get(one.trade.symbol), floating, marked, holding)
    balance, made = opening, []
    for k, day in enumerate(days):
        balance += flows.get(day, ZERO) + results.get(day, ZERO)
        made.append((stored(balance + floating[k]), marked[k], holding[k]))
    return made


def _mark(
    one: _Held,
    days: list[dt.date],
    series: tuple[list[dt.date], list[float]] | None,
    floating: list[Decimal],
    marked: list[bool],
    holding: list[bool],
) -> None:
    """Add what the open part of a trade was worth at each day's close; without any close its cost, and the day is not marked."""
    s = sign(one.trade.side)
    for number, (since, quantity, cost, pool) in enumerate(one.steps):
        until = one.steps[number + 1][0] if number + 1 < len(one.steps) else None
        first = bisect.bisect_left(days, since)
        last = len(days) if until is None else bisect.bisect_left(days, until)
        if not quantity:
            continue
        for k in range(first, last):
            holding[k] = True
            place = bisect.bisect_right(series[0], days[k]) - 1 if series else -1
            if series is None or place < 0:
                marked[k] = False
                floating[k] -= pool
            else:
                floating[k] += s * (exactly(series[1][place]) - cost) * quantity - pool


@exact
def _judged(opening: Decimal, days: list[dt.date], made: list[tuple[Decimal, bool, bool]], flows: dict[dt.date, Decimal]) -> Equity:
    rows = [Day(equity, flows.get(day, ZERO), holding) for day, (equity, _, holding) in zip(days, made, strict=True)]
    returns = daily_returns(opening, rows)
    line = index_of(returns)
    falls = drawdowns_pct(line) if line is not None else None
    span = (days[-1] - days[0]).days + 1
    known = [r for r in returns if r is not None]
    whole = len(known) == len(returns)
    twr = time_weighted(returns)
    moved = [((day - days[0]).days, amount) for day, amount in flows.items()]
    end = made[-1][0]
    return Equity(
        days=[
            EquityDay(day, equity, flows.get(day, ZERO), is_marked, falls[k] if falls is not None else None)
            for k, (day, (equity, is_marked, _)) in enumerate(zip(days, made, strict=True))
        ],
        twr=twr,
        cagr=annualised(twr, span),
        money_weighted=modified_dietz(start=opening, end=end, flows=moved, days=span),
        drawdown_pct=drawdown_pct(line) if line is not None else None,
        sharpe=sharpe(known) if whole else None,
        sortino=sortino(known) if whole else None,
        profit=end - opening - sum(flows.values(), ZERO),
        unmarked_days=sum(not is_marked for _, is_marked, _ in made),
    )


def percent(fraction: Decimal | None) -> Decimal | None:
    return None if fraction is None else fraction * HUNDRED


def accounts_with_ledger(owner: "User") -> list[TradingAccount]:
    return [one for one in TradingAccount.objects.owned_by(owner).select_related("owner") if one.has_ledger]
