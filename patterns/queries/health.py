"""Whether the scanner has what it needs and keeps up."""

import datetime as dt
from typing import Any

from django.db.models import Count, Max, Min, Q

from patterns.engine import registry
from patterns.models import BarBlock, Instrument, Interval, Scan

LATE = dt.timedelta(minutes=10)


def health(*, now: dt.datetime) -> dict[str, Any]:
    """Three queries: what is stored, and how long scans wait."""
    last = BarBlock.objects.filter(interval=Interval.DAY_1).aggregate(at=Max("last_at"))["at"]
    waiting = Q(status__in=Scan.UNFINISHED)
    scans = Scan.objects.aggregate(last=Max("finished_at"), waiting=Count("pk", filter=waiting), oldest=Min("created_at", filter=waiting))
    wait = now - scans["oldest"] if scans["oldest"] else None
    return {
        "status": "empty" if last is None else "late" if wait and wait > LATE else "ok",
        "detectors": len(registry.detectors()),
        "instruments": Instrument.objects.count(),
        "bars_last_date": f"{last:%Y-%m-%d}" if last else None,
        "last_scan": scans["last"],
        "scans_waiting": scans["waiting"],
        "oldest_wait_seconds": wait.total_seconds() if wait else None,
    }
