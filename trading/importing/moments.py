"""Reading times as brokers write them. A day that could be two days is refused, never guessed."""

import datetime as dt
import re
from collections.abc import Iterable
from enum import StrEnum
from zoneinfo import ZoneInfo

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OFFSETS = {"Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2}
FIRST_YEAR, LAST_YEAR = 1900, 2100
YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
DAY_FIRST = re.compile(r"(\d{1,2})[ -]([a-z]{3})[a-z]*\.?,?[ -](\d{4}|\d{2})")
MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})")
CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]m)?\s*([a-z]{1,4})?([+-]\d{2}:?\d{2})?|(\d{2})(\d{2})(\d{2})\s*([a-z]{1,4})?"
)


class Order(StrEnum):
    """How days are written: with the year first, the month first or the day first."""

    AUTO = "auto"
    YEAR = "ymd"
    MONTH = "mdy"
    DAY = "dmy"


def order_of_file(texts: Iterable[str]) -> Order | None:
    """Whether `1/2/2026` begins with the day or the month, as far as the days of a file tell; None if they do not, or contradict."""
    told = {order for text in texts if (found := YEAR_LAST.match(text.strip())) and (order := _order_of(found))}
    return told.pop() if len(told) == 1 else None


def _order_of(found: "re.Match[str]") -> Order | None:
    first, second = int(found.group(1)), int(found.group(3))
    if found.group(2) == "." or first > 12:
        return Order.DAY
    return Order.MONTH if second > 12 else None


def read_moment(day: str, time: str, zone: ZoneInfo, order: Order | None) -> tuple[dt.datetime, str, str]:
    """A moment in UTC, how it is written (without a zone it is the time of `zone`), and what is to be said about it.

    ValueError for what is no time, can be two, or was skipped by the clocks of `zone`.
    """
    text = f"{day} {time}".strip()
    low = text.lower()
    date, rest = _day(low, text, order)
    rest = rest.lstrip(" ,;t").rstrip()
    clock = CLOCK.fullmatch(rest)
    if rest and clock is None:
        raise ValueError(_no_time(text))
    try:
        local, offset = _at(date, clock)
    except ValueError:
        raise ValueError(_no_time(text)) from None
    if offset is not None:
        at = local.replace(tzinfo=dt.timezone(offset)).astimezone(dt.UTC)
        return at, at.isoformat(), ""
    at = local.replace(tzinfo=zone).astimezone(dt.UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(f"{text[:40]!r} did not exist in {zone.key}: the clocks went forward over it. Is the time zone right?")
    twice = local.replace(tzinfo=zone, fold=1).astimezone(dt.UTC) != at
    return at, local.isoformat(), f"{local:%H:%M} came twice in {zone.key} that night; the first is taken." if twice else ""


def _no_time(text: str) -> str:
    return f"{text[:40]!r} is no time; write it as 2026-01-05 15:30:00."


def _day(low: str, text: str, order: Order | None) -> tuple[tuple[int, int, int], str]:
    """Year, month, day, and what follows them."""
    if found := YEAR_FIRST.match(low):
        if order in (Order.MONTH, Order.DAY) and found.group(2):
            raise ValueError(f"{text[:40]!r} begins with the year; another order of days is chosen.")
        parts = [int(one) for one in found.group(1, 3, 4) or ()] if found.group(1) else [int(one) for one in found.group(5, 6, 7)]
        return (parts[0], parts[1], parts[2]), low[found.end() :]
    if found := YEAR_LAST.match(low):
        own = _order_of(found)
        chosen = order if order in (Order.MONTH, Order.DAY) else own
        if order == Order.YEAR or (own is not None and own != chosen):
            raise ValueError(f"{text[:40]!r} does not fit the order of days that is chosen.")
        if chosen is None:
            raise ValueError(f"{text[:40]!r} can be two days: say whether the day or the month comes first.")
        first, second, year = int(found.group(1)), int(found.group(3)), _year(found.group(4))
        return (year, second, first) if chosen == Order.DAY else (year, first, second), low[found.end() :]
    if (found := DAY_FIRST.match(low)) and found.group(2) in MONTHS:
        return (_year(found.group(3)), MONTHS.index(found.group(2)) + 1, int(found.group(1))), low[found.end() :]
    if (found := MONTH_FIRST.match(low)) and found.group(1) in MONTHS:
        return (int(found.group(3)), MONTHS.index(found.group(1)) + 1, int(found.group(2))), low[found.end() :]
    raise ValueError(_no_time(text))


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _at(date: tuple[int, int, int], clock: "re.Match[str] | None") -> tuple[dt.datetime, dt.timedelta | None]:
    """The local time and its distance from UTC, if it is told. ValueError."""
    if not FIRST_YEAR <= date[0] <= LAST_YEAR:
        raise ValueError
    if clock is None:
        return dt.datetime(*date), None
    hour, minute, second, cut, half, name, shift, *dense = clock.groups()
    if dense[0]:
        hour, minute, second, name = dense
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + (12 if half == "pm" else 0)
    micro = int((cut or "0").ljust(6, "0")[:6])
    local = dt.datetime(*date, hours, int(minute), int(second or 0), micro)
    if shift:
        sign = -1 if shift[0] == "-" else 1
        return local, sign * dt.timedelta(hours=int(shift[1:3]), minutes=int(shift[-2:]))
    if name:
        if name.upper() not in OFFSETS:
            raise ValueError
        return local, dt.timedelta(hours=OFFSETS[name.upper()])
    return local, None
