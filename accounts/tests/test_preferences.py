"""How people want Legend to be."""

from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Preferences, Profile, User
from accounts.services.preferences import change_preferences, channels_of
from legend.lib import registries
from legend.lib.couriers import Message, NotificationKind

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]
PATH = "/api/users/me/settings"
SHARED = NotificationKind("test-shared", "Somebody shared", channels=frozenset({"test-bell"}))


class Bell:
    name, title, is_quiet = "test-bell", "Bell", True

    def reaches(self, person: Any) -> bool:
        return True

    def deliver(self, message: Message) -> None: ...


class Letter(Bell):
    name, title, is_quiet = "test-letter", "Letter", False


@pytest.fixture(autouse=True)
def _two_channels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registries.couriers, "_items", [Bell(), Letter()])
    monkeypatch.setattr(registries.notification_kinds, "_items", [SHARED])
    yield


def test_what_is_named_changes_and_the_rest_stays(api: Api, alice: User) -> None:
    before = api(alice).get(PATH).json()
    assert before["notifications"] == {"test-shared": ["test-bell"]}
    wish = {
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "risk_pct": "0.75",
        "break_even_r": "0.25",
        "privacy": "public",
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "notifications": {"test-shared": ["test-letter", "test-bell", "test-bell"]},
    }
    answer = api(alice).post(PATH, wish)

    assert answer.status_code == 200
    assert answer.json() == {**before, **wish, "notifications": {"test-shared": ["test-bell", "test-letter"]}}
    assert api(alice).get(PATH).json() == answer.json()
    assert Profile.objects.get(user=alice).privacy_chosen_at is not None


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"currency": "EURO"}, "currency"),
        ({"risk_pct": "0"}, "risk_pct"),
        ({"risk_pct": "10.01"}, "risk_pct"),
        ({"risk_pct": "0.123"}, "risk_pct"),
        ({"risk_pct": "NaN"}, "risk_pct"),
        ({"break_even_r": "0.26"}, "break_even_r"),
        ({"break_even_r": "-0.1"}, "break_even_r"),
        ({"theme": "sepia"}, "theme"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"notifications": {"nothing": []}}, "notifications"),
        ({"notifications": {"test-shared": ["pigeon"]}}, "notifications"),
        ({"notifications": []}, "notifications"),
    ],
)
def test_a_wrong_value_is_told_by_its_field_and_changes_nothing(api: Api, alice: User, wish: Any, field: str) -> None:
    answer = api(alice).post(PATH, {"privacy": "public", "discreet": True, **wish})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split(".")[0] == field
    assert not Preferences.objects.get(user=alice).discreet
    assert Profile.objects.get(user=alice).privacy == "private"


def test_a_kind_without_a_choice_comes_as_it_does_by_itself(alice: User) -> None:
    assert channels_of(alice.preferences, SHARED) == {"test-bell"}
    change_preferences(user=alice, changes={"notifications": {"test-shared": []}})
    assert channels_of(alice.preferences, SHARED) == frozenset()


@pytest.mark.parametrize(
    ("begin", "end", "at", "quiet"),
    [
        (22, 7, 23, True),
        (22, 7, 6, True),
        (22, 7, 7, False),
        (22, 7, 12, False),
        (12, 14, 13, True),
        (12, 14, 14, False),
        (9, 9, 9, False),
    ],
)
def test_quiet_hours_may_run_over_midnight(begin: int, end: int, at: int, quiet: bool) -> None:
    assert Preferences(quiet_from=time(begin), quiet_until=time(end)).is_quiet(time(at)) is quiet
