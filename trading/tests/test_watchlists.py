"""/api/watchlist: Alice's list; for Charlie there is none of it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from patterns.models import Instrument, PatternMatch, Universe
from patterns.services.rules import asked_rules, store_rules
from patterns.tests.factories import create_instrument, create_universe, make_bars
from trading.models import WatchItem
from trading.services.watchlists import watch
from trading.tests.factories import closed_trade

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]


@pytest.fixture
def acme() -> Instrument:
    return create_instrument("ACME", bars=make_bars([100.0] * 58 + [98.0, 100.0]))


def create_match(instrument: Instrument, **fields: Any) -> PatternMatch:
    """A double bottom that is ready, its levels 102, 95 and 115."""
    home: Universe = instrument.home or create_universe("HOME", members=[instrument])
    known = fields.pop("known_at", dt.datetime(2015, 3, 2, tzinfo=dt.UTC))
    named = {
        "rule": store_rules(rules=asked_rules(patterns=["double-bottom"]))[0],
        "universe": home,
        "instrument": instrument,
        "interval": "1day",
        "pattern": "double-bottom",
        "side": "long",
        "start_at": known - dt.timedelta(days=40),
        "known_at": known,
        "anchors_hash": f"{PatternMatch.objects.count()}",
        "group": "g",
        "level": 101.5,
        "entry": 102.0,
        "stop": 95.0,
        "target": 115.0,
        "target2": 120.0,
        "score": 82.0,
        "detail": {"title": "Double bottom"},
        "state": "ready",
        "walked_to": known,
    }
    return PatternMatch.objects.create(**named | fields)


def test_a_symbol_is_watched_changed_and_removed(api: Api, alice: User, acme: Instrument) -> None:
    client = api(alice)
    added = client.post(
        "/api/watchlist/add", {"ticker": "acme", "reason": " tight  base ", "tags": ["#Base", "base"], "entry": 105, "stop": 97}
    )
    assert added.status_code == 201
    body = added.json()
    assert (body["symbol"], body["reason"], body["tags"], body["side"]) == ("ACME", "tight base", ["base"], "long")
    assert (body["status"], body["price"], body["distance_pct"], body["change_pct"]) == ("watching", 100.0, 5.0, 2.040816327)
    changed = client.patch("/api/watchlist/ACME", {"entry": 103, "alert_threshold_pct": 1.5}).json()
    assert (changed["entry"], changed["stop"], changed["alert_threshold_pct"]) == (103.0, 97.0, 1.5)
    assert client.delete("/api/watchlist/remove/ACME").status_code == 204
    assert client.get("/api/watchlist").json()["results"] == []


def test_a_match_is_watched_with_its_levels_in_one_request(api: Api, alice: User, acme: Instrument) -> None:
    match = create_match(acme)
    body = api(alice).post("/api/watchlist/add", {"match": str(match.code)}).json()
    assert (body["entry"], body["stop"], body["target"], body["side"]) == (102.0, 95.0, 115.0, "long")
    assert (body["reason"], body["tags"], body["match"]) == ("Double bottom, score 82", ["double-bottom"], str(match.code))


def test_charlie_finds_nothing_of_it(api: Api, alice: User, charlie: User, acme: Instrument) -> None:
    watch(owner=alice, ticker="ACME", now=timezone.now())
    stranger = api(charlie)
    assert stranger.get("/api/watchlist").json()["results"] == []
    assert stranger.get("/api/watchlist/ACME").status_code == 404
    assert stranger.patch("/api/watchlist/ACME", {"reason": "mine"}).status_code == 404
    assert stranger.patch("/api/watchlist", {"tickers": ["ACME"], "status": "skipped"}).status_code == 404
    assert stranger.delete("/api/watchlist/ACME").status_code == 404
    assert stranger.delete("/api/watchlist/remove/ACME").status_code == 404
    assert WatchItem.objects.get().status == "watching"
    assert api(None).get("/api/watchlist").status_code == 401


def test_a_match_of_somebodys_own_universe_is_not_found_by_others(api: Api, alice: User, charlie: User, acme: Instrument) -> None:
    match = create_match(acme, universe=create_universe("MINE", members=[acme]))
    Universe.objects.filter(pk=match.universe_id).update(owner=alice)
    assert api(charlie).post("/api/watchlist/add", {"match": str(match.code)}).status_code == 404
    assert api(alice).post("/api/watchlist/add", {"match": str(match.code)}).status_code == 201


def test_the_same_symbol_is_watched_once_and_starts_anew_when_it_was_over(api: Api, alice: User, bob: User, acme: Instrument) -> None:
    client = api(alice)
    client.post("/api/watchlist/add", {"ticker": "ACME", "reason": "first"})
    again = client.post("/api/watchlist/add", {"ticker": "ACME"})
    assert (again.status_code, again.json()["code"]) == (409, "already_watched")
    assert api(bob).post("/api/watchlist/add", {"ticker": "ACME"}).status_code == 201
    client.patch("/api/watchlist/ACME", {"status": "skipped"})
    anew = client.post("/api/watchlist/add", {"ticker": "ACME"}).json()
    assert (anew["status"], anew["reason"]) == ("watching", "")


def test_an_idempotency_key_answers_the_same_item(api: Api, alice: User, acme: Instrument) -> None:
    for _ in range(2):
        assert api(alice).post("/api/watchlist/add", {"ticker": "ACME"}, headers={"Idempotency-Key": "k1"}).status_code == 201
    other = api(alice).post("/api/watchlist/add", {"ticker": "ACME", "reason": "x"}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 422


def test_only_the_next_status_is_legal_and_skipped_from_any(api: Api, alice: User, acme: Instrument) -> None:
    client = api(alice)
    watch(owner=alice, ticker="ACME", now=timezone.now())
    order = ["watching", "breaking-out", "triggered", "completed"]
    for place, status in enumerate(order):
        for other in order:
            if other != status and other != [*order, ""][place + 1]:
                refused = client.patch("/api/watchlist", {"tickers": ["ACME"], "status": other})
                assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move"), (status, other)
        if place < 3:
            assert client.patch("/api/watchlist/ACME", {"status": order[place + 1]}).json()["status"] == order[place + 1]
    assert client.patch("/api/watchlist/ACME", {"status": "skipped"}).json()["status"] == "skipped"
    assert client.patch("/api/watchlist/ACME", {"status": "watching"}).status_code == 409


def test_many_are_moved_at_once_or_none(api: Api, alice: User, acme: Instrument) -> None:
    for symbol in ("B1", "B2"):
        create_instrument(symbol)
        watch(owner=alice, ticker=symbol, now=timezone.now())
    client = api(alice)
    moved = client.patch("/api/watchlist", {"tickers": ["b1", "B2"], "status": "breaking-out"})
    assert {row["status"] for row in moved.json()} == {"breaking-out"}
    watch(owner=alice, ticker="ACME", now=timezone.now())
    refused = client.patch("/api/watchlist", {"tickers": ["B1", "ACME"], "status": "triggered"})
    assert (refused.status_code, refused.json()["detail"].split(" cannot")[0]) == (409, "ACME (Watching)")
    assert set(WatchItem.objects.values_list("status", flat=True)) == {"breaking-out", "watching"}


@pytest.mark.parametrize(
    ("wish", "status", "field"),
    [
        ({}, 400, "ticker"),
        ({"ticker": "NOPE"}, 404, None),
        ({"ticker": "ACME", "match": "6f0d8f2c-57d4-4c9c-8b0d-2a3fb2a1c6de"}, 400, "ticker"),
        ({"match": "6f0d8f2c-57d4-4c9c-8b0d-2a3fb2a1c6de"}, 404, None),
        ({"ticker": "ACME", "entry": -1}, 400, "entry"),
        ({"ticker": "ACME", "entry": "NaN"}, 400, "entry"),
        ({"ticker": "ACME", "entry": 100, "stop": 100}, 400, "stop"),
        ({"ticker": "ACME", "entry": 100, "stop": 90, "target": 80}, 400, "stop"),
        ({"ticker": "ACME", "tags": ["x" * 40]}, 400, "tags"),
        ({"ticker": "ACME", "alert_threshold_pct": 90}, 400, "alert_threshold_pct"),
        ({"ticker": "ACME", "reason": "x" * 600}, 400, "reason"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    api: Api, alice: User, acme: Instrument, wish: dict[str, Any], status: int, field: str | None
) -> None:
    answer = api(alice).post("/api/watchlist/add", wish)
    assert answer.status_code == status, answer.json()
    if field:
        assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert not WatchItem.objects.exists()


def test_filters_by_status_and_tag(api: Api, alice: User, acme: Instrument) -> None:
    create_instrument("OTHER")
    watch(owner=alice, ticker="ACME", details={"tags": ["base", "é"]}, now=timezone.now())
    watch(owner=alice, ticker="OTHER", details={"tags": ["bases"]}, now=timezone.now())
    client = api(alice)
    client.patch("/api/watchlist/OTHER", {"status": "skipped"})

    def symbols(**query: str) -> list[str]:
        return [row["symbol"] for row in client.get("/api/watchlist", query).json()["results"]]

    assert symbols(tag="base") == ["ACME"]
    assert symbols(tag="é") == ["ACME"]
    assert symbols(status="active") == ["ACME"]
    assert symbols(status="skipped") == ["OTHER"]
    assert client.get("/api/watchlist", {"status": "eaten"}).status_code == 400


def test_a_page_of_the_list_costs_the_same_however_long_it_is(api: Api, alice: User, django_assert_num_queries: Any) -> None:
    client = api(alice)
    for number in range(12):
        create_instrument(f"W{number}", bars=make_bars([10.0, 11.0]))
        watch(owner=alice, ticker=f"W{number}", now=timezone.now())
        if number in (2, 11):
            with django_assert_num_queries(3):
                assert len(client.get("/api/watchlist").json()["results"]) == number + 1


def test_closing_its_trade_completes_a_triggered_item(
    alice: User, acme: Instrument, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    watch(owner=alice, ticker="ACME", now=timezone.now())
    for status, then in (("watching", "watching"), ("triggered", "completed")):
        WatchItem.objects.update(status=status)
        with django_capture_on_commit_callbacks(execute=True):
            closed_trade(alice, at=timezone.now())
        assert WatchItem.objects.get().status == then
