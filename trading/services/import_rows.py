"""Writing what a file brings, many rows at a time."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from legend.lib.errors import LegendError, invalid
from legend.lib.events import publish
from legend.lib.money import minor_places
from trading.events import trade_changed, trade_closed, trade_opened
from trading.importing.walk import Part, Position
from trading.models import Fill, ImportedExecution, Trade, TradeEvent, TradeImport
from trading.queries.known_fills import KnownFill
from trading.stats.fills import Fill as Fact
from trading.stats.fills import Kind

from .figures import measured, remeasure
from .history import told_fill

TOGETHER = 500  # trades written at once


def write_positions(
    made: TradeImport,
    positions: Sequence[tuple[str, Position]],
    by_hand: Mapping[str, KnownFill],
    now: dt.datetime,
    tell: Callable[[int], None],
) -> None:
    """Trades, fills, their history, and which execution each is; `tell` hears how many executions are written. The caller has the
    transaction. Raises Invalid for a trade with too many fills."""
    ImportedExecution.objects.bulk_create(
        (ImportedExecution(account=made.account, key=key, imported=made, fill_id=fill.pk, is_own=False) for key, fill in by_hand.items()),
        batch_size=TOGETHER,
    )
    counted: dict[str, int] = {}
    done = 0
    for start in range(0, len(positions), TOGETHER):
        group = positions[start : start + TOGETHER]
        _write(made, group, counted, now)
        done += sum(len(position.parts) for _, position in group)
        tell(done)


def _write(made: TradeImport, positions: Sequence[tuple[str, Position]], counted: dict[str, int], now: dt.datetime) -> None:
    earlier = {
        trade.pk: trade
        for trade in Trade.objects.select_related("account")
        .select_for_update(of=("self",))
        .filter(pk__in=[position.pk for _, position in positions if position.pk is not None])
        .prefetch_related("fills")
    }
    trades: list[Trade] = []
    fills: list[list[Fill]] = []
    was: list[str] = []
    for symbol, position in positions:
        trade = _new_trade(made, symbol, position, now) if position.pk is None else earlier[position.pk]
        rows = _fills(trade, position, now)
        trades.append(trade)
        fills.append(rows)
        was.append(trade.status)
        if position.pk is None:
            _measure(trade, rows)
    Trade.objects.bulk_create([trade for trade in trades if trade._state.adding], batch_size=TOGETHER)
    Fill.objects.bulk_create([row for rows in fills for row in rows], batch_size=TOGETHER)
    _write_links(made, positions, fills, counted, now)
    for trade, status in zip(trades, was, strict=True):
        if trade.pk in earlier:
            trade._prefetched_objects_cache = {}  # type: ignore[attr-defined]
            remeasure(trade, now=now)
        _announce(trade, status)


def _new_trade(made: TradeImport, symbol: str, position: Position, now: dt.datetime) -> Trade:
    first = next(part.execution for part in position.parts if part.enters)
    return Trade(
        owner_id=made.owner_id,
        account=made.account,
        symbol=symbol,
        side=position.side,
        source=Trade.Source.IMPORT,
        stop_loss=first.stop,
        recorded_at=now,
        changed_at=now,
    )


def _fills(trade: Trade, position: Position, now: dt.datetime) -> list[Fill]:
    number = max((row.number for row in trade.fills.all()), default=0) if position.pk is not None else 0
    return [_fill(trade, part, number + place, now) for place, part in enumerate(position.parts, 1)]


def _fill(trade: Trade, part: Part, number: int, now: dt.datetime) -> Fill:
    one = part.execution
    kind = Fill.Kind.ENTRY if part.enters else Fill.Kind.EXIT
    stop = (one.stop or trade.stop_now) if part.enters else None
    return Fill(
        trade=trade,
        number=number,
        kind=kind,
        at=one.at,
        quantity=part.quantity,
        price=one.price,
        fee=part.fee,
        stop=stop,
        recorded_at=now,
    )


def _measure(trade: Trade, rows: Sequence[Fill]) -> None:
    facts = [Fact(row.at, Kind(row.kind), row.quantity, row.price, row.fee, row.stop, row.number) for row in rows]
    try:
        found = measured(trade, facts)
    except LegendError as refusal:
        raise invalid("file", f"{trade.symbol}: {refusal.detail}", refusal.code) from None
    realised = {one.number: one for one in found.exits}
    for row in rows:
        if (one := realised.get(row.number)) is not None:
            row.gross, row.net = one.gross, one.net
    trade.take_measures(found, minor_places(trade.account.currency))


def _write_links(
    made: TradeImport, positions: Sequence[tuple[str, Position]], fills: Sequence[Sequence[Fill]], counted: dict[str, int], now: dt.datetime
) -> None:
    links, events = [], []
    for (_, position), rows in zip(positions, fills, strict=True):
        for part, row in zip(position.parts, rows, strict=True):
            key = part.execution.key
            counted[key] = counted.get(key, 0) + 1
            # what turns a position over is two fills of one execution
            own = key if counted[key] == 1 else f"{key}|{counted[key]}"
            links.append(ImportedExecution(account=made.account, key=own, imported=made, fill=row))
            events.append(
                TradeEvent(trade=row.trade, kind=TradeEvent.Kind.IMPORTED, at=now, by_id=made.owner_id, detail=told_fill(row.as_fact()))
            )
    TradeEvent.objects.bulk_create(events, batch_size=TOGETHER)
    ImportedExecution.objects.bulk_create(links, batch_size=TOGETHER)


def _announce(trade: Trade, was: str) -> None:
    ids = {"trade_id": trade.pk, "user_id": trade.owner_id}
    if was == Trade.Status.PLANNED:
        publish(trade_opened, **ids)
    if trade.is_closed:
        publish(trade_closed, **ids)
    elif was == Trade.Status.OPEN:
        publish(trade_changed, **ids)
