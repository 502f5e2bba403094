"""Becoming a person: by page and API, with the mail between."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from accounts.models import AuditEvent, SignUp, User
from accounts.services.addresses import NotConfirmed, request_address, require_confirmed
from accounts.services.registration import invite
from accounts.tasks import forget_spent, post, post_due

from .mailbox import code_in

pytestmark = pytest.mark.django_db
WISH = {"username": "erin", "email": "erin@example.com", "password": "quiet-harbour-42"}
REGISTER, VERIFY, LOGIN = "/api/auth/register", "/api/auth/verify-email", "/api/auth/login"


@pytest.fixture
def ask(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """`ask("/api/…", {...})`: a stranger posts, and what is to be sent is sent."""

    def post_it(path: str, body: dict[str, Any]) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return APIClient().post(path, body)

    return post_it


def test_a_person_is_made_by_the_link_of_the_mail_and_not_before(ask: Any) -> None:
    asked = ask(REGISTER, WISH)

    assert asked.status_code == 202
    assert not User.objects.exists()
    assert mail.outbox[0].to == ["erin@example.com"]
    assert mail.outbox[0].subject == "Confirm your address for Legend"

    made = ask(VERIFY, {"code": code_in()})
    erin = User.objects.get()
    assert (made.status_code, made.json()) == (200, {"username": "erin", "email": "erin@example.com"})
    assert erin.is_confirmed and erin.role == "member" and not erin.is_staff
    assert ask(LOGIN, {"username": "erin", "password": WISH["password"]}).status_code == 200


def test_a_code_is_good_once_and_for_a_day(ask: Any) -> None:
    ask(REGISTER, WISH)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert ask(VERIFY, {"code": code_in()}).json()["code"] == "bad_code"

    assert ask(VERIFY, {"code": code_in()}).status_code == 200
    assert ask(VERIFY, {"code": code_in()}).json()["code"] == "bad_code"


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(alice: User, ask: Any) -> None:
    unknown = ask(REGISTER, WISH)
    known = ask(REGISTER, {**WISH, "username": "erin2", "email": "ALICE@example.com"})

    assert known.status_code == unknown.status_code
    assert known.json()["detail"].replace("ALICE", "erin") == unknown.json()["detail"]
    assert "There is one with it already" in mail.outbox[1].body
    assert mail.outbox[1].to == ["ALICE@example.com"]
    assert "/confirm/" not in mail.outbox[1].body


def test_a_name_is_held_whether_the_address_was_known_or_not(alice: User, ask: Any) -> None:
    ask(REGISTER, {**WISH, "username": "first"})
    ask(REGISTER, {**WISH, "username": "second", "email": "alice@example.com"})

    for name in ("First", "second"):
        refused = ask(REGISTER, {**WISH, "username": name, "email": "probe@example.com"})
        assert refused.json()["errors"] == [{"field": "username", "code": "taken", "message": "This name is taken."}]


def test_who_lost_the_mail_signs_up_again_the_same_way(ask: Any) -> None:
    ask(REGISTER, WISH)
    assert ask(REGISTER, WISH).status_code == 202

    assert ask(VERIFY, {"code": code_in(0)}).status_code == 200
    assert ask(VERIFY, {"code": code_in(1)}).json()["code"] == "bad_code"


def test_of_two_with_one_name_the_first_link_wins(ask: Any) -> None:
    ask(REGISTER, WISH)
    code = code_in()
    User.objects.create_user("ERIN", "other@example.com", None)

    refused = ask(VERIFY, {"code": code})
    assert (refused.status_code, refused.json()["code"]) == (409, "taken")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": "Me"}, "username"),
        ({"username": "alice"}, "username"),
        ({"email": "erin"}, "email"),
        ({"email": "erin@example.com\nBcc: x@example.com"}, "email"),
        ({"password": "short7!"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "48151623421"}, "password"),
        ({"password": "erin@example.com"}, "password"),
        ({"username": ""}, "username"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_changes_nothing(alice: User, ask: Any, wrong: dict[str, str], field: str) -> None:
    answer = ask(REGISTER, {**WISH, **wrong})

    assert answer.status_code == 400
    assert {fault["field"] for fault in answer.json()["errors"]} == {field}
    assert not SignUp.objects.exists()
    assert mail.outbox == []


def test_a_site_may_want_several_kinds_of_characters(ask: Any, settings: Settings) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.passwords.CharacterClassesValidator", "OPTIONS": {"classes": 4}}]

    assert ask(REGISTER, WISH).json()["errors"][0]["code"] == "password_too_plain"
    assert ask(REGISTER, {**WISH, "password": "Quiet-harbour-42"}).status_code == 202


def test_a_closed_site_takes_nobody(ask: Any, settings: Settings) -> None:
    settings.SIGN_UP = "closed"

    assert (ask(REGISTER, WISH).status_code, ask(REGISTER, WISH).json()["code"]) == (403, "sign_up_closed")
    assert Client().get("/sign-up").status_code == 403
    assert "/sign-up" not in Client().get("/sign-in").content.decode()


def test_who_has_not_confirmed_yet_is_told_so_if_the_password_is_right(ask: Any) -> None:
    ask(REGISTER, WISH)

    right = ask(LOGIN, {"username": "erin", "password": WISH["password"]})
    assert (right.status_code, right.json()["code"]) == (403, "email_unconfirmed")
    assert ask(LOGIN, {"username": "erin", "password": "not this one"}).json()["code"] == "wrong_credentials"


def test_a_mail_that_fails_does_not_lose_the_account_and_is_tried_again(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: EmailBackend, messages: Any) -> int:
        raise ConnectionRefusedError("no mail server")

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        assert ask(REGISTER, WISH).status_code == 202
        post_due()
    assert mail.outbox == []
    assert SignUp.objects.get().tries == 1, "the next try waits a minute"

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        post_due()
        post_due()
    assert len(mail.outbox) == 1
    assert ask(VERIFY, {"code": code_in()}).status_code == 200


def test_a_task_that_comes_twice_sends_one_mail(ask: Any) -> None:
    ask(REGISTER, WISH)
    post("sign-up", SignUp.objects.get().pk)

    assert len(mail.outbox) == 1


def test_one_address_gets_five_mails_an_hour(alice: User, ask: Any, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "auth": settings.RATES["session"]}
    for address in ("erin@example.com", "alice@example.com"):
        answers = [ask(REGISTER, {**WISH, "username": f"e{address[0]}{n}", "email": address}).status_code for n in range(6)]
        assert answers == [202] * 5 + [429]


def test_what_is_over_is_forgotten(ask: Any) -> None:
    ask(REGISTER, WISH)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        forget_spent()

    assert not SignUp.objects.exists()


def test_the_browser_that_signed_up_is_signed_in_by_the_link(ask: Any, django_capture_on_commit_callbacks: Any) -> None:
    own, other = Client(), Client()
    with django_capture_on_commit_callbacks(execute=True):
        assert "erin@example.com" in own.post("/sign-up", WISH).content.decode()
    page = f"/confirm/{code_in()}"

    shown = own.get(page)
    assert "Welcome, erin" in shown.content.decode()
    assert shown["Referrer-Policy"] == "strict-origin"
    assert not User.objects.exists(), "programs that look at mails open links, too"
    answer = own.post(page)
    assert answer["Location"] == "/"
    assert own.session["_auth_user_id"] == str(User.objects.get().pk)
    assert other.get(page).status_code == 404


def test_another_browser_confirms_and_then_signs_in(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        Client().post("/sign-up", WISH)
    other = Client()

    assert other.post(f"/confirm/{code_in()}")["Location"] == "/sign-in"
    assert "_auth_user_id" not in other.session
    assert User.objects.get().is_confirmed


def test_the_form_comes_back_with_what_was_typed_but_the_password(db: None) -> None:
    answer = Client().post("/sign-up", {**WISH, "password": "12345678"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "erin@example.com" in page
    assert "12345678" not in page
    assert "This password is too common." in page


def test_a_person_changes_the_address_by_the_link_sent_to_the_new_one(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    client = Client()
    client.force_login(alice)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/settings/address", {"email": "new@example.com", "password": "a long password"})
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/confirm/{code_in(0)}")
    alice.refresh_from_db()
    assert alice.email == "new@example.com"
    assert mail.outbox[1].to == ["alice@example.com"], "who loses an address is told there"


def test_another_ones_address_is_not_told_apart_when_asked_for(alice: User, bob: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_address(user=alice, email="BOB@example.com", password="a long password", now=timezone.now())

    assert "There is one with it already" in mail.outbox[0].body


def test_who_is_not_confirmed_says_nothing_in_public(make_user: Any) -> None:
    with pytest.raises(NotConfirmed):
        require_confirmed(make_user("dora", email_confirmed_at=None))


def test_an_invited_person_chooses_the_password(moderator: User, ask: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invite(username="erin", email="erin@example.com", role="moderator", by=moderator, now=timezone.now())
    assert ask("/api/auth/reset-password", {"code": code_in(), "password": WISH["password"]}).status_code == 204

    erin = User.objects.get(username="erin")
    assert erin.is_confirmed and erin.is_moderator and erin.is_staff and not erin.is_superuser
    assert ask(LOGIN, {"username": "erin", "password": WISH["password"]}).status_code == 200
    assert AuditEvent.objects.filter(user=erin, actor=moderator, kind="invited").count() == 1
