"""Sessions of an exchange: its trading days, when they open and close, and the weeks made of them.

Exchanges are named by their ISO 10383 code. A day is a date or a datetime64[D]; instants are UTC, as datetime or in seconds.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from legend.lib.errors import invalid
from patterns.engine.bars import Bars, Floats

Days = NDArray[np.datetime64]
Mask = NDArray[np.bool_]

EXCHANGE = "XNYS"
# Fixed, so that an answer does not hang on the day of asking; other exchanges get the library's own twenty years and one ahead.
SPANS = {"XNYS": ("1950-01-01", "2049-12-31"), "XNAS": ("1950-01-01", "2049-12-31")}

SECONDS = {"1min": 60, "5min": 300, "15min": 900, "30min": 1800, "1h": 3600, "4h": 14400}  # length of an intraday bar


@dataclass(frozen=True)
class Timetable:
    """All known sessions of one exchange, oldest first; every array is (n,)."""

    zone: ZoneInfo
    days: Days
    opens: Floats  # UTC seconds
    closes: Floats
    early: Mask  # half days


@cache
def _timetable(exchange: str) -> Timetable:
    from exchange_calendars import errors, get_calendar  # a second to import: pandas comes with it

    start, end = SPANS.get(exchange, (None, None))
    try:
        made = get_calendar(exchange, start=start, end=end)
    except errors.InvalidCalendarName:
        raise invalid("exchange", f"No calendar is known for the exchange {exchange}.", "unknown_exchange") from None
    days = made.sessions.to_numpy().astype("datetime64[D]")
    return Timetable(
        zone=ZoneInfo(str(made.tz)),
        days=days,
        opens=made.opens_nanos / 1e9,
        closes=made.closes_nanos / 1e9,
        early=np.isin(days, made.early_closes.to_numpy().astype("datetime64[D]")),
    )


def zone(exchange: str = EXCHANGE) -> ZoneInfo:
    return _timetable(exchange).zone


def sessions(first: dt.date, last: dt.date, exchange: str = EXCHANGE) -> Days:
    """Trading days from `first` to `last`, both included."""
    days = _timetable(exchange).days
    return days[np.searchsorted(days, _day(first)) : np.searchsorted(days, _day(last), side="right")]


def half_days(first: dt.date, last: dt.date, exchange: str = EXCHANGE) -> Days:
    """Those sessions that close early."""
    table = _timetable(exchange)
    return np.intersect1d(sessions(first, last, exchange), table.days[table.early], assume_unique=True)


def is_session(day: dt.date, exchange: str = EXCHANGE) -> bool:
    return bool(are_sessions(np.array([day], dtype="datetime64[D]"), exchange)[0])


def are_sessions(days: Days, exchange: str = EXCHANGE) -> Mask:
    """Which of the days (n,) are trading days; NaT is none."""
    known = _timetable(exchange).days
    place = np.searchsorted(known, days)
    return known[np.minimum(place, len(known) - 1)] == days


def opening(day: dt.date, exchange: str = EXCHANGE) -> dt.datetime:
    """When that session opens. Invalid if it is no trading day."""
    return _instant(_timetable(exchange).opens[_place(day, exchange)])


def closing(day: dt.date, exchange: str = EXCHANGE) -> dt.datetime:
    """When that session closes, half days included. Invalid if it is no trading day."""
    return _instant(_timetable(exchange).closes[_place(day, exchange)])


def last_closed_session(at: dt.datetime, exchange: str = EXCHANGE) -> dt.date:
    """The latest trading day whose close is not after `at`."""
    table = _timetable(exchange)
    place = int(np.searchsorted(table.closes, at.timestamp(), side="right")) - 1
    if place < 0:
        raise invalid("at", f"The calendar of {exchange} begins on {table.days[0]}.", "before_calendar")
    return _date(table.days[place])


def within_sessions(at: Floats, exchange: str = EXCHANGE) -> Mask:
    """Which instants (n,), UTC seconds, lie in a session: opening <= at < closing."""
    table = _timetable(exchange)
    place = np.searchsorted(table.opens, at, side="right") - 1
    return (place >= 0) & (at < table.closes[np.maximum(place, 0)])


def last_opening(at: float, interval: str, exchange: str = EXCHANGE) -> float:
    """When the latest intraday bar opened that was over at `at`, both in UTC seconds; the last bar of a session ends with it."""
    length, table = SECONDS[interval], _timetable(exchange)
    place = int(np.searchsorted(table.closes, at, side="right")) - 1
    if place < 0:
        return at - length
    opened, closed = table.opens[place], table.closes[place]
    return max(at - length, float(opened + length * ((closed - opened - 1) // length)))


def last_slot(at: float, interval: str, exchange: str = EXCHANGE) -> float:
    """The same of bars that are counted from the opening of their session: none opens after its close."""
    table, latest = _timetable(exchange), last_opening(at, interval, exchange)
    place = int(np.searchsorted(table.opens, latest, side="right")) - 1
    if place < 0:
        return latest
    opened, closed = table.opens[place], table.closes[place]
    return float(opened + SECONDS[interval] * ((min(latest, closed - 1) - opened) // SECONDS[interval]))


def local_days(at: Floats, exchange: str = EXCHANGE) -> Days:
    """The exchange's dates at these instants (n,), UTC seconds."""
    import pandas as pd

    local = pd.to_datetime(at, unit="s", utc=True).tz_convert(zone(exchange)).tz_localize(None)
    return local.to_numpy().astype("datetime64[D]")


def weekly(bars: Bars, until: float | None = None, exchange: str = EXCHANGE) -> Bars:
    """Weekly bars of the weeks completed by the close of the daily bar at `until` (default: the last of `bars`).

    A week is complete when its last session, by the calendar, is not after `until`; its time is midnight of that session's date.
    So a week that ends on a holiday is complete on the day before it, and a share that did not trade on Friday still gets its week.
    """
    known = bars if until is None else bars.cut(until)
    if not known.size:
        return known
    days = days_of(known.at)
    week = _week(days)
    starts = np.flatnonzero(np.diff(week, prepend=week[0] - 1))
    ends = np.append(starts[1:], known.size) - 1
    built = _grouped(known, seconds_of(week_ends(days[ends], exchange)), starts, ends)
    return built.cut(known.at[-1] if until is None else until)


def sessionwise(bars: Bars, step: int, interval: str, until: float, exchange: str = EXCHANGE) -> Bars:
    """Bars of an intraday interval out of finer ones of `step` seconds: those of a session, counted from its opening.

    The last bar of a session may be shorter; bars outside of sessions are left out. A finer bar belongs to that in which it ends, so that
    nothing is known before it is over. Only bars that open by `until` (UTC seconds, as of `last_opening`) are there.
    """
    length, table = SECONDS[interval], _timetable(exchange)
    place = np.searchsorted(table.opens, bars.at + step, side="left") - 1
    inside = (place >= 0) & (bars.at < table.closes[np.maximum(place, 0)])
    kept, place = Bars(*(column[inside] for column in bars)), place[inside]
    if not kept.size:
        return kept
    opened = table.opens[place]
    ended = np.minimum(kept.at + step, table.closes[place])
    at = opened + length * ((ended - opened - 1) // length)
    starts = np.flatnonzero(np.diff(at, prepend=-np.inf))
    ends = np.append(starts[1:], kept.size) - 1
    return _grouped(kept, at[starts], starts, ends).cut(until)


def week_ends(days: Days, exchange: str = EXCHANGE) -> Days:
    """The last session of each day's week; the day itself where it is later (a day that the calendar does not know)."""
    table = _timetable(exchange).days
    return np.maximum(days, table[np.searchsorted(_week(table), _week(days), side="right") - 1])


def midnight(day: dt.date) -> float:
    """The time of a daily bar: midnight UTC of its session's date, in seconds."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()


def days_of(at: Floats) -> Days:
    """The UTC dates of times in seconds: for daily and weekly bars the sessions' dates."""
    return at.astype("datetime64[s]").astype("datetime64[D]")


def seconds_of(days: Days) -> Floats:
    """The times of daily bars."""
    return days.astype("datetime64[s]").astype(np.float64)


def _grouped(bars: Bars, at: Floats, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Bars:
    """One bar at each `at` (k,) out of those from `starts` to `ends` (k,), both included."""
    return Bars(
        at=at,
        open=bars.open[starts],
        high=np.maximum.reduceat(bars.high, starts),
        low=np.minimum.reduceat(bars.low, starts),
        close=bars.close[ends],
        volume=np.add.reduceat(bars.volume, starts),
    )


def _week(days: Days) -> NDArray[np.int64]:
    """Number of the week from Monday to Sunday; 1970-01-01 was a Thursday."""
    return (days.astype(np.int64) + 3) // 7


def _place(day: dt.date, exchange: str) -> int:
    if not is_session(day, exchange):
        raise invalid("day", f"{day} is no trading day of {exchange}.", "not_a_session")
    return int(np.searchsorted(_timetable(exchange).days, _day(day)))


def _day(day: dt.date) -> np.datetime64:
    return np.datetime64(day, "D")


def _date(day: np.datetime64) -> dt.date:
    return day.astype("datetime64[D]").astype(dt.date)  # type: ignore[no-any-return]


def _instant(at: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(float(at), dt.UTC)
