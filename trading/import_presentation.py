"""Imports as every door says them."""

from typing import Any

from trading.importing.executions import Execution
from trading.models import TradeImport
from trading.presentation import moment
from trading.services.imports import Preview, progress_of
from trading.stats.decimals import as_price, as_quantity

CELLS = ("at", "symbol", "side", "quantity", "price", "fee")


def told_import(one: TradeImport) -> dict[str, Any]:
    names = ("broker", "file_name", "status", "taken", "known", "refused", "refused_count", "kept")
    waits = one.status == TradeImport.Status.QUEUED
    return {name: getattr(one, name) for name in names} | {
        "code": str(one.code),
        "reading": one.reading or None,
        "account": str(one.account.code),
        "fault": one.fault or None,
        "executions": one.rows,
        "done": progress_of(one) if waits else one.taken,
        "created_at": moment(one.created_at),
        "undone_at": moment(one.undone_at),
    }


def told_preview(found: Preview, most: int = 2000) -> dict[str, Any]:
    """Rows in the file's order, the first ones where there are very many."""
    rows: list[dict[str, Any]] = [
        {"row": one.row, "state": "refused", "reason": one.reason, "notes": []} | dict.fromkeys(CELLS) for one in found.refused
    ]
    rows += [_row(one, "new", found.plan.does.get(one.row, "")) for one in found.new]
    rows += [_row(one, "known", why) for one, why in found.known]
    return {
        "broker": found.parsed.reading.broker,
        "columns": found.parsed.columns,
        "mapping": dict(found.parsed.reading.mapping),
        "missing": found.parsed.missing,
        "warnings": found.parsed.warnings,
        "new": len(found.new),
        "known": len(found.known),
        "refused": len(found.refused),
        "skipped": found.parsed.skipped,
        "trades": len(found.plan.positions),
        "rows": sorted(rows, key=lambda row: row["row"])[:most],
    }


def _row(one: Execution, state: str, reason: str) -> dict[str, Any]:
    return {
        "row": one.row,
        "state": state,
        "reason": reason,
        "notes": list(one.notes),
        "at": moment(one.at),
        "symbol": one.symbol,
        "side": "buy" if one.buys else "sell",
        "quantity": as_quantity(one.quantity),
        "price": as_price(one.price),
        "fee": as_price(one.fee),
    }
