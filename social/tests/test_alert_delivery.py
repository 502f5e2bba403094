"""From a bar to the person: alerts and moves of the watchlist are told once, whatever dies on the way."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from patterns.events import bars_updated
from patterns.models import Instrument
from patterns.tests.factories import create_instrument, make_bars
from social.models import Delivery, Notification
from trading.models import AlertEvent, AlertResult
from trading.services.watchlists import watch
from trading.tasks import sweep_alerts
from trading.tests.test_monitoring import CLOSES, add_bars, look, price_alert

pytestmark = pytest.mark.django_db
Commit = Callable[..., Any]


@pytest.fixture
def acme() -> Instrument:
    return create_instrument("ACME", bars=make_bars(CLOSES))


def test_an_import_fires_the_alert_and_its_owner_is_told(alice: User, acme: Instrument, django_capture_on_commit_callbacks: Commit) -> None:
    price_alert(alice)
    add_bars(acme, 107.0)
    with django_capture_on_commit_callbacks(execute=True):
        bars_updated.send_robust(sender=None, instrument_ids=[acme.pk], interval="1day")
    [told] = Notification.objects.owned_by(alice)
    assert told.title == "Price alert"
    assert told.text.startswith("ACME crossed above 105.00")
    assert told.url == "/symbols/ACME/"
    [result] = AlertResult.objects.filter(event__owner=alice, channel="in_app")
    assert result.status == AlertResult.Status.SENT


def test_bars_nobody_looked_at_are_found_by_the_sweeper_and_delivered_exactly_once(
    alice: User, acme: Instrument, django_capture_on_commit_callbacks: Commit
) -> None:
    """The process died after the bars were written and before anybody looked."""
    price_alert(alice)
    add_bars(acme, 107.0)
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            sweep_alerts()
    assert Notification.objects.get(person=alice).count == 1
    assert Delivery.objects.filter(notification__person=alice, channel="in_app", status="sent").count() == 1


def test_an_event_nobody_was_told_of_is_delivered_exactly_once_after_the_restart(
    alice: User, acme: Instrument, django_capture_on_commit_callbacks: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died between the event and its notification: what was to run after the commit never ran."""
    price_alert(alice)
    add_bars(acme, 107.0)
    [event] = look(acme)  # nothing that waits for the commit is run
    assert Notification.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        sweep_alerts()
    assert Notification.objects.count() == 0, "half a minute belongs to the worker"
    AlertEvent.objects.filter(pk=event.pk).update(created_at=timezone.now() - dt.timedelta(minutes=1))
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            sweep_alerts()
    assert Notification.objects.get(person=alice).count == 1
    assert Delivery.objects.filter(channel="in_app").count() == 1


def test_the_owner_of_an_item_that_moved_is_told_once(alice: User, acme: Instrument, django_capture_on_commit_callbacks: Commit) -> None:
    watch(owner=alice, ticker="ACME", details={"entry": 102.0}, now=timezone.now())
    add_bars(acme, 103.0)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            sweep_alerts()
    [told] = Notification.objects.owned_by(alice)
    assert (told.title, told.kind, told.count) == ("ACME is Triggered", "watchlist", 1)
