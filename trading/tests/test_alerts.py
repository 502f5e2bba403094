"""/api/alerts: Alice's wishes and her log; for Charlie there is neither."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from patterns.models import Instrument
from patterns.services.saved_rules import lab_rule, save_rule
from patterns.tests.factories import create_instrument, create_universe, make_bars
from trading.models import Alert, AlertEvent
from trading.services.alerts import create_alert, record_result
from trading.services.alerts import test_alert as send_test

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]
PRICE = {"kind": "price", "symbol": "acme", "params": {"relation": "crosses-above", "level": 105}}


@pytest.fixture
def acme() -> Instrument:
    acme = create_instrument("ACME", bars=make_bars([100.0] * 60))
    create_universe("HOME", members=[acme])
    return acme


def test_an_alert_is_made_listed_changed_and_deleted(api: Api, alice: User, acme: Instrument) -> None:
    client = api(alice)
    made = client.post("/api/alerts/create", {**PRICE, "note": "breakout", "repeating": True, "pause_minutes": 60})
    assert made.status_code == 201
    body = made.json()
    assert (body["sentence"], body["symbol"], body["status"]) == ("ACME crosses above 105.00", "ACME", "active")
    assert body["params"] == {"relation": "crosses-above", "level": 105.0, "percent": None}
    assert [one["code"] for one in client.get("/api/alerts/list", {"symbol": "acme"}).json()["results"]] == [body["code"]]
    assert client.get("/api/alerts/list", {"kind": "volume"}).json()["results"] == []
    put = client.put(f"/api/alerts/update/{body['code']}", {**PRICE, "params": {"level": 90}, "status": "paused"}).json()
    assert (put["sentence"], put["repeating"], put["status"]) == ("ACME crosses 90.00", False, "paused")
    assert client.get(f"/api/alerts/{body['code']}").json() == put
    assert client.delete(f"/api/alerts/{body['code']}").status_code == 204
    assert not Alert.objects.exists()


def test_a_pattern_alert_takes_own_detectors_and_a_universe_or_the_watchlist(api: Api, alice: User, bob: User, acme: Instrument) -> None:
    mine = save_rule(owner=alice, name="tight", rule=lab_rule(detector="double-bottom", params={}))
    params = {"patterns": ["double-bottom", "double-top"], "saved": [str(mine.code)], "min_score": 70, "on": "ready"}
    made = api(alice).post("/api/alerts/create", {"kind": "pattern", "universe": "home", "params": params})
    assert made.json()["sentence"] == "HOME shows Double bottom or Double top or my detector becoming ready, score 70 or more"
    assert (
        api(alice)
        .post("/api/alerts/create", {"kind": "pattern", "watchlist": True})
        .json()["sentence"]
        .startswith("My watchlist shows any")
    )
    theirs = api(bob).post("/api/alerts/create", {"kind": "pattern", "universe": "home", "params": params})
    assert (theirs.status_code, theirs.json()["errors"][0]["field"]) == (400, "params.saved")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"kind": "moon"}, 400, "kind"),
        ({"symbol": "NOPE"}, 404, None),
        ({"symbol": None}, 400, "symbol"),
        ({"symbol": None, "universe": "HOME"}, 400, "universe"),
        ({"symbol": None, "universe": "NOWHERE", "kind": "pattern", "params": {}}, 404, None),
        ({"universe": "HOME", "kind": "pattern", "params": {}}, 400, "symbol"),
        ({"params": {}}, 400, "params.level"),
        ({"params": {"level": "high"}}, 400, "params.level"),
        ({"params": {"level": True}}, 400, "params.level"),
        ({"params": {"level": 1e300}}, 400, "params.level"),
        ({"params": {"level": 5, "wheels": 4}}, 400, "params.wheels"),
        ({"params": {"level": 5, "relation": "eats"}}, 400, "params.relation"),
        ({"params": {"level": 5, "relation": "within"}}, 400, "params.percent"),
        ({"kind": "breakout", "params": {"level": 5, "bars": 20}}, 400, "params.level"),
        ({"kind": "breakout", "params": {"bars": 2.5}}, 400, "params.bars"),
        ({"kind": "pattern", "params": {"patterns": ["unicorn"]}}, 400, "params.patterns"),
        ({"kind": "pattern", "params": {"saved": ["x"]}}, 400, "params.saved"),
        ({"kind": "pattern", "params": {}, "interval": "5min"}, 400, "interval"),
        ({"interval": "1year"}, 400, "interval"),
        ({"pause_minutes": -1}, 400, "pause_minutes"),
        ({"channels": ["pigeon"]}, 400, "channels"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    api: Api, alice: User, acme: Instrument, change: dict[str, Any], status: int, field: str | None
) -> None:
    answer = api(alice).post("/api/alerts/create", PRICE | change)
    assert answer.status_code == status, answer.json()
    if field:
        assert field in [fault["field"] for fault in answer.json()["errors"]]
    assert not Alert.objects.exists()


def test_charlie_finds_nothing_of_it(api: Api, alice: User, charlie: User, acme: Instrument) -> None:
    alert = create_alert(owner=alice, wish=PRICE)
    event = send_test(owner=alice, code=alert.code, now=timezone.now())
    stranger = api(charlie)
    assert stranger.get("/api/alerts/list").json()["results"] == stranger.get("/api/alerts/log").json()["results"] == []
    assert stranger.get(f"/api/alerts/{alert.code}").status_code == 404
    assert stranger.put(f"/api/alerts/update/{alert.code}", PRICE).status_code == 404
    assert stranger.delete(f"/api/alerts/{alert.code}").status_code == 404
    assert stranger.post("/api/alerts/test", {"code": str(alert.code)}).status_code == 404
    assert stranger.post(f"/api/alerts/log/{event.code}/acknowledge").status_code == 404
    assert Alert.objects.count() == 1


def test_the_log_tells_each_channel_and_an_entry_is_acknowledged_once(api: Api, alice: User, acme: Instrument) -> None:
    alert = create_alert(owner=alice, wish=PRICE)
    event = send_test(owner=alice, code=alert.code, now=timezone.now())
    record_result(event_id=event.pk, channel="in_app", status="sent", now=timezone.now())
    record_result(event_id=event.pk, channel="email", status="failed", detail="No server.", now=timezone.now())
    client = api(alice)
    [entry] = client.get("/api/alerts/log", {"alert": str(alert.code)}).json()["results"]
    assert entry["sentence"] == "Test: ACME crosses above 105.00"
    assert {one["channel"]: (one["status"], one["detail"]) for one in entry["results"]} == {
        "in_app": ("sent", ""),
        "email": ("failed", "No server."),
    }
    said = client.post(f"/api/alerts/log/{event.code}/acknowledge").json()
    assert {one["channel"]: one["status"] for one in said["results"]} == {"in_app": "acknowledged", "email": "failed"}
    assert client.post(f"/api/alerts/log/{event.code}/acknowledge").status_code == 409


def test_the_log_outlives_its_alert(api: Api, alice: User, acme: Instrument) -> None:
    alert = create_alert(owner=alice, wish=PRICE)
    send_test(owner=alice, code=alert.code, now=timezone.now())
    api(alice).delete(f"/api/alerts/{alert.code}")
    [entry] = api(alice).get("/api/alerts/log").json()["results"]
    assert entry["alert"] is None
    assert AlertEvent.objects.count() == 1


def test_an_idempotency_key_answers_the_same_alert(api: Api, alice: User, acme: Instrument) -> None:
    codes = {api(alice).post("/api/alerts/create", PRICE, headers={"Idempotency-Key": "k"}).json()["code"] for _ in range(2)}
    assert len(codes) == 1


def test_lists_cost_the_same_however_long_they_are(api: Api, alice: User, acme: Instrument, django_assert_num_queries: Any) -> None:
    for number in range(8):
        alert = create_alert(owner=alice, wish=PRICE)
        event = send_test(owner=alice, code=alert.code, now=timezone.now())
        record_result(event_id=event.pk, channel="in_app", status="sent", now=timezone.now())
        if number in (1, 7):
            with django_assert_num_queries(1):
                api(alice).get("/api/alerts/list")
            with django_assert_num_queries(2):
                api(alice).get("/api/alerts/log")


@pytest.mark.parametrize("change", ["edit", "fault"])
def test_the_form_stands_first_while_it_is_what_one_is_at(
    alice: User, acme: Instrument, browser: Callable[[User], Client], change: str
) -> None:
    alert = create_alert(owner=alice, wish=PRICE)
    client = browser(alice)
    page = client.get(f"/alerts/{alert.code}/") if change == "edit" else client.post("/alerts/", {"kind": "price", "symbol": "ACME"})
    assert page.content.index(b'id="alert-form"') < page.content.index(b'id="log"')
    plain = client.get("/alerts/").content
    assert plain.index(b'id="alert-form"') > plain.index(b'id="log"')
