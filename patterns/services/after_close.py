"""What the timetable does when there are new bars."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from patterns.calendars import week_ends
from patterns.engine.registry import default_rules
from patterns.models import BarBlock, Interval, Rule, Scan, Universe
from patterns.series import series_span

from .rules import store_rules
from .scans import request_scan


def scan_what_is_new(*, now: dt.datetime) -> list[Scan]:
    """Ask for whole scans of every shared universe: daily after each close, weekly after each week's last close.

    Only where there are bars that no such scan has seen; asked again it asks nothing.
    """
    rules = store_rules(rules=default_rules())
    asked = []
    for universe in Universe.objects.filter(owner=None):
        _, last = series_span(BarBlock.objects.filter(instrument__memberships__universe=universe), Interval.DAY_1)
        if last is None:
            continue
        if not _is_scanned(universe, Interval.DAY_1, last, rules):
            asked.append(request_scan(universe=universe, by=None, now=now))
        week = week_closed_by(last)
        if not _is_scanned(universe, Interval.WEEK_1, week, rules):
            asked.append(request_scan(universe=universe, interval=Interval.WEEK_1, as_of=week.date(), by=None, now=now))
    return asked


def week_closed_by(last: dt.datetime) -> dt.datetime:
    """The last session of the latest week that is complete when the daily bar of `last` is there."""
    day = np.datetime64(last.date(), "D")
    end = week_ends(np.array([day]))[0]
    closed = end if end <= day else week_ends(np.array([day - 7]))[0]
    return dt.datetime.combine(closed.astype(dt.date), dt.time(), dt.UTC)


def _is_scanned(universe: Universe, interval: Interval, until: dt.datetime, rules: Sequence[Rule]) -> bool:
    scans = Scan.objects.filter(universe=universe, interval=interval, as_of__gte=until).exclude(status=Scan.Status.CANCELLED)
    return scans.with_exactly([rule.pk for rule in rules]).exists()
