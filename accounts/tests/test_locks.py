"""Guessing passwords: a pause that nobody can see, for that name and network, and not for ever."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AuditEvent, User
from legend.lib.rates import Rate

pytestmark = pytest.mark.django_db
RIGHT = {"username": "alice", "password": "a long password"}
WRONG = {"username": "alice", "password": "not hers"}


@pytest.fixture(autouse=True)
def _no_rates(settings: Settings) -> None:
    """What is looked at here is the lock."""
    settings.RATES = {name: Rate.parse("100000/second") for name in settings.RATES}


def login(words: dict[str, str], **where: Any) -> Any:
    return APIClient(**where).post("/api/auth/login", words)


def miss(times: int, words: dict[str, str] = WRONG, **where: Any) -> list[Any]:
    return [login(words, **where) for _ in range(times)]


def test_after_ten_misses_the_right_password_gets_the_answer_of_a_wrong_one(alice: User) -> None:
    (before,) = miss(1)
    miss(9)
    locked = login(RIGHT)

    assert locked.status_code == before.status_code == 401
    assert locked.json() == before.json()
    assert {name: value for name, value in locked.items() if not name.startswith("RateLimit")} == {
        name: value for name, value in before.items() if not name.startswith("RateLimit")
    }


def test_nine_misses_lock_nothing_and_success_counts_anew(alice: User) -> None:
    for _ in range(2):
        miss(9)
        assert login(RIGHT).status_code == 200


def test_the_lock_ends_by_itself_even_while_somebody_goes_on_trying(alice: User) -> None:
    miss(10)
    now = timezone.now()
    for minutes in (5, 10, 14):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            assert login(RIGHT).status_code == 401
    with time_machine.travel(now + timedelta(minutes=16)):
        assert login(RIGHT).status_code == 200


def test_page_api_and_desk_share_one_lock(alice: User) -> None:
    miss(4)
    for _ in range(3):
        Client().post("/sign-in", WRONG)
        Client().post("/sign-in?next=/admin/", WRONG)

    assert login(RIGHT).status_code == 401
    assert Client().post("/sign-in", RIGHT).status_code == 422


def test_an_attacker_does_not_lock_the_owner_out(alice: User) -> None:
    miss(12, REMOTE_ADDR="203.0.113.9")

    assert login(RIGHT, REMOTE_ADDR="203.0.113.9").status_code == 401
    assert login(RIGHT, REMOTE_ADDR="198.51.100.7").status_code == 200


def test_one_ipv6_network_is_one_client(alice: User) -> None:
    for host in range(10):
        miss(1, REMOTE_ADDR=f"2001:db8:1:1::{host}")

    assert login(RIGHT, REMOTE_ADDR="2001:db8:1:1:ffff::1").status_code == 401
    assert login(RIGHT, REMOTE_ADDR="2001:db8:1:2::1").status_code == 200


def test_an_unknown_name_is_locked_just_the_same(alice: User) -> None:
    known, unknown = miss(12), miss(12, {**WRONG, "username": "nobody"})

    assert [(one.status_code, one.json()) for one in known] == [(one.status_code, one.json()) for one in unknown]


def test_what_was_typed_as_a_name_is_not_kept(alice: User) -> None:
    login({"username": "my secret password", "password": "x"})

    assert "my secret" not in str([*AccessAttempt.objects.values(), *AuditEvent.objects.values()])


def test_a_new_password_by_mail_ends_the_lock(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    from .mailbox import code_in

    miss(10)
    with django_capture_on_commit_callbacks(execute=True):
        APIClient().post("/api/auth/request-password-reset", {"email": "alice@example.com"})
    APIClient().post("/api/auth/reset-password", {"code": code_in(), "password": "loud-mountain-17"})

    assert login({**RIGHT, "password": "loud-mountain-17"}).status_code == 200
