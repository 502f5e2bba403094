"""Bar times in words: midnight UTC for daily and weekly bars, said as a plain date; the opening instant for all finer ones."""

import datetime as dt

from legend.lib.errors import invalid

from .calendars import SECONDS, last_opening
from .models import Interval

INTERVALS = {
    Interval.MIN_1: "1 minute",
    Interval.MIN_5: "5 minutes",
    Interval.MIN_15: "15 minutes",
    Interval.MIN_30: "30 minutes",
    Interval.HOUR_1: "1 hour",
    Interval.HOUR_4: "4 hours",
    Interval.DAY_1: "Daily",
    Interval.WEEK_1: "Weekly",
}
WHOLE_DAYS = (Interval.DAY_1, Interval.WEEK_1)


def instant(at: float) -> dt.datetime:
    """UTC seconds as the instant that rows keep."""
    return dt.datetime.fromtimestamp(float(at), dt.UTC)


def said(at: dt.datetime | float, interval: str) -> str:
    """`2017-06-30` for bars of whole days, else `2017-06-30T14:35:00Z`."""
    moment = at if isinstance(at, dt.datetime) else instant(at)
    return f"{moment:%Y-%m-%d}" if interval in WHOLE_DAYS else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def check_interval(interval: str) -> str:
    """The interval itself, or Invalid naming those there are."""
    if interval not in Interval.values:
        raise invalid("interval", f"There is no interval {interval!r}; there are {', '.join(Interval.values)}.", "unknown_interval")
    return interval


def last_bar_by(as_of: str | dt.date | dt.datetime, interval: str, *, now: dt.datetime) -> dt.datetime:
    """Time of the latest bar that was closed at `as_of`: what the question may know.

    Daily and weekly bars are asked by date, finer ones by date (its end) or by instant, without a zone in UTC.
    Invalid if it is neither or lies after `now`.
    """
    asked = _read(as_of) if isinstance(as_of, str) else as_of
    whole_days = interval in WHOLE_DAYS
    if whole_days and isinstance(asked, dt.datetime):
        raise invalid("as_of", f"Bars of {interval} are asked by date, such as {asked:%Y-%m-%d}.", "bad_date")
    if not isinstance(asked, dt.datetime):
        if asked > now.date():
            raise invalid("as_of", f"{asked} is in the future; today is {now.date()}.", "future")
        midnight = dt.datetime(asked.year, asked.month, asked.day, tzinfo=dt.UTC)
        return midnight if whole_days else midnight + dt.timedelta(days=1, seconds=-SECONDS[interval])
    moment = asked if asked.tzinfo else asked.replace(tzinfo=dt.UTC)
    if moment > now:
        raise invalid("as_of", f"{moment:%Y-%m-%d %H:%M} UTC is in the future; it is {now:%Y-%m-%d %H:%M}.", "future")
    return instant(last_opening(moment.timestamp(), interval))


def asked_at(at: dt.datetime, interval: str, *, now: dt.datetime) -> str:
    """The `as_of` by which `last_bar_by` finds the bar at `at`."""
    if interval in WHOLE_DAYS:
        return said(at, interval)
    return said(min(at + dt.timedelta(seconds=SECONDS[interval]), now), interval)


def _read(text: str) -> dt.date | dt.datetime:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise invalid("as_of", f"{text[:40]!r} is no date; write it as 2017-06-30.", "bad_date") from None
