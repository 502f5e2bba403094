"""Why a figure is undefined, in words for people."""

from .journal import Summary

NO_TRADES = "no closed trade yet"
NO_R = "no closed trade with a stop yet"
ONE_R = "needs two trades with a stop"
SAME_R = "all results are the same"
NO_LOSS = "no losing trade yet"
NO_WIN = "no winning trade yet"
NOT_DECIDED = "neither a winning nor a losing trade yet"
CURRENCIES = "accounts in several currencies are not added; choose one"
NO_LEDGER = "needs one account with an opening balance, and all of its trades"


def undefined(summary: Summary) -> dict[str, str]:
    """The reason for each field of a summary that is None."""
    none, no_r = not summary.total_trades, not summary.trades_with_r
    why = {
        "win_rate": NO_TRADES,
        "win_rate_without_break_evens": NO_TRADES if none else NOT_DECIDED,
        "average_win": NO_TRADES if none else NO_WIN,
        "average_loss": NO_TRADES if none else NO_LOSS,
        "payoff_ratio": NO_TRADES if none else NO_WIN if not summary.winning_trades else NO_LOSS,
        "profit_factor": NO_TRADES if none else NO_LOSS,
        "expectancy_per_trade": NO_TRADES,
        "average_r_multiple": NO_R,
        "total_r": NO_R,
        "median_r": NO_R,
        "best_r": NO_R,
        "worst_r": NO_R,
        "sd_r": NO_R if no_r else ONE_R,
        "sqn": NO_R if no_r else ONE_R if summary.trades_with_r < 2 else SAME_R,
        "max_drawdown_r": NO_R,
        "current_drawdown_r": NO_R,
        "current_streak": NO_TRADES if none else NOT_DECIDED,
        "average_hold_seconds": NO_TRADES,
        "average_hold_seconds_wins": NO_WIN,
        "average_hold_seconds_losses": NO_LOSS,
    }
    return {name: reason for name, reason in why.items() if getattr(summary, name) is None}
