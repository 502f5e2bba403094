"""How bars, scans and closed trades move the items of watchlists."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from legend.lib.events import publish
from patterns.models import Instrument, Interval, PatternMatch, ScanResult
from patterns.moments import WHOLE_DAYS, said
from trading.conditions.base import Tape, price
from trading.events import watch_moved
from trading.models import Trade, WatchItem

Status = WatchItem.Status
A_DAY = dt.timedelta(days=1)  # people type the day of a trade, and not always its minute


def move_items(*, tapes: Mapping[int, Tape], interval: str, now: dt.datetime) -> list[int]:
    """Those whose price comes close to entry break out, those whose entry is reached trigger, and those that then reach target or stop are
    completed, unless their owner trades them: then closing the trade completes them. Returns the ids of what moved."""
    if interval == Interval.WEEK_1:
        return []
    items = list(WatchItem.objects.judged().filter(instrument_id__in=tapes).select_for_update().order_by("pk"))
    traded = _traded(items)
    moved = [item for item in items if _judge(item, tapes[item.instrument_id], interval, (item.owner_id, item.instrument_id) in traded)]
    return _save(moved, now)


def _traded(items: Sequence[WatchItem]) -> set[tuple[int, int]]:
    """Owner and instrument of those with an open trade; one query, none without items."""
    if not items:
        return set()
    symbols = Instrument.objects.filter(pk__in={item.instrument_id for item in items})
    open_trades = Trade.objects.open().filter(owner_id__in={item.owner_id for item in items}, account__is_example=False)
    by_symbol = dict(symbols.values_list("symbol", "pk"))
    found = open_trades.filter(symbol__in=by_symbol).values_list("owner_id", "symbol")
    return {(owner_id, by_symbol[symbol]) for owner_id, symbol in found}


@transaction.atomic
def move_items_of_scan(*, scan_id: int, now: dt.datetime) -> list[int]:
    """Items break out on which the scan found a match that became ready after they were added; two queries."""
    found: dict[int, PatternMatch] = {}
    ready = ScanResult.objects.filter(scan_id=scan_id, state=PatternMatch.State.READY).select_related("match").order_by("match__score")
    for result in ready:
        found[result.match.instrument_id] = result.match  # the best comes last
    waiting = WatchItem.objects.waiting().filter(status=Status.WATCHING, instrument_id__in=found).select_for_update().order_by("pk")
    moved = []
    for item in waiting:
        match = found[item.instrument_id]
        if match.known_at > (item.since_at or item.created_at):
            item.status, item.status_note = Status.BREAKING_OUT, f"{match.detail['title']} became ready, score {match.score:.0f}"
            moved.append(item)
    return _save(moved, now)


@transaction.atomic
def complete_watch(*, trade_id: int, now: dt.datetime) -> list[int]:
    """A triggered item is completed when its trade is closed: one of the same symbol, opened since it is watched.

    Returns its id, or nothing.
    """
    trade = Trade.objects.closed().filter(pk=trade_id, account__is_example=False).first()
    if trade is None or trade.opened_at is None:
        return []
    triggered = WatchItem.objects.filter(owner=trade.owner_id, instrument__symbol=trade.symbol, status=Status.TRIGGERED)
    item = triggered.filter(created_at__lte=trade.opened_at + A_DAY).select_for_update(of=("self",)).first()
    if item is None:
        return []
    item.status, item.status_note = Status.COMPLETED, "its trade was closed"
    return _save([item], now, untold=False)


@transaction.atomic
def complete_missed(*, now: dt.datetime) -> list[int]:
    """Triggered items whose trade was closed while nobody heard of it. Returns their ids."""
    mine = Trade.objects.closed().filter(
        owner=OuterRef("owner"),
        symbol=OuterRef("instrument__symbol"),
        account__is_example=False,
        opened_at__gte=OuterRef("created_at") - A_DAY,
        closed_at__gte=OuterRef("created_at"),
    )
    items = WatchItem.objects.filter(Exists(mine), status=Status.TRIGGERED).select_for_update(of=("self",)).order_by("pk")[:1000]
    missed = list(items)
    for item in missed:
        item.status, item.status_note = Status.COMPLETED, "its trade was closed"
    return _save(missed, now, untold=False)


@transaction.atomic
def announce_moves(*, item_ids: Sequence[int]) -> list[WatchItem]:
    """Take moved items over to tell their owners: each move is given out once. Call it in the transaction that does."""
    untold = WatchItem.objects.filter(pk__in=item_ids, is_untold=True)
    taken = list(untold.select_for_update(of=("self",)).select_related("instrument").order_by("pk"))
    WatchItem.objects.filter(pk__in=[item.pk for item in taken]).update(is_untold=False)
    return taken


def republish_moves(*, now: dt.datetime, older_than: dt.timedelta = dt.timedelta(seconds=30)) -> int:
    """Say again what nobody has taken over. Returns how many."""
    late = WatchItem.objects.filter(is_untold=True, status_at__lt=now - older_than).order_by("pk")
    ids = list(late.values_list("pk", flat=True)[:5000])
    if ids:
        publish(watch_moved, watch_item_ids=ids)
    return len(ids)


def _judge(item: WatchItem, tape: Tape, interval: str, is_traded: bool) -> bool:
    """Walk the new bars; True if the item has another status after them."""
    bars, since = tape.bars, item.since_at or item.created_at
    if interval not in WHOLE_DAYS:
        since = max(since, item.created_at)
    was = item.status
    for bar in range(tape.first, bars.size):
        if bars.at[bar] <= since.timestamp():
            continue
        if item.status == Status.TRIGGERED:
            if not is_traded and (end := _end_of(item, float(bars.low[bar]), float(bars.high[bar]))):
                item.status, item.status_note = Status.COMPLETED, f"{end} on {said(bars.at[bar], interval)}"
                break
            continue
        assert item.entry is not None
        before = float(bars.close[bar - 1]) if bar else float(bars.open[bar])
        low, high = min(before, float(bars.low[bar])), max(before, float(bars.high[bar]))
        away = 100 * max(low - item.entry, item.entry - high, 0.0) / item.entry
        if away == 0:
            item.status, item.status_note = Status.TRIGGERED, f"reached entry {price(item.entry)} on {said(bars.at[bar], interval)}"
            continue  # on the bar of its entry nobody knows what came first
        if item.status == Status.WATCHING and away <= item.alert_threshold_pct:
            close = price(float(bars.close[bar]))
            item.status = Status.BREAKING_OUT
            item.status_note = f"within {item.alert_threshold_pct:g} % of entry: close {close} on {said(bars.at[bar], interval)}"
    return item.status != was


def _end_of(item: WatchItem, low: float, high: float) -> str:
    """What a later bar reached, in words; of target and stop in one bar, the stop."""
    for name, level in (("stop", item.stop), ("target", item.target)):
        is_below = (item.side == "long") == (name == "stop")
        if level is not None and item.side and (low <= level if is_below else high >= level):
            return f"reached its {name} {price(level)}"
    return ""


def _save(moved: Sequence[WatchItem], now: dt.datetime, *, untold: bool = True) -> list[int]:
    for item in moved:
        item.status_at, item.is_untold = now, untold
    WatchItem.objects.bulk_update(moved, ["status", "status_at", "status_note", "is_untold"], batch_size=500)
    ids = [item.pk for item in moved]
    if ids and untold:
        for start in range(0, len(ids), 500):
            publish(watch_moved, watch_item_ids=ids[start : start + 500])
    return ids
