"""Tables of trading."""

from .alert import Alert, AlertEvent, AlertResult, ToldMatch
from .bar_look import BarLook, ScanLook
from .fill import Fill
from .journal import Journal
from .journal_month import JournalMonth
from .removed_trade import RemovedTrade
from .screenshot import Screenshot
from .trade import Trade
from .trade_event import TradeEvent
from .trade_import import ImportedExecution, TradeImport
from .trading_account import CashFlow, TradingAccount
from .watchlist import WatchItem

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertResult",
    "BarLook",
    "CashFlow",
    "Fill",
    "ImportedExecution",
    "Journal",
    "JournalMonth",
    "RemovedTrade",
    "ScanLook",
    "Screenshot",
    "ToldMatch",
    "Trade",
    "TradeEvent",
    "TradeImport",
    "TradingAccount",
    "WatchItem",
]
