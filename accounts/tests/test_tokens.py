"""Refresh tokens: one use, a short grace, a family that ends together."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AuditEvent, RefreshToken, TokenFamily, User
from accounts.services.tokens import BadRefreshToken, Tokens, forget_spent, give_tokens, refresh_tokens
from legend.lib.clients import NOWHERE

REFRESH, LOGOUT = "/api/auth/refresh-token", "/api/auth/logout"


@pytest.fixture
def given(alice: User) -> Tokens:
    return give_tokens(user=alice, origin=NOWHERE, now=timezone.now())


def renew(token: str, **later: Any) -> Any:
    with time_machine.travel(timezone.now() + timedelta(**later), tick=False):
        return APIClient().post(REFRESH, {"refresh": token})


def opens(access: str, **later: Any) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    with time_machine.travel(timezone.now() + timedelta(**later), tick=False):
        return client.get("/api/users/me").status_code


@pytest.mark.django_db
def test_signing_in_gives_a_pair_and_the_pair_gives_the_next(alice: User) -> None:
    first = APIClient().post("/api/auth/login", {"username": "alice", "password": "a long password"}).json()
    second = renew(first["refresh"], seconds=60).json()

    assert (first["expires_in"], first["refresh_expires_in"]) == (900, 7 * 86400 - 1)
    assert first["refresh"] != second["refresh"]
    assert opens(first["access"], seconds=60) == opens(second["access"], seconds=60) == 200


@pytest.mark.django_db
def test_within_ten_seconds_the_same_successor_is_answered(given: Tokens) -> None:
    first, again = renew(given.refresh, seconds=1).json(), renew(given.refresh, seconds=10).json()

    assert first["refresh"] == again["refresh"]
    assert RefreshToken.objects.filter(used_at=None).count() == 1


@pytest.mark.django_db
def test_a_token_that_comes_back_after_the_grace_ends_its_family(given: Tokens) -> None:
    successor = renew(given.refresh, seconds=1).json()
    assert opens(successor["access"], seconds=2) == 200

    replayed = renew(given.refresh, seconds=12)
    assert (replayed.status_code, replayed.json()["code"]) == (401, "token_not_valid")
    assert renew(successor["refresh"], seconds=13).status_code == 401
    assert opens(successor["access"], seconds=14) == 401
    assert not TokenFamily.objects.exists()
    assert AuditEvent.objects.filter(kind="token-reused").count() == 1


@pytest.mark.django_db
def test_other_sign_ins_of_the_person_go_on_when_one_was_stolen(given: Tokens, alice: User) -> None:
    other = give_tokens(user=alice, origin=NOWHERE, now=timezone.now())
    renew(given.refresh, seconds=1)
    renew(given.refresh, seconds=30)

    assert opens(other.access) == 200
    assert renew(other.refresh, seconds=31).status_code == 200


@pytest.mark.django_db
def test_a_used_token_is_known_again_after_its_row_is_gone(given: Tokens) -> None:
    successor = renew(given.refresh, seconds=1).json()
    forget_spent(now=timezone.now() + timedelta(days=1))
    assert RefreshToken.objects.count() == 1

    assert renew(given.refresh, days=1).status_code == 401
    assert renew(successor["refresh"], days=1).status_code == 401


@pytest.mark.django_db
def test_what_is_too_old_is_swept(given: Tokens) -> None:
    forget_spent(now=timezone.now() + timedelta(days=6))
    assert TokenFamily.objects.count() == 1

    forget_spent(now=timezone.now() + timedelta(days=8))
    assert not TokenFamily.objects.exists()


def forged(tokens: Tokens, key: str = "another key of sufficient length, really") -> str:
    return jwt.encode(jwt.decode(tokens.refresh, options={"verify_signature": False}), key, algorithm="HS256")


def unsigned(tokens: Tokens) -> str:
    return jwt.encode(jwt.decode(tokens.refresh, options={"verify_signature": False}), None, algorithm="none")  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", [forged, unsigned, lambda given: given.access, lambda given: given.refresh[:-2], lambda given: "x"])
def test_what_we_did_not_give_for_this_is_refused_and_ends_nothing(given: Tokens, spoil: Callable[[Tokens], str]) -> None:
    assert renew(spoil(given), seconds=1).status_code == 401
    assert renew(given.refresh, seconds=1).status_code == 200


@pytest.mark.django_db
def test_an_old_token_is_over(given: Tokens) -> None:
    assert renew(given.refresh, days=8).status_code == 401


@pytest.mark.django_db
def test_signing_out_ends_the_access_token_too(given: Tokens) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {given.access}")

    assert client.post(LOGOUT).status_code == 204
    assert opens(given.access) == 401
    assert renew(given.refresh).status_code == 401


@pytest.mark.django_db
def test_a_refresh_token_alone_signs_out(given: Tokens) -> None:
    assert APIClient().post(LOGOUT, {"refresh": given.refresh}).status_code == 204
    assert opens(given.access) == 401
    assert APIClient().post(LOGOUT, {"refresh": "nothing of ours"}).status_code == 204


@pytest.mark.django_db
def test_no_token_is_in_the_rows(given: Tokens) -> None:
    rows = str([*RefreshToken.objects.values(), *TokenFamily.objects.values()])

    assert given.refresh not in rows
    assert given.refresh.rsplit(".")[-1] not in rows


@pytest.mark.django_db
def test_a_token_costs_one_query(given: Tokens, django_assert_num_queries: Any) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {given.access}")
    with django_assert_num_queries(1):
        client.post("/api/auth/change-password", {})


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_one_token_get_one_successor(given: Tokens, settings: Settings) -> None:
    answers: list[Tokens | BadRefreshToken] = []
    together = threading.Barrier(20)

    def ask() -> None:
        together.wait()
        try:
            answers.append(refresh_tokens(token=given.refresh, origin=NOWHERE, now=timezone.now()))
        except BadRefreshToken as refused:
            answers.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 20
    assert {answer.refresh for answer in answers if isinstance(answer, Tokens)} == {answers[0].refresh}  # type: ignore[union-attr]
    assert TokenFamily.objects.count() == 1
    assert RefreshToken.objects.count() == 2
    assert RefreshToken.objects.filter(used_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_replays_at_once_after_the_grace_end_the_family_and_nothing_survives(given: Tokens) -> None:
    now = timezone.now()
    successor = refresh_tokens(token=given.refresh, origin=NOWHERE, now=now)
    refused: list[str] = []
    survivors: list[Tokens] = []
    together = threading.Barrier(20)

    def ask(number: int) -> None:
        together.wait()
        try:
            survivors.append(
                refresh_tokens(
                    token=successor.refresh if number % 4 == 0 else given.refresh, origin=NOWHERE, now=now + timedelta(seconds=60)
                )
            )
        except BadRefreshToken as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) >= 15
    assert not TokenFamily.objects.exists(), "the owner's refresh at the same moment made none that lives on"
    assert not RefreshToken.objects.exists()
    assert {opens(one.access, seconds=61) for one in survivors} <= {401}


@pytest.mark.django_db
def test_a_browser_session_is_no_token(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    assert client.post(LOGOUT).status_code == 204
    assert configured.SESSION_COOKIE_NAME not in {name for name, cookie in client.cookies.items() if cookie.value}
