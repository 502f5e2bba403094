"""How sure a record makes one: section 7 over the trades of a journal, together."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

from .decimals import exact
from .journal import Result, Summary, cumulative, drawdowns
from .luck import consistency, probabilistic_sharpe, sharpe_of_r, shrunk_expectancy, trades_needed, wilson
from .returns import RiskNormalised, fixed_risk, risk_normalised


@dataclass(frozen=True)
class Confidence:
    """None where undefined. `interval` of the win rate as fractions, `psr` a probability."""

    interval: tuple[Decimal, Decimal] | None
    shrunk_r: Decimal | None
    psr: Decimal | None
    trades_needed: int | None
    consistency: Decimal | None
    risk_normalised: RiskNormalised | None


@exact
def confidence(summary: Summary, rs: Sequence[Decimal]) -> Confidence:
    record = sharpe_of_r(rs)
    needed = trades_needed(record)
    return Confidence(
        interval=wilson(summary.winning_trades, summary.total_trades),
        shrunk_r=shrunk_expectancy(rs),
        psr=probabilistic_sharpe(record),
        trades_needed=None if needed is None else int(needed.to_integral_value(ROUND_CEILING)),
        consistency=consistency(rs),
        risk_normalised=risk_normalised(rs),
    )


@dataclass(frozen=True)
class Step:
    """At the end of a day: cumulative R, how far below its peak, and 1.0 grown by the same trades at 1 % of equity risked on each."""

    day: dt.date
    level: Decimal
    drawdown: Decimal
    grown: Decimal


@exact
def curve(results: Sequence[Result], rs: Sequence[Decimal | None], zone: ZoneInfo) -> list[Step]:
    """Cumulative R by day of the exit; one step for each day with a closed trade that has an R. `rs` are those of the results."""
    known = [(one.closed_at, r) for one, r in zip(results, rs, strict=True) if r is not None]
    line = cumulative(r for _, r in known)
    grown = fixed_risk([r for _, r in known])
    days: dict[dt.date, tuple[Decimal, Decimal, Decimal]] = {}
    for (at, _), *step in zip(known, line, drawdowns(line), grown, strict=True):
        days[at.astimezone(zone).date()] = (step[0], step[1], step[2])
    return [Step(day, *step) for day, step in days.items()]
