"""Changing what was told about a trade. Facts leave a trace in its history; notes, tags and checklists may change freely."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from legend.lib.errors import Conflict, NotFound, invalid
from trading.eligibility import is_late_change
from trading.models import Fill, Trade, TradingAccount
from trading.stats import fills as pure
from trading.stats.decimals import exact, stored

from .amounts import check_amount, check_checklist, check_notes, check_optional, check_side, check_symbol, check_tags
from .figures import measured, remeasure, splits_of
from .history import record, told_fill
from .ledgers import find_account
from .trades import announce, check_against_entry, check_moment, find_trade, setup_of

if TYPE_CHECKING:
    from accounts.models import User

FACTS = ("symbol", "side", "stop_loss", "typed_risk")  # of the entry; changing them late keeps a trade out of rankings
TEXTS = ("notes", "tags", "checklist")


class UnknownFill(NotFound):
    code = "unknown_fill"


class LastEntry(Conflict):
    code = "last_entry"


@transaction.atomic
def change_trade(*, owner: "User", code: UUID, changes: Mapping[str, Any], now: dt.datetime) -> Trade:
    """Change any of: symbol, side, stop_loss (the initial one), current_stop, stop (the one that is meant now), target_price,
    risk_amount, planned_entry, planned_quantity, account, match, pattern, notes, tags, checklist.

    Raises UnknownTrade, and Invalid naming the field.
    """
    trade = find_trade(owner=owner, code=code, lock=True)
    was = trade.status
    before, account = _told(trade), trade.account_id
    for name, value in changes.items():
        _take(trade, owner, name, value, now)
    after = _told(trade)
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if "stop_loss" in changed:
        _carry_stop(trade, before["stop_loss"])
    splits = splits_of(trade)
    entries = pure.in_order(pure.adjusted(row.as_fact(), splits) for row in trade.fills.filter(kind=Fill.Kind.ENTRY))
    entry = entries[0].price if entries else trade.planned_entry
    if changed.keys() & {"side", "stop_loss", "target_price", "planned_entry"}:
        check_against_entry(trade, entry, entries)
    if trade.account_id != account:
        _move(trade)
    remeasure(trade, now=now)
    if changed:
        kind = "stop_moved" if set(changed) == {"current_stop"} else "changed"
        late = _is_late(trade, trade.recorded_at, now, entry_fact=True) and bool(changed.keys() & set(FACTS))
        record(trade, kind, by=owner, at=now, detail=changed | ({"late": True} if late else {}))
    announce(trade, was=was)
    return trade


@transaction.atomic
def change_fill(*, owner: "User", code: UUID, number: int, changes: Mapping[str, Any], now: dt.datetime) -> Trade:
    """Correct `at`, `quantity`, `price` or `fee` of a fill. Raises UnknownTrade, UnknownFill, OversizedExit, ExitBeforeEntry, Invalid."""
    trade, row = _fill_of(owner, code, number)
    was = trade.status
    before = told_fill(row.as_fact())
    if "at" in changes:
        check_moment(changes["at"], now, "at")
        row.at = changes["at"]
    if "quantity" in changes:
        row.quantity = check_amount(changes["quantity"], "quantity")
    if "price" in changes:
        row.price = check_amount(changes["price"], "price", zero=row.kind == Fill.Kind.EXIT)
    if "fee" in changes:
        row.fee = check_amount(changes["fee"], "fee", zero=True)
    after = told_fill(row.as_fact())
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if not changed:
        return trade
    others = [one.as_fact() for one in trade.fills.exclude(pk=row.pk)]
    measured(trade, [*others, row.as_fact()])
    first = pure.in_order(one for one in [*others, row.as_fact()] if one.kind == pure.Kind.ENTRY)[0]
    if first.number == row.number:
        first = pure.adjusted(first, splits_of(trade))
        check_against_entry(trade, first.price, [first])
    late = _is_late(trade, row.recorded_at, now, entry_fact=row.kind == Fill.Kind.ENTRY)
    row.changed_at = now
    row.save(update_fields=["at", "quantity", "price", "fee", "changed_at"])
    record(trade, "fill_changed", by=owner, at=now, detail={"number": number, **changed} | ({"late": True} if late else {}))
    remeasure(trade, now=now)
    announce(trade, was=was)
    return trade


@transaction.atomic
def remove_fill(*, owner: "User", code: UUID, number: int, now: dt.datetime) -> Trade:
    """Take a fill back that did not happen. The only entry stays: a trade that did not happen is deleted. Raises as `change_fill`."""
    trade, row = _fill_of(owner, code, number)
    was = trade.status
    others = [one.as_fact() for one in trade.fills.exclude(pk=row.pk)]
    if not any(one.kind == pure.Kind.ENTRY for one in others):
        raise LastEntry("This is the only entry of the trade. Delete the trade instead.")
    measured(trade, others)
    late = _is_late(trade, row.recorded_at, now, entry_fact=row.kind == Fill.Kind.ENTRY)
    record(
        trade,
        "fill_removed",
        by=owner,
        at=now,
        detail=told_fill(row.as_fact()) | {"recorded_at": row.recorded_at} | ({"late": True} if late else {}),
    )
    row.delete()
    remeasure(trade, now=now)
    announce(trade, was=was)
    return trade


def _told(trade: Trade) -> dict[str, Any]:
    """The facts and plans that leave a trace."""
    names = ("symbol", "side", "stop_loss", "current_stop", "target_price", "typed_risk", "planned_entry", "planned_quantity", "pattern")
    match = None if trade.match is None else str(trade.match.code)
    return {name: getattr(trade, name) for name in names} | {"account": trade.account.name, "match": match}


def _take(trade: Trade, owner: "User", name: str, value: Any, now: dt.datetime) -> None:
    match name:
        case "symbol":
            trade.symbol = check_symbol(value)
        case "side":
            trade.side = check_side(value)
        case "stop_loss" | "current_stop" | "target_price" | "planned_entry" | "planned_quantity":
            setattr(trade, name, check_optional(value, name))
        case "stop":
            setattr(trade, _stop_meant(trade, now), check_optional(value, "current_stop"))
        case "risk_amount":
            trade.typed_risk = check_optional(value, name)
        case "account":
            trade.account = _other_account(trade, find_account(owner=owner, code=value))
        case "match":
            trade.match, trade.pattern = setup_of(owner, value, trade.pattern, trade.symbol)
        case "pattern":
            trade.match, trade.pattern = setup_of(owner, None, value, trade.symbol)
        case "notes":
            trade.notes = check_notes(value)
        case "tags":
            trade.tags = check_tags(value)
        case "checklist":
            trade.checklist = check_checklist(value)
        case _:
            raise invalid(name, f"A trade has no {name!r} that could be changed.", "unknown_field")


@exact
def _carry_stop(trade: Trade, before: Decimal | None) -> None:
    """Entries that were made with the initial stop are made with the corrected one; a fill's stop is in shares of its moment."""
    splits, after = splits_of(trade), trade.stop_loss
    for row in trade.fills.filter(kind=Fill.Kind.ENTRY):
        shares = pure.shares_since(row.at, splits)
        if row.stop == (None if before is None else stored(before * shares)):
            row.stop = None if after is None else stored(after * shares)
            row.save(update_fields=["stop"])


def _stop_meant(trade: Trade, now: dt.datetime) -> str:
    """Where a stop typed now goes: the initial one of a plan, or of an entry just told without one; else it was moved."""
    if trade.is_planned:
        return "stop_loss"
    fresh = trade.stop_loss is None and not _is_late(trade, trade.recorded_at, now, entry_fact=True)
    return "stop_loss" if fresh else "current_stop"


def _other_account(trade: Trade, account: TradingAccount) -> TradingAccount:
    """Invalid for an archived one, and between examples and what was really traded."""
    if account.pk != trade.account_id:
        if account.archived_at is not None:
            raise invalid("account", f"The account {account.name} is archived.", "archived")
        if account.is_example != trade.account.is_example:
            raise invalid("account", "Trades do not move between the examples and an account of your own.", "example_account")
    return account


def _move(trade: Trade) -> None:
    """Its dividends and costs go with it to the other account's ledger."""
    trade.adjustments_made.update(account=trade.account)


def _is_late(trade: Trade, recorded_at: dt.datetime, now: dt.datetime, *, entry_fact: bool) -> bool:
    has_exit = trade.fills.filter(kind=Fill.Kind.EXIT).exists()
    return is_late_change(recorded_at=recorded_at, changed_at=now, is_entry_fact=entry_fact, has_exit=has_exit)


def _fill_of(owner: "User", code: UUID, number: int) -> tuple[Trade, Fill]:
    trade = find_trade(owner=owner, code=code, lock=True)
    row = trade.fills.filter(number=number).first()
    if row is None:
        raise UnknownFill(f"This trade has no fill {number}.")
    return trade, row
