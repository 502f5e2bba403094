"""What the dashboard shows somebody new."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services.profiles import change_profile
from legend.dashboard import first_steps
from patterns.tests.factories import create_instrument, random_bars
from trading.services.watchlists import watch

pytestmark = pytest.mark.django_db


def done(user: User) -> set[str]:
    return {step["title"] for step in first_steps(User.objects.get(pk=user.pk)) if step["done"]}


def test_steps_are_ticked_as_they_are_done_with_one_query(alice: User, django_assert_max_num_queries: Any) -> None:
    assert "Watch a symbol" not in done(alice) and "Choose who sees your profile" not in done(alice)
    create_instrument("ACME", bars=random_bars(30))
    watch(owner=alice, ticker="ACME", now=timezone.now())
    change_profile(user=alice, changes={"privacy": "private"}, now=timezone.now())
    assert {"Watch a symbol", "Choose who sees your profile"} <= done(alice)
    user = User.objects.select_related("profile", "preferences").get(pk=alice.pk)
    first_steps(user)  # what is known of the market stays known for a while
    with django_assert_max_num_queries(1):
        first_steps(user)


def test_who_has_no_password_is_not_asked_about_mail_and_privacy(alice: User) -> None:
    alice.set_unusable_password()
    assert "Choose who sees your profile" not in {step["title"] for step in first_steps(alice)}


def test_hidden_steps_stay_hidden(browser: Callable[[User], Client], alice: User, bob: User) -> None:
    client = browser(alice)
    assert "First steps" in client.get("/").content.decode()
    assert client.post("/settings/first-steps/hide").status_code == 302
    assert "First steps" not in client.get("/").content.decode()
    assert "First steps" in browser(bob).get("/").content.decode()
