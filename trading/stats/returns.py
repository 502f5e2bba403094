"""An account in figures: equity, returns, drawdown (section 5). Returns are fractions of 1; doors show percent units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .decimals import HUNDRED, ONE, ZERO, exact, total

YEAR_DAYS = 365
TRADING_DAYS = 252
SHARPE_LEAST = 20


@dataclass(frozen=True)
class Day:
    """Equity at a day's close, and the money that came in (+) or went out (-) at its start."""

    equity: Decimal
    flow: Decimal = ZERO
    holding: bool = True  # something was held, or realised, on this day


@exact
def daily_returns(opening: Decimal, days: Iterable[Day]) -> list[Decimal | None]:
    """Each day's return; None from the day on which nothing was there to earn it."""
    before, found, lost = opening, [], False
    for day in days:
        base = before + day.flow
        if day.holding and base <= 0:
            lost = True
        found.append(None if lost else day.equity / base - 1 if day.holding else ZERO)
        before = day.equity
    return found


@exact
def time_weighted(returns: Sequence[Decimal | None]) -> Decimal | None:
    """The product of all daily returns; None if one is, or without days."""
    product = ONE
    for r in returns:
        if r is None:
            return None
        product *= ONE + r
    return product - 1 if returns else None


@exact
def modified_dietz(*, start: Decimal, end: Decimal, flows: Sequence[tuple[int, Decimal]], days: int) -> Decimal | None:
    """`flows` are (whole days since the start, amount); None if nothing was invested on average."""
    if days <= 0:
        return None
    invested = start + total(amount * (days - at) / days for at, amount in flows)
    return (end - start - total(amount for _, amount in flows)) / invested if invested > 0 else None


@exact
def annualised(twr: Decimal | None, days: int) -> Decimal | None:
    """Growth a year; None before a year is full, or when all is lost."""
    if twr is None or days < YEAR_DAYS or twr <= -1:
        return None
    return (ONE + twr) ** (Decimal(YEAR_DAYS) / days) - 1


@exact
def index_of(returns: Sequence[Decimal | None]) -> list[Decimal] | None:
    """1.0 grown by each day's return, the start not included; None if a return is."""
    level, line = ONE, []
    for r in returns:
        if r is None:
            return None
        level *= ONE + r
        line.append(level)
    return line


@exact
def drawdowns_pct(line: Iterable[Decimal], start: Decimal = ONE) -> list[Decimal]:
    """How far each value lies below the highest before it, in percent units; `start` is the first peak."""
    peak, falls = start, []
    for level in line:
        peak = max(peak, level)
        falls.append((peak - level) / peak * HUNDRED if peak > 0 else ZERO)
    return falls


def drawdown_pct(line: Iterable[Decimal], start: Decimal = ONE) -> Decimal:
    """The largest; 0 if it never fell."""
    return max(drawdowns_pct(line, start), default=ZERO)


@exact
def by_session(returns: Sequence[Decimal | None], is_session: Sequence[bool]) -> list[Decimal] | None:
    """A return for each session: what a weekend brought belongs to the session after it, or to the last one. None if a return is."""
    found: list[Decimal] = []
    between = ONE
    for r, trading in zip(returns, is_session, strict=True):
        if r is None:
            return None
        between *= ONE + r
        if trading:
            found.append(between - 1)
            between = ONE
    if found and between != 1:
        found[-1] = (ONE + found[-1]) * between - 1
    return found


@exact
def sharpe(returns: Sequence[Decimal]) -> Decimal | None:
    """A year's, of daily returns, above a rate of 0; None for fewer than 20 days or without spread."""
    from .luck import standard_deviation

    deviation = standard_deviation(returns)
    if len(returns) < SHARPE_LEAST or not deviation:
        return None
    return total(returns) / len(returns) / deviation * Decimal(TRADING_DAYS).sqrt()


@exact
def sortino(returns: Sequence[Decimal]) -> Decimal | None:
    """The same against falling days only; None for fewer than 20 days or without one."""
    if len(returns) < SHARPE_LEAST:
        return None
    below = (total(min(r, ZERO) ** 2 for r in returns) / len(returns)).sqrt()
    return total(returns) / len(returns) / below * Decimal(TRADING_DAYS).sqrt() if below else None


@dataclass(frozen=True)
class RiskNormalised:
    """What the same trades would have made with 1 % of equity risked on each, as fractions and percent of the peak."""

    gained: Decimal
    drawdown_pct: Decimal
