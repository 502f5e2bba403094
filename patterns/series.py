"""Bars of any interval: those stored, and weekly ones built from daily ones where none are stored."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Max, Min, QuerySet

from .bars import data_version, load_panel
from .calendars import weekly
from .engine.bars import Bars
from .models import BarBlock, Instrument, Interval

BUILT_FROM = {Interval.WEEK_1: Interval.DAY_1}


def load_series(instrument_ids: Collection[int], interval: str, *, until: float | None = None) -> dict[int, Bars]:
    """Bars up to `until` (UTC seconds); instruments without any are absent. One query, three where weeks are built.

    A week is built when its last session lies within the bars of the instruments asked together.
    """
    panel = load_panel(instrument_ids, interval, until=until)
    missing = set(instrument_ids) - panel.keys()
    if interval not in BUILT_FROM or not missing:
        return panel
    daily = load_panel(missing, BUILT_FROM[Interval(interval)], until=until)
    exchanges = dict(Instrument.objects.filter(pk__in=daily).values_list("pk", "exchange"))
    last = max((float(bars.at[-1]) for bars in daily.values()), default=None)
    built = {instrument_id: weekly(bars, last, exchanges[instrument_id]) for instrument_id, bars in daily.items()}
    return panel | {instrument_id: bars for instrument_id, bars in built.items() if bars.size}


def load_sound(instrument_ids: Collection[int], interval: str, *, until: float | None = None) -> tuple[dict[int, Bars], dict[int, str]]:
    """The same, and what is wrong with the instruments whose stored rows are damaged; only then each is read alone."""
    try:
        return load_series(instrument_ids, interval, until=until), {}
    except ValueError:
        sound: dict[int, Bars] = {}
        damaged: dict[int, str] = {}
        for instrument_id in instrument_ids:
            try:
                sound |= load_series([instrument_id], interval, until=until)
            except ValueError as fault:
                damaged[instrument_id] = f"Its stored bars of {interval} are damaged: {fault}."
        return sound, damaged


def series_version(instrument_ids: Collection[int], interval: str) -> str:
    """32 hex digits that change with what `load_series` gives. One query."""
    return data_version(instrument_ids, BUILT_FROM.get(Interval(interval), interval))


def series_span(blocks: QuerySet[BarBlock], interval: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """First and last bar time of the instruments whose blocks these are, of the interval or of what it is built from; one query."""
    intervals = {interval, BUILT_FROM.get(Interval(interval), interval)}
    span = blocks.filter(interval__in=intervals).aggregate(first=Min("first_at"), last=Max("last_at"))
    return span["first"], span["last"]
