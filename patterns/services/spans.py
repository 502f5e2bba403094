"""The part of history that a question is about."""

import datetime as dt
from dataclasses import dataclass

from legend.lib.errors import Invalid, invalid
from patterns.calendars import SECONDS
from patterns.models import BarBlock, Universe
from patterns.moments import WHOLE_DAYS, last_bar_by, said
from patterns.series import series_span

from .universes import shown_name


@dataclass(frozen=True)
class Span:
    """From the first to the last bar it knows; `is_whole` if those are all there are."""

    since: dt.datetime
    until: dt.datetime
    is_whole: bool


def asked_span(*, universe: Universe, interval: str, since: str | dt.date | None, until: str | dt.date | None, now: dt.datetime) -> Span:
    """The span within the bars there are; without a bound it begins or ends with them. One query.

    Invalid for what is no date, lies in the future, ends before it begins, and where there are no bars.
    """
    first, last = series_span(BarBlock.objects.filter(instrument__memberships__universe=universe), interval)
    if first is None or last is None:
        raise invalid("interval", f"There are no bars of {interval} for {shown_name(universe)}.", "no_data")
    begin = max(first, _first_bar_from(since, interval, now)) if since is not None else first
    end = min(last, _asked("to", until, interval, now)) if until is not None else last
    if begin > end:
        there = f"there are bars from {said(first, interval)} to {said(last, interval)}"
        raise invalid("from", f"Nothing lies from {said(begin, interval)} to {said(end, interval)}; {there}.", "empty_span")
    return Span(begin, end, is_whole=begin == first and end == last)


def _first_bar_from(asked: str | dt.date, interval: str, now: dt.datetime) -> dt.datetime:
    last = _asked("from", asked, interval, now)
    if interval in WHOLE_DAYS:
        return last
    # asked is the last bar closed by then; wanted is the first that opens from then on
    return last + dt.timedelta(seconds=SECONDS[interval]) - (dt.timedelta(days=1) if _is_day(asked) else dt.timedelta())


def _is_day(asked: str | dt.date) -> bool:
    try:
        dt.date.fromisoformat(str(asked))
    except ValueError:
        return False
    return True


def _asked(field: str, moment: str | dt.date, interval: str, now: dt.datetime) -> dt.datetime:
    try:
        return last_bar_by(moment, interval, now=now)
    except Invalid as refused:
        raise invalid(field, refused.detail, refused.code) from None
