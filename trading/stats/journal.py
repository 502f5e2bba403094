"""A journal in figures: what its closed trades add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from .decimals import HUNDRED, ZERO, exact, rounded
from .multiples import Moments, from_units, median
from .multiples import Ranks as Ranks
from .parts import Part, part_of
from .results import Outcome, Result

UTC = ZoneInfo("UTC")
SQN_CAP = 100
SQN_RELIABLE = 30
SQN_BANDS = (
    (Decimal("1.6"), "hard to trade"),
    (Decimal("2.0"), "below average"),
    (Decimal("2.5"), "average"),
    (Decimal("3.0"), "good"),
)


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


def summarise(results: Sequence[Result], *, places: int = 2, band: Decimal = ZERO) -> Summary:
    """`results` in close order. `places` of the currency's minor unit, `band` in R."""
    part, ranks = part_of(results, places=[places] * len(results), band=band, zone=UTC)
    return summary_of(part, [ranks])


@exact
def summary_of(part: Part, ranks: Sequence[Ranks]) -> Summary:
    """Of a stretch of a journal; `ranks` are those of its pieces."""
    n, wins, losses, rs = part.n, part.wins, part.losses, part.moments
    average_win = part.won / wins if wins else None
    average_loss = part.lost / losses if losses else None
    last = part.runs.last
    return Summary(
        total_trades=n,
        winning_trades=wins,
        losing_trades=losses,
        break_even_trades=n - wins - losses,
        win_rate=HUNDRED * wins / n if n else None,
        win_rate_without_break_evens=HUNDRED * wins / (wins + losses) if wins + losses else None,
        total_profit_loss=part.net,
        gross_profit_loss=part.gross,
        fees=part.fees,
        average_win=average_win,
        average_loss=average_loss,
        payoff_ratio=average_win / abs(average_loss) if average_win is not None and average_loss else None,
        profit_factor=part.won / abs(part.lost) if losses and part.lost else None,
        expectancy_per_trade=part.net / n if n else None,
        average_r_multiple=rs.mean,
        total_r=from_units(rs.s1) if rs.m else None,
        median_r=median(ranks),
        best_r=None if rs.best is None else from_units(rs.best),
        worst_r=None if rs.worst is None else from_units(rs.worst),
        sd_r=rs.deviation,
        sqn=sqn(rs),
        max_drawdown_r=from_units(part.walk.fall) if rs.m else None,
        current_drawdown_r=from_units(part.walk.below) if rs.m else None,
        longest_win_streak=part.runs.longest["win"],
        longest_loss_streak=part.runs.longest["loss"],
        current_streak=None if last is None else (last[0], Outcome(last[1])),
        average_hold_seconds=_mean_hold(part.held, n),
        average_hold_seconds_wins=_mean_hold(part.held_won, wins),
        average_hold_seconds_losses=_mean_hold(part.held_lost, losses),
        trades_with_r=rs.m,
    )


@exact
def sqn(rs: Moments) -> Decimal | None:
    """Tharp's system quality number, the root capped at 100 trades."""
    average, deviation = rs.mean, rs.deviation
    if average is None or not deviation:
        return None
    return average / deviation * Decimal(min(rs.m, SQN_CAP)).sqrt()


def sqn_band(value: Decimal) -> str:
    """Tharp's words for it."""
    if value > 5:
        return "superb"
    return next((words for limit, words in SQN_BANDS if value < limit), "excellent")


def _mean_hold(held: int, count: int) -> int | None:
    return int(rounded(Decimal(held) / count, 0)) if count else None
