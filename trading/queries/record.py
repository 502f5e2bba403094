"""A trade's history in words for people."""

from typing import Any

from trading.models import Trade, TradeEvent

HIDDEN = "\N{BULLET}" * 4
PRIVATE = ("typed_risk", "planned_quantity", "quantity", "fee")  # with a price, shares tell the money
NAMES = {
    "symbol": "symbol", "side": "side", "stop_loss": "initial stop", "current_stop": "stop", "target_price": "target", "typed_risk": "risk",
    "planned_entry": "planned entry", "planned_quantity": "planned size", "pattern": "setup", "account": "account", "match": "match",
    "price": "price", "quantity": "shares", "fee": "fee", "at": "time",
}  # fmt: skip


def told_history(trade: Trade, *, hidden: bool = False) -> list[dict[str, Any]]:
    """What was told and when, oldest first; `hidden` says no money and no shares. One query."""
    return [{"at": event.at, "words": _words(event, hidden), "late": bool(event.detail.get("late"))} for event in trade.events.all()]


def _words(event: TradeEvent, hidden: bool) -> str:
    detail = event.detail
    fill = f"{HIDDEN if hidden else detail.get('quantity')} @ {detail.get('price')}"
    match event.kind:
        case "created":
            return "Recorded"
        case "planned":
            return "Planned"
        case "entry" | "exit" | "imported":
            return f"{'In' if detail.get('kind') == 'entry' else 'Out'}: {fill}"
        case "split":
            return f"Split {detail['new']} for {detail['old']}"
        case "split_removed":
            return f"Split {detail['new']} for {detail['old']} taken back"
        case "adjusted":
            return f"{str(detail['kind']).replace('_', ' ').title()} {HIDDEN if hidden else detail['amount']}"
        case "fill_removed":
            return f"Fill {detail.get('number')} taken back: {fill}"
    changes = [_change(name, pair, hidden) for name, pair in detail.items() if name in NAMES and isinstance(pair, list)]
    lead = f"Fill {detail['number']}: " if event.kind == "fill_changed" else ""
    return lead + ", ".join(changes) if changes else "Changed"


def _change(name: str, pair: list[Any], hidden: bool) -> str:
    if hidden and name in PRIVATE:
        return f"{NAMES[name]} changed"
    return f"{NAMES[name]} {_said(pair[0])} → {_said(pair[1])}"


def _said(value: Any) -> str:
    return "none" if value in (None, "") else str(value)
