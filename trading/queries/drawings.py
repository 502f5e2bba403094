"""Own fills as the browser chart draws them."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from patterns.calendars import EXCHANGE, zone
from trading.models import Trade
from trading.services.figures import splits_of
from trading.stats.decimals import as_quantity
from trading.stats.fills import adjusted

if TYPE_CHECKING:
    from accounts.models import User

MOST = 200


def drawn_fills(*, owner: "User", symbol: str, trade: str | None = None, hidden: bool = False) -> dict[str, Any]:
    """Fills of one's trades in a symbol (of one of them, if named) by the exchange's date, prices after splits, and the levels of those
    that are open; `hidden` leaves the shares out. Three queries."""
    rows = Trade.objects.owned_by(owner).filter(symbol=symbol).prefetch_related("fills").order_by("-recorded_at")[:MOST]
    chosen = [row for row in rows if trade is None or str(row.code) == trade]
    place = zone(EXCHANGE)
    fills, levels = [], []
    for row in chosen:
        for fill in row.fills.all():
            fact = adjusted(fill.as_fact(), splits_of(row))
            fills.append(
                {
                    "time": f"{fill.at.astimezone(place):%Y-%m-%d}",
                    "at": int(fill.at.astimezone(dt.UTC).timestamp()),
                    "kind": fill.kind,
                    "buys": (fill.kind == "entry") == (row.side == "long"),
                    "price": float(fact.price),
                    "quantity": None if hidden else as_quantity(fact.quantity),
                }
            )
        if not row.is_closed or trade is not None:
            entry = row.entry_price if row.entry_price is not None else row.planned_entry
            named = (("entry", entry), ("stop", row.stop_now), ("target", row.target_price))
            levels += [{"role": role, "price": float(price)} for role, price in named if price is not None]
    return {"symbol": symbol, "fills": sorted(fills, key=lambda one: one["at"]), "levels": levels}  # type: ignore[arg-type, return-value]
