"""How often whom may ask: embedded and on Redis alike."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as configured
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.auth import issue_access_token
from accounts.models import User
from legend.lib.buckets import take
from legend.lib.errors import TooMany
from legend.lib.rates import Rate
from legend.lib.throttling import spend

pytestmark = pytest.mark.django_db


def test_a_burst_is_served_and_then_the_rate() -> None:
    rate = Rate.parse("60/minute burst 5")
    waits = [take("somebody", rate) for _ in range(7)]

    assert waits[:5] == [0.0] * 5
    assert all(0.8 < wait <= 1.0 for wait in waits[5:])


@pytest.mark.skipif(configured.SHARED, reason="Redis keeps its own time")
def test_what_was_taken_comes_back_with_time() -> None:
    rate = Rate.parse("60/minute burst 5")
    for _ in range(5):
        take("somebody", rate)
    with time_machine.travel(timezone.now() + timedelta(seconds=2.5), tick=False):
        assert [take("somebody", rate) > 0 for _ in range(3)] == [False, False, True]


def test_buckets_of_others_are_full() -> None:
    rate = Rate.parse("1/hour")

    assert take("alice", rate) == 0
    assert take("alice", rate) > 3500
    assert take("bob", rate) == 0


def test_no_token_is_given_twice_when_many_ask_at_once() -> None:
    rate = Rate.parse("50/day")
    given: list[bool] = []
    together = threading.Barrier(8)

    def ask() -> None:
        together.wait()
        given.extend(take("crowd", rate) == 0 for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(given) == 50


def test_a_door_without_api_counts_too(settings: Settings) -> None:
    settings.RATES = {**configured.RATES, "scan": Rate.parse("2/hour")}
    spend("scan", "user-1")
    spend("scan", "user-1")

    with pytest.raises(TooMany) as refused:
        spend("scan", "user-1")
    assert 1700 < refused.value.retry_after <= 1800


@pytest.fixture
def small(settings: Settings) -> None:
    settings.RATES = {**configured.RATES, "anon": Rate.parse("1/hour"), "user": Rate.parse("2/hour"), "session": Rate.parse("3/hour")}


def answers(client: APIClient) -> list[int]:
    return [client.post("/api/auth/logout").status_code for _ in range(4)]


def test_strangers_tokens_and_sessions_have_rates_of_their_own(small: None, alice: User) -> None:
    with_token, with_session = APIClient(), APIClient()
    with_token.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(alice)}")
    with_session.force_login(alice)

    assert answers(APIClient()) == [204, 429, 429, 429]
    assert answers(with_token) == [204, 204, 429, 429]
    assert [with_session.get("/api/schema").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_strangers_of_one_network_share_and_others_do_not(small: None) -> None:
    assert answers(APIClient(REMOTE_ADDR="2001:db8:1:1::1"))[0] == 204
    assert answers(APIClient(REMOTE_ADDR="2001:db8:1:1::2"))[0] == 429
    assert answers(APIClient(REMOTE_ADDR="2001:db8:1:2::1"))[0] == 204


def test_a_header_of_the_client_does_not_make_it_another(small: None) -> None:
    assert answers(APIClient(HTTP_X_FORWARDED_FOR="1.1.1.1"))[0] == 204
    assert answers(APIClient(HTTP_X_FORWARDED_FOR="2.2.2.2"))[0] == 429


def test_behind_our_proxy_the_last_hop_counts(small: None, settings: Settings) -> None:
    settings.PROXIES = 1

    assert answers(APIClient(HTTP_X_FORWARDED_FOR="9.9.9.9, 1.1.1.1"))[0] == 204
    assert answers(APIClient(HTTP_X_FORWARDED_FOR="8.8.8.8, 1.1.1.1"))[0] == 429
    assert answers(APIClient(HTTP_X_FORWARDED_FOR="9.9.9.9, 3.3.3.3"))[0] == 204


def test_who_comes_around_our_proxies_is_not_believed(small: None, settings: Settings) -> None:
    settings.PROXIES = 2

    assert answers(APIClient(HTTP_X_FORWARDED_FOR="9.9.9.9"))[0] == 204
    assert answers(APIClient(HTTP_X_FORWARDED_FOR="8.8.8.8"))[0] == 429


def test_answers_tell_what_is_left(settings: Settings, alice: User) -> None:
    settings.RATES = {**configured.RATES, "user": Rate.parse("60/minute burst 3")}
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(alice)}")

    told = [client.get("/api/users/me") for _ in range(4)]
    assert [answer["RateLimit-Limit"] for answer in told] == ["3"] * 4
    assert [answer["RateLimit-Remaining"] for answer in told] == ["2", "1", "0", "0"]
    assert [answer.status_code for answer in told] == [200, 200, 200, 429]
    assert told[3]["RateLimit-Reset"] == told[3]["Retry-After"] == "1"
    assert "RateLimit-Limit" not in client.get("/healthz")


@pytest.mark.parametrize("written", ["", "60", "60/fortnight", "0/hour", "-1/hour", "1/hour burst 0", "60/minute and more"])
def test_what_is_no_rate_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="60/minute"):
        Rate.parse(written)
