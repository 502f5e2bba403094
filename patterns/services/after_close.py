"""What the timetable does when there are new bars."""

import datetime as dt
from collections.abc import Iterable

import numpy as np

from patterns.calendars import EXCHANGE, week_ends
from patterns.engine.registry import default_rules
from patterns.models import BarBlock, Instrument, Interval, Scan, ScanRequest, Universe
from patterns.models.scan import ScanQuerySet
from patterns.series import series_version

from .rules import store_rules
from .scans import request_scan
from .universes import members


def scan_new_bars(*, universe: Universe, now: dt.datetime) -> list[Scan]:
    """Ask for whole scans of a shared universe: daily after each close, weekly after each week's last close.

    Only where there are bars that no such scan has seen; asked again it asks nothing.
    """
    asked = []
    for interval, close in _closes(universe).items():
        instruments = list(members(universe=universe, day=close.date()))
        if instruments and not _is_scanned(universe, interval, close, instruments):
            asked.append(request_scan(universe=universe, interval=interval, as_of=close.date(), by=None, now=now))
    return asked


def _closes(universe: Universe) -> dict[Interval, dt.datetime]:
    """The last daily bar there is, and that of the latest complete week; what there are no bars of is absent."""
    blocks = BarBlock.objects.filter(instrument__memberships__universe=universe)
    daily, weekly = (blocks.filter(interval=interval).order_by("-last_at").first() for interval in (Interval.DAY_1, Interval.WEEK_1))
    exchanges = blocks.values_list("instrument__exchange", flat=True).distinct()
    weeks = [weekly.last_at] if weekly else []
    closes = {}
    if daily:
        closes[Interval.DAY_1] = daily.last_at
        week = week_closed_by(daily.last_at, exchanges)
        if blocks.filter(interval=Interval.DAY_1, first_at__lte=week).exists():
            weeks.append(week)
    return closes | ({Interval.WEEK_1: max(weeks)} if weeks else {})


def week_closed_by(last: dt.datetime, exchanges: Iterable[str] = (EXCHANGE,)) -> dt.datetime:
    """The last session of the latest week that is complete on all exchanges when the daily bar of `last` is there."""
    day = np.datetime64(last.date(), "D")
    ends = [week_ends(np.array([day, day - 7]), exchange) for exchange in exchanges]
    this, before = np.max(ends, axis=0)
    return dt.datetime.combine((this if this <= day else before).astype(dt.date), dt.time(), dt.UTC)


def _is_scanned(universe: Universe, interval: Interval, close: dt.datetime, instruments: list[Instrument]) -> bool:
    """Whether somebody had it scanned; then the timetable wants that scan too, so that everybody is shown it."""
    rules = [rule.pk for rule in store_rules(rules=default_rules())]
    scans: ScanQuerySet = Scan.objects.filter(universe=universe, interval=interval, as_of__gte=close).exclude(status=Scan.Status.CANCELLED)
    if interval == Interval.DAY_1:  # a week is built from the same days, of which more come after it
        scans = scans.filter(data_version=series_version([instrument.pk for instrument in instruments], interval))
    scan = scans.with_exactly(rules).order_by("-created_at").first()
    if scan is not None:
        ScanRequest.objects.get_or_create(scan=scan, user=None)
    return scan is not None
