"""Sessions of the New York Stock Exchange."""

import datetime as dt
import subprocess
import sys

import numpy as np
import pytest

from legend.lib.errors import Invalid
from patterns import calendars
from patterns.calendars import days_of, midnight, weekly

from .factories import make_bars


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)


def test_holidays_and_weekends_are_no_sessions() -> None:
    days = [
        dt.date(2024, 3, 28),
        dt.date(2024, 3, 29),
        dt.date(2024, 3, 30),
        dt.date(2024, 7, 4),
        dt.date(2012, 10, 29),
        dt.date(2024, 7, 5),
    ]
    assert [calendars.is_session(day) for day in days] == [True, False, False, False, False, True]


def test_sessions_between_two_dates_include_both() -> None:
    days = calendars.sessions(dt.date(2013, 2, 8), dt.date(2018, 2, 7))
    assert len(days) == 1259
    assert (days[0], days[-1]) == (np.datetime64("2013-02-08"), np.datetime64("2018-02-07"))
    assert len(calendars.sessions(dt.date(2024, 7, 4), dt.date(2024, 7, 4))) == 0


def test_half_days_close_at_one() -> None:
    assert [str(day) for day in calendars.half_days(dt.date(2025, 1, 1), dt.date(2025, 12, 31))] == [
        "2025-07-03",
        "2025-11-28",
        "2025-12-24",
    ]
    assert calendars.closing(dt.date(2025, 11, 28)) == utc(2025, 11, 28, 18)
    assert calendars.closing(dt.date(2025, 11, 26)) == utc(2025, 11, 26, 21)


def test_hours_follow_daylight_saving() -> None:
    assert calendars.opening(dt.date(2025, 10, 31)) == utc(2025, 10, 31, 13, 30)
    assert calendars.opening(dt.date(2025, 11, 3)) == utc(2025, 11, 3, 14, 30)


def test_a_day_without_trading_has_no_hours() -> None:
    with pytest.raises(Invalid, match="2024-07-04 is no trading day"):
        calendars.closing(dt.date(2024, 7, 4))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (utc(2025, 11, 28, 17, 59), dt.date(2025, 11, 26)),
        (utc(2025, 11, 28, 18, 0), dt.date(2025, 11, 28)),
        (utc(2025, 11, 30, 12, 0), dt.date(2025, 11, 28)),
        (utc(2026, 3, 9, 20, 0), dt.date(2026, 3, 9)),
        (utc(2026, 3, 9, 19, 59), dt.date(2026, 3, 6)),
    ],
)
def test_the_last_closed_session_waits_for_the_bell(at: dt.datetime, day: dt.date) -> None:
    assert calendars.last_closed_session(at) == day


def test_instants_within_sessions_begin_at_the_open_and_end_before_the_close() -> None:
    half_day = dt.date(2025, 11, 28)
    opening, closing = calendars.opening(half_day).timestamp(), calendars.closing(half_day).timestamp()
    inside = calendars.within_sessions(np.array([0.0, opening - 1, opening, closing - 1, closing]))
    assert inside.tolist() == [False, False, True, True, False]


def test_local_days_are_those_of_the_exchange() -> None:
    at = np.array([utc(2025, 11, 4, 1).timestamp(), utc(2025, 11, 4, 15).timestamp()])
    assert calendars.local_days(at).astype(str).tolist() == ["2025-11-03", "2025-11-04"]


def test_an_unknown_exchange_is_said() -> None:
    with pytest.raises(Invalid, match="No calendar is known for the exchange NOWHERE"):
        calendars.is_session(dt.date(2024, 1, 2), "NOWHERE")


def test_weeks_have_the_open_of_their_first_and_the_close_of_their_last_bar() -> None:
    bars = make_bars([10, 12, 9, 11, 13, 14, 15, 13, 12, 16], first=dt.date(2024, 3, 4))  # two whole weeks
    weeks = weekly(bars)
    assert days_of(weeks.at).astype(str).tolist() == ["2024-03-08", "2024-03-15"]
    assert weeks.open.tolist() == [10, 13]
    assert weeks.close.tolist() == [13, 16]
    assert weeks.high.tolist() == pytest.approx([13 * 1.01, 16 * 1.01])
    assert weeks.low.tolist() == pytest.approx([9 * 0.99, 12 * 0.99])
    assert weeks.volume.tolist() == [5e6, 5e6]


def test_the_running_week_is_no_bar() -> None:
    bars = make_bars([10.0] * 9, first=dt.date(2024, 3, 4))  # to Thursday
    assert weekly(bars).size == 1
    assert weekly(bars, until=midnight(dt.date(2024, 3, 7))).size == 0
    assert weekly(bars, until=midnight(dt.date(2024, 3, 8))).size == 1


def test_a_week_that_ends_on_a_holiday_is_complete_on_the_day_before() -> None:
    bars = make_bars([10.0] * 4, first=dt.date(2024, 3, 25))  # to Maundy Thursday; Good Friday is closed
    assert days_of(weekly(bars).at).astype(str).tolist() == ["2024-03-28"]


def test_a_share_that_did_not_trade_on_friday_gets_its_week_once_friday_is_over() -> None:
    bars = make_bars([10.0] * 4, first=dt.date(2024, 3, 4))
    assert weekly(bars).size == 0
    assert days_of(weekly(bars, until=midnight(dt.date(2024, 3, 8))).at).astype(str).tolist() == ["2024-03-08"]


def test_weeks_at_any_close_are_those_known_then() -> None:
    bars = make_bars(np.linspace(10, 30, 300).tolist())
    whole = weekly(bars)
    for place in range(0, 300, 7):
        until = float(bars.at[place])
        known = weekly(bars.first(place + 1))
        assert known.at.tolist() == whole.cut(until).at.tolist() == weekly(bars, until=until).at.tolist()
        assert known.close.tolist() == whole.cut(until).close.tolist()


def test_no_bars_make_no_weeks() -> None:
    assert weekly(make_bars([10.0]).first(0)).size == 0


def test_the_calendar_is_loaded_when_it_is_asked_and_not_before() -> None:
    script = "import sys, patterns.calendars; sys.exit(bool({'pandas', 'exchange_calendars'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
