"""The figures at the top of a journal, each with how it is computed, filled with the reader's own numbers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trading.queries.equity import Equity
from trading.queries.journal import Figures
from trading.stats.decimals import as_ratio
from trading.stats.journal import SQN_RELIABLE, Summary, sqn_band
from trading.stats.luck import in_percent
from trading.stats.reasons import CURRENCIES, NO_LEDGER, NO_R, undefined

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Stat:
    """`value` None is undefined, `why` says it. `kind` is money, r, percent, ratio or count; `how` a sentence with own figures."""

    name: str
    title: str
    value: Any
    kind: str
    how: str
    why: str = ""
    under: str = ""
    signed: bool = False


def r(value: Decimal | None, places: int = 2) -> str:
    return "undefined" if value is None else f"{as_ratio(value, places)}R".replace("-", MINUS)


def plain(value: Decimal | None, places: int = 2) -> str:
    return "undefined" if value is None else (as_ratio(value, places) or "").replace("-", MINUS)


def headline(found: Figures, unit: str, equity: Equity | None) -> list[Stat]:
    """Eight figures in R, percent or money."""
    return {"r": _in_r, "pct": _in_percent, "money": _in_money}[unit](found, equity)


def _in_r(found: Figures, equity: Equity | None) -> list[Stat]:
    s, why = found.summary, undefined(found.summary)
    m = s.trades_with_r
    left_out = f" {s.trades_without_r} without a stop are left out." if s.trades_without_r else ""
    return [
        Stat(
            "total_r",
            "Total",
            s.total_r,
            "r",
            f"The R of {m} trades added up.{left_out} R is a trade's net result over the money first put at risk.",
            why.get("total_r", ""),
            f"{m} of {s.total_trades} trades have a stop" if s.trades_without_r else "",
            True,
        ),
        Stat(
            "average_r_multiple",
            "Expectancy",
            s.average_r_multiple,
            "r",
            f"{r(s.total_r)} over {m} trades = {r(s.average_r_multiple)} a trade.",
            why.get("average_r_multiple", ""),
            f"median {r(s.median_r)}" if s.median_r is not None else "",
            True,
        ),
        _win_rate(found, why),
        _profit_factor(found, why),
        Stat(
            "sqn",
            "SQN",
            s.sqn,
            "ratio",
            f"Mean {r(s.average_r_multiple)} over the deviation {r(s.sd_r)}, times the root of {min(m, 100)} trades. Tharp's bands run from below 1.6 (hard to trade) to above 5.0 (superb).",
            why.get("sqn", ""),
            _band(s),
        ),
        Stat(
            "max_drawdown_r",
            "Drawdown",
            s.max_drawdown_r,
            "r",
            f"The deepest fall of cumulative R from its peak, which begins at 0. At the last trade it is {r(s.current_drawdown_r)}.",
            why.get("max_drawdown_r", ""),
            f"now {r(s.current_drawdown_r)}" if s.current_drawdown_r is not None else "",
        ),
        Stat(
            "sd_r",
            "Deviation",
            s.sd_r,
            "r",
            f"How far single results of {m} trades lie from their mean (sample standard deviation).",
            why.get("sd_r", ""),
            f"best {r(s.best_r)}, worst {r(s.worst_r)}" if s.best_r is not None else "",
        ),
        _streak(s, why),
    ]


def _in_money(found: Figures, equity: Equity | None) -> list[Stat]:
    s = found.summary
    why = undefined(s) | (
        {}
        if found.currency
        else dict.fromkeys(("total_profit_loss", "fees", "average_win", "average_loss", "expectancy_per_trade", "payoff_ratio"), CURRENCIES)
    )

    def money(name: str) -> Decimal | None:
        value: Decimal | None = getattr(s, name)
        return value if found.currency else None

    return [
        Stat(
            "total_profit_loss",
            "Net result",
            money("total_profit_loss"),
            "money",
            f"Gross results less fees and costs, dividends added, of {s.total_trades} closed trades.",
            why.get("total_profit_loss", ""),
            signed=True,
        ),
        Stat(
            "expectancy_per_trade",
            "Expectancy",
            money("expectancy_per_trade"),
            "money",
            f"The net result over {s.total_trades} trades, break-evens included.",
            why.get("expectancy_per_trade", ""),
            "a trade",
            True,
        ),
        _win_rate(found, why),
        _profit_factor(found, why),
        Stat(
            "average_win",
            "Average win",
            money("average_win"),
            "money",
            f"All winning results over {s.winning_trades} wins.",
            why.get("average_win", ""),
        ),
        Stat(
            "average_loss",
            "Average loss",
            money("average_loss"),
            "money",
            f"All losing results over {s.losing_trades} losses.",
            why.get("average_loss", ""),
        ),
        Stat(
            "payoff_ratio",
            "Payoff",
            s.payoff_ratio if found.currency else None,
            "ratio",
            "The average win over the average loss.",
            why.get("payoff_ratio", ""),
        ),
        Stat(
            "fees",
            "Fees",
            money("fees"),
            "money",
            "All fees of entries and exits. They are in the net result already.",
            why.get("fees", ""),
        ),
    ]


def _in_percent(found: Figures, equity: Equity | None) -> list[Stat]:
    s, sure = found.summary, found.confidence
    why = undefined(s)
    normal = sure.risk_normalised

    def of(value: Decimal | None) -> Decimal | None:
        return in_percent(value) if equity is not None else None

    return [
        Stat(
            "roi",
            "Return",
            of(equity.twr) if equity else None,
            "percent",
            "Time-weighted: each day's return multiplied up, open trades at the close, deposits and withdrawals taken out.",
            NO_LEDGER,
            signed=True,
        ),
        Stat(
            "drawdown_pct",
            "Drawdown",
            equity.drawdown_pct if equity else None,
            "percent",
            "The deepest fall of the time-weighted index from its peak.",
            NO_LEDGER,
        ),
        Stat(
            "risk_normalised",
            "At 1 % risk",
            in_percent(normal.gained) if normal else None,
            "percent",
            "What the same trades would have made with 1 % of equity risked on each, one after the other. It needs no balance.",
            NO_R,
            f"drawdown {plain(normal.drawdown_pct)} %" if normal else "",
            True,
        ),
        _win_rate(found, why),
        _profit_factor(found, why),
        Stat(
            "probability",
            "Edge above zero",
            in_percent(sure.psr),
            "percent",
            _how_sure(found),
            "needs ten trades with a stop and different results",
            "confidence" if sure.psr is not None else "",
        ),
        Stat(
            "sharpe",
            "Sharpe",
            equity.sharpe if equity else None,
            "ratio",
            "Mean daily return over its deviation, a year's worth (252 days), against a rate of 0.",
            NO_LEDGER if equity is None else "needs 20 days that differ",
            f"{equity.sessions} trading days" if equity is not None else "",
        ),
        Stat(
            "cagr",
            "A year",
            of(equity.cagr) if equity else None,
            "percent",
            "The return brought to one year. Before the record is 365 days long there is none.",
            NO_LEDGER if equity is None else "from 365 days on",
        ),
    ]


def _win_rate(found: Figures, why: dict[str, str]) -> Stat:
    s, interval = found.summary, found.confidence.interval
    between = (
        f"With 95 % confidence between {plain(in_percent(interval[0]), 0)} and {plain(in_percent(interval[1]), 0)} % (Wilson)."
        if interval
        else ""
    )
    how = f"{s.winning_trades} wins of {s.total_trades} trades; {s.break_even_trades} break-even and {s.losing_trades} losing ones are no wins. {between}"
    under = f"{plain(in_percent(interval[0]), 0)} to {plain(in_percent(interval[1]), 0)} %" if interval else ""
    return Stat("win_rate", "Win rate", s.win_rate, "percent", how, why.get("win_rate", ""), under)


def _profit_factor(found: Figures, why: dict[str, str]) -> Stat:
    value = found.summary.profit_factor if found.currency else None
    reason = why.get("profit_factor", "") if found.currency else CURRENCIES
    return Stat(
        "profit_factor",
        "Profit factor",
        value,
        "ratio",
        "All winning results over all losing ones, as money. Above 1 the journal gained.",
        reason,
    )


def _streak(s: Summary, why: dict[str, str]) -> Stat:
    how = f"The run at the end; break-evens end no run. Longest: {s.longest_win_streak} wins, {s.longest_loss_streak} losses."
    now = None if s.current_streak is None else f"{s.current_streak[0]} {'W' if s.current_streak[1] == 'win' else 'L'}"
    return Stat(
        "current_streak",
        "Streak",
        now,
        "text",
        how,
        why.get("current_streak", ""),
        f"longest {s.longest_win_streak} W, {s.longest_loss_streak} L",
    )


def _band(s: Summary) -> str:
    if s.sqn is None:
        return ""
    return sqn_band(s.sqn) if s.trades_with_r >= SQN_RELIABLE else f"fewer than {SQN_RELIABLE} trades: not yet reliable"


def _how_sure(found: Figures) -> str:
    sure, s = found.confidence, found.summary
    if sure.psr is None:
        return "The probability that the mean R is above zero, given how many results there are and how they are spread."
    needed = f" About {sure.trades_needed} such trades make 95 % sure." if sure.trades_needed else ""
    return f"From {s.trades_with_r} results with mean {r(s.average_r_multiple)} and deviation {r(s.sd_r)}: {plain(in_percent(sure.psr), 0)} % confident that the edge is above zero.{needed}"
