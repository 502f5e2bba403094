"""Keys: made once, shown once, counted, revoked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiKey, ApiKeyDay, User
from accounts.services import api_keys
from accounts.tasks import write_down_calls
from legend.lib.secrets import digest

pytestmark = pytest.mark.django_db
PATH = "/api/auth/api-keys"
WISH = {"name": "evening script", "scopes": ["scan", "read"]}
Api = Callable[[User | None], APIClient]


def with_key(secret: str) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Api-Key {secret}")


def make(owner: User, *scopes: str, expires_at: Any = None) -> str:
    _, secret = api_keys.create_key(owner=owner, name="k", scopes=scopes or ("read",), expires_at=expires_at, now=timezone.now())
    assert secret is not None
    return secret


def test_the_secret_is_told_once_and_kept_as_a_hash(api: Api, alice: User) -> None:
    answer = api(alice).post(PATH, WISH)
    made = answer.json()

    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert made["secret"].startswith("lgd_") and len(made["secret"]) == 47
    assert made["prefix"] == made["secret"][:12]
    assert made["scopes"] == ["read", "scan"]
    (listed,) = api(alice).get(PATH).json()
    assert "secret" not in listed
    assert made["secret"] not in str(ApiKey.objects.values().get())
    assert ApiKey.objects.get().digest == digest(made["secret"])


def test_a_key_acts_for_its_owner_within_its_scopes(alice: User) -> None:
    client = with_key(make(alice, "read"))

    assert client.get("/api/universe/custom").status_code == 200
    refused = client.post("/api/universe/custom", {"name": "x", "symbols": ["A"]}, content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["code"] == "missing_scope"
    assert "scope scan; yours has read" in refused.json()["detail"]


def test_a_key_cannot_make_or_revoke_keys_even_with_every_scope(alice: User) -> None:
    client = with_key(make(alice, "read", "journal", "scan", "social"))

    assert [client.get(PATH).status_code, client.post(PATH).status_code] == [403, 403]
    assert client.delete(f"{PATH}/{ApiKey.objects.get().code}").json()["code"] == "keys_refused"


@pytest.mark.parametrize("secret", ["", "lgd_", "lgd_x", "nonsense", "é", "lgd_" + "a" * 5000])
def test_an_invented_key_opens_nothing(alice: User, secret: str) -> None:
    answer = with_key(secret).get("/api/universe/list")

    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_key"
    assert "settings" in answer.json()["detail"]


def test_a_revoked_key_opens_nothing_from_that_moment(api: Api, alice: User) -> None:
    secret = make(alice)
    address = f"{PATH}/{ApiKey.objects.get().code}"

    assert with_key(secret).get("/api/universe/list").status_code == 200
    assert api(alice).delete(address).status_code == 204
    assert with_key(secret).get("/api/universe/list").status_code == 401
    assert api(alice).delete(address).status_code == 404
    assert api(alice).get(PATH).json() == []


def test_an_expired_key_opens_nothing_and_stays_in_the_list(api: Api, alice: User) -> None:
    secret = make(alice, expires_at=timezone.now() + timedelta(days=1))

    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert with_key(secret).get("/api/universe/list").status_code == 401
    assert len(api(alice).get(PATH).json()) == 1


def test_the_key_of_a_suspended_person_opens_nothing(alice: User) -> None:
    secret = make(alice)
    User.objects.update(is_active=False)

    assert with_key(secret).get("/api/universe/list").status_code == 401


def test_a_stranger_neither_sees_nor_revokes_my_key(api: Api, alice: User, charlie: User) -> None:
    make(alice)

    assert api(charlie).get(PATH).json() == []
    assert api(charlie).delete(f"{PATH}/{ApiKey.objects.get().code}").status_code == 404
    assert ApiKey.objects.get().revoked_at is None


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"scopes": ["read"]}, "name"),
        ({"name": "  ", "scopes": ["read"]}, "name"),
        ({"name": "x" * 61, "scopes": ["read"]}, "name"),
        ({"name": "x\x07", "scopes": ["read"]}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["all"]}, "scopes.0"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "scopes": ["read"], "expires_at": "tomorrow"}, "expires_at"),
    ],
)
def test_a_wrong_wish_is_told_and_makes_nothing(api: Api, alice: User, wish: Any, field: str) -> None:
    answer = api(alice).post(PATH, wish)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert not ApiKey.objects.exists()


def test_there_are_at_most_twenty_keys(api: Api, alice: User) -> None:
    for _ in range(api_keys.MAX_KEYS):
        make(alice)

    assert api(alice).post(PATH, WISH).json()["code"] == "too_many"


def test_the_same_wish_sent_twice_makes_one_key_and_tells_no_secret_again(api: Api, alice: User) -> None:
    first, second = (api(alice).post(PATH, WISH, headers={"Idempotency-Key": "a"}).json() for _ in range(2))

    assert first["code"] == second["code"]
    assert second["secret"] is None
    assert api(alice).post(PATH, {**WISH, "name": "other"}, headers={"Idempotency-Key": "a"}).status_code == 422


def test_calls_are_counted_by_day_and_written_at_most_once_a_minute(api: Api, alice: User) -> None:
    secret = make(alice)
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as clock:
        for _ in range(5):
            with_key(secret).get("/api/universe/list")
        assert ApiKeyDay.objects.get().calls == 1
        write_down_calls()
        assert ApiKeyDay.objects.get().calls == 5
        write_down_calls()
        assert ApiKeyDay.objects.get().calls == 5
        clock.shift(timedelta(days=1))
        cache.delete(f"api-key-noted:{ApiKey.objects.get().pk}")
        with_key(secret).get("/api/universe/list")
        (told,) = api(alice).get(PATH).json()
    assert (told["calls_today"], told["calls_30_days"]) == (1, 6)
    assert told["last_used_at"] == "2026-03-03T10:00:00Z"


def test_a_request_with_a_key_costs_one_query_to_know_who_asks(alice: User, django_assert_num_queries: Any) -> None:
    client = with_key(make(alice))
    client.get("/api/patterns/catalog")

    with django_assert_num_queries(1):
        client.get("/api/patterns/catalog")
