"""What began before everything of a person was ended, and finishes after it, gives nothing that lives."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AddressChange, ApiKey, Archive, PasswordReset, RefreshToken, Session, TokenFamily, User
from accounts.services import moderation
from accounts.services.addresses import request_address
from accounts.services.api_keys import create_key
from accounts.services.archives import request_archive
from accounts.services.closing import close_account, reopen_account
from accounts.services.ending import EndedMeanwhile, end_everything
from accounts.services.passwords import change_password, request_reset, reset_password
from accounts.services.registration import BadCode, verify_email
from accounts.services.signing_in import leave_everywhere
from accounts.services.tokens import BadRefreshToken, Tokens, give_tokens, refresh_tokens
from legend.lib.clients import NOWHERE
from legend.lib.rates import Rate

from .mailbox import code_in

OLD, NEW = "a long password", "loud-mountain-17"
LOGIN = {"username": "alice", "password": OLD}


@pytest.fixture(autouse=True)
def _no_rates(settings: Settings) -> None:
    settings.RATES = {name: Rate.parse("100000/second") for name in settings.RATES}


def changes(user: User, by: User) -> None:
    change_password(user=user, current=OLD, new=NEW, origin=NOWHERE)


def suspends_and_restores(user: User, by: User) -> None:
    moderation.suspend(user=user, by=by, reason="spam", until=None, now=timezone.now())
    moderation.restore(user=user, by=by, reason="no spam")


def closes_and_stays(user: User, by: User) -> None:
    reopen_account(user=close_account(user=user, password=OLD, now=timezone.now()))


def leaves_everywhere(user: User, by: User) -> None:
    leave_everywhere(user=user, origin=NOWHERE)


ENDS = [changes, suspends_and_restores, closes_and_stays, leaves_everywhere]
End = Callable[[User, User], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, alice: User, moderator: User) -> Callable[[str, End], None]:
    """`meanwhile("accounts.forms", end)`: between the look at the password and what follows from it, everything ends."""
    from accounts.services.signing_in import recognise

    def set_up(door: str, end: End) -> None:
        def slow(**asked: Any) -> User:
            user = recognise(**asked)
            end(User.objects.get(pk=alice.pk), moderator)
            return user

        monkeypatch.setattr(f"{door}.recognise", slow)

    return set_up


def bearer(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("end", ENDS)
def test_a_sign_in_of_a_program(alice: User, meanwhile: Any, end: End) -> None:
    meanwhile("accounts.api.auth", end)
    answer = APIClient().post("/api/auth/login", LOGIN)

    assert (answer.status_code, answer.json()["code"]) == (401, "ended_meanwhile")
    assert not TokenFamily.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("end", ENDS)
def test_a_sign_in_of_a_browser(alice: User, meanwhile: Any, end: End) -> None:
    meanwhile("accounts.forms", end)
    browser = Client()
    answer = browser.post("/sign-in", LOGIN)

    assert answer.status_code == 401
    assert not Session.objects.owned_by(alice).exists()
    assert browser.get("/api/users/me").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("end", ENDS)
def test_whatever_a_signed_in_request_asks_for(alice: User, moderator: User, end: End) -> None:
    """`known` is the person as the request read them before."""
    now, known = timezone.now(), User.objects.get(pk=alice.pk)
    end(alice, moderator)

    for ask in (
        lambda: give_tokens(user=known, origin=NOWHERE, now=now),
        lambda: create_key(owner=known, name="script", scopes=["read"], expires_at=None, now=now),
        lambda: request_address(user=known, email="thief@example.com", password=OLD, now=now),
        lambda: change_password(user=known, current=OLD, new="another-mountain-18", origin=NOWHERE),
        lambda: close_account(user=known, password=OLD, now=now),
        lambda: reopen_account(user=known),
        lambda: request_archive(owner=known, now=now),
    ):
        with pytest.raises(EndedMeanwhile):
            ask()
    assert not ApiKey.objects.standing().exists()
    assert not any(model.objects.exists() for model in (TokenFamily, AddressChange, Archive))
    alice.refresh_from_db()
    assert not alice.is_closing and alice.check_password(NEW if end is changes else OLD)


@pytest.mark.django_db
def test_an_access_token_that_was_signed_before(alice: User) -> None:
    known = User.objects.get(pk=alice.pk)
    tokens = give_tokens(user=alice, origin=NOWHERE, now=timezone.now())
    end_everything(user=known)

    assert bearer(tokens.access).get("/api/users/me").status_code == 401


@pytest.mark.django_db
def test_links_of_mails_end_with_everything_else(alice: User, moderator: User, django_capture_on_commit_callbacks: Any) -> None:
    for end in (suspends_and_restores, leaves_everywhere, changes):
        alice.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            request_reset(email=alice.email, origin=NOWHERE, now=timezone.now())
            request_address(user=alice, email="alice@example.org", password=OLD, now=timezone.now())
        reset, address = code_in(-2), code_in(-1)
        end(alice, moderator)
        with pytest.raises(BadCode):
            reset_password(code=reset, password=NEW, origin=NOWHERE, now=timezone.now())
        with pytest.raises(BadCode):
            verify_email(code=address, origin=NOWHERE, now=timezone.now())


@pytest.mark.django_db
def test_a_link_to_the_mailbox_one_had_ends_with_the_change_of_address(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_reset(email=alice.email, origin=NOWHERE, now=timezone.now())
        request_address(user=alice, email="alice@example.org", password=OLD, now=timezone.now())
    reset, address = code_in(-2), code_in(-1)
    verify_email(code=address, origin=NOWHERE, now=timezone.now())

    assert not PasswordReset.objects.filter(user=alice).exists()
    with pytest.raises(BadCode):
        reset_password(code=reset, password=NEW, origin=NOWHERE, now=timezone.now())
    with pytest.raises(BadCode):
        verify_email(code=address, origin=NOWHERE, now=timezone.now())


@pytest.mark.django_db
def test_a_hash_that_is_renewed_at_sign_in_does_not_bring_an_old_password_back(alice: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    late = User.objects.get(pk=alice.pk)  # read by a sign-in with the old password
    User.objects.filter(pk=alice.pk).update(password=make_password(NEW))

    assert late.check_password(OLD)
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def at_once(*asked: Callable[[], object]) -> list[object]:
    """What each gives or raises, begun together in threads of their own."""
    together, got = threading.Barrier(len(asked)), [object()] * len(asked)

    def run(number: int, ask: Callable[[], object]) -> None:
        together.wait()
        try:
            got[number] = ask()
        except Exception as refusal:
            got[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(asked)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_refreshes_and_sign_ins_at_the_very_moment(alice: User, turn: int) -> None:
    """Whichever comes first: no token lives after it, and nobody meets a fault of the database."""
    known, now = User.objects.get(pk=alice.pk), timezone.now()
    first, other = (give_tokens(user=known, origin=NOWHERE, now=now) for _ in range(2))
    spent = refresh_tokens(token=other.refresh, origin=NOWHERE, now=now)
    ended, *got = at_once(
        lambda: end_everything(user=alice),
        *[lambda: refresh_tokens(token=first.refresh, origin=NOWHERE, now=now)] * 3,
        lambda: refresh_tokens(token=other.refresh, origin=NOWHERE, now=now + timedelta(minutes=1)),  # a replay
        lambda: give_tokens(user=known, origin=NOWHERE, now=now),
        lambda: create_key(owner=known, name="script", scopes=["read"], expires_at=None, now=now),
    )

    assert ended is None
    assert all(isinstance(one, Tokens | BadRefreshToken | EndedMeanwhile | tuple) for one in got), got
    for tokens in [first, other, spent, *(one for one in got if isinstance(one, Tokens))]:
        assert bearer(tokens.access).get("/api/users/me").status_code == 401
        with pytest.raises(BadRefreshToken):
            refresh_tokens(token=tokens.refresh, origin=NOWHERE, now=now)
    assert not TokenFamily.objects.exists() and not RefreshToken.objects.exists() and not ApiKey.objects.standing().exists()


@pytest.mark.django_db(transaction=True)
def test_two_links_at_once_set_one_password(alice: User) -> None:
    for _ in range(2):
        request_reset(email=alice.email, origin=NOWHERE, now=timezone.now())
    asked = [partial(reset_password, code=code_in(one), password=NEW, origin=NOWHERE, now=timezone.now()) for one in (-1, -2)]
    got = at_once(*asked, *asked)

    assert sum(isinstance(one, User) for one in got) == 1, got
    assert sum(isinstance(one, BadCode) for one in got) == 3, got


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_dismiss_each_other_at_once_leave_one(make_user: Callable[..., User]) -> None:
    heads = [make_user(name) for name in ("head", "chief")]
    for head in heads:
        head.take_role("admin")
        head.save()
    one, other = heads
    got = at_once(
        lambda: moderation.change_role(user=other, by=one, role="member", reason="mine"),
        lambda: moderation.change_role(user=one, by=other, role="member", reason="mine"),
    )

    assert sum(isinstance(done, User) for done in got) == sum(isinstance(done, moderation.NotYours) for done in got) == 1, got
    assert User.objects.filter(role="admin").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("lost", [{"role": "member"}, {"suspended_at": timezone.now()}, {"is_active": False}])
def test_who_was_a_moderator_when_the_request_began(alice: User, moderator: User, lost: dict[str, Any]) -> None:
    User.objects.filter(pk=moderator.pk).update(**lost)
    with pytest.raises(moderation.NotYours):
        moderation.suspend(user=alice, by=moderator, reason="spam", until=None, now=timezone.now())
