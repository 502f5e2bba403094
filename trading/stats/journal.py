"""A journal in figures: what its closed trades add up to."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from .decimals import HUNDRED, ZERO, exact, rounded, total
from .fills import R_PLACES, r_multiple
from .luck import standard_deviation

SQN_CAP = 100
SQN_RELIABLE = 30
SQN_BANDS = (
    (Decimal("1.6"), "hard to trade"),
    (Decimal("2.0"), "below average"),
    (Decimal("2.5"), "average"),
    (Decimal("3.0"), "good"),
)


class Outcome(StrEnum):
    WIN = "win"
    LOSS = "loss"
    BREAK_EVEN = "break_even"


class Result(NamedTuple):
    """A closed trade as statistics see it: stored money of one currency."""

    closed_at: dt.datetime
    net: Decimal
    gross: Decimal
    fees: Decimal
    risk: Decimal | None
    hold_seconds: int
    key: int = 0  # orders those closed at one instant

    @property
    def r(self) -> Decimal | None:
        return r_multiple(self.net, self.risk)


@dataclass(frozen=True)
class Summary:
    """Section 4 of the definitions. Money, percent units, R and ratios unrounded; None where undefined (`reasons.py` says why)."""

    total_trades: int
    winning_trades: int
    losing_trades: int
    break_even_trades: int
    win_rate: Decimal | None
    win_rate_without_break_evens: Decimal | None
    total_profit_loss: Decimal
    gross_profit_loss: Decimal
    fees: Decimal
    average_win: Decimal | None
    average_loss: Decimal | None
    payoff_ratio: Decimal | None
    profit_factor: Decimal | None
    expectancy_per_trade: Decimal | None
    average_r_multiple: Decimal | None
    total_r: Decimal | None
    median_r: Decimal | None
    best_r: Decimal | None
    worst_r: Decimal | None
    sd_r: Decimal | None
    sqn: Decimal | None
    max_drawdown_r: Decimal | None
    current_drawdown_r: Decimal | None
    longest_win_streak: int
    longest_loss_streak: int
    current_streak: tuple[int, Outcome] | None
    average_hold_seconds: int | None
    average_hold_seconds_wins: int | None
    average_hold_seconds_losses: int | None
    trades_with_r: int

    @property
    def trades_without_r(self) -> int:
        return self.total_trades - self.trades_with_r


def outcome_of(net: Decimal, *, places: int = 2, r: Decimal | None = None, band: Decimal = ZERO) -> Outcome:
    """By the net in whole minor units; with a private band, |R| up to it is break-even."""
    if band and r is not None and abs(r) <= band:
        return Outcome.BREAK_EVEN
    minor = rounded(net, places)
    return Outcome.WIN if minor > 0 else Outcome.LOSS if minor < 0 else Outcome.BREAK_EVEN


@exact
def multiples(results: Iterable[Result]) -> list[Decimal | None]:
    """The R of each, as `Result.r` gives it."""
    return [None if one.risk is None or one.risk <= 0 else rounded(one.net / one.risk, R_PLACES) for one in results]


def outcomes_of(results: Iterable[Result], rs: Iterable[Decimal | None], *, places: int, band: Decimal) -> list[Outcome]:
    """The outcome of each, as `outcome_of` gives it: half a minor unit is what rounds to a whole one."""
    half = Decimal(5).scaleb(-places - 1)
    kinds = []
    for one, r in zip(results, rs, strict=True):
        if band and r is not None and abs(r) <= band:
            kinds.append(Outcome.BREAK_EVEN)
        else:
            kinds.append(Outcome.WIN if one.net >= half else Outcome.LOSS if one.net <= -half else Outcome.BREAK_EVEN)
    return kinds


def in_close_order(results: Iterable[Result]) -> list[Result]:
    return sorted(results, key=lambda one: (one.closed_at, one.key))


@exact
def summarise(results: Sequence[Result], *, places: int = 2, band: Decimal = ZERO, rs: Sequence[Decimal | None] | None = None) -> Summary:
    """`results` in close order. `places` of the currency's minor unit, `band` in R; `rs` where they are known already."""
    rs = multiples(results) if rs is None else rs
    outcomes = outcomes_of(results, rs, places=places, band=band)
    known = [r for r in rs if r is not None]
    won = [one.net for one, kind in zip(results, outcomes, strict=True) if kind == Outcome.WIN]
    lost = [one.net for one, kind in zip(results, outcomes, strict=True) if kind == Outcome.LOSS]
    n, wins, losses = len(results), len(won), len(lost)
    average_win = total(won) / wins if wins else None
    average_loss = total(lost) / losses if losses else None
    net = total(one.net for one in results)
    deepest, now = drawdown_r(known)
    win_run, loss_run, current = streaks(outcomes)
    return Summary(
        total_trades=n,
        winning_trades=wins,
        losing_trades=losses,
        break_even_trades=n - wins - losses,
        win_rate=HUNDRED * wins / n if n else None,
        win_rate_without_break_evens=HUNDRED * wins / (wins + losses) if wins + losses else None,
        total_profit_loss=net,
        gross_profit_loss=total(one.gross for one in results),
        fees=total(one.fees for one in results),
        average_win=average_win,
        average_loss=average_loss,
        payoff_ratio=average_win / abs(average_loss) if average_win is not None and average_loss else None,
        profit_factor=total(won) / abs(total(lost)) if lost and total(lost) else None,
        expectancy_per_trade=net / n if n else None,
        average_r_multiple=mean(known),
        total_r=total(known) if known else None,
        median_r=median(known),
        best_r=max(known, default=None),
        worst_r=min(known, default=None),
        sd_r=standard_deviation(known),
        sqn=sqn(known),
        max_drawdown_r=deepest,
        current_drawdown_r=now,
        longest_win_streak=win_run,
        longest_loss_streak=loss_run,
        current_streak=current,
        average_hold_seconds=_mean_hold(results, outcomes, None),
        average_hold_seconds_wins=_mean_hold(results, outcomes, Outcome.WIN),
        average_hold_seconds_losses=_mean_hold(results, outcomes, Outcome.LOSS),
        trades_with_r=len(known),
    )


@exact
def mean(values: Sequence[Decimal]) -> Decimal | None:
    return total(values) / len(values) if values else None


@exact
def median(values: Sequence[Decimal]) -> Decimal | None:
    if not values:
        return None
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@exact
def sqn(rs: Sequence[Decimal]) -> Decimal | None:
    """Tharp's system quality number, the root capped at 100 trades."""
    deviation = standard_deviation(rs)
    average = mean(rs)
    if average is None or not deviation:
        return None
    return average / deviation * Decimal(min(len(rs), SQN_CAP)).sqrt()


def sqn_band(value: Decimal) -> str:
    """Tharp's words for it."""
    if value > 5:
        return "superb"
    return next((words for limit, words in SQN_BANDS if value < limit), "excellent")


@exact
def cumulative(rs: Iterable[Decimal]) -> list[Decimal]:
    """Running sum, without the 0 it begins at."""
    level, line = ZERO, []
    for r in rs:
        level += r
        line.append(level)
    return line


@exact
def drawdowns(line: Sequence[Decimal]) -> list[Decimal]:
    """How far each value lies below the highest before it; 0 is the first peak."""
    peak, falls = ZERO, []
    for level in line:
        peak = max(peak, level)
        falls.append(peak - level)
    return falls


def drawdown_r(rs: Sequence[Decimal]) -> tuple[Decimal | None, Decimal | None]:
    """The largest and the present one, of cumulative R."""
    falls = drawdowns(cumulative(rs))
    return (max(falls), falls[-1]) if falls else (None, None)


def streaks(outcomes: Iterable[Outcome]) -> tuple[int, int, tuple[int, Outcome] | None]:
    """Longest run of wins, of losses, and the run at the end; a break-even ends no run and counts in none."""
    longest = {Outcome.WIN: 0, Outcome.LOSS: 0}
    kind, run = None, 0
    for outcome in outcomes:
        if outcome == Outcome.BREAK_EVEN:
            continue
        run = run + 1 if outcome == kind else 1
        kind = outcome
        longest[kind] = max(longest[kind], run)
    return longest[Outcome.WIN], longest[Outcome.LOSS], (run, kind) if kind is not None else None


def _mean_hold(results: Sequence[Result], outcomes: Sequence[Outcome], kind: Outcome | None) -> int | None:
    held = [one.hold_seconds for one, outcome in zip(results, outcomes, strict=True) if kind is None or outcome == kind]
    return int(rounded(Decimal(sum(held)) / len(held), 0)) if held else None
