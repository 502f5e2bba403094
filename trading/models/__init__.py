"""Tables of trading."""

from .alert import Alert, AlertEvent, AlertResult, ToldMatch
from .bar_look import BarLook, ScanLook
from .watchlist import WatchItem

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertResult",
    "BarLook",
    "ScanLook",
    "ToldMatch",
    "WatchItem",
]
