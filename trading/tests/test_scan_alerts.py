"""Alerts on patterns: told once per close, only what is new since they were made, and again when a match ends badly."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from patterns.models import Instrument, PatternMatch, Scan, ScanResult, Universe
from patterns.services.saved_rules import lab_rule, save_rule
from patterns.tests.factories import create_instrument, create_universe, make_bars
from trading.models import Alert, AlertEvent, ToldMatch
from trading.services.alerts import create_alert
from trading.services.scan_alerts import look_at_missed_scans, look_at_scan, tell_ended_matches
from trading.services.watch_moves import move_items_of_scan
from trading.services.watchlists import watch

from .test_watchlists import create_match

pytestmark = pytest.mark.django_db
CLOSE = dt.datetime(2016, 1, 5, tzinfo=dt.UTC)


@pytest.fixture
def home() -> Universe:
    return create_universe("HOME", members=[create_instrument(symbol, bars=make_bars([100.0] * 60)) for symbol in ("ACME", "BETA")])


def share(symbol: str) -> Instrument:
    return Instrument.objects.select_related("home").get(symbol=symbol)


def scan_of(universe: Universe, *matches: PatternMatch, as_of: dt.datetime = CLOSE) -> Scan:
    """A finished scan that shows these."""
    scan = Scan.objects.create(
        kind="daily", universe=universe, interval="1day", as_of=as_of, question=str(Scan.objects.count()), data_version="v",
        status="completed", total=2, finished_at=timezone.now(),
    )  # fmt: skip
    ScanResult.objects.bulk_create(ScanResult(scan=scan, match=match, state=match.state, price=100, distance_pct=1) for match in matches)
    return scan


def found(symbol: str = "ACME", **fields: Any) -> PatternMatch:
    return create_match(share(symbol), **{"known_at": CLOSE} | fields)


def look(scan: Scan) -> list[AlertEvent]:
    return list(AlertEvent.objects.filter(pk__in=look_at_scan(scan_id=scan.pk, now=timezone.now())).order_by("pk"))


def pattern_alert(owner: User, **wish: Any) -> Alert:
    params = {name: wish.pop(name) for name in ("patterns", "saved", "side", "on", "min_score") if name in wish}
    where = {} if wish.keys() & {"symbol", "watchlist"} else {"universe": "HOME"}
    return create_alert(owner=owner, wish={"kind": "pattern", "params": params, "repeating": True, **where, **wish})


def test_one_match_is_told_with_its_levels_and_several_together(alice: User, home: Universe) -> None:
    pattern_alert(alice)
    [event] = look(scan_of(home, found()))
    assert event.sentence == "ACME: Double bottom (long) became ready, score 82, entry 102, stop 95"
    assert event.values["matches"][0]["entry"] == 102.0
    later = CLOSE + dt.timedelta(days=1)
    [event] = look(scan_of(home, found(known_at=later, score=70.0), found("BETA", known_at=later), as_of=later))
    assert event.sentence == "2 matches in HOME: BETA Double bottom, ACME Double bottom"


def test_a_match_is_told_once_per_state_and_an_alert_fires_once_per_close(alice: User, home: Universe) -> None:
    pattern_alert(alice)
    match = found()
    scan = scan_of(home, match)
    assert len(look(scan)) == 1
    assert look(scan) == []
    assert look(scan_of(home, match)) == [], "another scan of the same close"
    later = CLOSE + dt.timedelta(days=1)
    assert look(scan_of(home, match, as_of=later)) == [], "told before"
    match.state, match.triggered_at = "triggered", later + dt.timedelta(days=1)
    match.save()
    [event] = look(scan_of(home, match, as_of=later + dt.timedelta(days=1)))
    assert "was triggered" in event.sentence


def test_what_was_known_when_the_alert_was_made_is_not_news(alice: User, home: Universe) -> None:
    pattern_alert(alice)
    assert look(scan_of(home, found(known_at=dt.datetime(2015, 2, 2, tzinfo=dt.UTC)))) == []


@pytest.mark.parametrize(
    ("wish", "fires"),
    [
        ({"patterns": ["double-bottom"]}, True),
        ({"patterns": ["double-top"]}, False),
        ({"side": "short"}, False),
        ({"min_score": 82}, True),
        ({"min_score": 83}, False),
        ({"on": "triggered"}, False),
        ({"symbol": "ACME"}, True),
        ({"symbol": "BETA"}, False),
        ({"interval": "1week"}, False),
    ],
)
def test_only_what_is_asked_for_fires(alice: User, home: Universe, wish: dict[str, Any], fires: bool) -> None:
    pattern_alert(alice, **wish)
    assert bool(look(scan_of(home, found()))) is fires


def test_own_detectors_are_told_apart_from_the_default_ones(alice: User, home: Universe) -> None:
    saved = save_rule(owner=alice, name="strict", rule=lab_rule(detector="double-top", params={}))
    mine = save_rule(owner=alice, name="mine", rule=lab_rule(detector="double-bottom", params={}))
    pattern_alert(alice, saved=[str(saved.code)])
    pattern_alert(alice, saved=[str(mine.code)])
    [event] = look(scan_of(home, found()))
    assert event.alert.params["saved"] == [str(mine.code)]


def test_the_watchlist_is_what_its_owner_watches_now(alice: User, bob: User, home: Universe) -> None:
    for owner in (alice, bob):
        pattern_alert(owner, watchlist=True)
    watch(owner=alice, ticker="ACME", now=timezone.now())
    watch(owner=bob, ticker="BETA", now=timezone.now())
    [event] = look(scan_of(home, found()))
    assert event.owner == alice


def test_a_watched_symbol_breaks_out_when_a_match_on_it_becomes_ready(alice: User, home: Universe) -> None:
    item = watch(owner=alice, ticker="ACME", now=timezone.now())
    assert move_items_of_scan(scan_id=scan_of(home, found()).pk, now=timezone.now()) == [item.pk]
    item.refresh_from_db()
    assert (item.status, item.status_note) == ("breaking-out", "Double bottom became ready, score 82")


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"state": "expired", "reason": "replaced"}, "was replaced by a successor"),
        ({"state": "expired", "reason": "invalidated"}, "was invalidated"),
        ({"state": "expired", "reason": "validity"}, "expired without a trigger"),
        ({"state": "stopped", "busted_at": CLOSE}, "busted"),
        ({"state": "target", "is_over": True}, None),
        ({"state": "stopped"}, None),
    ],
)
def test_everybody_who_was_told_is_told_of_a_bad_end_once(
    alice: User, bob: User, charlie: User, home: Universe, end: dict[str, Any], words: str | None
) -> None:
    pattern_alert(alice)
    pattern_alert(bob, repeating=False)
    pattern_alert(charlie, symbol="BETA")
    match = found()
    look(scan_of(home, match))
    PatternMatch.objects.filter(pk=match.pk).update(ended_at=CLOSE + dt.timedelta(days=3), **end)
    told = AlertEvent.objects.filter(pk__in=tell_ended_matches(now=timezone.now()))
    assert tell_ended_matches(now=timezone.now()) == []
    if words is None:
        assert not told.exists()
        return
    assert {event.owner.username for event in told} == {"alice", "bob"}
    assert {event.sentence for event in told} == {f"ACME: Double bottom {words}"}
    assert not ToldMatch.objects.filter(ended="").exists()


def test_scans_nobody_looked_at_are_found_again(alice: User, home: Universe) -> None:
    scan = scan_of(home, found())
    assert look_at_missed_scans(now=timezone.now()) == [scan.pk]
    look(scan)
    assert look_at_missed_scans(now=timezone.now()) == []
