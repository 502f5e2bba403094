"""Forgotten and changed passwords, old hashes."""

import hashlib
from datetime import timedelta
from typing import Any

import bcrypt
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AuditEvent, Session, User
from accounts.services.demo import DEMO
from accounts.services.tokens import give_tokens
from legend.lib.clients import NOWHERE

from .mailbox import code_in

pytestmark = pytest.mark.django_db
ASK, RESET, CHANGE = "/api/auth/request-password-reset", "/api/auth/reset-password", "/api/auth/change-password"
OLD, NEW = "a long password", "loud-mountain-17"


@pytest.fixture
def ask(django_capture_on_commit_callbacks: Any) -> Any:
    def post_it(path: str, body: dict[str, Any]) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return APIClient().post(path, body)

    return post_it


def opens(access: str) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client.get("/api/users/me").status_code


def test_a_code_sets_a_new_password_once_within_an_hour(alice: User, ask: Any) -> None:
    ask(ASK, {"email": "Alice@Example.com"})
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert ask(RESET, {"code": code_in(), "password": NEW}).json()["code"] == "bad_code"

    assert ask(RESET, {"code": code_in(), "password": "password"}).status_code == 400, "a weak one does not use the code up"
    assert ask(RESET, {"code": code_in(0), "password": NEW}).status_code == 204
    assert ask(RESET, {"code": code_in(0), "password": NEW}).json()["code"] == "bad_code"
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_a_reset_ends_whatever_was_signed_in(alice: User, ask: Any) -> None:
    browser = Client()
    browser.force_login(alice)
    tokens = give_tokens(user=alice, origin=NOWHERE, now=timezone.now())
    ask(ASK, {"email": alice.email})
    ask(RESET, {"code": code_in(0), "password": NEW})

    assert browser.get("/api/users/me").status_code == 401
    assert opens(tokens.access) == 401
    assert "was changed" in mail.outbox[1].body


def test_an_unknown_address_gets_the_same_answer_and_no_mail(alice: User, ask: Any) -> None:
    known, unknown = ask(ASK, {"email": alice.email}), ask(ASK, {"email": "nobody@example.com"})

    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, known.json())
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]


@pytest.mark.parametrize("who", [{"is_active": False}, {"is_active": True, **DEMO, "username": "demo", "password": "!"}])
def test_who_cannot_sign_in_by_password_gets_no_code(alice: User, ask: Any, who: dict[str, Any]) -> None:
    User.objects.filter(pk=alice.pk).update(**{name: value() if callable(value) else value for name, value in who.items()})
    alice.refresh_from_db()
    ask(ASK, {"email": alice.email})

    assert mail.outbox == []


def test_a_change_keeps_this_browser_and_ends_the_rest(alice: User) -> None:
    here, there = Client(), Client()
    here.force_login(alice)
    there.force_login(alice)
    before = here.cookies["legend_session"].value
    tokens = give_tokens(user=alice, origin=NOWHERE, now=timezone.now())

    answer = here.post("/settings/password", {"current_password": OLD, "new_password": NEW})
    assert answer["Location"] == "/settings/sessions"
    assert here.get("/api/users/me").status_code == 200
    assert here.cookies["legend_session"].value != before
    assert there.get("/api/users/me").status_code == 401
    assert opens(tokens.access) == 401
    assert Session.objects.owned_by(alice).count() == 1
    assert AuditEvent.objects.about(alice).filter(kind="password-changed").count() == 1


def test_a_program_changes_the_password_and_signs_in_anew(alice: User) -> None:
    tokens = give_tokens(user=alice, origin=NOWHERE, now=timezone.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")

    answer = client.post(CHANGE, {"current_password": OLD, "new_password": NEW})
    assert answer.status_code == 204
    assert answer.cookies.get("legend_session") is None
    assert opens(tokens.access) == 401
    assert APIClient().post("/api/auth/login", {"username": "alice", "password": NEW}).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("not hers", NEW, "current_password"),
        (OLD, OLD, "new_password"),
        (OLD, "alice123", "new_password"),
        (OLD, "x" * 129, "new_password"),
    ],
)
def test_what_is_wrong_with_a_change_is_said_beside_its_field(alice: User, api: Any, current: str, new: str, field: str) -> None:
    answer = api(alice).post(CHANGE, {"current_password": current, "new_password": new})

    assert answer.status_code == 400
    assert {fault["field"] for fault in answer.json()["errors"]} == {field}
    alice.refresh_from_db()
    assert alice.check_password(OLD) and alice.generation == 0


def test_a_bcrypt_hash_is_read_and_becomes_argon2(alice: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
        "django.contrib.auth.hashers.BCryptPasswordHasher",
    ]
    quick = bcrypt.gensalt(rounds=4)
    plain, prepared = OLD.encode(), hashlib.sha256(OLD.encode()).hexdigest().encode()
    for algorithm, secret in (("bcrypt", plain), ("bcrypt_sha256", prepared)):
        User.objects.filter(pk=alice.pk).update(password=f"{algorithm}${bcrypt.hashpw(secret, quick).decode()}")
        assert APIClient().post("/api/auth/login", {"username": "alice", "password": OLD}).status_code == 200
        alice.refresh_from_db()
        assert alice.password.startswith("argon2$argon2id$")
