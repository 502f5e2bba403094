"""Guessing passwords: a pause that nobody can see, for that name and network, and not for ever."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AuditEvent, User
from legend.lib.rates import Rate

pytestmark = pytest.mark.django_db
RIGHT = {"username": "alice", "password": "a long password"}
WRONG = {"username": "alice", "password": "not hers"}


@pytest.fixture(autouse=True)
def _no_rates(settings: Settings) -> None:
    """What is looked at here is the lock."""
    settings.RATES = {name: Rate.parse("100000/second") for name in settings.RATES}


def login(words: dict[str, str], **where: Any) -> Any:
    return APIClient(**where).post("/api/auth/login", words)


def miss(times: int, words: dict[str, str] = WRONG, **where: Any) -> list[Any]:
    return [login(words, **where) for _ in range(times)]


def test_after_ten_misses_the_right_password_gets_the_answer_of_a_wrong_one(alice: User) -> None:
    (before,) = miss(1)
    miss(9)
    locked = login(RIGHT)

    assert locked.status_code == before.status_code == 401
    assert locked.json() == before.json()
    assert {name: value for name, value in locked.items() if not name.startswith("RateLimit")} == {
        name: value for name, value in before.items() if not name.startswith("RateLimit")
    }


def test_nine_misses_lock_nothing_and_success_counts_anew(alice: User) -> None:
    for _ in range(2):
        miss(9)
        assert login(RIGHT).status_code == 200


def test_the_lock_ends_by_itself_even_while_somebody_goes_on_trying(alice: User) -> None:
    miss(10)
    now = timezone.now()
    for minutes in (5, 10, 14):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            assert login(RIGHT).status_code == 401
    with time_machine.travel(now + timedelta(minutes=16)):
        assert login(RIGHT).status_code == 200


def test_page_api_and_desk_share_one_lock(alice: User) -> None:
    miss(4)
    for _ in range(3):
        Client().post("/sign-in", WRONG)
        Client().post("/sign-in?next=/admin/", WRONG)

    assert login(RIGHT).status_code == 401
    assert Client().post("/sign-in", RIGHT).status_code == 422


def test_an_attacker_does_not_lock_the_owner_out(alice: User) -> None:
    miss(12, REMOTE_ADDR="203.0.113.9")

    assert login(RIGHT, REMOTE_ADDR="203.0.113.9").status_code == 401
    assert login(RIGHT, REMOTE_ADDR="198.51.100.7").status_code == 200


def test_one_ipv6_network_is_one_client(alice: User) -> None:
    for host in range(10):
        miss(1, REMOTE_ADDR=f"2001:db8:1:1::{host}")

    assert login(RIGHT, REMOTE_ADDR="2001:db8:1:1:ffff::1").status_code == 401
    assert login(RIGHT, REMOTE_ADDR="2001:db8:1:2::1").status_code == 200


def test_an_unknown_name_is_locked_just_the_same(alice: User) -> None:
    known, unknown = miss(12), miss(12, {**WRONG, "username": "nobody"})

    assert [(one.status_code, one.json()) for one in known] == [(one.status_code, one.json()) for one in unknown]


def test_what_was_typed_as_a_name_is_not_kept(alice: User) -> None:
    login({"username": "my secret password", "password": "x"})

    assert "my secret" not in str([*AccessAttempt.objects.values(), *AuditEvent.objects.values()])


def test_a_new_password_by_mail_ends_the_lock(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    from .mailbox import code_in

    miss(10)
    with django_capture_on_commit_callbacks(execute=True):
        APIClient().post("/api/auth/request-password-reset", {"email": "alice@example.com"})
    APIClient().post("/api/auth/reset-password", {"code": code_in(), "password": "loud-mountain-17"})

    assert login({**RIGHT, "password": "loud-mountain-17"}).status_code == 200


SPELLINGS = ["alice", "ALICE", " alice ", "aLiCe", "alice@example.com", "Alice@Example.COM", " alice@example.com"]


def test_however_a_person_is_spelled_it_is_one_count(alice: User) -> None:
    for number in range(10):
        miss(1, {**WRONG, "username": SPELLINGS[number % len(SPELLINGS)]})

    for name in SPELLINGS:
        assert login({**RIGHT, "username": name}).status_code == 401, name


@pytest.mark.parametrize("name", ["sam\u017f", "\u017fams", "mi\u212ae", "\uff41lice", "al\u0131ce", "alice\u200b", "alice\u00ad"])
def test_letters_that_look_alike_are_nobody(make_user: Any, alice: User, name: str) -> None:
    make_user("sams")
    make_user("mike")

    assert login({**RIGHT, "username": name}).status_code == 401
    assert login({**RIGHT, "username": f"{name}@example.com"}).status_code == 401


def enter(browser: Client, password: str = RIGHT["password"], **where: Any) -> int:
    return browser.post("/sign-in", {"username": "alice", "password": password}, **where).status_code


def test_a_browser_that_was_signed_in_before_goes_on_while_others_on_its_network_miss(alice: User) -> None:
    known, unknown = Client(), Client()
    assert enter(known) == 302
    known.post("/sign-out")
    miss(12)

    assert enter(unknown) == 422
    assert enter(known) == 302
    assert "legend_device" not in set(unknown.cookies)
    cookie = known.cookies["legend_device"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/sign-in"


def test_it_guesses_no_more_often_than_others(alice: User) -> None:
    known = Client()
    enter(known)
    known.post("/sign-out")
    for _ in range(10):
        assert enter(known, "not hers") == 422

    assert enter(known) == 422


def test_the_mark_of_one_person_is_none_of_another_and_cannot_be_made_up(alice: User, bob: User) -> None:
    bobs = Client()
    bobs.post("/sign-in", {"username": "bob", "password": RIGHT["password"]})
    bobs.post("/sign-out")
    made_up = Client()
    made_up.cookies["legend_device"] = f"{alice.pk}.alice.{bobs.cookies['legend_device'].value}"
    miss(12)

    assert enter(bobs) == enter(made_up) == 422


# as many at once as served, and none to come while a slow machine goes through the test
AS_SERVED = {name: Rate.parse(text) for name, text in {"auth": "10/day", "anon": "30/day", "mail": "5/day"}.items()}


def test_who_tries_from_elsewhere_does_not_use_up_the_tries_of_the_owner(alice: User, settings: Settings) -> None:
    settings.RATES = settings.RATES | AS_SERVED
    assert login(RIGHT, REMOTE_ADDR="198.51.100.7").status_code == 200
    for network in range(4):
        miss(6, REMOTE_ADDR=f"203.0.113.{network}")

    assert login(RIGHT, REMOTE_ADDR="203.0.113.99").status_code == 429, "all strangers together get ten a minute"
    assert login(RIGHT, REMOTE_ADDR="198.51.100.7").status_code == 200


def test_nor_who_tries_from_the_same_network_those_of_a_known_browser(alice: User, settings: Settings) -> None:
    known = Client()
    enter(known)
    known.post("/sign-out")
    settings.RATES = settings.RATES | AS_SERVED
    for number in range(12):
        login({**WRONG, "username": f"somebody{number}"})

    assert login(RIGHT).status_code == 429
    assert enter(known) == 302


def test_an_answer_of_too_many_does_not_tell_which_address_a_name_has(alice: User, settings: Settings) -> None:
    settings.RATES = settings.RATES | AS_SERVED
    for network in range(4):
        miss(5, REMOTE_ADDR=f"203.0.113.{network}")

    for address in ("alice@example.com", "nobody@example.com"):
        assert login({**WRONG, "username": address}, REMOTE_ADDR="203.0.113.50").status_code == 401
    assert login(WRONG, REMOTE_ADDR="203.0.113.51").status_code == 429


def test_a_reset_ends_the_pause_for_everybody_and_makes_the_place_known(
    alice: User, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    from .mailbox import code_in

    known, away = Client(), "192.0.2.44"
    enter(known)
    known.post("/sign-out")
    for _ in range(10):
        enter(known, "not hers")
    settings.RATES = settings.RATES | AS_SERVED
    for network in range(4):
        miss(6, REMOTE_ADDR=f"203.0.113.{network}")
    client = APIClient(REMOTE_ADDR=away)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/api/auth/request-password-reset", {"email": "alice@example.com"})
    client.post("/api/auth/reset-password", {"code": code_in(), "password": "loud-mountain-17"})

    assert login({**RIGHT, "password": "loud-mountain-17"}, REMOTE_ADDR=away).status_code == 200
    assert enter(known, "loud-mountain-17") == 302


def test_mails_of_one_kind_do_not_use_up_those_of_another(alice: User, settings: Settings) -> None:
    settings.RATES = settings.RATES | {"mail": Rate.parse("5/day")}
    for number in range(7):
        APIClient().post("/api/auth/register", {"username": f"n{number}", "email": "alice@example.com", "password": "quiet-harbour-42"})

    assert APIClient().post("/api/auth/request-password-reset", {"email": "alice@example.com"}).status_code == 202


def test_a_pause_is_in_the_log_and_the_tries_in_it(alice: User) -> None:
    miss(11, REMOTE_ADDR="203.0.113.9")

    kinds = AuditEvent.objects.about(alice).filter(network="203.0.113.9").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["sign-in-failed"] * 9 + ["sign-in-locked"] * 2
