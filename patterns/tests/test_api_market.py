"""/api/patterns and /api/charts."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from patterns.api.charts import ChartMatch
from patterns.bars import load_bars, store_bars
from patterns.engine.registry import detectors
from patterns.models import Instrument, PatternMatch, Universe
from patterns.services.scans import run_scan_here

from .factories import create_market, random_bars

pytestmark = pytest.mark.django_db

Api = Callable[[User | None], APIClient]


@pytest.fixture
def market() -> Universe:
    return create_market(6, bars=320)


def any_match(market: Universe) -> PatternMatch:
    run_scan_here(universe=market, now=timezone.now(), threads=0)
    found = PatternMatch.objects.filter(state__in=["ready", "triggered"]).select_related("instrument").first()
    assert found is not None
    return found


def test_detect_answers_with_current_matches(api: Api, alice: User, market: Universe) -> None:
    answer = api(alice).post("/api/patterns/detect", {"ticker": "s0"}).json()
    assert (answer["symbol"], answer["universe"], answer["interval"], answer["bars"]) == ("S0", "TEST", "1day", 320)
    assert answer["as_of"] == answer["bars_last_date"] == "2016-04-12"
    assert all(match["state"] in ("ready", "triggered") for match in answer["matches"])


def test_detect_is_the_same_then_as_it_was(api: Api, alice: User, market: Universe) -> None:
    before = api(alice).post("/api/patterns/detect", {"ticker": "S0"}).json()
    for number in range(6):
        store_bars(instrument=Instrument.objects.get(symbol=f"S{number}"), interval="1day", bars=random_bars(340, seed=number))
    then = api(alice).post("/api/patterns/detect", {"ticker": "S0", "as_of": "2016-04-12"}).json()
    assert [match | {"chart_url": None} for match in then["matches"]] == [match | {"chart_url": None} for match in before["matches"]]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"ticker": "NOPE"}, 404, "unknown_symbol"),
        ({"ticker": "S0", "patterns": ["nope"]}, 400, "unknown_pattern"),
        ({"ticker": "S0", "interval": "1h"}, 404, "no_data"),
        ({"ticker": "S0", "as_of": "2015-03-02"}, 400, "too_few_bars"),
        ({"ticker": "x" * 10_000}, 400, "invalid"),
        ({"ticker": ["S0"]}, 400, "invalid"),
    ],
)
def test_wrong_questions_are_refused(api: Api, alice: User, market: Universe, body: dict[str, Any], status: int, code: str) -> None:
    answer = api(alice).post("/api/patterns/detect", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_catalogue_is_open_and_complete(api: Api, db: None) -> None:
    found = api(None).get("/api/patterns/catalog").json()["detectors"]
    assert [one["name"] for one in found] == list(detectors())
    for one in found:
        assert one["rules"]
        assert one["source"]
        assert one["patterns"]
        assert one["parameters"]
        assert all(param["low"] <= param["default"] <= param["high"] for param in one["parameters"])


def test_health_is_open(api: Api, market: Universe) -> None:
    answer = api(None).get("/api/patterns/health").json()
    assert (answer["status"], answer["instruments"], answer["bars_last_date"]) == ("ok", 6, "2016-04-12")


def test_health_without_bars_is_empty(api: Api, db: None) -> None:
    assert api(None).get("/api/patterns/health").json()["status"] == "empty"


# charts ----------------------------------------------------------------------------------------------------------------------


def test_a_chart_has_bars_averages_and_no_match(api: Api, alice: User, market: Universe) -> None:
    answer = api(alice).get("/api/charts/data", {"symbol": "S0"}).json()
    bars = load_bars(Instrument.objects.get(symbol="S0"), "1day")
    assert (answer["symbol"], answer["interval"], answer["simulated"], answer["match"]) == ("S0", "1day", False, None)
    assert len(answer["bars"]) == 320
    assert answer["bars"][0]["time"] == "2015-01-05"
    assert answer["bars"][-1]["close"] == pytest.approx(bars.close[-1])
    averages = {overlay["name"]: overlay["values"] for overlay in answer["overlays"]}
    assert set(averages) == {"SMA 50", "SMA 150", "SMA 200"}
    assert len(averages["SMA 50"]) == 320 - 49
    assert averages["SMA 50"][-1]["value"] == pytest.approx(bars.close[-50:].mean(), rel=1e-6)


def test_a_chart_draws_a_match(api: Api, alice: User, market: Universe) -> None:
    match = any_match(market)
    query = {"symbol": match.instrument.symbol, "match": str(match.code)}
    answer = api(alice).get("/api/charts/data", query).json()
    drawn, times = answer["match"], {bar["time"] for bar in answer["bars"]}
    assert set(drawn) == set(ChartMatch().fields)
    assert drawn["code"] == str(match.code)
    assert {point["time"] for point in drawn["points"]} <= times
    assert {drawn["start"], drawn["known_at"]} <= times
    assert {end["time"] for line in drawn["lines"] for end in (line["from"], line["to"])} <= times
    assert (drawn["entry"], drawn["stop"]) == (pytest.approx(match.entry), pytest.approx(match.stop))


def test_a_chart_as_of_a_day_ends_there(api: Api, alice: User, market: Universe) -> None:
    match = any_match(market)
    known = f"{match.known_at:%Y-%m-%d}"
    query = {"symbol": match.instrument.symbol, "match": str(match.code), "as_of": known}
    answer = api(alice).get("/api/charts/data", query).json()
    assert answer["bars"][-1]["time"] == known
    assert answer["match"]["state"] == "ready"
    day_before = match.known_at - dt.timedelta(days=1)
    assert api(alice).get("/api/charts/data", query | {"as_of": f"{day_before:%Y-%m-%d}"}).status_code == 404


def test_a_match_that_no_scan_kept_is_found_again(api: Api, alice: User, market: Universe) -> None:
    for number in range(6):
        question = {"ticker": f"S{number}", "as_of": "2016-03-01"}
        for match in api(alice).post("/api/patterns/detect", question).json()["matches"]:
            query = {"symbol": match["symbol"], "match": match["code"], "as_of": "2016-03-01"}
            assert api(alice).get("/api/charts/data", query).json()["match"]["code"] == match["code"]
            assert match["chart_url"].endswith(f"match={match['code']}&as_of=2016-03-01")
    assert not PatternMatch.objects.exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"symbol": "NOPE"}, 404),
        ({"symbol": "S0", "interval": "2day"}, 400),
        ({"symbol": "S0", "interval": "1h"}, 404),
        ({"symbol": "S0", "match": "x"}, 400),
        ({"symbol": "S0", "match": "6f0d8f2c-57d4-4c9c-8b0d-2a3fb2a1c6de"}, 404),
        ({"symbol": "S0", "as_of": "never"}, 400),
        ({"symbol": "S0", "as_of": "1999-01-01"}, 404),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused(api: Api, alice: User, market: Universe, query: dict[str, str], status: int) -> None:
    assert api(alice).get("/api/charts/data", query).status_code == status


def test_a_chart_asks_few_questions(api: Api, alice: User, market: Universe, django_assert_max_num_queries: Callable[..., Any]) -> None:
    match = any_match(market)
    client = api(alice)
    with django_assert_max_num_queries(4):
        client.get("/api/charts/data", {"symbol": match.instrument.symbol, "match": str(match.code)})
