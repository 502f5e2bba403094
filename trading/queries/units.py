"""The pictures of a journal in R, in percent or in money: curve, distribution, calendar, and rows of a breakdown."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from trading.preferences import TradingPreferences
from trading.queries.equity import Equity
from trading.stats.calendar import Cell
from trading.stats.confidence import Step
from trading.stats.decimals import HUNDRED, ONE, ZERO, exact
from trading.stats.distribution import Bin
from trading.stats.fills import pnl_pct
from trading.stats.multiples import WIDTH, Ranks, from_units, to_units
from trading.stats.parts import KEPT_DIGITS
from trading.stats.results import Result
from trading.stats.spread import spread
from trading.stats.sums import SumsOfR, sums_of_r
from trading.stats.walks import RISKED, Growth, Walk

from .journal import Figures, Narrowing, calendar, closed_trades, days_in_r, pieces, remembered
from .months import COLUMNS, GROUPS, Kind, Read, labels_of, read_results

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
    before, steps, ranks = Walk(), {}, []
    for told, packed in pieces(owner, narrowing, MONEY):
        at = 0
        for name, count, walk, marks in told:
            if name == currency:
                for day, level, fall in marks:
                    moved, deep = from_units(before.total + level), from_units(max(fall, before.below - level))
                    steps[day] = Step(dt.date.fromordinal(day), moved, deep, moved)
                before.add(Walk(*walk))
                ranks.append(Ranks.from_bytes(packed[at:], count))
            at += count * (WIDTH + 8)
    return list(steps.values()), spread(ranks)


@exact
def _percent(owner: "User", narrowing: Narrowing) -> tuple[list[Step], list[Bin]]:
    """The line is that of 1 % risk on each trade."""
    level = top = ONE
    steps, ranks = {}, []
    for (count, marks), packed in pieces(owner, narrowing, PERCENT):
        grown = highest = ONE
        for day, grown, highest in ((day, Decimal(one), Decimal(best)) for day, one, best in marks):
            peak, stands = max(top, level * highest), (level * grown - ONE) * HUNDRED
            steps[day] = Step(dt.date.fromordinal(day), stands, (peak - level * grown) / peak * HUNDRED, stands)
        top, level = max(top, level * highest), level * grown
        ranks.append(Ranks.from_bytes(packed, count))
    return list(steps.values()), spread(ranks)


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
    """Rows of a breakdown in percent, by their labels. Remembered."""
    return remembered(owner, ("percent-rows", narrowing, by), lambda: _percent_rows(owner, narrowing, by))


@exact
def _percent_rows(owner: "User", narrowing: Narrowing, by: str) -> dict[str, PercentRow]:
    rows: dict[str, _Row] = {}
    for told, _ in pieces(owner, narrowing, PERCENT_BY[by]):
        for label, (n, total, m, grown) in told.items():
            rows.setdefault(label, _Row()).add(n, total, m, Decimal(grown))
    return {label: row.told() for label, row in rows.items()}


@dataclass(slots=True)
class _Row:
    """Of `n` trades their percents (whole numbers of 10^-30) added up, of `m` with an R what they grow to."""

    n: int = 0
    total: int = 0
    m: int = 0
    grown: Decimal = ONE

    def add(self, n: int, total: int, m: int, grown: Decimal) -> None:
        self.n, self.total, self.m, self.grown = self.n + n, self.total + total, self.m + m, self.grown * grown

    def told(self) -> PercentRow:
        return PercentRow(from_units(self.total) / self.n if self.n else None, HUNDRED * (self.grown - ONE) if self.m else None)


# ── what is kept by months ───────────────────────────────────────────────────────────────────────────────────────────────────


def _make_money(rows: Sequence[tuple[str, Result]], wants: TradingPreferences) -> tuple[Any, bytes]:
    """Of each currency how many results, their walk, and where it stood at the end of each day; in whole numbers of 10^-30."""
    told, packed = [], b""
    for currency in sorted({currency for currency, _ in rows}):
        walk, marks, nets = Walk(), {}, []
        for mine, one in rows:
            if mine == currency:
                nets.append(to_units(one.net))
                walk.step(nets[-1])
                day = one.closed_at.astimezone(wants.zone).toordinal()
                marks[day] = [day, walk.total, walk.below]
        told.append([currency, len(nets), [walk.total, walk.top, walk.bottom, walk.fall], list(marks.values())])
        packed += Ranks.of(nets).to_bytes()
    return told, packed


@exact
def _make_percent(rows: Sequence[tuple[str, Result, Decimal, Decimal]], wants: TradingPreferences) -> tuple[Any, bytes]:
    """How many percents, and what 1 % risk on each trade makes of 1.0 until the end of each day, with its highest so far."""
    growth, marks, percents = Growth(), {}, []
    for _, one, entry, quantity in rows:
        percents += [to_units(pct) for pct in _known(pnl_pct(one.net, entry, quantity))]
        if (r := one.r) is not None:
            growth.step(r)
            day = one.closed_at.astimezone(wants.zone).toordinal()
            marks[day] = day, growth.level, growth.top
    told = [[day, str(KEPT_DIGITS.plus(level)), str(KEPT_DIGITS.plus(top))] for day, level, top in marks.values()]
    return [len(percents), told], Ranks.of(percents).to_bytes()


@exact
def _make_percent_rows(by: str, rows: Sequence[tuple[str, Result, Decimal, Decimal, Any]], wants: TradingPreferences) -> tuple[Any, bytes]:
    made: dict[str, _Row] = {}
    for _, one, entry, quantity, value in rows:
        pct, r = pnl_pct(one.net, entry, quantity), one.r
        units = 0 if pct is None else to_units(pct)
        grown = ONE if r is None else max(ZERO, ONE + RISKED * r)
        for label in labels_of(by, value, wants.zone):
            made.setdefault(label, _Row()).add(pct is not None, units, r is not None, grown)
    return {label: [row.n, row.total, row.m, str(KEPT_DIGITS.plus(row.grown))] for label, row in made.items()}, b""


def _known(value: Decimal | None) -> Iterable[Decimal]:
    return () if value is None else (value,)


def _read_with(*columns: str) -> Read:
    return lambda trades: read_results(trades, *columns)


POSITION = ("entry_price", "quantity_in")
MONEY = Kind("money", read_results, _make_money)
PERCENT = Kind("percent", _read_with(*POSITION), _make_percent)
PERCENT_BY = {by: Kind(f"%{by}", _read_with(*POSITION, COLUMNS.get(by, by)), partial(_make_percent_rows, by)) for by in GROUPS}
