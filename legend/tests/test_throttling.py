"""How often whom may ask: embedded and on Redis alike."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis.exceptions import ConnectionError
from rest_framework.test import APIClient

from accounts.auth import issue_access_token
from accounts.models import User
from accounts.services.api_keys import create_key
from legend.lib.buckets import take
from legend.lib.errors import TooMany
from legend.lib.rates import Rate, in_words
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


SMALL = {"anon": "1/hour", "visitor": "2/hour", "user": "3/hour", "key": "2/hour", "session": "4/hour"}


@pytest.fixture
def small(settings: Settings) -> None:
    settings.RATES = {**configured.RATES, **{scope: Rate.parse(rate) for scope, rate in SMALL.items()}}


def answers(client: APIClient) -> list[int]:
    return [client.post("/api/auth/logout").status_code for _ in range(5)]


def with_token(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(user)}")
    return client


def with_key(user: User, *scopes: str) -> APIClient:
    client = APIClient()
    _, secret = create_key(owner=user, name="script", scopes=scopes, expires_at=None, now=timezone.now())
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {secret}")
    return client


def codes(client: Client, address: str, times: int = 5) -> list[int]:
    return [client.get(address).status_code for _ in range(times)]


def test_strangers_tokens_and_sessions_have_rates_of_their_own(small: None, alice: User) -> None:
    with_session = APIClient()
    with_session.force_login(alice)

    assert answers(APIClient()) == [204, 429, 429, 429, 429]
    assert answers(with_token(alice)) == [204, 204, 204, 429, 429]
    assert codes(with_session, "/api/schema") == [200, 200, 200, 200, 429]


def test_a_key_has_a_rate_of_its_own_within_that_of_its_owner(small: None, alice: User) -> None:
    one, other = with_key(alice, "read"), with_key(alice, "read")

    assert codes(one, "/api/users/me", 3) == [200, 200, 429]
    assert codes(other, "/api/users/me", 1) == [429]  # the refused one counted for the owner too
    assert codes(with_token(alice), "/api/users/me", 1) == [429]


@pytest.mark.parametrize("address", ["/sign-in", "/patterns/", "/nowhere", "/journal/", "/static/nothing.css"])
def test_pages_are_counted_whatever_becomes_of_them(small: None, client: Client, address: str) -> None:
    first, *rest = codes(client, address, 3)

    assert first in (200, 302, 404)
    assert rest == [first, 429]


def test_a_page_that_is_refused_says_when_to_come_back(small: None, client: Client, django_assert_num_queries: Any) -> None:
    codes(client, "/sign-in", 2)
    with django_assert_num_queries(0):
        answer = client.get("/sign-in?next=/lab/")

    assert answer.status_code == 429
    assert answer["Content-Type"].startswith("text/html")
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("2", "0")
    assert 1700 < int(answer["Retry-After"]) <= 1800
    assert "30 minutes" in answer.content.decode()
    assert 'href="/sign-in?next=/lab/"' in answer.content.decode()
    assert 'href="//' not in client.get("//elsewhere.example").content.decode()


def test_the_pages_of_one_person_are_counted_together(small: None, browser: Any, alice: User, bob: User) -> None:
    assert codes(browser(alice), "/help/data/", 4) == [200] * 4
    assert codes(browser(alice), "/nowhere", 1) == [429]
    assert codes(browser(bob), "/nowhere", 1) == [404]


def test_what_leads_nowhere_or_is_refused_counts_for_the_api_too(small: None, alice: User) -> None:
    nobody = APIClient(REMOTE_ADDR="10.0.0.1")
    assert codes(nobody, "/api/nowhere", 2) == [404, 429]
    unknown = APIClient(REMOTE_ADDR="10.0.0.2", HTTP_AUTHORIZATION="Api-Key lgd_nothing")
    assert codes(unknown, "/api/users/me", 2) == [401, 429]
    unheard = APIClient(REMOTE_ADDR="10.0.0.3", HTTP_HOST="elsewhere.example")
    assert codes(unheard, "/api/users/me", 2) == [400, 429]

    answer = unknown.get("/api/users/me")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "throttled"
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("1", "0")
    assert int(answer["Retry-After"]) > 3500

    assert codes(with_key(alice, "journal"), "/api/users/me", 3) == [403, 403, 429]


def test_a_form_that_comes_back_says_when_to_come_back(settings: Settings, client: Client) -> None:
    settings.RATES = {**configured.RATES, "auth": Rate.parse("1/hour")}
    first, second = (client.post("/sign-in", {"username": "alice", "password": "wrong"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (422, 429)
    assert "Retry-After" not in first
    assert 3500 < int(second["Retry-After"]) <= 3600


def test_probes_and_static_files_are_not_counted(small: None, client: Client) -> None:
    assert codes(client, "/healthz") == codes(client, "/readyz") == codes(client, "/static/css/legend.css") == [200] * 5


@pytest.mark.skipif(not configured.SHARED, reason="embedded there is no Redis")
def test_without_redis_each_process_goes_on_counting(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: Any) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr("legend.lib.buckets._draw_shared", silent)

    assert answers(APIClient()) == [204, 429, 429, 429, 429]


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


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "a second"), (1.2, "2 seconds"), (119, "119 seconds"), (121, "3 minutes"), (7300, "3 hours")]
)
def test_a_wait_is_said_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize("written", ["", "60", "60/fortnight", "0/hour", "-1/hour", "1/hour burst 0", "60/minute and more"])
def test_what_is_no_rate_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="60/minute"):
        Rate.parse(written)
