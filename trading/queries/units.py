"""The pictures of a journal in R, in percent or in money: curve, distribution, calendar, and rows of a breakdown."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from trading.preferences import preferences_of
from trading.queries.equity import Equity
from trading.queries.rows import plain_rows
from trading.stats.calendar import Cell
from trading.stats.confidence import Step
from trading.stats.decimals import HUNDRED, ONE, ZERO, exact, total
from trading.stats.distribution import Bin
from trading.stats.fills import pnl_pct
from trading.stats.returns import drawdowns_pct
from trading.stats.spread import spread
from trading.stats.sums import SumsOfR, sums_of_r
from trading.stats.walks import Growth

from .journal import Figures, Narrowing, calendar, closed_trades, days_in_r, remembered
from .months import COLUMNS, labels_of, read_results

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Pictures:
    """In one unit. `days` are by day of exit; of returns in percent they are all days of the account."""

    curve: list[Step]
    bins: list[Bin]
    days: dict[dt.date, Cell]


@dataclass(frozen=True)
class PercentRow:
    """Of a group: the mean result on the position, and what 1 % risk on each trade would have made, in percent; None where undefined."""

    mean: Decimal | None
    at_one_percent: Decimal | None


def pictures(*, owner: "User", narrowing: Narrowing, found: Figures, unit: str, equity: Equity | None) -> Pictures:
    """`equity` of the one account that is meant gives the curve and days in percent; without it they are those of 1 % risk, and of R."""
    if unit == "money":
        currency = main_currency(found)
        days = calendar(owner=owner, narrowing=narrowing, currency=currency).days
        line, bins = remembered(owner, ("money", narrowing, currency), lambda: _money(owner, narrowing, currency))
        return Pictures(line, bins, days)
    in_r = days_in_r(owner=owner, narrowing=narrowing)
    if unit == "r":
        return Pictures(found.curve, found.bins, in_r)
    line, bins = remembered(owner, ("percent", narrowing), lambda: _percent(owner, narrowing))
    if equity is None:
        return Pictures(line, bins, in_r)
    return Pictures(index_line(equity), bins, _returns(equity))


def main_currency(found: Figures) -> str:
    """The one of the trades, else that of most of them."""
    return found.currency or max(found.by_currency, key=lambda one: found.by_currency[one].total_trades)


def sums(*, owner: "User", narrowing: Narrowing) -> SumsOfR:
    """What the figures in R are made of; one query, remembered."""

    def work() -> SumsOfR:
        found = (one.r for _, (_, one) in read_results(closed_trades(owner=owner, narrowing=narrowing)))
        return sums_of_r([r for r in found if r is not None])

    return remembered(owner, ("sums", narrowing), work)


@exact
def _money(owner: "User", narrowing: Narrowing, currency: str) -> tuple[list[Step], list[Bin]]:
    results = [one for _, (mine, one) in read_results(closed_trades(owner=owner, narrowing=narrowing)) if mine == currency]
    level = peak = ZERO
    levels, falls = [], []
    for one in results:
        level += one.net
        peak = max(peak, level)
        levels.append(level)
        falls.append(peak - level)
    steps = _by_day((one.closed_at for one in results), levels, falls, preferences_of(owner).zone)
    return steps, spread([one.net for one in results])


def _by_day(closed: Iterable[dt.datetime], levels: Iterable[Decimal], falls: Iterable[Decimal], zone: dt.tzinfo) -> list[Step]:
    """Where a running figure stood at the end of each day."""
    days = {at.astimezone(zone).date(): (level, fall) for at, level, fall in zip(closed, levels, falls, strict=True)}
    return [Step(day, level, fall, level) for day, (level, fall) in days.items()]


@exact
def _percent(owner: "User", narrowing: Narrowing) -> tuple[list[Step], list[Bin]]:
    trades = closed_trades(owner=owner, narrowing=narrowing)
    known = [(one.closed_at, r) for _, (_, one) in read_results(trades) if (r := one.r) is not None]
    line = _grown(r for _, r in known)
    levels = [(level - ONE) * HUNDRED for level in line]
    steps = _by_day((at for at, _ in known), levels, drawdowns_pct(line), preferences_of(owner).zone)
    return steps, spread(list(percents(trades).values()))


def _grown(rs: Iterable[Decimal]) -> list[Decimal]:
    """1.0 after each of the trades, with 1 % of equity risked on each."""
    growth, line = Growth(), []
    for r in rs:
        growth.step(r)
        line.append(growth.level)
    return line


def percents(trades: object) -> dict[int, Decimal]:
    """The result of each closed trade on its position, by its id; one query."""
    rows = plain_rows(trades.in_close_order().values_list("id", "net_pnl", "entry_price", "quantity_in"))  # type: ignore[attr-defined]
    found = ((key, pnl_pct(net, entry, quantity)) for key, net, entry, quantity in rows)
    return {key: value for key, value in found if value is not None}


@exact
def index_line(equity: Equity) -> list[Step]:
    """Time-weighted return since the first of its days, in percent, and how far below its peak."""
    return [
        Step(one.day, (one.level - ONE) * HUNDRED, one.drawdown_pct, one.level)
        for one in equity.days
        if one.level is not None and one.drawdown_pct is not None
    ]


@exact
def _returns(equity: Equity) -> dict[dt.date, Cell]:
    found, before = {}, ONE
    for one in equity.days:
        if one.level is None or not before:
            break
        if one.level != before:
            found[one.day] = Cell((one.level / before - ONE) * HUNDRED, 0)
        before = one.level
    return found


def percent_rows(*, owner: "User", narrowing: Narrowing, by: str) -> dict[str, PercentRow]:
    """Rows of a breakdown in percent, by their labels. Two queries, remembered."""
    return remembered(owner, ("percent-rows", narrowing, by), lambda: _percent_rows(owner, narrowing, by))


@exact
def _percent_rows(owner: "User", narrowing: Narrowing, by: str) -> dict[str, PercentRow]:
    trades, zone = closed_trades(owner=owner, narrowing=narrowing), preferences_of(owner).zone
    of_trade = percents(trades)
    values: dict[str, list[Decimal]] = {}
    many: dict[str, list[Decimal]] = {}
    for _, (_, one, value) in read_results(trades, COLUMNS.get(by, by)):
        for label in labels_of(by, value, zone):
            values.setdefault(label, []).extend(_known(of_trade.get(one.key)))
            many.setdefault(label, []).extend(_known(one.r))
    return {label: _row(values[label], many[label]) for label in values}


def _known(value: Decimal | None) -> Iterable[Decimal]:
    return () if value is None else (value,)


@exact
def _row(values: list[Decimal], many: list[Decimal]) -> PercentRow:
    line = _grown(many)
    return PercentRow(total(values) / len(values) if values else None, HUNDRED * (line[-1] - ONE) if line else None)
