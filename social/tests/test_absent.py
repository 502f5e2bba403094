"""Whoever is suspended or leaving is not written to, and their pages hear nothing more."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session, TokenFamily, User
from accounts.services import ending, moderation
from accounts.services.closing import close_account, reopen_account
from accounts.services.passwords import change_password
from accounts.services.signing_in import leave_everywhere
from accounts.services.tokens import end_sign_in, give_tokens
from legend.lib import live
from legend.lib.clients import NOWHERE
from patterns.events import bars_updated
from patterns.tests.factories import create_instrument, make_bars
from social.consumers import SIGNED_OUT
from social.delivery import deliver_due
from social.models import Delivery
from social.services.notifications import notify
from trading.models import AlertResult
from trading.tests.test_monitoring import CLOSES, add_bars, price_alert

from .test_live import socket

PASSWORD = "a long password"
Away = Callable[[User, User], None]


def suspended(user: User, by: User) -> None:
    moderation.suspend(user=user, by=by, reason="spam", until=None, now=timezone.now())


def closing(user: User, by: User) -> None:
    close_account(user=user, password=PASSWORD, now=timezone.now())


def back(user: User, by: User) -> None:
    user.refresh_from_db()
    if user.is_closing:
        reopen_account(user=user)
    else:
        moderation.restore(user=user, by=by, reason="no spam")


@pytest.mark.django_db
@pytest.mark.parametrize("away", [suspended, closing])
def test_an_alert_is_written_down_and_not_delivered(
    alice: User, moderator: User, away: Away, django_capture_on_commit_callbacks: Any
) -> None:
    acme = create_instrument("ACME", bars=make_bars(CLOSES))
    alert = price_alert(alice)
    alert.channels = ["in_app", "email"]
    alert.save()
    away(alice, moderator)
    add_bars(acme, 107.0)
    with django_capture_on_commit_callbacks(execute=True):
        bars_updated.send_robust(sender=None, instrument_ids=[acme.pk], interval="1day")

    assert mail.outbox == []
    results = dict(AlertResult.objects.values_list("channel", "status"))
    assert results == {"in_app": "failed", "email": "failed"}


@pytest.mark.django_db
@pytest.mark.parametrize("away", [suspended, closing])
def test_what_waited_does_not_go_out_and_what_comes_later_does(alice: User, moderator: User, away: Away) -> None:
    """Not even when they are back: by then it is no news."""

    def tell(subject: str) -> None:
        notify(people=[alice.pk], kind="alert", subject=subject, title="ACME", text="crossed 105")
        Delivery.objects.filter(channel="in_app").delete()

    alice.preferences.notifications = {"alert": ["email"]}
    alice.preferences.save()
    tell("before")
    away(alice, moderator)
    tell("meanwhile")
    assert deliver_due(now=timezone.now()) == 0
    back(alice, moderator)
    assert deliver_due(now=timezone.now() + dt.timedelta(days=1)) == 0
    assert mail.outbox == []
    assert set(Delivery.objects.values_list("status", "fault")) == {("failed", "The account was closed or suspended then.")}

    tell("after")
    assert deliver_due(now=timezone.now()) == 1
    assert len(mail.outbox) == 1


ENDS: list[Callable[[User, User], object]] = [
    suspended,
    closing,
    lambda user, by: change_password(user=user, current=PASSWORD, new="loud-mountain-17", origin=NOWHERE),
    lambda user, by: leave_everywhere(user=user, origin=NOWHERE),
    lambda user, by: moderation.sign_out_everywhere(user=user, by=by, reason="stolen phone"),
    lambda user, by: ending.end_session(user=user, code=Session.objects.owned_by(user).first().code),
    lambda user, by: end_sign_in(code=TokenFamily.objects.get(user=user).code),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS)
def test_open_sockets_are_closed_at_once(alice: User, moderator: User, end: Callable[[User, User], object]) -> None:
    give_tokens(user=alice, origin=NOWHERE, now=timezone.now())
    page = socket(alice)

    async def play() -> dict[str, Any]:
        live.adopt(asyncio.get_running_loop())
        try:
            assert (await page.connect())[0]
            await sync_to_async(end)(alice, moderator)
            return dict(await page.receive_output(timeout=10))
        finally:
            live.adopt(None)

    closed = asyncio.run(play())
    assert (closed["type"], closed["code"]) == ("websocket.close", SIGNED_OUT)


@pytest.mark.django_db
def test_somebody_suspended_is_told_so_and_until_when_at_every_door(alice: User, moderator: User) -> None:
    until = timezone.now() + dt.timedelta(days=3)
    moderation.suspend(user=alice, by=moderator, reason="spam in comments", until=until, now=timezone.now())
    words = {"username": "alice", "password": PASSWORD}

    api, page = APIClient().post("/api/auth/login", words), Client().post("/sign-in", words)
    for said, status in ((api.json()["detail"], api.status_code), (page.content.decode(), page.status_code)):
        assert status == 403
        assert "suspended until" in said and f"{until:%-d %B %Y}" in said and "spam in comments" in said
