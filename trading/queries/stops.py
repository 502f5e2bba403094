"""Whether the market reached the stop of a trade that is still open."""

import datetime as dt
from decimal import Decimal

from patterns.bars import load_panel
from patterns.calendars import zone
from patterns.models import Instrument, Interval
from trading.models import Trade, TradeEvent
from trading.stats.fills import sign
from trading.stats.stopped import stopped_at

from .prices import exactly


def stop_reached(trade: Trade, stop: Decimal | None, since: dt.datetime) -> Decimal | None:
    """The price at which it counts as closed; None without a stop or bars, or if none reached it. Three queries.

    `stop` is the initial one. A stop brought towards the price counts from the bar after it was recorded, one moved away never. The bar
    of the entry is not asked.
    """
    instrument = Instrument.objects.filter(symbol=trade.symbol).first() if stop is not None else None
    bars = load_panel([instrument.pk], Interval.DAY_1).get(instrument.pk) if instrument is not None else None
    if instrument is None or bars is None or stop is None:
        return None
    clock, s = zone(instrument.exchange), sign(trade.side)
    moves = [(_midnight(event.at, clock), Decimal(moved)) for event in _moves(trade) if (moved := event.detail["current_stop"][1])]
    days = bars.at > _midnight(since, clock)
    rows = []
    for at, *prices in zip(bars.at[days], bars.open[days], bars.high[days], bars.low[days], strict=True):
        tightened = [moved for told, moved in moves if told < at]
        in_force = max([stop, *tightened], key=lambda level: s * level)
        opened, high, low = (exactly(float(price)) for price in prices)
        rows.append((in_force, opened, high, low))
    return stopped_at(side=trade.side, bars=rows)


def _moves(trade: Trade) -> list[TradeEvent]:
    kinds = [TradeEvent.Kind.STOP_MOVED, TradeEvent.Kind.CHANGED]
    return [event for event in trade.events.filter(kind__in=kinds) if "current_stop" in event.detail]


def _midnight(at: dt.datetime, clock: dt.tzinfo) -> float:
    """When the daily bar of that moment is timed."""
    day = at.astimezone(clock).date()
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()
