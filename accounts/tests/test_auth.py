"""Signing in and out, by page and by API."""

from datetime import timedelta

import jwt
import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.auth import issue_access_token
from accounts.models import User

pytestmark = pytest.mark.django_db
WRONG = {"username": "alice", "password": "not hers"}


def test_a_name_and_password_give_an_access_token_for_fifteen_minutes(alice: User) -> None:
    answer = APIClient().post("/api/auth/login", {"username": "alice", "password": "a long password"})

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 15 * 60
    claims = jwt.decode(answer.json()["access"], settings.JWT_KEY, algorithms=["HS256"])
    assert claims["user_id"] == str(alice.pk)


@pytest.mark.parametrize("name", ["ALICE", "alice@example.com", "Alice@Example.COM", " alice "])
def test_the_name_is_known_in_any_case_and_as_an_address(alice: User, name: str) -> None:
    assert APIClient().post("/api/auth/login", {"username": name, "password": "a long password"}).status_code == 200


def test_an_unknown_name_gets_the_same_answer_as_a_wrong_password(alice: User) -> None:
    known = APIClient().post("/api/auth/login", WRONG)
    unknown = APIClient().post("/api/auth/login", {**WRONG, "username": "nobody"})

    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()
    assert known.json()["code"] == "wrong_credentials"
    assert known["Content-Type"] == "application/problem+json"


def test_an_unknown_name_takes_as_many_hashes_as_a_wrong_password(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def noted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", noted)

    counts = []
    for name in ("alice", "nobody"):
        hashed.clear()
        APIClient().post("/api/auth/login", {**WRONG, "username": name})
        counts.append(len(hashed))
    assert counts[0] == counts[1] == 1


def test_a_suspended_person_is_told_nothing_else(alice: User) -> None:
    User.objects.update(is_active=False)

    assert APIClient().post("/api/auth/login", {"username": "alice", "password": "a long password"}).json()["code"] == "wrong_credentials"


def test_missing_fields_are_named(db: None) -> None:
    answer = APIClient().post("/api/auth/login", {"username": "alice"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "password", "code": "required", "message": "This field is required."}]


def test_after_ten_tries_in_a_minute_the_answer_is_to_wait(alice: User) -> None:
    answers = [APIClient().post("/api/auth/login", WRONG) for _ in range(11)]

    assert {answer.status_code for answer in answers[:10]} == {401}
    assert answers[10].status_code == 429
    assert 1 <= int(answers[10]["Retry-After"]) <= 6


def test_the_tries_of_one_name_count_from_everywhere(alice: User) -> None:
    answers = [APIClient(REMOTE_ADDR=f"10.0.0.{host}").post("/api/auth/login", WRONG) for host in range(11)]

    assert answers[10].status_code == 429


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_a_token_opens_the_api_until_it_ends(alice: User) -> None:
    token = issue_access_token(alice)

    assert bearer(token).post("/api/auth/logout").status_code == 204
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        answer = bearer(token).post("/api/auth/logout")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_new_password_ends_the_tokens_of_the_old_one(alice: User) -> None:
    token = issue_access_token(alice)
    alice.set_password("another long one")
    alice.save()

    answer = bearer(token).post("/api/auth/logout")
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_outdated"


def test_a_token_of_a_suspended_person_opens_nothing(alice: User) -> None:
    token = issue_access_token(alice)
    User.objects.update(is_active=False)

    assert bearer(token).post("/api/auth/logout").status_code == 401


def test_a_forged_token_opens_nothing(alice: User) -> None:
    forged = jwt.encode({"user_id": str(alice.pk), "token_type": "access", "exp": 9e9, "jti": "x"}, "another key" * 4, algorithm="HS256")

    assert bearer(forged).post("/api/auth/logout").status_code == 401


def test_the_page_signs_in_and_leads_to_where_one_wanted(alice: User) -> None:
    client = Client()
    answer = client.post("/sign-in?next=/admin/", {"username": "alice@example.com", "password": "a long password"})

    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"
    assert client.session["_auth_user_id"] == str(alice.pk)


@pytest.mark.parametrize("outside", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_the_page_never_leads_elsewhere(alice: User, outside: str) -> None:
    answer = Client().post("/sign-in", {"username": "alice", "password": "a long password", "next": outside})

    assert answer["Location"] == "/"


def test_the_page_shows_the_form_again_with_one_sentence(alice: User) -> None:
    answer = Client().post("/sign-in", WRONG)

    assert answer.status_code == 422
    assert "This name and password do not belong together." in answer.content.decode()
    assert "not hers" not in answer.content.decode()


def test_the_form_needs_its_token_against_foreign_pages(alice: User) -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "alice", "password": "a long password"})

    assert answer.status_code == 403


def test_signing_out_is_a_deed_and_ends_the_session(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_api_signs_a_browser_out(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    assert client.post("/api/auth/logout").status_code == 204
    assert "_auth_user_id" not in client.session
