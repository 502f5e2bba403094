"""How somebody wants their journal: the one place that asks."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class TradingPreferences:
    """`risk_pct` of equity on a trade; `band` in R within which results count as break-even on private pages."""

    currency: str
    zone: ZoneInfo
    risk_pct: Decimal
    discreet: bool
    band: Decimal


def preferences_of(user: "User") -> TradingPreferences:
    """One query, once for each loaded user."""
    found = user.preferences
    return TradingPreferences(found.currency, found.zone, found.risk_pct, found.discreet, found.break_even_r)
