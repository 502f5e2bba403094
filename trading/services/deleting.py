"""Taking a trade out of the journal. What counted stays in the rankings' record."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from legend.lib.events import publish
from legend.lib.money import minor_places
from trading.eligibility import EDIT_WITHIN, Record, RecordedFill, reasons_against
from trading.events import trade_deleted
from trading.models import CashFlow, RemovedTrade, Trade
from trading.preferences import preferences_of
from trading.queries.prices import last_closes
from trading.queries.stops import stop_reached
from trading.stats.decimals import rounded, stored
from trading.stats.fills import Measures, r_multiple, unrealised
from trading.stats.results import outcome_of

from .counted import counted, ever_exited, first_told, record_when_entered
from .history import step
from .screenshots import forget_files
from .trades import find_trade

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def delete_trade(*, owner: "User", code: UUID, now: dt.datetime) -> bool:
    """Remove a trade. True if a bare result stays for rankings and in the account's ledger: it was open or eligible, and more than
    15 minutes old or with an exit."""
    trade = find_trade(owner=owner, code=code, lock=True)
    leaves = _leaves_a_result(trade, now)
    if leaves:
        _keep_result(trade, now)
    forget_files(trade)
    ids = {"trade_id": trade.pk, "user_id": trade.owner_id}
    trade.delete()
    step(trade.owner_id, trade.closed_at)
    publish(trade_deleted, **ids)
    return leaves


def record_of(trade: Trade) -> Record:
    """What the ranking rules judge, without bars. Two queries."""
    fills = [RecordedFill(row.as_fact(), row.recorded_at) for row in trade.fills.all()]
    edited = any(event.detail.get("late") for event in trade.events.all())
    return Record(fills=fills, source=trade.source, edited=edited)


def _leaves_a_result(trade: Trade, now: dt.datetime) -> bool:
    if trade.is_planned or trade.account.is_example:
        return False
    if now <= first_told(trade) + EDIT_WITHIN and not ever_exited(trade):
        return False
    return not reasons_against(record_when_entered(trade))


def _keep_result(trade: Trade, now: dt.datetime) -> None:
    found = counted(trade)
    net, closed_at = found.net, found.closed_at or now
    if net is None:
        net = _as_if_closed(trade, found)
    r = r_multiple(net, found.risk)
    RemovedTrade.objects.create(
        owner=trade.owner,
        account=trade.account,
        trade_code=trade.code,
        was_open=found.net is None,
        r_multiple=None if r is None else rounded(stored(r), 4),
        net_pnl=net,
        outcome=outcome_of(net, places=minor_places(trade.account.currency)).value,
        opened_at=found.opened_at or trade.recorded_at,
        closed_at=closed_at,
        recorded_at=trade.recorded_at,
        removed_at=now,
    )
    if net:
        day = closed_at.astimezone(preferences_of(trade.owner).zone).date()
        CashFlow.objects.create(account=trade.account, kind=CashFlow.Kind.REMOVED, on=day, amount=net, created_at=now)


def _as_if_closed(trade: Trade, found: Measures) -> Decimal:
    """An open trade at its stop if a bar reached it, else at the last close; without one, all of its risk lost."""
    price = None
    if found.opened_at is not None:
        price = stop_reached(trade, found.first_stop, found.opened_at)
    price = price if price is not None else last_closes([trade.symbol]).get(trade.symbol)
    left = unrealised(side=trade.side, measures=found, price=price)
    return stored(found.realised + left) if left is not None else stored(-(found.risk or Decimal(0)))
