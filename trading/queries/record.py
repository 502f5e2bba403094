"""A trade's history in words for people."""

from typing import Any

from trading.models import Trade, TradeEvent

NAMES = {
    "symbol": "symbol", "side": "side", "stop_loss": "initial stop", "current_stop": "stop", "target_price": "target", "typed_risk": "risk",
    "planned_entry": "planned entry", "planned_quantity": "planned size", "pattern": "setup", "account": "account", "match": "match",
    "price": "price", "quantity": "shares", "fee": "fee", "at": "time",
}  # fmt: skip


def told_history(trade: Trade) -> list[dict[str, Any]]:
    """What was told and when, oldest first; one query."""
    return [{"at": event.at, "words": _words(event), "late": bool(event.detail.get("late"))} for event in trade.events.all()]


def _words(event: TradeEvent) -> str:
    detail = event.detail
    match event.kind:
        case "created":
            return "Recorded"
        case "planned":
            return "Planned"
        case "entry" | "exit" | "imported":
            verb = "In" if detail.get("kind") == "entry" else "Out"
            return f"{verb}: {detail.get('quantity')} @ {detail.get('price')}"
        case "split":
            return f"Split {detail['new']} for {detail['old']}"
        case "split_removed":
            return f"Split {detail['new']} for {detail['old']} taken back"
        case "adjusted":
            return f"{str(detail['kind']).replace('_', ' ').title()} {detail['amount']}"
        case "fill_removed":
            return f"Fill {detail.get('number')} taken back: {detail.get('quantity')} @ {detail.get('price')}"
    changes = [
        f"{NAMES[name]} {_said(pair[0])} → {_said(pair[1])}" for name, pair in detail.items() if name in NAMES and isinstance(pair, list)
    ]
    lead = f"Fill {detail['number']}: " if event.kind == "fill_changed" else ""
    return lead + ", ".join(changes) if changes else "Changed"


def _said(value: Any) -> str:
    return "none" if value in (None, "") else str(value)
