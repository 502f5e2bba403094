"""What the timetable does when there are new bars."""

import datetime as dt

from patterns.engine.registry import default_rules
from patterns.models import BarBlock, Interval, Scan, Universe
from patterns.series import series_span

from .rules import store_rules
from .scans import request_scan


def scan_what_is_new(*, now: dt.datetime) -> list[Scan]:
    """Ask for a whole scan of every shared universe that has daily bars which no whole scan has seen; asked again it asks nothing."""
    rules = store_rules(rules=default_rules())
    asked = []
    for universe in Universe.objects.filter(owner=None):
        _, last = series_span(BarBlock.objects.filter(instrument__memberships__universe=universe), Interval.DAY_1)
        scans = Scan.objects.filter(universe=universe, interval=Interval.DAY_1, as_of__gte=last) if last else None
        if scans is not None and not scans.exclude(status=Scan.Status.CANCELLED).with_exactly([rule.pk for rule in rules]).exists():
            asked.append(request_scan(universe=universe, by=None, now=now))
    return asked
