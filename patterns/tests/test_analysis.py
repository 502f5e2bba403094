"""One symbol, looked at from all sides and on several intervals, through the API."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from patterns.bars import load_bars
from patterns.models import Instrument, Universe
from patterns.services.after_close import week_closed_by

from .factories import create_instrument, create_market, random_bars

pytestmark = pytest.mark.django_db

PARTS = ("trendlines", "fibonacci", "levels", "candlesticks")
Ask = Callable[..., Any]


@pytest.fixture
def market() -> Universe:
    return create_market(3, bars=420)


@pytest.fixture
def ask(api: Callable[[User | None], APIClient], alice: User) -> Ask:
    return lambda path, **question: api(alice).get(f"/api/{path}", question)


def test_the_whole_picture_of_a_symbol(market: Universe, ask: Ask) -> None:
    answer = ask("analyze", ticker="S1", bars=30).json()
    bars = load_bars(Instrument.objects.get(symbol="S1"), "1day")
    assert (answer["symbol"], answer["bars"], answer["universe"]) == ("S1", 420, "TEST")
    assert [bar["close"] for bar in answer["series"]] == pytest.approx(bars.close[-30:].tolist(), rel=1e-9)
    assert {one["name"] for one in answer["indicators"]} >= {"sma", "rsi", "macd", "atr"}
    template = answer["trend_template"]
    assert len(template) == 8 and template[4]["ok"] == (template[4]["value"] > template[4]["limit"])
    assert template[4]["limit"] == pytest.approx(bars.close[-50:].mean())
    assert answer["rs_rating"] == template[7]["value"] and 1 <= answer["rs_rating"] <= 99
    assert answer["stage"]["name"] in ("basing", "advancing", "topping", "declining")
    assert answer["levels"]["high_52"] == pytest.approx(bars.high[-252:].max())
    for zone in answer["levels"]["zones"]:
        assert zone["low"] <= zone["price"] <= zone["high"] and zone["touches"] >= 2


def test_nothing_later_than_the_asked_close_is_known(market: Universe, ask: Ask) -> None:
    bars = load_bars(Instrument.objects.get(symbol="S0"), "1day")
    day = dt.datetime.fromtimestamp(bars.at[349], dt.UTC).date()
    create_instrument("ALONE", bars=random_bars(350, seed=0))
    then, alone = ask("advanced/comprehensive", ticker="S0", as_of=str(day)).json(), ask("advanced/comprehensive", ticker="ALONE").json()
    for name in (*PARTS, "stage", "as_of", "bars"):
        assert then[name] == alone[name]


def test_the_parts_alone_are_those_of_the_whole(market: Universe, ask: Ask) -> None:
    whole = ask("advanced/comprehensive", ticker="S2").json()
    for name in PARTS:
        assert ask(f"advanced/{name}", ticker="s2").json()[name] == whole[name]


def test_a_plan_in_r_follows_the_best_match_that_waits(market: Universe, ask: Ask) -> None:
    plans = [ask("analyze", ticker=symbol).json()["plan"] for symbol in ("S0", "S1", "S2")]
    assert any(plans)
    for plan in filter(None, plans):
        sign = 1 if plan["side"] == "long" else -1
        assert [exit["price"] for exit in plan["exits"]] == pytest.approx(
            [plan["entry"] + sign * r * plan["risk_per_share"] for r in (1, 2, 3)]
        )
        assert sum(exit["share_pct"] for exit in plan["exits"]) == 100


def test_several_intervals_agree_or_not(market: Universe, api: Callable[[User | None], APIClient], alice: User) -> None:
    answer = api(alice).post("/api/multitimeframe/analyze", {"ticker": "S1"}, format="json").json()
    weekly, daily, four, hour = answer["intervals"]
    assert (weekly["available"], daily["available"], four["available"], hour["available"]) == (True, True, False, False)
    assert "There are no bars of 4h for S1" in four["reason"]
    said = (4 * weekly["say"] + 3 * daily["say"]) / 7
    assert answer["confluence"] == pytest.approx(100 * abs(said)) and -1 <= said <= 1
    assert any(reason.startswith("Weekly: ") for reason in answer["reasons"])
    alone = api(alice).post("/api/multitimeframe/analyze", {"ticker": "S1", "intervals": ["1h"]}, format="json")
    assert (alone.status_code, alone.json()["code"]) == (404, "no_data")


@pytest.mark.parametrize("path", ["analyze", "advanced/levels", "advanced/comprehensive"])
def test_what_is_wrong_is_told_in_words(market: Universe, ask: Ask, path: str) -> None:
    create_instrument("YOUNG", bars=random_bars(40))
    for question, status, code, words in (
        ({"ticker": "NOPE"}, 404, "unknown_symbol", "NOPE"),
        ({"ticker": "YOUNG"}, 400, "too_few_bars", "40 bars of 1day; at least 6"),
        ({"ticker": "S0", "interval": "5min"}, 404, "no_data", "no bars of 5min"),
        ({"ticker": "S0", "interval": "2day"}, 400, "unknown_interval", "1day"),
        ({"ticker": "S0", "as_of": "2999-01-01"}, 400, "future", "future"),
        ({"ticker": "S0", "as_of": "soon"}, 400, "bad_date", "no date"),
        ({}, 400, None, "required"),
    ):
        answer = ask(path, **question)
        assert answer.status_code == status and words in answer.content.decode()
        assert code is None or answer.json()["code"] == code


def test_the_chart_is_a_picture_and_a_refusal_is_not(market: Universe, ask: Ask) -> None:
    picture = ask("charts/image", symbol="S0")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    refused = ask("charts/image", symbol="NOPE")
    assert refused.status_code == 404 and b"NOPE" in refused.content


@pytest.mark.parametrize(
    ("day", "closed"),
    [("2017-06-30", "2017-06-30"), ("2017-07-03", "2017-06-30"), ("2018-03-29", "2018-03-29")],
    ids=["Friday", "Monday", "Thursday before Good Friday"],
)
def test_a_week_is_closed_by_its_last_session(day: str, closed: str) -> None:
    assert week_closed_by(dt.datetime.fromisoformat(f"{day}T00:00+00:00")).date() == dt.date.fromisoformat(closed)
