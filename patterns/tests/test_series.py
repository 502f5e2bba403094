"""Bars that are built where none are stored: hours from minutes by session, weeks from days; only those that are over."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from patterns import calendars
from patterns.bars import store_many
from patterns.calendars import sessionwise
from patterns.engine.bars import Bars
from patterns.models import BarBlock, Instrument, PatternMatch, Scan, Universe
from patterns.moments import asked_at, last_bar_by
from patterns.series import last_known, load_series, offered, series_span, series_version
from patterns.services.ingest import import_file
from patterns.services.lives import follow_lives
from patterns.services.scans import run_scan_here

from .factories import create_instrument, create_universe

HALF_DAY = dt.date(2025, 11, 28)
NEVER = 1e12


def clock(day: dt.date, time: str) -> float:
    """That time in New York, UTC seconds."""
    return dt.datetime.combine(day, dt.time.fromisoformat(time), calendars.zone()).timestamp()


def minutes_of(days: list[dt.date], *, step: int = 300, around: int = 0, seed: int = 1) -> Bars:
    """A random walk in bars of `step` seconds through these sessions, and `around` bars before and after each."""
    at = np.concatenate(
        [
            np.arange(calendars.opening(day).timestamp() - around * step, calendars.closing(day).timestamp() + around * step, step)
            for day in days
        ]
    )
    random = np.random.Generator(np.random.PCG64(seed))
    close = 50 * np.exp(np.cumsum(random.normal(0, 0.002, len(at))))
    opens = np.concatenate([[50.0], close[:-1]])
    beyond = np.exp(np.abs(random.normal(0, 0.001, (2, len(at)))))
    volume = random.integers(1_000, 9_000, len(at)).astype(float)
    return Bars(at, opens, np.maximum(opens, close) * beyond[0], np.minimum(opens, close) / beyond[1], close, volume)


def days_between(first: str, last: str) -> list[dt.date]:
    return list(calendars.sessions(dt.date.fromisoformat(first), dt.date.fromisoformat(last)).astype(dt.date))


def slowly(bars: Bars, interval: str, step: int, until: float = NEVER) -> list[tuple[float, ...]]:
    """The same as `sessionwise`, bar by bar as one would do it by hand."""
    found: dict[float, list[int]] = {}
    length = calendars.SECONDS[interval]
    for place, at in enumerate(bars.at):
        day = dt.datetime.fromtimestamp(at, calendars.zone()).date()
        opened, closed = calendars.opening(day).timestamp(), calendars.closing(day).timestamp()
        begin = opened
        while begin < closed:
            end = min(begin + length, closed)
            if begin < min(at + step, closed) <= end and at < closed and begin <= until:
                found.setdefault(begin, []).append(place)
            begin += length
    return [
        (at, bars.open[of[0]], max(bars.high[of]), min(bars.low[of]), bars.close[of[-1]], sum(bars.volume[of])) for at, of in found.items()
    ]


# ── the arithmetic ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_four_hours_are_two_bars_of_a_session_the_second_shorter() -> None:
    built = sessionwise(minutes_of([dt.date(2025, 11, 3), HALF_DAY]), 300, "4h", NEVER)
    days = (dt.date(2025, 11, 3), dt.date(2025, 11, 3), HALF_DAY)
    assert built.at.tolist() == [clock(day, time) for day, time in zip(days, ("09:30", "13:30", "09:30"), strict=True)]


@pytest.mark.parametrize("interval", ["1h", "4h"])
@pytest.mark.parametrize("step", [60, 300, 900, 1800])
def test_built_bars_are_those_one_would_add_up_by_hand(interval: str, step: int) -> None:
    """Across the end of daylight saving and a half day, with trading before and after the sessions."""
    bars = minutes_of([*days_between("2025-10-30", "2025-11-04"), HALF_DAY], step=step, around=3)
    for until in (NEVER, clock(dt.date(2025, 11, 4), "13:30"), clock(HALF_DAY, "09:29")):
        built = sessionwise(bars, step, interval, until)
        assert list(zip(*built, strict=True)) == [pytest.approx(bar) for bar in slowly(bars, interval, step, until)]


def test_a_bar_that_crosses_a_border_counts_where_it_ends() -> None:
    """Bars of full hours on a session that opens at half past: nothing of the bar from 13 to 14 is known at 13:30."""
    at = [clock(HALF_DAY - dt.timedelta(days=2), f"{hour:02}:00") for hour in range(9, 16)]
    price = np.arange(1.0, 8.0)
    built = sessionwise(Bars(np.array(at), price, price, price, price, price), 3600, "4h", NEVER)
    assert built.open.tolist() == [1.0, 5.0] and built.close.tolist() == [4.0, 7.0]


@pytest.mark.parametrize(
    ("interval", "at", "opened"),
    [
        ("4h", "13:29", "09:29"),
        ("4h", "13:30", "09:30"),
        ("4h", "15:59", "11:59"),
        ("4h", "16:00", "13:30"),
        ("1h", "15:59", "14:59"),
        ("1h", "16:00", "15:30"),
        ("1h", "18:00", "17:00"),
        ("5min", "16:00", "15:55"),
    ],
)
def test_the_last_bar_of_a_session_is_over_with_it(interval: str, at: str, opened: str) -> None:
    day = dt.date(2025, 11, 3)
    assert calendars.last_opening(clock(day, at), interval) == clock(day, opened)
    moment = dt.datetime.fromtimestamp(clock(day, at), dt.UTC)
    assert last_bar_by(moment, interval, now=timezone.now()).timestamp() == clock(day, opened)


@pytest.mark.parametrize(("at", "slot"), [("13:29", "2025-10-31 13:30"), ("13:30", "2025-11-03 09:30"), ("20:00", "2025-11-03 13:30")])
def test_the_last_slot_is_one_of_a_session(at: str, slot: str) -> None:
    opened = dt.datetime.fromisoformat(slot)
    assert calendars.last_slot(clock(dt.date(2025, 11, 3), at), "4h") == clock(opened.date(), f"{opened:%H:%M}")


# ── the rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_unfinished_bar_is_not_there_at_any_minute() -> None:
    """Minute by minute of a day: what is built then is what is built of the whole, as far as it is over."""
    bars = minutes_of(days_between("2025-11-24", "2025-12-01"), around=2)
    share = create_instrument("ACME", bars=bars, interval="5min")
    for interval in ("1h", "4h"):
        whole = load_series([share.pk], interval)[share.pk]
        for place in range(bars.size - 100, bars.size, 3):
            store = create_instrument(f"{interval}-{place}".upper(), bars=bars.first(place + 1), interval="5min")
            now = float(bars.at[place]) + 300
            until = calendars.last_opening(now, interval)
            known = load_series([store.pk], interval)[store.pk]
            asked = load_series([share.pk], interval, until=until)[share.pk]
            assert known.at.tolist() == asked.at.tolist() == [at for at in whole.at if at <= until]
            assert known.close.tolist() == asked.close.tolist()
            assert known.volume.tolist() == asked.volume.tolist()
            assert last_known([store.pk], interval)[store.pk].timestamp() >= known.at[-1]


@pytest.mark.django_db
def test_what_is_stored_comes_before_what_can_be_built_and_the_coarsest_source_does() -> None:
    fine = minutes_of(days_between("2025-11-03", "2025-11-05"))
    hours = sessionwise(fine, 300, "1h", NEVER)
    share = create_instrument("ACME", bars=fine, interval="5min")
    built = load_series([share.pk], "4h")[share.pk]
    store_many(series={share.pk: hours.scaled(2)}, interval="1h")
    assert load_series([share.pk], "4h")[share.pk].close.tolist() == pytest.approx((2 * built.close).tolist())
    store_many(series={share.pk: built.scaled(3)}, interval="4h")
    assert load_series([share.pk], "4h")[share.pk].close.tolist() == pytest.approx((3 * built.close).tolist())
    assert load_series([share.pk], "1h")[share.pk].close.tolist() == pytest.approx((2 * hours.close).tolist())


@pytest.mark.django_db
def test_the_version_steps_with_what_bars_are_built_from() -> None:
    bars = minutes_of(days_between("2025-11-03", "2025-11-05"))
    share = create_instrument("ACME", bars=bars.first(100), interval="5min")
    before = {interval: series_version([share.pk], interval) for interval in ("5min", "1h", "4h", "1day")}
    store_many(series={share.pk: bars}, interval="5min")
    assert {interval: series_version([share.pk], interval) != before[interval] for interval in before} == {
        "5min": True,
        "1h": True,
        "4h": True,
        "1day": False,
    }


@pytest.mark.django_db
def test_a_span_ends_with_the_last_bar_that_is_over() -> None:
    bars = minutes_of([dt.date(2025, 11, 3)])
    create_instrument("ACME", bars=bars.cut(clock(dt.date(2025, 11, 3), "13:25")), interval="5min")
    ends = {interval: series_span(BarBlock.objects.all(), interval)[1] for interval in ("5min", "1h", "4h")}
    assert {interval: end and end.timestamp() for interval, end in ends.items()} == {
        "5min": clock(dt.date(2025, 11, 3), "13:25"),
        "1h": clock(dt.date(2025, 11, 3), "12:30"),
        "4h": clock(dt.date(2025, 11, 3), "09:30"),
    }
    assert series_span(BarBlock.objects.all(), "1week") == (None, None)


def test_intervals_are_offered_that_can_be_built() -> None:
    assert offered({"5min", "1day"}) == ["5min", "1h", "4h", "1day", "1week"]
    assert offered({"1week"}) == ["1week"]
    assert offered(set()) == []


# ── through the doors, on real bars ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def minutes(market_data: Path, db: None) -> Universe:
    import_file(path=market_data / "intraday-5min.parquet", interval="5min", universe="MINUTES", now=timezone.now())
    return Universe.objects.get(name="MINUTES")


def told(scan: Scan) -> list[tuple[Any, ...]]:
    rows = scan.results.order_by("match__code").values_list(
        "match__instrument__symbol", "match__pattern", "match__known_at", "match__entry", "match__stop", "state", "price", "rs_rating"
    )
    return [(row[0].split(".")[-1], *row[1:]) for row in rows]


def test_scans_of_built_intervals_know_nothing_later(minutes: Universe) -> None:
    """As of an instant: the scan of all bars is that of a store which ends there."""
    shares = {share.symbol: share for share in Instrument.objects.filter(home=minutes)}
    fine = {symbol: load_series([share.pk], "5min")[share.pk] for symbol, share in shares.items()}
    found = 0
    for number, (interval, time) in enumerate([("1h", "16:00"), ("1h", "12:40"), ("4h", "16:00"), ("4h", "13:30"), ("4h", "15:00")]):
        day = dt.date(2026, 2, 10) - dt.timedelta(days=number)
        day = calendars.last_closed_session(dt.datetime.fromtimestamp(clock(day, "23:00"), dt.UTC))
        moment = clock(day, time)
        cut = create_universe(
            f"CUT{number}",
            members=[
                create_instrument(f"{number}.{symbol}", bars=bars.cut(moment - 300), interval="5min") for symbol, bars in fine.items()
            ],
        )
        asked = dt.datetime.fromtimestamp(moment, dt.UTC).isoformat()
        past = run_scan_here(universe=minutes, interval=interval, as_of=asked, now=timezone.now(), threads=0)
        alone = run_scan_here(universe=cut, interval=interval, now=timezone.now(), threads=0)
        assert sorted(told(past)) == sorted(told(alone))
        assert past.bars_last_at == alone.bars_last_at
        found += past.results.count()
    assert found > 5


def test_a_share_without_trading_in_the_evening_is_not_late(minutes: Universe) -> None:
    """SPY and QQQ have bars until eight; on the day of the scan all have been traded."""
    scan = run_scan_here(universe=minutes, interval="5min", now=timezone.now(), threads=0)
    assert (scan.status, scan.skipped) == ("completed", [])


def test_lives_go_on_with_built_bars(minutes: Universe) -> None:
    for day in ("2025-12-10", "2026-01-15", "2026-02-10"):
        run_scan_here(universe=minutes, interval="1h", as_of=day, now=timezone.now(), threads=0)
    open_ones = list(PatternMatch.objects.filter(is_over=False).values_list("pk", flat=True))
    assert open_ones and follow_lives() > 0
    last = last_known(None, "1h")
    walked = PatternMatch.objects.filter(pk__in=open_ones).values_list("instrument", "walked_to")
    assert all(until == last[share] for share, until in walked)


def test_page_and_api_scan_built_intervals(minutes: Universe, alice: User, client: Any, api: Any) -> None:
    for interval in ("1h", "4h"):
        question = {"universe": "MINUTES", "interval": interval}
        answer = api(alice).post("/api/scan/universe", question)
        assert (answer.status_code, answer.json()["interval"]) == (202, interval)
        client.force_login(alice)
        assert client.post("/scanner/", question).status_code == 302
    assert set(Scan.objects.values_list("interval", flat=True)) == {"1h", "4h"}
    page = client.get("/symbols/AAPL/?interval=4h")
    assert page.status_code == 200 and "4 hours" in page.content.decode()
    call_command(
        "scan", "MINUTES", "--interval", "4h", "--as-of", "2026-02-10", "--format", "json", "--threads", "0", stdout=(told := StringIO())
    )
    document = json.loads(told.getvalue())
    assert (document["interval"], document["bars_last_date"]) == ("4h", "2026-02-10T18:30:00Z")
    bars = api(alice).get("/api/charts/data", {"symbol": "AAPL", "interval": "4h"}).json()["bars"]
    assert len(bars) > 250


def test_a_page_of_the_past_draws_and_links_the_same_bar_again(minutes: Universe, alice: User, client: Any) -> None:
    client.force_login(alice)
    scan = run_scan_here(universe=minutes, interval="1h", as_of="2026-01-15", by=alice, now=timezone.now(), threads=0)
    page = client.get("/scanner/", {"scan": scan.code}).content.decode()
    assert "15 Jan 2026 23:00 UTC" in page
    again = asked_at(scan.as_of, "1h", now=timezone.now())
    assert last_bar_by(again, "1h", now=timezone.now()) == scan.as_of
    bars = client.get("/api/charts/data", {"symbol": "AAPL", "interval": "1h", "as_of": again}).json()["bars"]
    assert bars[-1]["time"] == clock(dt.date(2026, 1, 15), "15:30")


def test_a_symbol_without_daily_bars_shows_the_widest_it_has(minutes: Universe, alice: User, client: Any) -> None:
    client.force_login(alice)
    page = client.get("/symbols/SPY/").content.decode()
    assert 'href="?interval=4h" aria-current="true"' in page and "interval=4h" in page
