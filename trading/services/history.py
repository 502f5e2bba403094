"""The history of a trade."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trading.models import Trade, TradeEvent
from trading.stats.decimals import as_price, as_quantity
from trading.stats.fills import Fill

if TYPE_CHECKING:
    from accounts.models import User


def record(trade: Trade, kind: str, *, by: "User | None", at: dt.datetime, detail: dict[str, Any]) -> None:
    """Add an event; amounts are written as typed."""
    TradeEvent.objects.create(trade=trade, kind=kind, by=by, at=at, detail={name: _told(value) for name, value in detail.items()})


def told_fill(fill: Fill) -> dict[str, Any]:
    return {
        "number": fill.number,
        "kind": fill.kind.value,
        "at": fill.at.isoformat(),
        "quantity": as_quantity(fill.quantity),
        "price": as_price(fill.price),
        "fee": as_price(fill.fee),
        "stop": as_price(fill.stop),
    }


def _told(value: Any) -> Any:
    if isinstance(value, Decimal):
        return as_price(value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return [_told(one) for one in value] if isinstance(value, list | tuple) else value
