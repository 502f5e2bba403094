"""How sure a record makes one: section 7 over the trades of a journal, together."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from .decimals import HUNDRED, exact
from .luck import SharpeOfR, consistency, probabilistic_sharpe, sharpe_of_r, shrunk_expectancy, trades_needed, wilson
from .multiples import from_units
from .parts import Part, day_of
from .returns import RiskNormalised


@dataclass(frozen=True)
class Confidence:
    """None where undefined. `interval` of the win rate as fractions, `psr` a probability."""

    interval: tuple[Decimal, Decimal] | None
    shrunk_r: Decimal | None
    psr: Decimal | None
    trades_needed: int | None
    consistency: Decimal | None
    risk_normalised: RiskNormalised | None
    record: SharpeOfR | None


@exact
def confidence(part: Part) -> Confidence:
    record = sharpe_of_r(part.moments)
    needed = trades_needed(record)
    return Confidence(
        interval=wilson(part.wins, part.n),
        shrunk_r=shrunk_expectancy(part.moments),
        psr=probabilistic_sharpe(record),
        trades_needed=None if needed is None else int(needed.to_integral_value(ROUND_CEILING)),
        consistency=consistency(part.moments),
        risk_normalised=RiskNormalised(part.growth.level - 1, HUNDRED * part.growth.fall) if part.moments.m else None,
        record=record,
    )


@dataclass(frozen=True)
class Step:
    """At the end of a day: cumulative R, how far below its peak, and 1.0 grown by the same trades at 1 % of equity risked on each."""

    day: dt.date
    level: Decimal
    drawdown: Decimal
    grown: Decimal


def curve(part: Part) -> list[Step]:
    """One step for each day with a closed trade that has an R."""
    return [Step(day_of(mark), from_units(mark.level), from_units(mark.fall), mark.grown) for mark in part.marks]
