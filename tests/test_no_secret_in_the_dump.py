"""Whoever gets the database gets nobody's place in Legend: a full journey, then every row is searched for what was handed out."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.mailbox import code_in
from legend.lib.rates import Rate

OLD, NEW, LATEST = "quiet-harbour-42", "loud-mountain-17", "green-lantern-88"


@pytest.fixture(autouse=True)
def _no_rates(settings: Settings) -> None:
    settings.RATES = {name: Rate.parse("100000/second") for name in settings.RATES}


@pytest.fixture
def asked(django_capture_on_commit_callbacks: Any) -> Any:
    def post(path: str, body: dict[str, Any], access: str = "") -> Any:
        client = APIClient()
        if access:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(f"/api/auth/{path}", body)
        assert answer.status_code < 300, answer.content
        return answer.json() if answer.content else {}

    return post


def journey(asked: Any, django_capture_on_commit_callbacks: Any) -> dict[str, str]:
    """Everything secret that Erin was given or chose."""
    handed = {"old password": OLD, "new password": NEW, "latest password": LATEST}
    asked("register", {"username": "erin", "email": "erin@example.com", "password": OLD})
    handed["confirmation code"] = code_in()
    asked("register", {"username": "late", "email": "late@example.com", "password": OLD})
    handed["code that waits"] = code_in()
    asked("verify-email", {"code": handed["confirmation code"]})

    first = asked("login", {"username": "erin", "password": OLD})
    second = asked("refresh-token", {"refresh": first["refresh"]})
    asked("change-password", {"current_password": OLD, "new_password": NEW}, second["access"])
    asked("request-password-reset", {"email": "erin@example.com"})
    handed["reset code"] = code_in()
    asked("reset-password", {"code": handed["reset code"], "password": LATEST})
    third = asked("login", {"username": "erin", "password": LATEST})
    fourth = asked("refresh-token", {"refresh": third["refresh"]})
    for number, pair in enumerate((first, second, third, fourth)):
        handed |= {f"access token {number}": pair["access"], f"refresh token {number}": pair["refresh"]}
    handed["API key"] = asked("api-keys", {"name": "script", "scopes": ["read"]}, fourth["access"])["secret"]
    asked("request-password-reset", {"email": "erin@example.com"})
    handed["reset code that waits"] = code_in()
    assert APIClient().post("/api/auth/login", {"username": LATEST, "password": "typed into the wrong field"}).status_code == 401

    browser = Client()
    browser.post("/sign-in", {"username": "erin", "password": LATEST})
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/settings/address", {"email": "erin@example.org", "password": LATEST})
    handed["address code"] = code_in()
    handed["session key"] = browser.cookies["legend_session"].value
    assert browser.get("/api/users/me").status_code == 200
    return handed


def rows() -> Iterator[tuple[str, str]]:
    """Every value of every row, as text."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values_list():
            yield model._meta.label, "\x1f".join(value.hex() if isinstance(value, bytes) else str(value) for value in row)


def written(secret: str) -> set[str]:
    """The ways in which a secret could stand in a row and still be used."""
    raw = secret.encode()
    signature = secret.rsplit(".", 1)[-1] if secret.count(".") == 2 else secret
    return {
        secret,
        secret[::-1],
        signature,
        quote(secret),
        raw.hex(),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }


@pytest.mark.django_db
def test_a_dump_after_a_full_journey_holds_no_usable_secret(asked: Any, django_capture_on_commit_callbacks: Any) -> None:
    handed = journey(asked, django_capture_on_commit_callbacks)
    dump = list(rows())
    names = {label for label, _ in dump}

    assert {"accounts.User", "accounts.SignUp", "accounts.Session", "accounts.RefreshToken", "accounts.ApiKey"} <= names
    assert {"accounts.PasswordReset", "accounts.AddressChange", "accounts.AuditEvent", "axes.AccessAttempt"} <= names
    found = [(what, label) for what, secret in handed.items() for label, row in dump if any(form in row for form in written(secret))]
    assert found == []
    assert not any(settings.SECRET_KEY in row or settings.JWT_KEY in row for _, row in dump)


@pytest.mark.django_db
def test_the_search_finds_what_is_there(asked: Any, django_capture_on_commit_callbacks: Any) -> None:
    """A search that finds nothing anywhere would prove nothing."""
    handed = journey(asked, django_capture_on_commit_callbacks)
    User.objects.filter(username="erin").update(first_name=base64.b64encode(handed["session key"].encode()).decode())

    assert any(form in row for form in written(handed["session key"]) for _, row in rows())
    kept = hashlib.sha256(handed["session key"].encode()).hexdigest()
    assert any(kept in row for _, row in rows()), "what is kept is the digest"


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["digest", "session_key"])
def test_what_is_kept_opens_nothing(asked: Any, django_capture_on_commit_callbacks: Any, column: str) -> None:
    journey(asked, django_capture_on_commit_callbacks)
    kept = [
        str(value)
        for model in apps.get_models()
        if column in {field.name for field in model._meta.fields}
        for value in model._default_manager.values_list(column, flat=True)
        if value
    ]
    assert kept
    for value in kept:
        browser, program = Client(), APIClient()
        browser.cookies[settings.SESSION_COOKIE_NAME] = value
        program.credentials(HTTP_AUTHORIZATION=f"Api-Key {value}")
        assert browser.get("/api/users/me").status_code == 401
        assert program.get("/api/users/me").status_code == 401
        assert APIClient().post("/api/auth/verify-email", {"code": value}).status_code == 400
        assert APIClient().post("/api/auth/reset-password", {"code": value, "password": "another-one-99"}).status_code == 400
        assert APIClient().post("/api/auth/refresh-token", {"refresh": value}).status_code == 401
