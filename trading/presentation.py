"""Trades and figures as every door says them: names and digits are defined once, here and in `stats.decimals`."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from legend.lib.money import minor_places
from trading.models import CashFlow, Fill, Trade, TradeEvent, TradingAccount
from trading.queries.equity import Equity
from trading.queries.excursions import DAILY_BARS
from trading.queries.journal import Figures
from trading.queries.positions import Book, Position
from trading.stats.breakdowns import Group
from trading.stats.calendar import Calendar, Cell
from trading.stats.decimals import as_money, as_price, as_quantity, as_ratio, exact
from trading.stats.fills import Excursion, reward_to_risk, sign
from trading.stats.journal import Summary
from trading.stats.luck import in_percent
from trading.stats.reasons import CURRENCIES, undefined

MONEY = ("total_profit_loss", "gross_profit_loss", "fees", "average_win", "average_loss", "expectancy_per_trade")
RATIOS = (
    "win_rate",
    "win_rate_without_break_evens",
    "payoff_ratio",
    "profit_factor",
    "average_r_multiple",
    "total_r",
    "median_r",
    "best_r",
    "worst_r",
    "sd_r",
    "sqn",
    "max_drawdown_r",
    "current_drawdown_r",
)
COUNTS = ("total_trades", "winning_trades", "losing_trades", "break_even_trades", "longest_win_streak", "longest_loss_streak")
HOLDS = ("average_hold_seconds", "average_hold_seconds_wins", "average_hold_seconds_losses")
MOST_DAYS = 3660  # of a curve
ADDED_UP = (*MONEY, "payoff_ratio", "profit_factor")  # undefined over several currencies


def moment(at: dt.datetime | None) -> str | None:
    return None if at is None else f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def told_trade(trade: Trade, *, fills: Iterable[Fill] | None = None) -> dict[str, Any]:
    """A trade of the API; with `fills` they are in it. Asks nothing of the database when account and match are loaded."""
    places = minor_places(trade.account.currency)
    entry = trade.entry_price if trade.entry_price is not None else trade.planned_entry
    size = trade.planned_quantity if trade.is_planned else trade.quantity_in
    told: dict[str, Any] = {
        "code": str(trade.code),
        "symbol": trade.symbol,
        "side": trade.side,
        "status": trade.status,
        "account": str(trade.account.code),
        "currency": trade.account.currency,
        "source": trade.source,
        "pattern": trade.pattern or None,
        "match": str(trade.match.code) if trade.match else None,
        "entry_price": as_price(entry),
        "exit_price": as_price(trade.exit_price),
        "stop_loss": as_price(trade.stop_loss),
        "current_stop": as_price(trade.current_stop),
        "target_price": as_price(trade.target_price),
        "position_size": as_quantity(size),
        "quantity_open": as_quantity(trade.quantity_open),
        "risk_amount": as_money(trade.risk_amount, places),
        "reward_amount": as_money(reward_amount(trade.side, entry, trade.target_price, size), places),
        "risk_reward": as_ratio(reward_to_risk(side=trade.side, entry=entry, stop=trade.stop_loss, target=trade.target_price)),
        "entry_date": moment(trade.opened_at),
        "exit_date": moment(trade.closed_at),
        "gross_profit_loss": as_money(trade.gross_pnl, places),
        "fees": as_money(trade.fees, places),
        "realized_profit_loss": as_money(trade.realised_pnl, places),
        "profit_loss": as_money(trade.net_pnl, places),
        "profit_loss_pct": as_ratio(trade.pct),
        "win": {"win": True, "loss": False}.get(trade.outcome),
        "r_multiple": as_ratio(trade.r),
        "hold_seconds": trade.hold_seconds,
        "tags": trade.tags,
        "checklist": trade.checklist,
        "notes": trade.notes,
        "recorded_at": moment(trade.recorded_at),
    }
    return told if fills is None else told | {"fills": [told_fill(fill, places) for fill in fills]}


@exact
def reward_amount(side: str, entry: Decimal | None, target: Decimal | None, size: Decimal | None) -> Decimal | None:
    return None if entry is None or target is None or not size else sign(side) * (target - entry) * size


def told_fill(fill: Fill, places: int) -> dict[str, Any]:
    return {
        "number": fill.number,
        "kind": fill.kind,
        "at": moment(fill.at),
        "quantity": as_quantity(fill.quantity),
        "price": as_price(fill.price),
        "fee": as_price(fill.fee),
        "stop": as_price(fill.stop),
        "gross_profit_loss": as_money(fill.gross, places),
        "profit_loss": as_money(fill.net, places),
        "recorded_at": moment(fill.recorded_at),
    }


def told_excursion(found: Excursion | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "mfe": as_price(found.favourable),
        "mae": as_price(found.adverse),
        "mfe_r": as_ratio(found.favourable_r),
        "mae_r": as_ratio(found.adverse_r),
        "exit_efficiency": as_ratio(found.exit_efficiency),
        "basis": DAILY_BARS,
    }


def told_event(event: TradeEvent) -> dict[str, Any]:
    return {"kind": event.kind, "at": moment(event.at), "by": event.by.username if event.by else None, "detail": event.detail}


def told_summary(summary: Summary, *, currency: str | None) -> dict[str, Any]:
    """Names of section 2.8; without a currency (there are several) money is null, and `undefined` says so."""
    places = minor_places(currency) if currency else 2
    told: dict[str, Any] = {name: getattr(summary, name) for name in (*COUNTS, *HOLDS, "trades_without_r")}
    told |= {name: as_money(getattr(summary, name), places) for name in MONEY}
    told |= {name: as_ratio(getattr(summary, name)) for name in RATIOS}
    streak = summary.current_streak
    told["current_streak"] = None if streak is None else {"length": streak[0], "outcome": streak[1].value}
    why = undefined(summary)
    if currency is None:
        told |= dict.fromkeys(ADDED_UP)
        why |= dict.fromkeys(ADDED_UP, CURRENCIES)
    return told | {"currency": currency, "undefined": why}


def told_figures(found: Figures) -> dict[str, Any]:
    """`/api/trades/statistics`."""
    told = told_summary(found.summary, currency=found.currency)
    money = {currency: told_summary(part, currency=currency) for currency, part in found.by_currency.items()}
    told["by_currency"] = [
        {"currency": currency, "total_trades": part["total_trades"]} | {name: part[name] for name in ADDED_UP}
        for currency, part in money.items()
    ]
    return told


def told_group(group: Group, places: int, several: bool) -> dict[str, Any]:
    low, high = group.interval or (None, None)
    return {
        "label": group.label,
        "total_trades": group.total_trades,
        "winning_trades": group.winning_trades,
        "trades_with_r": group.trades_with_r,
        "win_rate": as_ratio(group.win_rate),
        "win_rate_low": as_ratio(in_percent(low)),
        "win_rate_high": as_ratio(in_percent(high)),
        "average_r_multiple": as_ratio(group.average_r_multiple),
        "total_r": as_ratio(group.total_r),
        "profit_factor": None if several else as_ratio(group.profit_factor),
        "total_profit_loss": None if several else as_money(group.total_profit_loss, places),
        "few": group.is_small,
    }


def told_account(account: TradingAccount) -> dict[str, Any]:
    return {
        "code": str(account.code),
        "name": account.name,
        "currency": account.currency,
        "opening_balance": as_money(account.opening_balance, minor_places(account.currency)),
        "opened_on": None if account.opened_on is None else account.opened_on.isoformat(),
        "archived": account.archived_at is not None,
        "example": account.is_example,
    }


def told_flow(flow: CashFlow, places: int) -> dict[str, Any]:
    return {
        "code": str(flow.code),
        "kind": flow.kind,
        "on": flow.on.isoformat(),
        "amount": as_money(flow.amount, places),
        "note": flow.note,
        "trade": None if flow.trade is None else str(flow.trade.code),
    }


def told_calendar(found: Calendar, currency: str, zone: str) -> dict[str, Any]:
    places = minor_places(currency)

    def cells(spans: dict[dt.date, Cell]) -> list[dict[str, Any]]:
        return [{"start": day.isoformat(), "profit_loss": as_money(cell.net, places), "exits": cell.exits} for day, cell in spans.items()]

    return {
        "currency": currency,
        "time_zone": zone,
        "days": cells(found.days),
        "weeks": cells(found.weeks),
        "months": cells(found.months),
        "years": cells(found.years),
        "total_profit_loss": as_money(found.total.net, places),
        "exits": found.total.exits,
    }


def told_equity(account: TradingAccount, found: Equity, places: int) -> dict[str, Any]:
    return {
        "account": str(account.code),
        "name": account.name,
        "currency": account.currency,
        "roi": as_ratio(in_percent(found.twr)),
        "cagr": as_ratio(in_percent(found.cagr)),
        "money_weighted_return": as_ratio(in_percent(found.money_weighted)),
        "max_drawdown_pct": as_ratio(found.drawdown_pct),
        "sharpe": as_ratio(found.sharpe),
        "sortino": as_ratio(found.sortino),
        "sessions": found.sessions,
        "profit": as_money(found.profit, places),
        "unmarked_days": found.unmarked_days,
        "days": [
            {
                "day": one.day.isoformat(),
                "equity": as_money(one.equity, places),
                "flow": as_money(one.flow, places),
                "drawdown_pct": as_ratio(one.drawdown_pct),
                "marked": one.is_marked,
            }
            for one in found.days[-MOST_DAYS:]
        ],
    }


def told_position(one: Position, places: int) -> dict[str, Any]:
    trade = one.trade
    return {
        "trade": str(trade.code),
        "symbol": trade.symbol,
        "side": trade.side,
        "quantity_open": as_quantity(trade.quantity_open),
        "entry_price": as_price(trade.entry_price),
        "last_price": as_price(one.close.price) if one.close else None,
        "stop": as_price(trade.stop_now),
        "value": as_money(one.value, places),
        "unrealized_profit_loss": as_money(one.unrealised, places),
        "unrealized_r": as_ratio(one.unrealised_r),
        "stop_distance_r": as_ratio(one.stop_distance_r),
        "stop_distance_pct": as_ratio(one.stop_distance_pct),
        "open_risk": as_money(one.open_risk, places),
        "open_risk_r": as_ratio(one.open_risk_r),
    }


def told_book(book: Book) -> dict[str, Any]:
    places = minor_places(book.account.currency)
    return told_account(book.account) | {
        "balance": as_money(book.balance, places),
        "equity": as_money(book.equity, places),
        "exposure": as_money(book.exposure, places),
        "exposure_pct": as_ratio(book.exposure_pct),
        "unrealized_profit_loss": as_money(book.unrealised, places),
        "open_risk": as_money(book.open_risk, places),
        "open_risk_r": as_ratio(book.open_risk_r),
        "open_risk_pct": as_ratio(book.open_risk_pct),
        "unpriced": book.unpriced,
        "without_stop": book.without_stop,
        "positions": [told_position(one, places) for one in book.positions],
    }
