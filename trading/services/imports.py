"""Executions of a broker's file become trades: buys and sells of one symbol are walked in time, from flat to flat."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from legend.lib.errors import Conflict, NotFound, invalid
from legend.lib.events import publish
from trading.events import trade_deleted
from trading.importing.brokers import BROKERS, broker_named
from trading.importing.executions import Execution, Parsed, Refused, Unreadable, parse
from trading.models import Fill, ImportedExecution, Trade, TradeEvent, TradeImport, TradingAccount
from trading.stats.decimals import ZERO, rounded

from .figures import remeasure
from .history import step, told_fill
from .ledgers import default_account, find_account
from .trades import AHEAD, announce

if TYPE_CHECKING:
    from accounts.models import User

LARGEST_TEXT = 10_000_000


class UnknownImport(NotFound):
    code = "unknown_import"


class NotTheLast(Conflict):
    code = "not_the_last_import"


@dataclass(frozen=True)
class Preview:
    """What taking a file in would do."""

    parsed: Parsed
    new: list[Execution]
    known: list[Execution]
    refused: list[Refused]


def preview_import(
    *,
    owner: "User",
    text: str,
    broker: str,
    zone: ZoneInfo,
    now: dt.datetime,
    account: UUID | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Preview:
    """Read a file and tell of each row whether it is new, known or refused; nothing is stored. Raises UnknownAccount, Invalid."""
    chosen = None if account is None else find_account(owner=owner, code=account)
    if chosen is None:
        chosen = TradingAccount.objects.owned_by(owner).real().in_use().first()
    return _looked_at(_parsed(text, broker, zone, mapping), chosen, now)


@transaction.atomic
def import_trades(
    *,
    owner: "User",
    text: str,
    broker: str,
    zone: ZoneInfo,
    now: dt.datetime,
    account: UUID | None = None,
    mapping: Mapping[str, str] | None = None,
    file_name: str = "",
) -> TradeImport:
    """Take a file in. Executions that are there already are counted and left; the same file twice changes nothing.

    Raises UnknownAccount, and Invalid for a file that cannot be read.
    """
    parsed = _parsed(text, broker, zone, mapping)
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()
    book = default_account(owner=owner, now=now) if account is None else find_account(owner=owner, code=account)
    found = _looked_at(parsed, book, now)
    made = TradeImport.objects.create(
        owner=owner,
        account=book,
        broker=broker,
        file_name="".join(sign for sign in file_name if sign.isprintable())[:120],
        taken=len(found.new),
        known=len(found.known),
        refused=[{"row": one.row, "reason": one.reason} for one in found.refused][:1000],
        created_at=now,
    )
    by_symbol: dict[str, list[Execution]] = {}
    for execution in sorted(found.new, key=lambda one: (one.at, one.row)):
        by_symbol.setdefault(execution.symbol, []).append(execution)
    for symbol, executions in by_symbol.items():
        _walk(made, symbol, executions, now)
    step(owner.pk)
    return made


@transaction.atomic
def undo_import(*, owner: "User", code: UUID, now: dt.datetime) -> TradeImport:
    """Take a whole file back: its executions go, and trades that had no others. Raises UnknownImport, NotTheLast where later executions
    build on it."""
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()
    made = TradeImport.objects.select_for_update().filter(owner=owner, code=code).first()
    if made is None:
        raise UnknownImport("You have no such import.")
    if made.undone_at is not None:
        return made
    fills = Fill.objects.filter(executions__imported=made)
    trades = list(Trade.objects.filter(fills__in=fills).distinct().select_related("account"))
    Fill.objects.filter(pk__in=list(fills.values_list("pk", flat=True))).delete()
    made.executions.all().delete()
    for trade in trades:
        _after_undo(trade, now)
    made.undone_at = now
    made.save(update_fields=["undone_at"])
    step(owner.pk)
    return made


def _after_undo(trade: Trade, now: dt.datetime) -> None:
    was = trade.status
    left = list(trade.fills.all())
    if not left:
        ids = {"trade_id": trade.pk, "user_id": trade.owner_id}
        trade.delete()
        publish(trade_deleted, **ids)
        return
    try:
        remeasure(trade, now=now)
    except Conflict:
        raise NotTheLast(f"Executions of {trade.symbol} imported later build on this file. Undo the later import first.") from None
    announce(trade, was=was)


def _parsed(text: str, broker: str, zone: ZoneInfo, mapping: Mapping[str, str] | None) -> Parsed:
    layout = broker_named(broker)
    if layout is None:
        raise invalid("broker", f"Files are read of {', '.join(one.name for one in BROKERS)}.", "unknown_broker")
    if len(text) > LARGEST_TEXT:
        raise invalid("file", f"A file can have {LARGEST_TEXT // 1_000_000} MB.", "too_large")
    try:
        return parse(text, broker=layout, zone=zone, mapping=mapping)
    except Unreadable as fault:
        raise invalid("file", str(fault), "unreadable") from None


def _looked_at(parsed: Parsed, account: TradingAccount | None, now: dt.datetime) -> Preview:
    """Two queries."""
    keys = [one.key for one in parsed.executions]
    stored = set() if account is None else _stored_keys(account, keys)
    last = {} if account is None else _last_fills(account, {one.symbol for one in parsed.executions})
    new, known, refused, seen = [], [], list(parsed.refused), set(stored)
    for one in parsed.executions:
        if one.key in seen:
            known.append(one)
        elif one.at > now + AHEAD:
            refused.append(Refused(one.row, "This execution is in the future. Is the time zone right?"))
        elif one.symbol in last and one.at < last[one.symbol]:
            refused.append(
                Refused(
                    one.row,
                    f"It lies before executions of {one.symbol} that are imported already. Undo that import, and import both together.",
                )
            )
        else:
            seen.add(one.key)
            new.append(one)
    return Preview(parsed, new, known, sorted(refused, key=lambda one: one.row))


def _stored_keys(account: TradingAccount, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        found |= set(ImportedExecution.objects.filter(account=account, key__in=keys[start : start + 500]).values_list("key", flat=True))
    return found


def _last_fills(account: TradingAccount, symbols: set[str]) -> dict[str, dt.datetime]:
    rows = Fill.objects.filter(trade__account=account, trade__source=Trade.Source.IMPORT, trade__symbol__in=list(symbols)[:900])
    last: dict[str, dt.datetime] = {}
    for symbol, at in rows.values_list("trade__symbol", "at"):
        last[symbol] = max(at, last.get(symbol, at))
    return last


def _walk(made: TradeImport, symbol: str, executions: Sequence[Execution], now: dt.datetime) -> None:
    """From the trade that is open, if any, through all executions; each flat point ends a trade."""
    rows = Trade.objects.filter(account=made.account, symbol=symbol, source=Trade.Source.IMPORT, status=Trade.Status.OPEN)
    trade = rows.select_related("account").select_for_update(of=("self",)).first()
    pending: list[tuple[Fill, Execution]] = []
    held = trade.quantity_open if trade is not None else ZERO
    number = max(trade.fills.values_list("number", flat=True), default=0) if trade is not None else 0
    for execution in executions:
        left = execution
        while left.quantity:
            if trade is None:
                trade, held, number = _new_trade(made, left, now), ZERO, 0
            enters = left.buys == (trade.side == Trade.Side.LONG)
            part = left.quantity if enters else min(left.quantity, held)
            fee = left.fee if part == left.quantity else rounded(left.fee * part / left.quantity, 8)
            number += 1
            kind = Fill.Kind.ENTRY if enters else Fill.Kind.EXIT
            stop = trade.stop_now if enters else None
            fill = Fill(
                trade=trade, number=number, kind=kind, at=left.at, quantity=part, price=left.price, fee=fee, stop=stop, recorded_at=now
            )
            pending.append((fill, execution))
            held = held + part if enters else held - part
            left = replace(left, quantity=left.quantity - part, fee=left.fee - fee)
            if not held:
                _keep(made, trade, pending, now)
                trade, pending = None, []
    if trade is not None:
        _keep(made, trade, pending, now)


def _new_trade(made: TradeImport, execution: Execution, now: dt.datetime) -> Trade:
    side = Trade.Side.LONG if execution.buys else Trade.Side.SHORT
    return Trade(
        owner=made.owner,
        account=made.account,
        symbol=execution.symbol,
        side=side,
        source=Trade.Source.IMPORT,
        recorded_at=now,
        changed_at=now,
    )


def _keep(made: TradeImport, trade: Trade, pending: Sequence[tuple[Fill, Execution]], now: dt.datetime) -> None:
    was = trade.status
    if trade._state.adding:
        trade.save()
    Fill.objects.bulk_create(fill for fill, _ in pending)
    TradeEvent.objects.bulk_create(
        TradeEvent(trade=trade, kind=TradeEvent.Kind.IMPORTED, at=now, by=made.owner, detail=told_fill(fill.as_fact()))
        for fill, _ in pending
    )
    known: set[str] = set()
    links = []
    for fill, execution in pending:
        # what turns a position over is two fills of one execution
        key = execution.key if execution.key not in known and not _is_linked(made, execution.key) else f"{execution.key[:60]}|2"
        known.add(execution.key)
        links.append(ImportedExecution(account=made.account, key=key, imported=made, fill=fill))
    ImportedExecution.objects.bulk_create(links)
    remeasure(trade, now=now)
    announce(trade, was=was)


def _is_linked(made: TradeImport, key: str) -> bool:
    return ImportedExecution.objects.filter(account=made.account, key=key).exists()
