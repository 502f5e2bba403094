"""Taking a whole file back: what it brought goes, what was done by hand stays."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch

from legend.lib.errors import Conflict, LegendError
from legend.lib.events import publish
from trading.eligibility import is_late_change
from trading.events import trade_deleted
from trading.models import Fill, ImportedExecution, Trade, TradeImport

from .figures import measured, remeasure
from .history import record, step, told_fill
from .imports import UnknownImport
from .screenshots import forget_files
from .trades import announce

if TYPE_CHECKING:
    from accounts.models import User

TOGETHER = 500


class NotTheLast(Conflict):
    code = "not_the_last_import"


@dataclass
class Undoing:
    """What undoing an import would do."""

    gone: list[Trade] = field(default_factory=list)  # nothing else is in them
    cut: list[tuple[Trade, list[Fill]]] = field(default_factory=list)  # with the fills that go
    kept: list[tuple[Trade, str]] = field(default_factory=list)  # with the reason

    @property
    def worked_on(self) -> int:
        """Trades that go with notes, tags or pictures."""
        return sum(bool(trade.notes or trade.tag_text or trade.screenshots.all()) for trade in self.gone)


def preview_undo(*, owner: "User", code: UUID) -> Undoing:
    """What would go, and what would stay and why. Raises UnknownImport, NotTheLast."""
    made = TradeImport.objects.filter(owner=owner, code=code).first()
    if made is None:
        raise UnknownImport("You have no such import.")
    return _looked_at(made)


@transaction.atomic
def undo_import(*, owner: "User", code: UUID, now: dt.datetime) -> TradeImport:
    """Take a file back. Trades it brought go, with what was written on them; its fills leave trades that have others. A trade that holds
    what was entered by hand and makes no sense without the file's fills stays whole, and `kept` says so.

    Raises UnknownImport, NotTheLast where later imports build on it.
    """
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()
    made = TradeImport.objects.select_for_update().filter(owner=owner, code=code).first()
    if made is None:
        raise UnknownImport("You have no such import.")
    if made.undone_at is not None:
        return made
    found = _looked_at(made)
    stay = [trade.pk for trade, _ in found.kept]
    for trade, fills in found.cut:
        _cut(trade, fills, owner, now)
    _remove(found.gone, owner)
    made.executions.exclude(fill__trade__in=stay, is_own=True).delete()
    made.undone_at, made.text = now, ""
    made.kept = [{"trade": str(trade.code), "symbol": trade.symbol, "reason": reason} for trade, reason in found.kept]
    made.save(update_fields=["undone_at", "kept", "text"])
    step(owner.pk)
    return made


def _looked_at(made: TradeImport) -> Undoing:
    executions = ImportedExecution.objects.select_related("imported")
    fills = Fill.objects.prefetch_related(Prefetch("executions", executions))
    trades = Trade.objects.filter(fills__executions__imported=made, fills__executions__is_own=True).distinct()
    rows = trades.select_related("account").prefetch_related(Prefetch("fills", fills), "screenshots", "adjustments_made").order_by("pk")
    found = Undoing()
    for trade in rows:
        everything = list(trade.fills.all())
        own = [fill for fill in everything if any(one.imported_id == made.pk and one.is_own for one in fill.executions.all())]
        others = [fill for fill in everything if fill not in own]
        lines = trade.adjustments_made.all()
        if not others and not lines:
            found.gone.append(trade)
        elif not others:
            found.kept.append(
                (trade, f"It has {len(lines)} dividends or costs that you entered; delete the trade itself to remove them too.")
            )
        elif _stand_alone(trade, others):
            found.cut.append((trade, own))
        else:
            found.kept.append((trade, _why(trade, others)))
    return found


def _stand_alone(trade: Trade, fills: Sequence[Fill]) -> bool:
    if not any(fill.kind == Fill.Kind.ENTRY for fill in fills):
        return False
    try:
        measured(trade, [fill.as_fact() for fill in fills])
    except LegendError:
        return False
    return True


def _why(trade: Trade, others: Sequence[Fill]) -> str:
    """Raises NotTheLast if what builds on it came with another import, which can be undone first."""
    if all(any(one.is_own for one in fill.executions.all()) for fill in others):
        raise NotTheLast(f"Executions of {trade.symbol} imported later build on this file. Undo the later import first.")
    return "You entered fills of it by hand that need those of the file; delete the trade itself to remove it."


def _cut(trade: Trade, fills: Sequence[Fill], owner: "User", now: dt.datetime) -> None:
    was = trade.status
    has_exit = any(fill.kind == Fill.Kind.EXIT for fill in trade.fills.all())
    for fill in fills:
        is_entry = fill.kind == Fill.Kind.ENTRY
        late = is_late_change(recorded_at=fill.recorded_at, changed_at=now, is_entry_fact=is_entry, has_exit=has_exit)
        record(
            trade,
            "fill_removed",
            by=owner,
            at=now,
            detail=told_fill(fill.as_fact()) | {"recorded_at": fill.recorded_at} | ({"late": True} if late else {}),
        )
    Fill.objects.filter(pk__in=[fill.pk for fill in fills]).delete()
    trade._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    remeasure(trade, now=now)
    announce(trade, was=was)


def _remove(trades: Sequence[Trade], owner: "User") -> None:
    for trade in trades:
        forget_files(trade)
    ids = [trade.pk for trade in trades]
    for start in range(0, len(ids), TOGETHER):
        Trade.objects.filter(pk__in=ids[start : start + TOGETHER]).delete()
    for pk in ids:
        publish(trade_deleted, trade_id=pk, user_id=owner.pk)
