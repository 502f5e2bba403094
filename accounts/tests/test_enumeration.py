"""Neither text nor status nor time tells whether somebody has an account."""

import gc
import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from statistics import median
from typing import Any

import pytest
import time_machine
from celery import current_app as app
from django.conf import settings as configured
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import SignUp, User
from legend.lib.rates import Rate
from legend.settings import RATES

pytestmark = pytest.mark.django_db
TRIES = 30
ADDRESS, CHOSEN = "whoever@example.com", "quiet-harbour-42"
SIGN_UP = {"username": "newcomer", "email": ADDRESS, "password": CHOSEN}


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


def change_address(name: str, number: int) -> Any:
    client = APIClient()
    client.force_login(User.objects.get(username="zoe"))
    client.handler.enforce_csrf_checks = False
    return client.post("/settings/address", {"email": f"{name}@example.com", "password": "a long password"}, format="multipart")


@pytest.fixture(autouse=True)
def zoe(make_user: Callable[..., User]) -> User:
    return make_user("zoe")


def times(ask: Callable[[str, int], Any], tries: int) -> dict[str, float]:
    """The median seconds of an answer for a known and an unknown address, asked in turns."""
    taken: dict[str, list[float]] = {"alice": [], "nobody": []}
    gc.disable()
    for number in range(-5, tries):
        for name, seconds in taken.items():
            began = time.perf_counter()
            answer = ask(name, number % 1000)
            assert answer.status_code in (200, 202, 401), answer.content
            if number >= 0:
                seconds.append(time.perf_counter() - began)
    gc.enable()
    return {name: median(seconds) for name, seconds in taken.items()}


def ratio(ask: Callable[[str, int], Any], tries: int = TRIES) -> float:
    found = times(ask, tries)
    return max(found.values()) / min(found.values())


@pytest.mark.parametrize("ask", [sign_in, sign_up, forget, change_address])
def test_a_known_address_takes_no_longer_than_an_unknown_one(alice: User, ask: Callable[[str, int], Any]) -> None:
    assert ratio(ask) < 1.2 or ratio(ask, 2 * TRIES) < 1.2, "once more, if the machine was busy"


@pytest.mark.parametrize("ask", [sign_in, sign_up, forget, change_address])
def test_and_the_answers_are_the_same(alice: User, ask: Callable[[str, int], Any]) -> None:
    known, unknown = ask("alice", 1), ask("nobody", 1)

    assert known.status_code == unknown.status_code
    assert plain(known).replace("alice", "nobody") == plain(unknown)
    assert known.headers.keys() == unknown.headers.keys()


def plain(answer: Any) -> str:
    """What it says, without what is new each time."""
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ?")[^"]+', r"\1", unescape(answer.content.decode()))


SEQUENCES: list[list[tuple[str, dict[str, str]]]] = [
    [("register", SIGN_UP), ("register", SIGN_UP), ("register", SIGN_UP | {"username": "other"})],
    # an account that waits for its mail: who chose its password may hear so, but not whether the address was somebody's before
    [("register", SIGN_UP), ("login", {"username": ADDRESS, "password": CHOSEN}), ("login", {"username": "newcomer", "password": CHOSEN})],
    [("register", SIGN_UP), ("login", {"username": ADDRESS, "password": "another"}), ("login", {"username": "newcomer", "password": "x"})],
    [("request-password-reset", {"email": ADDRESS}), ("register", SIGN_UP), ("request-password-reset", {"email": ADDRESS})],
    [("request-password-reset", {"email": ADDRESS}), ("login", {"username": ADDRESS, "password": CHOSEN}), ("register", SIGN_UP)],
    [("register", SIGN_UP), ("register", SIGN_UP | {"email": "probe@example.com"})],
    [
        *[("login", {"username": ADDRESS, "password": "x"})] * 11,
        ("register", SIGN_UP),
        ("login", {"username": ADDRESS, "password": CHOSEN}),
    ],
    [*[("request-password-reset", {"email": ADDRESS})] * 7, ("register", SIGN_UP)],
    [*[("register", SIGN_UP)] * 7, ("request-password-reset", {"email": ADDRESS})],
]


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("rates", ["as they are", "none"])
def test_nor_does_one_after_the_other(
    alice: User, settings: Settings, sequence: Any, rates: str, django_capture_on_commit_callbacks: Any
) -> None:
    """Each from a network of its own, the mails sent between; rates as configured too, since an answer of 429 tells as well."""
    told = {}
    if rates == "as they are":
        settings.RATES = {name: Rate(per_second=1e-4, burst=rate.burst) for name, rate in RATES.items()}  # however slow the machine
    for name in ("alice", "nobody"):
        with transaction.atomic():
            told[name] = list(answers(name, sequence, django_capture_on_commit_callbacks))
            transaction.set_rollback(True)
    assert told["alice"] == told["nobody"]


def answers(name: str, sequence: list[tuple[str, dict[str, str]]], callbacks: Any) -> Iterator[tuple[int, str]]:
    app.conf.task_always_eager = True
    for path, words in sequence:
        with time_machine.travel("2026-03-04T12:00:00Z", tick=False), callbacks(execute=True):
            said = {key: value.replace(ADDRESS, f"{name}@example.com").replace("newcomer", f"new-{name}") for key, value in words.items()}
            answer = APIClient(REMOTE_ADDR="192.0.2.1" if name == "alice" else "192.0.2.2").post(f"/api/auth/{path}", said)
        yield answer.status_code, re.sub(r"again in [^.]+\.", "again soon.", answer.content.decode().replace(name, "somebody"))


def test_what_is_typed_into_the_sign_in_page_tells_nothing_either(alice: User) -> None:
    APIClient().post("/api/auth/register", {**SIGN_UP, "email": "alice@example.com"})
    APIClient().post("/api/auth/register", {**SIGN_UP, "username": "other", "email": "nobody@example.com"})
    for password in (CHOSEN, "x"):
        pages = [Client().post("/sign-in", {"username": f"{name}@example.com", "password": password}) for name in ("alice", "nobody")]
        assert [page.status_code for page in pages] == [422, 422]
        assert plain(pages[0]).replace("alice", "nobody") == plain(pages[1])


def test_an_unknown_name_is_looked_for_by_the_index(alice: User) -> None:
    """A whole table read for whom there is not would tell by its time."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a table of three rows whole, whatever the index")
    for name, index in (("alice", "user_username_unique_without_case"), ("alice@example.com", "user_email_unique_without_case")):
        assert index in User.objects.known_as(name).explain()
        assert "sign_up_" in SignUp.objects.known_as(name).explain()


@pytest.mark.speed
@pytest.mark.parametrize("ask", [sign_in, sign_up])
def test_with_the_hasher_of_the_product_too(settings: Settings, make_user: Any, ask: Callable[[str, int], Any]) -> None:
    from legend.settings import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    make_user("alice")

    assert ratio(ask, 40) < 1.2
    assert configured.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
