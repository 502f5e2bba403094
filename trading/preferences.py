"""How somebody wants their journal: the one place that asks."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class TradingPreferences:
    """`risk_pct` of equity on a trade, `band` in R within which results count as break-even on private pages."""

    currency: str = "USD"
    zone: ZoneInfo = NEW_YORK
    risk_pct: Decimal = Decimal(1)
    band: Decimal = Decimal(0)


def preferences_of(user: Any) -> TradingPreferences:
    return TradingPreferences()
