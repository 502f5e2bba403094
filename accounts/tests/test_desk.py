"""The desk is no way round: what moderators may ask, and doors of Django's own that lead to the same services."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.services.api_keys import create_key

pytestmark = pytest.mark.django_db
DESK = "/admin/accounts/user/"
OLD, NEW = "a long password", "loud-mountain-17"
SECRET = {"password", "digest", "session_key", "session_data", "generation"}


@pytest.fixture
def desk(moderator: User) -> Client:
    moderator.take_role("moderator")
    moderator.save()
    client = Client()
    client.force_login(moderator)
    return client


@pytest.mark.parametrize(
    "probe",
    [
        "password__startswith=md5",
        "password__regex=.",
        "generation__gte=0",
        "is_superuser__exact=1",
        "api_keys__digest__startswith=a",
        "audit_events__network__startswith=1",
        "email__startswith=a",
    ],
)
def test_moderators_filter_people_by_what_the_desk_offers_only(desk: Client, probe: str) -> None:
    assert desk.get(f"{DESK}?{probe}").status_code == 400


@pytest.mark.parametrize(
    "probe", ["user__password__startswith=md5", "actor__email__startswith=a", "detail__contains=a", "network__startswith=1"]
)
def test_nor_the_log(desk: Client, probe: str) -> None:
    assert desk.get(f"/admin/accounts/auditevent/?{probe}").status_code == 400


@pytest.mark.parametrize(
    "offered",
    [
        "role__exact=member",
        "suspended=yes",
        "is_active__exact=1",
        "email_confirmed_at__isempty=0",
        "date_joined__year=2026",
        "q=alice",
        "o=1",
    ],
)
def test_what_it_offers_works(desk: Client, alice: User, offered: str) -> None:
    assert desk.get(f"{DESK}?{offered}").status_code == 200


def test_neither_order_nor_search_of_any_desk_looks_at_a_secret(desk: Client, alice: User) -> None:
    for model, place in admin.site._registry.items():
        asked = {*place.search_fields, *place.list_display, *(place.ordering or [])}
        assert not {name for name in map(str, asked) if SECRET & set(name.lstrip("-=^@").split("__"))}, model
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for column in SECRET & {field.name for field in model._meta.fields}:
            assert desk.get(f"{address}?{column}__startswith=a").status_code == 400, f"{address} tells of {column}"


def test_a_popup_tells_no_secret_either(desk: Client, alice: User) -> None:
    assert desk.get(f"{DESK}?_to_field=password").status_code == 400


def test_the_desk_has_no_change_of_password_of_its_own(desk: Client, moderator: User) -> None:
    answer = desk.post("/admin/password_change/", {"old_password": OLD, "new_password1": NEW, "new_password2": NEW})

    assert answer.status_code == 302 and answer["Location"] == "/settings/password"
    moderator.refresh_from_db()
    assert moderator.check_password(OLD)
    assert Client().get("/admin/password_change/")["Location"].startswith("/admin/login/")


def test_signing_out_at_the_desk_is_signing_out(desk: Client, moderator: User) -> None:
    assert desk.post("/admin/logout/")["Location"] == "/sign-in"

    assert desk.get("/api/users/me").status_code == 401
    assert AuditEvent.objects.about(moderator).filter(kind="signed-out").count() == 1


def test_keys_are_seen_at_the_desk_without_their_secret(desk: Client, alice: User) -> None:
    key, secret = create_key(owner=alice, name="evening-run", scopes=["read"], expires_at=None, now=timezone.now())
    assert secret
    pages = [desk.get(path).content.decode() for path in ("/admin/accounts/apikey/", f"/admin/accounts/apikey/{key.pk}/change/")]

    for page in pages:
        assert "evening-run" in page and key.prefix in page
        assert key.digest not in page and secret not in page
    desk.post("/admin/accounts/apikey/", {"action": "delete_selected", "_selected_action": [key.pk], "post": "yes"})
    assert alice.api_keys.count() == 1


@pytest.mark.parametrize("path", [DESK, "/admin/accounts/auditevent/", "/admin/accounts/apikey/"])
def test_a_longer_list_asks_no_more(desk: Client, make_user: Callable[..., User], path: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(path).status_code == 200
        return len(queries)

    def people(names: list[str]) -> None:
        for name in names:
            user = make_user(name)
            create_key(owner=user, name="evening-run", scopes=["read"], expires_at=None, now=timezone.now())
            AuditEvent.objects.create(kind="signed-in", user=user)

    people(["erin"])
    before = asked()
    people(["fay", "gus", "hal", "ida"])
    assert asked() == before
