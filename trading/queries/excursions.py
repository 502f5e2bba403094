"""How far the price went for and against a trade while it was held, by daily bars."""

import datetime as dt
from collections.abc import Sequence

from patterns.bars import load_panel
from patterns.calendars import zone
from patterns.models import Instrument, Interval
from trading.models import Fill, Trade
from trading.services.figures import measured
from trading.stats.fills import Excursion, excursion

from .prices import exactly

DAILY_BARS = (
    "By daily bars: which of a day's high and low came first is not known, and the first and last bar include prices from outside the "
    "holding time."
)


def excursion_of(trade: Trade, fills: Sequence[Fill]) -> Excursion | None:
    """From the day of the first entry to that of the last exit, or to the last bar; None of a plan or without bars. Two queries."""
    if trade.opened_at is None:
        return None
    instrument = Instrument.objects.filter(symbol=trade.symbol).first()
    bars = load_panel([instrument.pk], Interval.DAY_1).get(instrument.pk) if instrument is not None else None
    if instrument is None or bars is None:
        return None
    clock = zone(instrument.exchange)
    first = _midnight(trade.opened_at.astimezone(clock).date())
    last = _midnight(trade.closed_at.astimezone(clock).date()) if trade.closed_at is not None else float(bars.at[-1])
    held = (bars.at >= first) & (bars.at <= last)
    highs, lows = ([exactly(float(price)) for price in side[held]] for side in (bars.high, bars.low))
    found = measured(trade, [row.as_fact() for row in fills])
    return excursion(side=trade.side, measures=found, highs=highs, lows=lows)


def _midnight(day: dt.date) -> float:
    """When a daily bar is timed."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()
