"""The history of a trade, and the revision of a journal."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F

from trading.models import Journal, Trade, TradeEvent
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


def stop_in_force(trade: Trade, at: dt.datetime) -> Decimal | None:
    """The stop at a moment of the past: what the first move after it moved away from, else the present one."""
    for event in trade.events.filter(at__gt=at, kind__in=["stop_moved", "changed"]):
        if "current_stop" in event.detail:
            before = event.detail["current_stop"][0]
            return trade.stop_loss if before is None else Decimal(before)
    return trade.stop_now


def _told(value: Any) -> Any:
    if isinstance(value, Decimal):
        return as_price(value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return [_told(one) for one in value] if isinstance(value, list | tuple) else value


def step(owner_id: int, *closings: dt.datetime | None) -> None:
    """Something of this journal changed: figures worked out before are out of date. `closings` are when the trades concerned were closed,
    before and after (None while open); without any of them every month is worked out anew."""
    from .months import forget_months

    _, is_new = Journal.objects.get_or_create(owner_id=owner_id)
    if not is_new:
        Journal.objects.filter(owner_id=owner_id).update(revision=F("revision") + 1)
    forget_months(owner_id, closings)
