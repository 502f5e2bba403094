"""Lists of trading as files for spreadsheets, with the names and digits of the API."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from fractions import Fraction
from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from legend.lib.errors import invalid
from legend.lib.tables import Table, offered
from trading.api.alerts import told as told_alert
from trading.api.alerts import told_event
from trading.api.watchlist import told as told_watched
from trading.import_presentation import told_import
from trading.models import CashFlow, Fill, Trade, TradeImport, TradingAccount
from trading.models.trade import TradeQuerySet
from trading.presentation import moment, told_account, told_calendar, told_figures, told_fill, told_flow, told_group, told_trade
from trading.queries.journal import GROUPS, Narrowing, calendar, closed_trades, figures, groups, narrowed
from trading.queries.watchlist import rows_of, watchlist
from trading.services.alerts import list_alerts, log_of
from trading.services.figures import splits_of

if TYPE_CHECKING:
    from accounts.models import User

TOGETHER = 1000
TRADE = (
    "code", "symbol", "side", "status", "account", "currency", "source", "pattern", "entry_date", "exit_date", "entry_price", "exit_price",
    "stop_loss", "target_price", "position_size", "quantity_open", "risk_amount", "risk_reward", "gross_profit_loss", "fees", "profit_loss",
    "profit_loss_pct", "r_multiple", "win", "hold_seconds", "tags", "notes", "recorded_at",
)  # fmt: skip
FILL = (
    "trade", "symbol", "side", "number", "kind", "at", "quantity", "price", "fee", "stop", "split", "currency", "account",
    "gross_profit_loss", "profit_loss", "recorded_at",
)  # fmt: skip
FLOW = ("account", "on", "kind", "amount", "currency", "note", "trade")
ACCOUNT = ("name", "currency", "opening_balance", "opened_on", "archived", "code")
WATCHED = (
    "symbol", "name", "status", "status_at", "status_note", "reason", "tags", "side", "entry", "stop", "target", "alert_threshold_pct",
    "price", "price_date", "change_pct", "distance_pct", "match", "created_at",
)  # fmt: skip
ALERT = (
    "sentence", "kind", "symbol", "universe", "watchlist", "interval", "note", "repeating", "pause_minutes", "channels", "status",
    "fired_count", "last_fired_at", "created_at", "code",
)  # fmt: skip
EVENT = ("created_at", "sentence", "kind", "cause", "interval", "bar", "values", "results", "acknowledged_at", "url", "alert", "code")
IMPORT = (
    "created_at", "file_name", "broker", "account", "time_zone", "status", "executions", "taken", "known", "refused_count", "undone_at",
    "code",
)  # fmt: skip
GROUP = (
    "by", "label", "total_trades", "winning_trades", "win_rate", "win_rate_low", "win_rate_high", "average_r_multiple", "total_r",
    "profit_factor", "total_profit_loss", "currency",
)  # fmt: skip
TEXTS = frozenset(
    "notes tags pattern account note code trade symbol name reason label sentence file_name status_note universe split".split()
)
LISTS = (
    ("closed", "Closed trades"),
    ("open", "Open trades and plans"),
    ("fills", "Fills"),
    ("statistics", "Statistics"),
    ("breakdowns", "Groups"),
    ("calendar", "Calendar"),
    ("distribution", "Distribution of R"),
    ("accounts", "Accounts"),
    ("cash-flows", "Ledger"),
    ("imports", "Imports"),
    ("watchlist", "Watchlist"),
    ("alerts", "Alerts"),
    ("alert-log", "Alert log"),
)


def table_of(*, owner: "User", what: str, narrowing: Narrowing, asked: Mapping[str, str] | None = None) -> Table:
    """A list of LISTS by its name; `asked` narrows watchlist and alerts as their pages do. Rows are read in pieces, so that memory stays
    bounded. Example trades are nobody's own, and in none of them. Invalid for a name there is not."""
    told = asked or {}
    match what:
        case "closed":
            trades = own(closed_trades(owner=owner, narrowing=narrowing)).order_by("closed_at", "id")
            return _table(what, TRADE, _trades(trades))
        case "open":
            trades = own(narrowed(owner=owner, narrowing=narrowing)).exclude(status=Trade.Status.CLOSED).order_by("recorded_at", "id")
            return _table(what, TRADE, _trades(trades))
        case "fills":
            return _table(what, FILL, _fills(own(narrowed(owner=owner, narrowing=narrowing))))
        case "statistics":
            return _table(what, ("name", "value", "currency"), _statistics(owner, narrowing))
        case "breakdowns":
            return _table(what, GROUP, _groups(owner, narrowing))
        case "calendar":
            return _table(what, ("period", "start", "profit_loss", "exits", "currency"), _calendar(owner, narrowing))
        case "distribution":
            bins = figures(owner=owner, narrowing=narrowing).bins
            return _table(what, ("low", "high", "count"), ({"low": one.low, "high": one.high, "count": one.count} for one in bins))
        case "accounts":
            return _table(what, ACCOUNT, (told_account(one) for one in TradingAccount.objects.owned_by(owner).real()))
        case "cash-flows":
            return _table(what, FLOW, _flows(owner, narrowing))
        case "imports":
            return _table(what, IMPORT, _imports(owner))
        case "watchlist":
            items = watchlist(owner=owner, status=told.get("status", ""), tag=told.get("tag", ""))
            return _table(what, WATCHED, (told_watched(row) for row in rows_of(list(items))))
        case "alerts":
            alerts = list_alerts(owner=owner, status=told.get("status", ""), kind=told.get("kind", ""), symbol=told.get("symbol", ""))
            return _table(what, ALERT, (told_alert(one) for one in alerts))
        case "alert-log":
            return _table(what, EVENT, (_event(told_event(one)) for one in log_of(owner=owner).iterator(chunk_size=TOGETHER)))
    raise invalid("list", f"There are the lists {', '.join(name for name, _ in LISTS)}.", "unknown_list")


def offers(*names: str, **asked: Any) -> list[dict[str, str]]:
    """Lists that a page offers as files, narrowed as it is."""
    titles, address = dict(LISTS), reverse("trading-api:trades-export")
    return [offered(titles[name], address, list=name, **asked) for name in names]


def asked_of(narrowing: Narrowing) -> dict[str, Any]:
    """A narrowing as the API is asked for it."""
    told = asdict(narrowing)
    return {"from": told.pop("first"), "to": told.pop("last"), **told}


def _table(name: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> Table:
    return Table(name, columns, rows, TEXTS)


def own(trades: TradeQuerySet) -> TradeQuerySet:
    return trades.filter(account__is_example=False)


def _trades(trades: TradeQuerySet) -> Iterator[dict[str, Any]]:
    for trade in trades.select_related("account", "match").iterator(chunk_size=TOGETHER):
        yield told_trade(trade) | {"account": trade.account.name, "tags": ", ".join(trade.tags)}


def _fills(trades: TradeQuerySet) -> Iterator[dict[str, Any]]:
    """Amounts and times as they were told, so that the file can be imported."""
    rows = Fill.objects.filter(trade__in=trades).select_related("trade__account").order_by("at", "trade_id", "number")
    for fill in rows.iterator(chunk_size=TOGETHER):
        trade = fill.trade
        yield told_fill(fill, 2) | {
            "trade": str(trade.code),
            "symbol": trade.symbol,
            "side": trade.side,
            "at": fill.at.isoformat(),
            "split": _shares(trade, fill),
            "currency": trade.account.currency,
            "account": trade.account.name,
        }


def _shares(trade: Trade, fill: Fill) -> str:
    """How many shares became of one by the splits since: `1`, `4`, `1/3`."""
    later = (Fraction(split.new, split.old) for split in splits_of(trade) if fill.at < split.at)
    return str(reduce(mul, later, Fraction(1)))


def _flows(owner: "User", narrowing: Narrowing) -> Iterator[dict[str, Any]]:
    rows = CashFlow.objects.filter(account__owner=owner, account__is_example=False).select_related("account", "trade").order_by("on", "id")
    if narrowing.account is not None:
        rows = rows.filter(account__code=narrowing.account)
    for flow in rows.iterator(chunk_size=TOGETHER):
        account = told_account(flow.account)
        yield told_flow(flow, 2) | {"account": account["name"], "currency": account["currency"]}


def _statistics(owner: "User", narrowing: Narrowing) -> Iterator[dict[str, Any]]:
    told = told_figures(figures(owner=owner, narrowing=narrowing))
    for name, value in told.items():
        if name not in ("by_currency", "undefined", "currency", "current_streak"):
            yield {"name": name, "value": value, "currency": told["currency"]}
    for part in told["by_currency"] if told["currency"] is None else ():
        for name, value in part.items():
            if name != "currency":
                yield {"name": name, "value": value, "currency": part["currency"]}


def _groups(owner: "User", narrowing: Narrowing) -> Iterator[dict[str, Any]]:
    whole = figures(owner=owner, narrowing=narrowing)
    for by in GROUPS:
        for row in groups(owner=owner, narrowing=narrowing, by=by):
            yield told_group(row, whole.places, whole.currency is None) | {"by": by, "currency": whole.currency}


def _calendar(owner: "User", narrowing: Narrowing) -> Iterator[dict[str, Any]]:
    for currency in figures(owner=owner, narrowing=narrowing).currencies:
        told = told_calendar(calendar(owner=owner, narrowing=narrowing, currency=currency), currency, "")
        for period in ("days", "weeks", "months", "years"):
            for one in told[period]:
                yield one | {"period": period.removesuffix("s"), "currency": currency}


def _imports(owner: "User") -> Iterator[dict[str, Any]]:
    for one in TradeImport.objects.filter(owner=owner).select_related("account").defer("text").iterator(chunk_size=TOGETHER):
        yield told_import(one) | {"account": one.account.name, "time_zone": one.reading.get("time_zone")}


def _event(told: dict[str, Any]) -> dict[str, Any]:
    values = ", ".join(f"{name} {value}" for name, value in told["values"].items() if not isinstance(value, list | dict))
    results = ", ".join(f"{one['channel']} {one['status']}" for one in told["results"])
    return told | {"values": values, "results": results, "created_at": moment(told["created_at"])}
