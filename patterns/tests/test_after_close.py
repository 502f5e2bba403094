"""The timetable: which scans it asks for when there are new bars."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from patterns.bars import store_bars
from patterns.calendars import seconds_of, sessions, weekly
from patterns.engine.bars import Bars
from patterns.models import Instrument, Scan, Universe
from patterns.services.after_close import scan_new_bars, week_closed_by
from patterns.services.scans import run_scan_here
from patterns.tasks import scan_what_is_new

from .factories import create_instrument, create_market, create_universe, make_bars, random_bars

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)
Commit = Callable[..., Any]


@pytest.fixture
def market() -> Universe:
    return create_market(3, bars=320)


def asked_for(universe: Universe) -> list[str]:
    return list(Scan.objects.filter(universe=universe).order_by("interval").values_list("interval", flat=True))


def ends_on(share: str, last: dt.date, count: int = 30, exchange: str = "XNYS") -> Universe:
    """A universe of one share whose bars end on that session."""
    days = sessions(last - dt.timedelta(days=2 * count + 10), last, exchange)[-count:]
    assert days[-1] == last
    closes = make_bars([50.0] * count)
    bars = Bars(seconds_of(days), *closes[1:])
    return create_universe(f"U-{share}", members=[create_instrument(share, bars=bars, exchange=exchange)])


def test_new_bars_are_scanned_once(market: Universe, django_capture_on_commit_callbacks: Commit) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        scan, week = scan_new_bars(universe=market, now=NOW)
    assert (scan.universe, scan.interval, scan.kind, scan.requests.get().user) == (market, "1day", "daily", None)
    assert (week.interval, week.kind) == ("1week", "weekly") and week_closed_by(scan.as_of) == week.as_of <= scan.as_of
    assert scan_new_bars(universe=market, now=NOW) == []
    store_bars(instrument=Instrument.objects.get(symbol="S0"), interval="1day", bars=random_bars(321, seed=0))
    assert [one.interval for one in scan_new_bars(universe=market, now=NOW)] == ["1day"]


def test_bars_that_come_later_for_the_same_close_are_seen_too(market: Universe) -> None:
    for symbol, again in (("S0", ["1day"]), ("S1", ["1day"]), ("S1", [])):
        seed = int(symbol[1])
        store_bars(instrument=Instrument.objects.get(symbol=symbol), interval="1day", bars=random_bars(321, seed=seed))
        assert [one.interval for one in scan_new_bars(universe=market, now=NOW) if one.interval == "1day"] == again


def test_what_somebody_had_scanned_before_is_everybodys(market: Universe, alice: User) -> None:
    own = run_scan_here(universe=market, by=alice, now=NOW, threads=0)
    assert [scan.interval for scan in scan_new_bars(universe=market, now=NOW)] == ["1week"]
    assert {request.user for request in own.requests.all()} == {alice, None}


def test_trouble_with_one_universe_is_not_that_of_the_others(market: Universe, django_capture_on_commit_callbacks: Commit) -> None:
    """One without members left, one that began on the last day, one without bars: those sort before the market and after it."""
    deserted = ends_on("AWAY", dt.date(2016, 3, 4))
    deserted.members.update(left=dt.date(2016, 1, 4))
    young = ends_on("YOUNG", dt.date(2016, 3, 7), count=1)
    for name in ("A-EMPTY", "Z-EMPTY"):
        create_universe(name)
    with django_capture_on_commit_callbacks(execute=True):
        scan_what_is_new()
    assert asked_for(market) == ["1day", "1week"]
    assert asked_for(young) == ["1day"]
    assert asked_for(deserted) == []


def test_a_fault_of_ours_stops_no_other_universe(market: Universe, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    broken = create_universe("A-BROKEN")
    seen = []

    def scan(*, universe: Universe, now: dt.datetime) -> list[Scan]:
        seen.append(universe)
        if universe == broken:
            raise RuntimeError("broken")
        return []

    monkeypatch.setattr("patterns.services.after_close.scan_new_bars", scan)
    scan_what_is_new.app.conf.task_eager_propagates = False  # as a worker: the task fails and the next is another
    try:
        scan_what_is_new()
    finally:
        scan_what_is_new.app.conf.task_eager_propagates = True
    assert seen == [broken, market]


def test_a_universe_of_weekly_bars_is_scanned_weekly(market: Universe) -> None:
    daily = random_bars(400, seed=7)
    share = create_instrument("WEEK", bars=weekly(daily), interval="1week")
    universe = create_universe("WEEKS", members=[share])
    (scan,) = scan_new_bars(universe=universe, now=NOW)
    assert (scan.interval, scan.as_of.timestamp()) == ("1week", weekly(daily).at[-1])


def test_each_universe_goes_by_the_calendar_of_its_own_exchange() -> None:
    """Friday, 4 July 2025 was a holiday in New York only."""
    thursday = dt.date(2025, 7, 3)
    new_york, london = ends_on("NY", thursday), ends_on("LN", thursday, exchange="XLON")
    closes = {
        universe: {scan.interval: scan.as_of.date() for scan in scan_new_bars(universe=universe, now=NOW)}
        for universe in (new_york, london)
    }
    assert closes[new_york] == {"1day": thursday, "1week": thursday}
    assert closes[london] == {"1day": thursday, "1week": dt.date(2025, 6, 27)}
    both = create_universe("BOTH", members=[*Instrument.objects.filter(symbol__in=["NY", "LN"])])
    assert {scan.interval: scan.as_of.date() for scan in scan_new_bars(universe=both, now=NOW)} == closes[london]
