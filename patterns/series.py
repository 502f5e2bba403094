"""Bars of any interval: those stored, and where none are stored those built from finer ones: weeks from days, hours from minutes."""

import datetime as dt
from collections.abc import Collection, Mapping

import numpy as np
from django.db.models import F, Max, Min, QuerySet

from .bars import data_version, load_panel
from .calendars import SECONDS, days_of, last_slot, seconds_of, sessionwise, week_ends, weekly
from .engine.bars import Bars
from .models import BarBlock, Instrument, Interval

MINUTES = (Interval.MIN_30, Interval.MIN_15, Interval.MIN_5, Interval.MIN_1)
# the coarsest there is does
BUILT_FROM: Mapping[str, tuple[Interval, ...]] = {
    Interval.WEEK_1: (Interval.DAY_1,),
    Interval.HOUR_4: (Interval.HOUR_1, *MINUTES),
    Interval.HOUR_1: MINUTES,
}


def sources(interval: str) -> tuple[str, ...]:
    """The interval and those its bars may be built from, in the order in which they are looked for."""
    return interval, *BUILT_FROM.get(interval, ())


def built_of(interval: str) -> list[Interval]:
    """The intervals whose bars may be built from these."""
    return [built for built, finer in BUILT_FROM.items() if interval in finer]  # type: ignore[misc]  # its keys are intervals


def offered(stored: Collection[str]) -> list[str]:
    """Which intervals there are bars of where these are stored, finest first."""
    return [interval for interval in Interval.values if not set(sources(interval)).isdisjoint(stored)]


def load_series(instrument_ids: Collection[int], interval: str, *, until: float | None = None) -> dict[int, Bars]:
    """Bars up to `until` (UTC seconds); instruments without any are absent. One query, more where bars are built.

    Only bars that are over are built, by the latest bar of the instruments asked together: a week when its last session lies within
    them, hours when they, or their session, have ended.
    """
    panel = load_panel(instrument_ids, interval, until=until)
    for source in BUILT_FROM.get(interval, ()):
        missing = set(instrument_ids) - panel.keys()
        if not missing:
            break
        panel |= _built(missing, interval, source, until)
    return panel


def _built(instrument_ids: Collection[int], interval: str, source: Interval, until: float | None) -> dict[int, Bars]:
    # the last bar that opened by `until` may consist of later ones
    reach = until if until is None or interval == Interval.WEEK_1 else until + SECONDS[interval]
    finer = load_panel(instrument_ids, source, until=reach)
    last = max((float(bars.at[-1]) for bars in finer.values()), default=None)
    if last is None:
        return {}
    exchanges = dict(Instrument.objects.filter(pk__in=finer).values_list("pk", "exchange"))
    built = {}
    for instrument_id, bars in finer.items():
        exchange = exchanges[instrument_id]
        if interval == Interval.WEEK_1:
            built[instrument_id] = weekly(bars, last, exchange)
        else:
            over = _over(last, interval, source, exchange)
            built[instrument_id] = sessionwise(bars, SECONDS[source], interval, over if until is None else min(over, until), exchange)
    return {instrument_id: bars for instrument_id, bars in built.items() if bars.size}


def _over(last: float, interval: str, source: str, exchange: str) -> float:
    """The latest time a bar of the interval may have when the last bar of what it is built from is that at `last`; UTC seconds."""
    if interval == source:
        return last
    if interval == Interval.WEEK_1:
        day = days_of(np.array([last]))
        this, before = week_ends(np.array([day[0], day[0] - 7]), exchange)
        return float(seconds_of(np.array([this if this <= day[0] else before]))[0])
    return last_slot(last + SECONDS[source], interval, exchange)


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
    return data_version(instrument_ids, sources(interval))


def series_span(blocks: QuerySet[BarBlock], interval: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """First and last bar time of the instruments whose blocks these are: a bar of the interval, or of what it is built from, opens the
    span, the latest bar that is over ends it. One query."""
    rows = (
        blocks.filter(interval__in=sources(interval))
        .order_by()
        .values_list("interval", "instrument__exchange")
        .annotate(first=Min("first_at"), last=Max("last_at"))
    )
    found = [(first, _moment(last, interval, source, exchange)) for source, exchange, first, last in rows]
    return min((first for first, _ in found), default=None), max((last for _, last in found), default=None)


def last_known(instrument_ids: Collection[int] | None, interval: str) -> dict[int, dt.datetime]:
    """How far each instrument's bars of the interval reach, all those it is asked for or all there are; without bars it is absent.

    A built bar is counted once it is over by the instrument's own bars. One query.
    """
    blocks = BarBlock.objects.filter(interval__in=sources(interval)).order_by()
    if instrument_ids is not None:
        blocks = blocks.filter(instrument_id__in=list(instrument_ids))
    rows = blocks.values("instrument_id", "interval").annotate(last=Max("last_at"), exchange=F("instrument__exchange"))
    found: dict[int, dict[str, tuple[dt.datetime, str]]] = {}
    for instrument_id, source, last, exchange in rows.values_list("instrument_id", "interval", "last", "exchange"):
        found.setdefault(instrument_id, {})[source] = last, exchange
    return {instrument_id: _reach(by_source, interval) for instrument_id, by_source in found.items()}


def _reach(by_source: Mapping[str, tuple[dt.datetime, str]], interval: str) -> dt.datetime:
    source = next(source for source in sources(interval) if source in by_source)
    last, exchange = by_source[source]
    return _moment(last, interval, source, exchange)


def _moment(last: dt.datetime, interval: str, source: str, exchange: str) -> dt.datetime:
    return last if interval == source else dt.datetime.fromtimestamp(_over(last.timestamp(), interval, source, exchange), dt.UTC)
