"""What happened to an account is written down, with from where, and told to whom it concerns."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AuditEvent, User
from accounts.models.audit_event import Kind
from accounts.services import api_keys, moderation
from accounts.services.closing import close_account, erase_account
from accounts.services.tokens import give_tokens, refresh_tokens
from legend.lib.clients import NOWHERE, Origin
from legend.lib.rates import Rate
from tests.caches import empty_cache

from .mailbox import code_in

pytestmark = pytest.mark.django_db
HOME, AWAY = "192.0.2.1", "203.0.113.9"
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _no_rates(settings: Settings) -> None:
    settings.RATES = {name: Rate.parse("100000/second") for name in settings.RATES}


def told(user: User) -> list[tuple[str, str]]:
    return list(AuditEvent.objects.about(user).order_by("pk").values_list("kind", "network"))


def test_each_thing_somebody_does_with_their_account(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    browser = Client(REMOTE_ADDR=HOME, HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/128.0")

    def post(path: str, **words: str) -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return browser.post(path, words).status_code

    post("/sign-in", username="alice", password="not hers")
    post("/sign-in", username="alice", password=PASSWORD)
    post("/settings/privacy", privacy="public")
    post("/settings/keys", name="script", scopes="read", lifetime="30")
    post(f"/settings/keys/{alice.api_keys.get().code}/revoke")
    post("/settings/address", email="alice@example.org", password=PASSWORD)
    post(f"/confirm/{code_in()}")
    post("/settings/password", current_password=PASSWORD, new_password="loud-mountain-17")
    post("/settings/export")
    post("/sign-out")
    post("/forgot-password", email="alice@example.org")
    post(f"/reset-password/{code_in()}", password="green-lantern-88")
    post("/sign-in", username="alice", password="green-lantern-88")
    post("/settings/sessions/end")
    post("/sign-in", username="alice", password="green-lantern-88")
    post("/settings/close", password="green-lantern-88")
    post("/sign-in", username="alice", password="green-lantern-88")
    post("/settings/close/undo")

    assert [kind for kind, _ in told(alice)] == [
        "sign-in-failed", "signed-in", "privacy-changed", "key-made", "key-deleted", "address-asked", "address-changed",
        "password-changed", "export-asked", "signed-out", "reset-asked", "password-reset", "signed-in", "signed-out-everywhere",
        "signed-in", "closing-asked", "signed-in", "closing-withdrawn",
    ]  # fmt: skip
    assert {network for _, network in told(alice)} == {HOME}
    assert {event.agent for event in AuditEvent.objects.about(alice)} == {"Mozilla/5.0 (X11; Linux) Firefox/128.0"}


def test_each_thing_a_moderator_does_to_one(alice: User, moderator: User, make_user: Callable[..., User]) -> None:
    head = make_user("head", role="admin")
    now, desk = timezone.now(), Origin(AWAY, "desk")
    moderation.suspend(user=alice, by=moderator, reason="spam", until=None, now=now, origin=desk)
    moderation.restore(user=alice, by=moderator, reason="no spam", origin=desk)
    moderation.sign_out_everywhere(user=alice, by=moderator, reason="stolen phone", origin=desk)
    moderation.change_role(user=alice, by=head, role="moderator", reason="helps", origin=desk)

    kinds = [(kind, AWAY) for kind in ("suspended", "restored", "signed-out-everywhere", "role-changed")]
    assert told(alice) == kinds
    assert all(event.actor and event.detail["reason"] for event in AuditEvent.objects.about(alice))


def test_where_a_moderator_sits_is_shown_at_the_desk_and_not_to_the_person(
    alice: User, moderator: User, browser: Callable[[User], Client]
) -> None:
    from accounts.belongings import export

    moderator.take_role("moderator")
    moderator.save()
    desk = Client(REMOTE_ADDR=AWAY)
    desk.force_login(moderator)
    desk.post("/admin/accounts/user/", {"action": "sign_out_everywhere", "_selected_action": [alice.pk], "reason": "stolen phone"})
    Client(REMOTE_ADDR=HOME).post("/sign-in", {"username": "alice", "password": PASSWORD})
    own = browser(User.objects.get(pk=alice.pk)).get("/settings/sessions").content.decode()
    (history,) = (part for part in export(alice) if getattr(part, "name", "") == "account_history")

    assert AWAY in desk.get("/admin/accounts/auditevent/").content.decode()
    assert HOME in own and AWAY not in own and "by mod" in own
    taken = b"".join(history.as_json()).decode()  # type: ignore[union-attr]
    assert HOME in taken and AWAY not in taken


def test_a_key_is_told_of_at_its_first_use_and_from_each_new_network(alice: User) -> None:
    _, secret = api_keys.create_key(owner=alice, name="script", scopes=["read"], expires_at=None, now=timezone.now())

    def call(network: str) -> None:
        client = APIClient(REMOTE_ADDR=network)
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {secret}")
        assert client.get("/api/users/me").status_code == 200

    for network in (HOME, HOME, AWAY, HOME):
        call(network)
    empty_cache()
    call(AWAY)
    assert told(alice) == [("key-made", ""), ("key-first-used", HOME), ("key-new-network", AWAY)]
    for number in range(30):
        call(f"198.51.100.{number}")
    assert len(told(alice)) == 1 + api_keys.MOST_NETWORKS


def test_a_used_token_that_comes_back_is_told_of(alice: User) -> None:
    now = timezone.now()
    first = give_tokens(user=alice, origin=NOWHERE, now=now)
    refresh_tokens(token=first.refresh, origin=NOWHERE, now=now)
    APIClient(REMOTE_ADDR=AWAY).post("/api/auth/refresh-token", {"refresh": first.refresh})
    assert told(alice) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.services.tokens.GRACE", timedelta(seconds=-1))
        APIClient(REMOTE_ADDR=AWAY).post("/api/auth/refresh-token", {"refresh": first.refresh})
    assert told(alice) == [("token-reused", AWAY)]


def test_who_guesses_pushes_nothing_out_of_sight(alice: User, browser: Callable[[User], Client]) -> None:
    AuditEvent.objects.create(kind=Kind.KEY_MADE, user=alice, network=AWAY, detail={"name": "not mine"})
    AuditEvent.objects.bulk_create([AuditEvent(kind=Kind.SIGN_IN_FAILED, user=alice, network=AWAY) for _ in range(200)])
    page = browser(alice).get("/settings/sessions").content.decode()

    assert "API key made: not mine" in page
    assert page.count("Wrong password") == 10


def test_a_right_password_of_a_suspended_person_is_told_of(alice: User, moderator: User) -> None:
    moderation.suspend(user=alice, by=moderator, reason="spam", until=None, now=timezone.now())
    Client(REMOTE_ADDR=AWAY).post("/sign-in", {"username": "alice", "password": PASSWORD})
    assert told(alice)[-1] == ("sign-in-failed", AWAY)


def test_that_somebody_was_erased_stays_and_not_whom(alice: User) -> None:
    close_account(user=alice, password=PASSWORD, now=timezone.now())
    assert erase_account(user_id=alice.pk, now=timezone.now() + timedelta(days=8))

    (left,) = AuditEvent.objects.all()
    assert (left.kind, left.user, left.actor, left.network, left.agent, left.detail) == ("erased", None, None, "", "", {})


def test_every_kind_has_a_title_of_its_own() -> None:
    assert len({kind.label for kind in Kind}) == len(Kind)
