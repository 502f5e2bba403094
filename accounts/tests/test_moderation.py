"""Suspending, restoring, roles; the desk where it is done; the log that remembers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiKey, AuditEvent, Session, TokenFamily, User
from accounts.services.api_keys import create_key
from accounts.services.moderation import NotSuspended, NotYours, change_role, restore, suspend
from accounts.services.tokens import give_tokens
from legend.lib.clients import NOWHERE
from legend.lib.errors import Invalid

pytestmark = pytest.mark.django_db
DESK = "/admin/accounts/user/"
LOGIN = {"username": "alice", "password": "a long password"}


@pytest.fixture
def head(make_user: Callable[..., User]) -> User:
    """An admin."""
    user = make_user("head")
    user.take_role("admin")
    user.save()
    return user


@pytest.fixture
def keeper(moderator: User) -> User:
    moderator.take_role("moderator")
    moderator.save()
    return moderator


def bearer(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def test_a_suspension_ends_everything_at_once(alice: User, keeper: User) -> None:
    browser, now = Client(), timezone.now()
    browser.force_login(alice)
    tokens = give_tokens(user=alice, origin=NOWHERE, now=now)
    _, key = create_key(owner=alice, name="script", scopes=["read"], expires_at=None, now=now)
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Api-Key {key}")
    ways = [browser, bearer(tokens.access), program]
    assert [way.get("/api/users/me").status_code for way in ways] == [200, 200, 200]

    suspend(user=alice, by=keeper, reason="spam", until=None, now=now)

    assert [way.get("/api/users/me").status_code for way in ways] == [401, 401, 401]
    assert APIClient().post("/api/auth/refresh-token", {"refresh": tokens.refresh}).status_code == 401
    assert not Session.objects.owned_by(alice).exists()
    assert not TokenFamily.objects.filter(user=alice).exists()
    assert not ApiKey.objects.owned_by(alice).standing().exists()


def test_only_who_knows_the_password_hears_of_a_suspension(alice: User, keeper: User) -> None:
    suspend(user=alice, by=keeper, reason="spam in comments", until=None, now=timezone.now())

    right = APIClient().post("/api/auth/login", LOGIN)
    assert (right.status_code, right.json()["code"]) == (403, "suspended")
    assert "spam in comments" in right.json()["detail"]
    wrong = APIClient().post("/api/auth/login", {**LOGIN, "password": "not hers"})
    assert wrong.json()["code"] == "wrong_credentials"
    assert "spam in comments" in Client().post("/sign-in", LOGIN).content.decode()


def test_a_suspension_until_a_day_ends_by_itself(alice: User, keeper: User) -> None:
    now = timezone.now()
    suspend(user=alice, by=keeper, reason="cool down", until=now + timedelta(days=3), now=now)

    assert APIClient().post("/api/auth/login", LOGIN).status_code == 403
    with time_machine.travel(now + timedelta(days=3, minutes=1)):
        assert APIClient().post("/api/auth/login", LOGIN).status_code == 200


def test_restoring_lets_in_again_and_both_are_in_the_log(alice: User, keeper: User) -> None:
    suspend(user=alice, by=keeper, reason="spam", until=None, now=timezone.now())
    restore(user=alice, by=keeper, reason="it was not spam")

    assert APIClient().post("/api/auth/login", LOGIN).status_code == 200
    told = AuditEvent.objects.about(alice).filter(actor=keeper).order_by("pk").values_list("kind", "detail__reason")
    assert list(told) == [("suspended", "spam"), ("restored", "it was not spam")]
    with pytest.raises(NotSuspended):
        restore(user=alice, by=keeper, reason="again")


def test_moderators_look_after_members_only(alice: User, bob: User, keeper: User, head: User) -> None:
    now = timezone.now()
    for by, user in ((keeper, head), (keeper, keeper), (head, head), (alice, bob)):
        with pytest.raises(NotYours):
            suspend(user=user, by=by, reason="no", until=None, now=now)
    suspend(user=keeper, by=head, reason="on leave", until=None, now=now)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_nothing_is_done_without_a_reason(alice: User, keeper: User, reason: str) -> None:
    with pytest.raises(Invalid):
        suspend(user=alice, by=keeper, reason=reason, until=None, now=timezone.now())
    alice.refresh_from_db()
    assert not alice.is_suspended


def test_admins_give_roles_and_moderators_do_not(alice: User, keeper: User, head: User) -> None:
    with pytest.raises(NotYours):
        change_role(user=alice, by=keeper, role="admin", reason="friend")
    made = change_role(user=alice, by=head, role="moderator", reason="helps much")

    assert made.is_moderator and made.is_staff and not made.is_superuser
    assert not change_role(user=alice, by=head, role="member", reason="had enough").is_staff


def test_the_desk_asks_for_a_reason_and_then_suspends(alice: User, keeper: User) -> None:
    desk = Client()
    desk.force_login(keeper)
    chosen = {"action": "suspend", "_selected_action": [alice.pk]}

    asked = desk.post(DESK, chosen)
    assert asked.status_code == 200
    assert "The person can read it." in asked.content.decode()
    assert desk.post(DESK, {**chosen, "reason": ""}).status_code == 422
    assert desk.post(DESK, {**chosen, "reason": "spam", "days": "2"}).status_code == 302
    alice.refresh_from_db()
    assert alice.is_suspended
    assert timedelta(days=1, hours=23) < alice.suspended_until - timezone.now() <= timedelta(days=2)


def test_the_desk_of_a_moderator_shows_people_and_no_secret(alice: User, keeper: User) -> None:
    desk = Client()
    desk.force_login(keeper)
    pages = [desk.get(path) for path in (DESK, f"{DESK}{alice.pk}/change/", "/admin/accounts/auditevent/", "/admin/")]

    assert [page.status_code for page in pages] == [200] * 4
    assert "alice@example.com" in pages[0].content.decode()
    for page in pages:
        assert alice.password not in page.content.decode()
        assert alice.password.split("$")[0] + "$" not in page.content.decode()
    assert desk.get(f"{DESK}{alice.pk}/password/").status_code == 302, "there is no such page"
    assert desk.post(f"{DESK}{alice.pk}/change/", {"role": "admin"}).status_code == 403
    assert desk.get(f"{DESK}add/").status_code == 403


def test_an_admin_invites_at_the_desk(head: User, django_capture_on_commit_callbacks: Any) -> None:
    desk = Client()
    desk.force_login(head)
    assert desk.get(f"{DESK}add/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(f"{DESK}add/", {"username": "erin", "email": "erin@example.com", "role": "member"})

    assert User.objects.get(username="erin").email == "erin@example.com"
    assert "You are invited to Legend" in mail.outbox[0].subject


def test_the_desk_leads_strangers_to_the_one_sign_in_page_and_members_nowhere(alice: User) -> None:
    client = Client()
    assert client.get("/admin/")["Location"].startswith("/admin/login/?next=")
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/sign-in?next=%2Fadmin%2F"

    client.force_login(alice)
    assert client.get("/admin/", follow=True).status_code == 403
