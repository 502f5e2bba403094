"""Neither text nor status nor time tells whether somebody has an account."""

import gc
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import pytest
from celery import current_app as app
from django.conf import settings as configured
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from legend.lib.rates import Rate

pytestmark = pytest.mark.django_db
TRIES = 30


@pytest.fixture(autouse=True)
def _as_served(settings: Settings) -> Iterator[None]:
    """No rates in the way, and mails are a worker's work."""
    settings.RATES = {name: Rate.parse("100000/second") for name in settings.RATES}
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


def sign_in(name: str, number: int) -> Any:
    client = APIClient(REMOTE_ADDR=f"10.0.{number // 5}.{int(name == 'nobody')}")  # the lock is looked at elsewhere
    return client.post("/api/auth/login", {"username": f"{name}@example.com", "password": "not this one"})


def sign_up(name: str, number: int) -> Any:
    words = {"username": f"{name}{number}", "email": f"{name}@example.com", "password": "quiet-harbour-42"}
    return APIClient().post("/api/auth/register", words)


def forget(name: str, number: int) -> Any:
    return APIClient().post("/api/auth/request-password-reset", {"email": f"{name}@example.com"})


def times(ask: Callable[[str, int], Any], tries: int) -> dict[str, float]:
    """The median seconds of an answer for a known and an unknown address, asked in turns."""
    taken: dict[str, list[float]] = {"alice": [], "nobody": []}
    gc.disable()
    for number in range(-5, tries):
        for name, seconds in taken.items():
            began = time.perf_counter()
            answer = ask(name, number % 1000)
            assert answer.status_code in (202, 401), answer.content
            if number >= 0:
                seconds.append(time.perf_counter() - began)
    gc.enable()
    return {name: median(seconds) for name, seconds in taken.items()}


def ratio(ask: Callable[[str, int], Any], tries: int = TRIES) -> float:
    found = times(ask, tries)
    return max(found.values()) / min(found.values())


@pytest.mark.parametrize("ask", [sign_in, sign_up, forget])
def test_a_known_address_takes_no_longer_than_an_unknown_one(alice: User, ask: Callable[[str, int], Any]) -> None:
    assert ratio(ask) < 1.2 or ratio(ask, 2 * TRIES) < 1.2, "once more, if the machine was busy"


@pytest.mark.parametrize("ask", [sign_in, sign_up, forget])
def test_and_the_answers_are_the_same(alice: User, ask: Callable[[str, int], Any]) -> None:
    known, unknown = ask("alice", 1), ask("nobody", 1)

    assert known.status_code == unknown.status_code
    assert known.content.replace(b"alice", b"nobody") == unknown.content
    assert known.headers.keys() == unknown.headers.keys()


@pytest.mark.speed
@pytest.mark.parametrize("ask", [sign_in, sign_up])
def test_with_the_hasher_of_the_product_too(settings: Settings, make_user: Any, ask: Callable[[str, int], Any]) -> None:
    from legend.settings import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    make_user("alice")

    assert ratio(ask, 40) < 1.2
    assert configured.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
