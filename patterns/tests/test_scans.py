"""Asking the market, and what becomes of a question: join, pieces, resume, withdraw, progress."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from legend.lib.errors import Conflict, Forbidden, Invalid
from patterns.bars import load_bars, store_bars
from patterns.engine.bars import Bars
from patterns.engine.registry import default_rules, detector
from patterns.events import scan_finished
from patterns.models import Instrument, PatternMatch, Scan, ScanPiece, ScanResult, Universe
from patterns.services import pieces, scans
from patterns.services.lives import follow_lives
from patterns.services.looking import look_at
from patterns.services.matches import LATELY
from patterns.services.scans import cancel, progress_of, request_scan, run_scan_here, withdraw
from patterns.services.sweeper import requeue_everything, requeue_stale

from .factories import create_instrument, create_market, create_universe, random_bars

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)
LIFE = ("code", "state", "reason", "triggered_at", "confirmed_at", "ended_at")
SHOWN = ("match__code", "state", "price", "distance_pct", "rs_rating", "atr_pct", "closes")


@pytest.fixture
def market() -> Universe:
    return create_market(6, bars=320)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "PIECE", 2)


def ask(universe: Universe | None, by: User | None, **more: Any) -> Scan:
    """Without commit nothing is started: the pieces wait."""
    with transaction.atomic():
        return request_scan(universe=universe, by=by, now=NOW, **more)


def scan_now(universe: Universe | None = None, **more: Any) -> Scan:
    return run_scan_here(universe=universe, now=NOW, threads=0, **more)


def day(bars: Bars, number: int) -> dt.date:
    return dt.datetime.fromtimestamp(bars.at[number], dt.UTC).date()


def shown(scan: Scan) -> list[Any]:
    return list(scan.results.order_by("match__code").values_list(*SHOWN))


# asking ----------------------------------------------------------------------------------------------------------------------


def test_a_question_waits_in_pieces_until_it_is_committed(market: Universe, alice: User, small_pieces: None) -> None:
    scan = ask(market, alice)
    assert (scan.status, scan.total, scan.kind) == ("queued", 6, "daily")
    assert [piece.size for piece in scan.pieces.order_by("number")] == [2, 2, 2]
    assert scan.as_of == last_bar_at(market)
    assert scan.rules.count() == len(default_rules())


def last_bar_at(market: Universe) -> dt.datetime:
    bars = load_bars(Instrument.objects.get(symbol="S0"), "1day")
    return dt.datetime.fromtimestamp(bars.at[-1], dt.UTC)


def test_after_commit_the_workers_do_the_rest(
    market: Universe, alice: User, small_pieces: None, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        scan = request_scan(universe=market, by=alice, now=NOW)
    scan.refresh_from_db()
    assert scan.status == "completed"
    assert scan.finished_at >= scan.started_at >= scan.created_at
    assert scan.results.exists()
    assert scan.bars_last_at == last_bar_at(market)


def test_the_same_question_joins_while_one_is_unfinished(market: Universe, alice: User, bob: User) -> None:
    first, second = ask(market, alice), ask(market, bob)
    assert first.pk == second.pk
    assert Scan.objects.count() == 1
    assert {request.user for request in first.requests.all()} == {alice, bob}


def test_another_day_other_rules_or_other_symbols_are_another_question(market: Universe, alice: User) -> None:
    bars = load_bars(Instrument.objects.get(symbol="S0"), "1day")
    asked = [
        ask(market, alice),
        ask(market, alice, as_of=day(bars, 300)),
        ask(market, alice, rules=[detector("double-top").rule()]),
        ask(market, alice, rules=[detector("double-top").rule(tolerance=0.05)]),
        ask(None, alice, symbols=["S0"]),
        ask(None, alice, symbols=["S0", "S1"]),
    ]
    assert len({scan.pk for scan in asked}) == 6
    assert ask(None, alice, symbols=["s1", "S0", " s0 "]).pk == asked[-1].pk


def test_after_new_bars_the_question_is_a_new_one(market: Universe, alice: User) -> None:
    before = ask(market, alice, as_of=dt.date(2016, 1, 29))
    share = Instrument.objects.get(symbol="S0")
    more = random_bars(321, seed=0)
    store_bars(instrument=share, interval="1day", bars=more)
    assert ask(market, alice, as_of=dt.date(2016, 1, 29)).pk != before.pk


def test_a_finished_question_may_be_asked_again(market: Universe) -> None:
    assert scan_now(market).pk != scan_now(market).pk


def test_unknown_symbols_are_named(alice: User, market: Universe) -> None:
    with pytest.raises(Invalid, match="NOPE") as refused:
        ask(None, alice, symbols=["S0", "NOPE"])
    assert refused.value.errors[0].field == "symbols"


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"as_of": "2026-03-03"}, "as_of", "future"),
        ({"as_of": "30.06.2017"}, "as_of", "no date"),
        ({"as_of": "2014-12-31"}, "as_of", "first bar of TEST is that of 2015-01-05"),
        ({"interval": "2day"}, "interval", "1day, 1week"),
        ({"interval": "1h"}, "interval", "no bars of 1h"),
    ],
)
def test_what_cannot_be_asked_is_said(market: Universe, alice: User, wrong: dict[str, str], field: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        ask(market, alice, **wrong)
    assert refused.value.errors[0].field == field
    assert not Scan.objects.exists()


def test_a_universe_without_members_cannot_be_scanned(alice: User) -> None:
    with pytest.raises(Invalid):
        ask(create_universe("EMPTY"), alice)


def test_only_members_of_the_day_are_scanned(market: Universe, alice: User) -> None:
    stay = market.members.get(instrument__symbol="S3")
    stay.left = dt.date(2016, 1, 1)
    stay.save()
    assert ask(market, alice, as_of=dt.date(2016, 2, 1)).total == 5
    assert ask(market, alice, as_of=dt.date(2015, 12, 1)).total == 6


# the answer ------------------------------------------------------------------------------------------------------------------


def test_what_is_ready_or_triggered_is_shown_with_its_price(market: Universe) -> None:
    scan = scan_now(market)
    rows = scan.results.select_related("match__instrument").filter(state__in=["ready", "triggered"])
    assert rows
    for row in rows:
        bars = load_bars(row.match.instrument, "1day")
        assert row.price == bars.close[-1]
        assert row.change_pct == pytest.approx(100 * (bars.close[-1] / bars.close[-2] - 1))
        side = 1 if row.match.side == "long" else -1
        assert row.distance_pct == pytest.approx(side * 100 * (row.match.entry / row.price - 1))
        assert len(row.closes) == 70
        assert row.closes[-1] == pytest.approx(row.price, rel=1e-5)
        assert 1 <= row.rs_rating <= 99


def test_matches_that_ended_lately_are_kept_for_those_who_ask(market: Universe) -> None:
    scan = scan_now(market)
    ended = scan.results.exclude(state__in=["ready", "triggered"]).select_related("match__instrument")
    for row in ended:
        bars = load_bars(row.match.instrument, "1day")
        assert row.match.ended_at.timestamp() >= bars.at[-LATELY]


def test_a_repeat_writes_no_match(market: Universe) -> None:
    first = scan_now(market)
    rows = list(PatternMatch.objects.order_by("pk").values())
    second = scan_now(market)
    assert list(PatternMatch.objects.order_by("pk").values()) == rows
    assert shown(first) == shown(second)


def test_a_match_is_one_row_over_its_whole_life(market: Universe) -> None:
    bars = load_bars(Instrument.objects.get(symbol="S0"), "1day")
    for number in range(250, 320, 5):
        scan_now(market, as_of=day(bars, number))
    assert ScanResult.objects.count() > PatternMatch.objects.count()
    later = PatternMatch.objects.exclude(state__in=["ready", "triggered"])
    assert later.exists()
    assert all(match.ended_at is not None for match in later)


def test_days_in_any_order_leave_the_same_rows(market: Universe) -> None:
    bars = load_bars(Instrument.objects.get(symbol="S0"), "1day")
    days = [day(bars, number) for number in (240, 262, 281, 300, 319)]

    def rows_after(order: list[dt.date]) -> list[Any]:
        PatternMatch.objects.all().delete()
        for one in order:
            scan_now(market, as_of=one)
        follow_lives()
        return list(PatternMatch.objects.order_by("code").values_list(*LIFE, "score", "entry", "detail"))

    forward = rows_after(days)
    assert PatternMatch.objects.exclude(state__in=["ready", "triggered"]).exists()
    assert rows_after(days[::-1]) == forward
    assert rows_after([days[4], days[0], days[2], days[1], days[3]]) == forward


def test_an_older_close_never_overwrites_a_later_life(market: Universe) -> None:
    bars = load_bars(Instrument.objects.get(symbol="S0"), "1day")
    early = scan_now(market, as_of=day(bars, 260))
    scan_now(market)
    rows = list(PatternMatch.objects.order_by("code").values_list(*LIFE, "walked_to"))
    again = scan_now(market, as_of=day(bars, 260))
    assert list(PatternMatch.objects.order_by("code").values_list(*LIFE, "walked_to")) == rows
    assert shown(again) == shown(early)


def test_a_match_whose_bars_were_corrected_away_ends_as_revised(market: Universe) -> None:
    scan_now(market)
    match = PatternMatch.objects.filter(state__in=["ready", "triggered"]).first()
    flat = random_bars(320, seed=99)
    store_bars(instrument=match.instrument, interval="1day", bars=flat)
    scan_now(market)
    match.refresh_from_db()
    assert (match.state, match.reason) == ("expired", "revised")


def test_new_is_what_the_scan_of_an_earlier_close_did_not_show(market: Universe) -> None:
    bars = load_bars(Instrument.objects.get(symbol="S0"), "1day")
    first = scan_now(market, as_of=day(bars, 260))
    assert not first.results.filter(is_new=True).exists()
    second = scan_now(market)
    known = set(first.results.values_list("match_id", flat=True))
    assert {row.match_id for row in second.results.filter(is_new=True)} == set(second.results.values_list("match_id", flat=True)) - known
    # asked once more on the same day, new stays new
    third = scan_now(market)
    assert set(third.results.filter(is_new=True).values_list("match_id")) == set(second.results.filter(is_new=True).values_list("match_id"))


def test_too_few_bars_are_skipped_with_how_many_are_needed(market: Universe) -> None:
    create_universe("TEST", members=[create_instrument("YOUNG", bars=random_bars(59, seed=3, first=dt.date(2016, 1, 4)))])
    scan = scan_now(market)
    assert scan.status == "completed"
    (skipped,) = scan.skipped
    assert skipped["symbol"] == "YOUNG"
    assert "59 bars" in skipped["reason"]
    assert "needed" in skipped["reason"]


def test_a_share_that_ceased_to_trade_is_skipped(market: Universe) -> None:
    create_universe("TEST", members=[create_instrument("GONE", bars=random_bars(200, seed=3))])
    (skipped,) = scan_now(market).skipped
    assert skipped["symbol"] == "GONE"
    assert "last bar" in skipped["reason"]


def test_one_broken_instrument_does_not_cost_the_others(market: Universe) -> None:
    whole = scan_now(market)
    block = Instrument.objects.get(symbol="S2").blocks.order_by("year").last()
    block.packed = bytes(block.packed)[:-1]
    block.save()
    broken = scan_now(market)
    assert broken.status == "partial"
    (failed,) = broken.failed
    assert failed["symbol"] == "S2"
    assert "damaged" in failed["reason"]
    assert shown(broken) == [row for row in shown(whole) if row[0] not in codes_of(whole, "S2")]


def codes_of(scan: Scan, symbol: str) -> set[Any]:
    return set(scan.results.filter(match__instrument__symbol=symbol).values_list("match__code", flat=True))


def test_a_scan_in_which_nothing_could_be_looked_at_has_failed() -> None:
    young = create_universe("YOUNG", members=[create_instrument("Y1", bars=random_bars(30))])
    scan = scan_now(young)
    assert scan.status == "failed"
    assert not scan.results.exists()


def test_a_list_is_rated_within_each_home(market: Universe) -> None:
    whole = scan_now(market)
    listed = scan_now(symbols=["S0", "S1"])
    assert listed.kind == "custom"
    assert set(shown_of(listed)) == {row for row in shown_of(whole) if row[0] in ("S0", "S1")}


def shown_of(scan: Scan) -> list[Any]:
    return list(scan.results.values_list("match__instrument__symbol", "match__code", "state", "rs_rating", "match__score"))


def test_the_end_is_told_once_after_commit(
    market: Universe, django_capture_on_commit_callbacks: Callable[..., Any], small_pieces: None
) -> None:
    heard: list[int] = []

    def hear(scan_id: int, **_: object) -> None:
        heard.append(scan_id)

    scan_finished.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            scan = scan_now(market)
            assert heard == []
    finally:
        scan_finished.disconnect(hear)
    assert heard == [scan.pk]


# crashes ---------------------------------------------------------------------------------------------------------------------


def test_a_piece_is_taken_once(market: Universe, alice: User) -> None:
    piece = ask(market, alice).pieces.get()
    assert pieces.run_piece(piece_id=piece.pk)
    assert not pieces.run_piece(piece_id=piece.pk)


def test_a_piece_whose_worker_is_silent_is_given_back_and_finished(market: Universe, alice: User, small_pieces: None) -> None:
    undisturbed = shown(scan_now(market))
    scan = ask(market, alice)
    first, second, _ = scan.pieces.order_by("number")
    pieces.run_piece(piece_id=first.pk)
    dead = timezone.now() - pieces.STALE - dt.timedelta(seconds=1)
    ScanPiece.objects.filter(pk=second.pk).update(status="running", attempts=1, heartbeat_at=dead)
    assert requeue_stale(now=timezone.now(), remind=False) == 1
    for piece in scan.pieces.all():
        pieces.run_piece(piece_id=piece.pk)
    scan.refresh_from_db()
    assert scan.status == "completed"
    assert shown(scan) == undisturbed


def test_a_living_piece_is_left_alone(market: Universe, alice: User) -> None:
    piece = ask(market, alice).pieces.get()
    ScanPiece.objects.filter(pk=piece.pk).update(status="running", attempts=1, heartbeat_at=timezone.now())
    assert requeue_stale(now=timezone.now(), remind=False) == 0


def test_the_one_process_of_embedded_mode_takes_everything_up_again(market: Universe, alice: User, small_pieces: None) -> None:
    scan = ask(market, alice)
    scan.pieces.filter(number__lte=1).update(status="running", attempts=1, heartbeat_at=timezone.now())
    assert requeue_everything(now=timezone.now()) == 2
    scan.refresh_from_db()
    assert scan.status == "completed"


def test_the_sweeper_reminds_of_lost_messages(market: Universe, alice: User, small_pieces: None) -> None:
    scan = ask(market, alice)
    requeue_stale(now=timezone.now())
    scan.refresh_from_db()
    assert scan.status == "queued"  # asked a moment ago: its message is on the way
    requeue_stale(now=timezone.now() + dt.timedelta(minutes=2))
    scan.refresh_from_db()
    assert scan.status == "completed"


def test_a_result_that_comes_after_another_took_over_does_not_count(market: Universe, alice: User) -> None:
    piece = ask(market, alice).pieces.get()
    late = pieces._take(piece.pk)
    ScanPiece.objects.filter(pk=piece.pk).update(status="queued")
    assert pieces.run_piece(piece_id=piece.pk)
    assert not pieces._finish(late, look_at(piece=late))
    assert ScanPiece.objects.get(pk=piece.pk).status == "done"


def test_a_piece_that_always_kills_its_worker_is_given_up_and_named(market: Universe, alice: User, small_pieces: None) -> None:
    scan = ask(market, alice)
    bad, *others = scan.pieces.order_by("number")
    for piece in others:
        pieces.run_piece(piece_id=piece.pk)
    ScanPiece.objects.filter(pk=bad.pk).update(status="running", attempts=3, heartbeat_at=timezone.now() - dt.timedelta(minutes=5))
    requeue_stale(now=timezone.now(), remind=False)
    scan.refresh_from_db()
    assert scan.status == "partial"
    assert [entry["symbol"] for entry in scan.failed] == ["S0", "S1"]


# withdrawing -----------------------------------------------------------------------------------------------------------------


def test_the_last_who_asked_cancels(market: Universe, alice: User, bob: User) -> None:
    scan = ask(market, alice)
    ask(market, bob)
    assert withdraw(code=scan.code, by=alice, now=NOW).status == "queued"
    assert withdraw(code=scan.code, by=bob, now=NOW).status == "cancelled"
    assert set(scan.pieces.values_list("status", flat=True)) == {"cancelled"}
    assert not pieces.run_piece(piece_id=scan.pieces.get().pk)


def test_who_withdrew_may_ask_again(market: Universe, alice: User, bob: User) -> None:
    scan = ask(market, alice)
    ask(market, bob)
    withdraw(code=scan.code, by=alice, now=NOW)
    assert ask(market, alice).pk == scan.pk
    assert withdraw(code=scan.code, by=bob, now=NOW).status == "queued"


def test_a_scan_of_the_timetable_is_not_cancelled_by_people(market: Universe, alice: User) -> None:
    scan = ask(market, None)
    ask(market, alice)
    assert withdraw(code=scan.code, by=alice, now=NOW).status == "queued"


def test_a_piece_under_way_writes_nothing_after_the_cancel(market: Universe, alice: User) -> None:
    scan = ask(market, alice)
    piece = pieces._take(scan.pieces.get().pk)
    look = look_at(piece=piece)
    withdraw(code=scan.code, by=alice, now=NOW)
    assert not pieces._finish(piece, look)
    assert not PatternMatch.objects.exists()
    assert not ScanResult.objects.exists()


def test_a_stranger_cannot_cancel(market: Universe, alice: User, charlie: User) -> None:
    shared, private = ask(market, alice), ask(None, alice, symbols=["S0"])
    with pytest.raises(Forbidden):
        withdraw(code=shared.code, by=charlie, now=NOW)
    with pytest.raises(Scan.DoesNotExist):
        withdraw(code=private.code, by=charlie, now=NOW)


def test_a_finished_scan_cannot_be_cancelled(market: Universe, alice: User) -> None:
    scan = run_scan_here(universe=market, by=alice, now=NOW, threads=0)
    with pytest.raises(Conflict):
        withdraw(code=scan.code, by=alice, now=NOW)
    with pytest.raises(Conflict):
        cancel(code=scan.code, now=NOW)


def test_who_sees_which_scan(market: Universe, alice: User, bob: User, charlie: User) -> None:
    shared, private = ask(market, alice), ask(None, alice, symbols=["S0"])
    ask(None, bob, symbols=["S0"])
    assert set(Scan.objects.visible_to(charlie)) == {shared}
    assert set(Scan.objects.visible_to(bob)) == {shared, private}


# progress --------------------------------------------------------------------------------------------------------------------


def test_progress_is_counted_from_the_pieces(market: Universe, alice: User, small_pieces: None) -> None:
    scan = ask(market, alice)
    assert (progress_of(scan=scan, now=NOW).done, progress_of(scan=scan, now=NOW).rate) == (0, None)
    pieces.run_piece(piece_id=scan.pieces.order_by("number").first().pk)
    scan.refresh_from_db()
    progress = progress_of(scan=scan, now=scan.started_at + dt.timedelta(seconds=4))
    assert (progress.status, progress.done, progress.total) == ("running", 2, 6)
    assert progress.rate == pytest.approx(0.5)
    assert progress.seconds_left == pytest.approx(8)


def test_a_piece_asks_the_database_a_fixed_number_of_questions(
    market: Universe, alice: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    scan_now(market)
    piece = ask(market, alice).pieces.get()
    with django_assert_max_num_queries(20):
        pieces.run_piece(piece_id=piece.pk)
