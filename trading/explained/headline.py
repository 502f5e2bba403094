"""Which figures stand at the top of a journal, and which behind them."""

from dataclasses import dataclass

from trading.queries.equity import Equity
from trading.queries.journal import Figures
from trading.stats.sums import SumsOfR

from .certainty import Certainty
from .figure import Figure, Words
from .multiples import Multiples
from .results import Results
from .returns import Returns


@dataclass(frozen=True)
class Group:
    title: str
    figures: list[Figure]


def headline(found: Figures, unit: str, words: Words, equity: Equity | None, missing: str, sums: SumsOfR | None) -> list[Figure]:
    """Eight figures in R, percent or money. `missing` says why there is no equity."""
    money, many, sure = Results(found, words), Multiples(found, sums), Certainty(found)
    if unit == "money":
        return [
            money.net(),
            money.expectancy(),
            money.win_rate(),
            money.profit_factor(),
            money.average_win(),
            money.average_loss(),
            money.payoff(),
            money.fees(),
        ]
    if unit == "pct":
        back = Returns(equity, words, missing)
        return [
            back.roi(),
            back.drawdown(),
            many.at_one_percent()[0],
            money.win_rate(),
            money.profit_factor(),
            sure.probability(),
            back.sharpe(),
            back.annual(),
        ]
    return [
        many.total(),
        many.expectancy(),
        money.win_rate(),
        money.profit_factor(),
        many.sqn(),
        many.drawdown(),
        many.deviation(),
        money.streak(),
    ]


def everything(found: Figures, words: Words, equity: Equity | None, missing: str, sums: SumsOfR | None) -> list[Group]:
    """All that the definitions have for a trader."""
    money, many, sure = Results(found, words), Multiples(found, sums), Certainty(found)
    return [
        Group("Results", [
            money.trades(), money.win_rate(), money.win_rate_decided(), money.net(), money.gross(), money.fees(), money.average_win(),
            money.average_loss(), money.payoff(), money.profit_factor(), money.expectancy(),
        ]),
        Group("In R", [
            many.total(), many.expectancy(), many.median(), *many.extremes(), many.deviation(), many.sqn(), many.drawdown(),
            many.current_drawdown(), *many.at_one_percent(),
        ]),
        Group("Confidence", [sure.probability(), sure.needed(), sure.shrunk(), sure.consistency(), *sure.kelly(), sure.break_even()]),
        Group("Runs and time", [*money.streaks(), *money.holds()]),
        Group("Returns of the account", Returns(equity, words, missing).all()),
    ]  # fmt: skip
