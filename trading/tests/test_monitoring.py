"""New bars: alerts come true once, watchlist items move, and nothing that a dead process left is lost."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from patterns.bars import store_bars
from patterns.models import Instrument
from patterns.tests.factories import create_instrument, make_bars
from trading.models import Alert, AlertEvent, BarLook, WatchItem
from trading.services.alerts import change_alert, create_alert, switch_alert
from trading.services.monitoring import look_at_bars, look_at_what_was_missed
from trading.services.trades import close_trade
from trading.services.watch_moves import complete_missed
from trading.services.watchlists import watch

from .factories import closed_trade, open_trade, out

pytestmark = pytest.mark.django_db
CLOSES = [100.0] * 60


@pytest.fixture
def acme() -> Instrument:
    return create_instrument("ACME", bars=make_bars(CLOSES))


def add_bars(instrument: Instrument, *closes: float, volume: float = 1e6, before: list[float] = CLOSES) -> list[float]:
    """Bars after those there are; returns all closes."""
    bars = make_bars([*before, *closes], volume=volume)
    store_bars(instrument=instrument, interval="1day", bars=bars.since(len(before)))
    return [*before, *closes]


def look(*instruments: Instrument) -> list[AlertEvent]:
    looked = look_at_bars(instrument_ids=[one.pk for one in instruments], interval="1day", now=timezone.now())
    return list(AlertEvent.objects.filter(pk__in=looked.events).order_by("pk"))


def price_alert(owner: User, *, level: float = 105, relation: str = "crosses-above", **wish: Any) -> Alert:
    params = {"relation": relation, "level": level, **({"percent": wish.pop("percent")} if "percent" in wish else {})}
    return create_alert(owner=owner, wish={"kind": "price", "symbol": "ACME", "params": params, **wish})


def test_a_price_alert_fires_on_the_bar_that_crosses_its_level_and_says_what_was_measured(alice: User, acme: Instrument) -> None:
    alert = price_alert(alice)
    add_bars(acme, 103.0)
    assert look(acme) == []
    add_bars(acme, 107.0, before=[*CLOSES, 103.0])
    [event] = look(acme)
    assert event.alert == alert
    assert event.values == {"level": 105.0, "high": 108.07, "low": 101.97, "close": 107.0}
    assert event.sentence.startswith("ACME crossed above 105.00: high 108.07, close 107.00 (")
    alert.refresh_from_db()
    assert (alert.status, alert.fired_count) == (Alert.Status.DONE, 1)


def test_bars_that_were_there_when_the_alert_was_made_do_not_count(alice: User, acme: Instrument) -> None:
    add_bars(acme, 107.0)
    price_alert(alice)
    assert look(acme) == []


@pytest.mark.parametrize(
    ("params", "closes", "fires"),
    [
        ({"relation": "crosses", "level": 95}, [94.0], True),
        ({"relation": "crosses-below", "level": 95}, [94.0], True),
        ({"relation": "crosses-above", "level": 95}, [94.0], False),
        ({"relation": "within", "level": 110, "percent": 5}, [104.0], True),
        ({"relation": "within", "level": 110, "percent": 2}, [104.0], False),
        ({"relation": "away", "level": 100, "percent": 4}, [104.0], True),
        ({"relation": "away", "level": 100, "percent": 9}, [104.0], False),
    ],
)
def test_price_relations(alice: User, acme: Instrument, params: dict[str, Any], closes: list[float], fires: bool) -> None:
    create_alert(owner=alice, wish={"kind": "price", "symbol": "ACME", "params": params})
    add_bars(acme, *closes)
    assert bool(look(acme)) is fires


@pytest.mark.parametrize(
    ("params", "volume", "fires"),
    [
        ({"direction": "above", "level": 104}, 1e6, True),
        ({"direction": "above", "bars": 20}, 1e6, True),
        ({"direction": "above", "bars": 20, "volume": 1.5}, 1e6, False),
        ({"direction": "above", "bars": 20, "volume": 1.5}, 2e6, True),
        ({"direction": "above", "bars": 400}, 1e6, False),
        ({"direction": "below", "bars": 20}, 1e6, False),
    ],
)
def test_breakouts(alice: User, acme: Instrument, params: dict[str, Any], volume: float, fires: bool) -> None:
    create_alert(owner=alice, wish={"kind": "breakout", "symbol": "ACME", "params": params})
    add_bars(acme, 105.0, volume=volume)
    assert bool(look(acme)) is fires


def test_a_breakout_of_a_level_is_its_first_close_beyond_and_not_every_later_one(alice: User, acme: Instrument) -> None:
    create_alert(
        owner=alice, wish={"kind": "breakout", "symbol": "ACME", "params": {"direction": "above", "level": 104}, "repeating": True}
    )
    closes = add_bars(acme, 105.0)
    assert len(look(acme)) == 1
    add_bars(acme, 106.0, before=closes)
    assert look(acme) == []


def test_volume(alice: User, acme: Instrument) -> None:
    create_alert(owner=alice, wish={"kind": "volume", "symbol": "ACME", "params": {"ratio": 2}})
    add_bars(acme, 100.0, volume=3e6)
    [event] = look(acme)
    assert event.values == {"volume": 3e6, "volume_ratio": 3.0}
    assert "traded 3.0× its 50-bar average volume" in event.sentence


def test_a_repeating_alert_is_silent_during_its_pause(alice: User, acme: Instrument) -> None:
    alert = price_alert(alice, relation="within", level=100, percent=1, repeating=True, pause_minutes=60)
    closes = add_bars(acme, 100.0)
    assert len(look(acme)) == 1
    closes = add_bars(acme, 100.0, before=closes)
    assert look(acme) == []
    Alert.objects.filter(pk=alert.pk).update(last_fired_at=timezone.now() - dt.timedelta(minutes=61))
    add_bars(acme, 100.0, before=closes)
    assert len(look(acme)) == 1


def test_the_same_bar_told_twice_fires_once_and_the_database_refuses_a_second_event(alice: User, acme: Instrument) -> None:
    price_alert(alice, repeating=True)
    add_bars(acme, 107.0)
    [event] = look(acme)
    assert look(acme) == []
    twin = AlertEvent(alert=event.alert, owner=alice, kind="price", interval="1day", bar_at=event.bar_at, sentence="twin")
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_paused_and_done_alerts_are_quiet_and_one_that_is_switched_on_waits_for_bars_to_come(alice: User, acme: Instrument) -> None:
    alert = switch_alert(owner=alice, code=price_alert(alice).code, on=False)
    closes = add_bars(acme, 107.0)
    assert look(acme) == []
    switch_alert(owner=alice, code=alert.code, on=True)
    assert look(acme) == []
    change_alert(owner=alice, code=alert.code, wish={"kind": "price", "symbol": "ACME", "params": {"level": 110}})
    add_bars(acme, 112.0, before=closes)
    assert len(look(acme)) == 1


def test_a_weekly_alert_is_judged_on_weeks_built_from_days(alice: User, acme: Instrument) -> None:
    create_alert(owner=alice, wish={"kind": "price", "symbol": "ACME", "interval": "1week", "params": {"level": 105}})
    add_bars(acme, *[107.0] * 6)
    [event] = look(acme)
    assert event.interval == "1week"


def test_looking_costs_the_same_queries_however_many_alerts_there_are(
    alice: User, bob: User, acme: Instrument, django_assert_max_num_queries: Any
) -> None:
    for level in range(101, 141):
        price_alert(bob, level=level)
        create_alert(owner=alice, wish={"kind": "volume", "symbol": "ACME", "params": {"ratio": 1 + level / 100}})
    add_bars(acme, 150.0, volume=9e6)
    with django_assert_max_num_queries(22):
        assert len(look(acme)) == 80


# watchlists ------------------------------------------------------------------------------------------------------------------


def test_an_item_breaks_out_near_its_entry_and_triggers_at_it(alice: User, acme: Instrument) -> None:
    item = watch(owner=alice, ticker="acme", details={"entry": 110.0, "stop": 100.0}, now=timezone.now())
    closes = add_bars(acme, 105.0)  # high 106.05: 3.6 % away
    look_at_bars(instrument_ids=[acme.pk], interval="1day", now=timezone.now())
    item.refresh_from_db()
    assert item.status == "watching"
    closes = add_bars(acme, 106.0, before=closes)  # high 107.06: 2.7 %
    assert look_at_bars(instrument_ids=[acme.pk], interval="1day", now=timezone.now()).moved == [item.pk]
    item.refresh_from_db()
    assert item.status == "breaking-out"
    assert item.status_note.startswith("within 3 % of entry: close 106.00")
    add_bars(acme, 111.0, before=closes)
    look_at_bars(instrument_ids=[acme.pk], interval="1day", now=timezone.now())
    item.refresh_from_db()
    assert item.status == "triggered"


def test_a_pullback_entry_below_the_price_is_reached_from_above(alice: User, acme: Instrument) -> None:
    item = watch(owner=alice, ticker="ACME", details={"entry": 90.0, "stop": 85.0}, now=timezone.now())
    add_bars(acme, 96.0, 89.0)
    look_at_what_was_missed(now=timezone.now())
    item.refresh_from_db()
    assert item.status == "triggered"
    assert BarLook.objects.get(instrument=acme, interval="1day").looked_to.date() > dt.date(2015, 1, 5)


def judged(item: WatchItem, acme: Instrument, before: list[float], *closes: float) -> list[float]:
    after = add_bars(acme, *closes, before=before)
    look_at_bars(instrument_ids=[acme.pk], interval="1day", now=timezone.now())
    item.refresh_from_db()
    return after


@pytest.mark.parametrize(
    ("closes", "note"),
    [([121.0], "reached its target 120.00"), ([94.0], "reached its stop 95.00"), ([100.0], "")],
)
def test_a_triggered_item_that_nobody_trades_is_completed_at_its_target_or_stop(
    alice: User, acme: Instrument, closes: list[float], note: str
) -> None:
    item = watch(owner=alice, ticker="ACME", details={"entry": 102.0, "stop": 95.0, "target": 120.0}, now=timezone.now())
    before = judged(item, acme, CLOSES, 103.0)
    assert item.status == "triggered"
    judged(item, acme, before, *closes)
    assert (item.status, item.status_note.startswith(note)) == ("completed" if note else "triggered", True)


def test_entry_and_target_between_two_looks_complete_it_and_the_bar_of_its_entry_does_not(alice: User, acme: Instrument) -> None:
    details = {"entry": 102.0, "stop": 101.8, "target": 120.0}
    item = watch(owner=alice, ticker="ACME", details=details, now=timezone.now())
    before = judged(item, acme, CLOSES, 102.5)  # the low of this bar lies below the stop
    assert item.status == "triggered"
    judged(item, acme, before, 110.0, 125.0)
    assert item.status == "completed"


def test_an_item_that_is_traded_waits_for_its_trade(alice: User, acme: Instrument) -> None:
    item = watch(owner=alice, ticker="ACME", details={"entry": 102.0, "stop": 95.0, "target": 120.0}, now=timezone.now())
    before = judged(item, acme, CLOSES, 103.0)
    trade = open_trade(alice, now=timezone.now())
    judged(item, acme, before, 121.0)
    assert item.status == "triggered"
    close_trade(owner=alice, code=trade.code, fill=out("121", at=timezone.now()), now=timezone.now())
    for expected in (1, 0):  # the news was lost; the sweeper finds it, once
        assert len(complete_missed(now=timezone.now())) == expected
    item.refresh_from_db()
    assert (item.status, item.status_note) == ("completed", "its trade was closed")


def test_a_trade_that_was_over_before_completes_nothing(alice: User, acme: Instrument) -> None:
    closed_trade(alice, at=timezone.now() - dt.timedelta(days=9))
    item = watch(owner=alice, ticker="ACME", details={"entry": 102.0, "stop": 95.0}, now=timezone.now())
    judged(item, acme, CLOSES, 103.0)
    assert item.status == "triggered" and complete_missed(now=timezone.now()) == []
