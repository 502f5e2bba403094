"""Looking whether what a journal keeps is what its fills make of it, and putting it right."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from legend.lib.errors import Conflict
from legend.lib.money import minor_places
from trading.models import Fill, JournalMonth, Trade
from trading.queries.kinds import KINDS
from trading.queries.months import months_anew
from trading.stats.fills import Measures

from .figures import measured, remeasure
from .history import step
from .months import forget_months

if TYPE_CHECKING:
    from accounts.models import User

TOGETHER = 500
MEASURES = (
    "status", "quantity_in", "quantity_out", "entry_price", "exit_price", "gross_pnl", "fees", "adjustments", "realised_pnl", "net_pnl",
    "risk_amount", "r_multiple", "pnl_pct", "outcome", "opened_at", "closed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """What is kept, and what it should be. `what` names the trade or month."""

    what: str
    field: str
    kept: Any
    right: Any

    def __str__(self) -> str:
        return f"{self.what}: {self.field} is {self.kept}, should be {self.right}"


def differences(*, owner: "User", mend: bool, now: dt.datetime) -> Iterator[Difference]:
    """Each figure of a trade that is not what its fills make of it, each kept month that is not what its trades add up to.

    With `mend` each trade is put right as it is found, in a transaction of its own.
    """
    trades = Trade.objects.owned_by(owner).select_related("account").prefetch_related("fills").order_by("pk")
    for trade in trades.iterator(chunk_size=TOGETHER):
        found = list(_of_trade(trade))
        yield from found
        if found and mend:
            _mend(trade, now)
    yield from _of_months(owner, mend)


def _of_trade(trade: Trade) -> Iterator[Difference]:
    what = f"{trade.owner.username} {trade.symbol} {trade.code}"
    kept = {name: getattr(trade, name) for name in MEASURES}
    fills = list(trade.fills.all())
    try:
        found = measured(trade, [row.as_fact() for row in fills])
    except Conflict as refusal:
        yield Difference(what, "fills", "impossible", refusal.detail)
        return
    trade.take_measures(found, minor_places(trade.account.currency))
    for name, value in kept.items():
        if value != getattr(trade, name):
            yield Difference(what, name, value, getattr(trade, name))
    yield from _of_exits(what, fills, found)


def _of_exits(what: str, fills: list[Fill], found: Measures) -> Iterator[Difference]:
    realised = {one.number: (one.gross, one.net) for one in found.exits}
    for row in fills:
        right = realised.get(row.number, (None, None))
        if (row.gross, row.net) != right:
            yield Difference(what, f"result of fill {row.number}", row.net, right[1])


@transaction.atomic
def _mend(trade: Trade, now: dt.datetime) -> None:
    """Fills that no trade can have are left as they are: they need their owner."""
    row = Trade.objects.select_for_update(of=("self",)).select_related("account").filter(pk=trade.pk).first()
    if row is None:
        return
    was = row.closed_at
    try:
        with transaction.atomic():
            remeasure(row, now=now)
    except Conflict:
        return
    step(row.owner_id, was, row.closed_at)


def _of_months(owner: "User", mend: bool) -> Iterator[Difference]:
    for kind in KINDS.values():
        rows = list(JournalMonth.objects.filter(owner=owner, kind=kind.name))
        outdated = kind.outdated(rows)
        kept = {row.month: row for row in rows if row.month not in outdated}
        for right in months_anew(owner=owner, kind=kind):
            row = kept.pop(right.month, None)
            if row is not None and row.basis == right.basis and (row.figures, bytes(row.packed)) != (right.figures, right.packed):
                yield Difference(f"{owner.username} {right.month:%Y-%m}", kind.name, "worked out differently", "worked out anew")
                kept[right.month] = row
        if kept and mend:
            forget_months(owner.pk)
