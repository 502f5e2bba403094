"""Share splits: fills before one are counted on its far side, levels move with them, no result changes."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from legend.lib.errors import Conflict, NotFound, invalid
from trading.models import Trade
from trading.stats.decimals import exact, stored

from .figures import remeasure
from .history import record
from .trades import announce, check_moment, find_trade

if TYPE_CHECKING:
    from accounts.models import User

MOST_SPLITS = 20
LARGEST_RATIO = 1000
LEVELS = ("stop_loss", "current_stop", "target_price")


class UnknownSplit(NotFound):
    code = "unknown_split"


class OtherSplitThen(Conflict):
    code = "split_known"


@transaction.atomic
def apply_split(*, owner: "User", code: UUID, at: dt.datetime, new: int, old: int, now: dt.datetime) -> Trade:
    """`new` shares for `old` ones from that moment on, of an open trade or a closed one. The same split again changes nothing.

    Raises UnknownTrade, OtherSplitThen, Invalid.
    """
    if not (1 <= new <= LARGEST_RATIO and 1 <= old <= LARGEST_RATIO) or new == old:
        raise invalid(
            "new", f"A split gives 1 to {LARGEST_RATIO} new shares for 1 to {LARGEST_RATIO} old ones, not the same number.", "bad_ratio"
        )
    check_moment(at, now, "at")
    trade = find_trade(owner=owner, code=code, lock=True)
    if (known := _split_at(trade, at)) is not None:
        if known["new"] * old == new * known["old"]:
            return trade
        raise OtherSplitThen(f"A split of {known['new']} for {known['old']} is applied at that moment. Take it back first.")
    if len(trade.splits) >= MOST_SPLITS:
        raise invalid("at", f"A trade has {MOST_SPLITS} splits at most.", "too_many")
    moved = {}
    if trade.opened_at is not None and trade.opened_at < at:
        moved = _move_levels(trade, new, old)
    split = {"at": at.astimezone(dt.UTC).isoformat(), "new": new, "old": old, "levels": moved}
    trade.splits = sorted([*trade.splits, split], key=lambda one: one["at"])
    _settle(trade, "split", owner, now, {"at": at, "new": new, "old": old})
    return trade


@transaction.atomic
def take_back_split(*, owner: "User", code: UUID, at: dt.datetime, now: dt.datetime) -> Trade:
    """Undo a split that was none. Raises UnknownTrade, UnknownSplit, OversizedExit where exits count on it."""
    trade = find_trade(owner=owner, code=code, lock=True)
    split = _split_at(trade, at)
    if split is None:
        raise UnknownSplit("No split is applied at that moment.")
    trade.splits = [one for one in trade.splits if one is not split]
    _restore_levels(trade, split)
    _settle(trade, "split_removed", owner, now, {"at": at, "new": split["new"], "old": split["old"]})
    return trade


def _split_at(trade: Trade, at: dt.datetime) -> dict[str, Any] | None:
    return next((one for one in trade.splits if dt.datetime.fromisoformat(one["at"]) == at), None)


def _settle(trade: Trade, kind: str, owner: "User", now: dt.datetime, detail: dict[str, Any]) -> None:
    record(trade, kind, by=owner, at=now, detail=detail)
    was = trade.status
    remeasure(trade, now=now)
    announce(trade, was=was)


@exact
def _move_levels(trade: Trade, new: int, old: int) -> dict[str, list[str]]:
    """Levels on the far side; what they were and became, so that taking the split back leaves no rounding behind."""
    moved = {}
    for name in LEVELS:
        before = getattr(trade, name)
        if before is not None:
            after = stored(before * old / new)
            setattr(trade, name, after)
            moved[name] = [str(before), str(after)]
    return moved


@exact
def _restore_levels(trade: Trade, split: dict[str, Any]) -> None:
    for name in LEVELS:
        value = getattr(trade, name)
        if value is None or trade.opened_at is None or trade.opened_at >= dt.datetime.fromisoformat(split["at"]):
            continue
        before, after = (Decimal(one) for one in split.get("levels", {}).get(name, ("0", "0")))
        setattr(trade, name, before if value == after else stored(value * split["new"] / split["old"]))
