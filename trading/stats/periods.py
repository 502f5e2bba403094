"""Spans of time by the clock of one zone, half open, as instants in UTC (section 8)."""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 9990  # clocks cannot tell the midnights of days far beyond


class Period(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ALL_TIME = "all-time"


class Span(NamedTuple):
    """`start <= instant < end`; None is unbounded."""

    start: dt.datetime | None
    end: dt.datetime | None

    def __contains__(self, at: object) -> bool:
        return isinstance(at, dt.datetime) and (self.start is None or self.start <= at) and (self.end is None or at < self.end)

    def within(self, other: "Span") -> "Span | None":
        """What of this span lies in the other; None for nothing."""
        starts = [at for at in (self.start, other.start) if at is not None]
        ends = [at for at in (self.end, other.end) if at is not None]
        start, end = max(starts, default=None), min(ends, default=None)
        return None if start is not None and end is not None and start >= end else Span(start, end)


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """When that day begins there, in UTC."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(dt.UTC)


def days_span(first: dt.date | None, last: dt.date | None, zone: ZoneInfo) -> Span:
    """From the beginning of the first day to the end of the last one."""
    return Span(_bound(first, zone), None if last is None or last.year > LAST_YEAR else _bound(last + dt.timedelta(days=1), zone))


def _bound(day: dt.date | None, zone: ZoneInfo) -> dt.datetime | None:
    """None without a day. Before the first year lies nothing, so that its beginning stands for all that is earlier."""
    if day is None:
        return None
    return midnight(min(max(day, dt.date(FIRST_YEAR, 1, 1)), dt.date(LAST_YEAR, 1, 1)), zone)


def span_of(period: Period, at: dt.datetime, zone: ZoneInfo) -> Span:
    """The day, week (from Monday), or month around an instant; all-time is unbounded."""
    day = at.astimezone(zone).date()
    if period == Period.ALL_TIME:
        return Span(None, None)
    if period == Period.DAILY:
        return days_span(day, day, zone)
    if period == Period.WEEKLY:
        monday = day - dt.timedelta(days=day.weekday())
        return days_span(monday, monday + dt.timedelta(days=6), zone)
    first = day.replace(day=1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    return Span(midnight(first, zone), midnight(after, zone))
