"""What people say of themselves, and to whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Preferences, Profile, User
from accounts.services.profiles import change_profile, remove_avatar, set_avatar

from .test_avatars import picture

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]
ME = "/api/users/me"


def test_everybody_has_a_profile_and_preferences_from_the_first_moment(alice: User) -> None:
    assert Profile.objects.get(user=alice).privacy == "private"
    assert Preferences.objects.get(user=alice).risk_pct == 1
    alice.save()
    assert Profile.objects.count() == 1


def test_a_profile_is_told_and_changed_in_part(api: Api, alice: User) -> None:
    before = api(alice).get(ME).json()
    assert (before["username"], before["email"], before["privacy"], before["privacy_chosen"]) == (
        "alice",
        "alice@example.com",
        "private",
        False,
    )

    answer = api(alice).patch(ME, {"bio": " Breakouts,\r\nevenings. ", "links": ["https://example.org/a", "https://example.org/a"]})
    assert answer.status_code == 200
    assert answer.json()["bio"] == "Breakouts,\nevenings."
    assert answer.json()["links"] == ["https://example.org/a"]
    assert answer.json()["privacy_chosen"] is False
    assert api(alice).patch(ME, {"privacy": "public"}).json()["privacy_chosen"] is True


def test_putting_a_profile_needs_the_whole_of_it(api: Api, alice: User) -> None:
    assert api(alice).put(ME, {"bio": "x"}).status_code == 400
    whole = {"display_name": "  Alice   A. ", "bio": "", "links": [], "privacy": "followers"}
    assert api(alice).put(ME, whole).json()["display_name"] == "Alice A."


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"display_name": "x" * 61}, "display_name"),
        ({"display_name": "a\u202eb"}, "display_name"),
        ({"bio": "x" * 501}, "bio"),
        ({"bio": "bell\x07"}, "bio"),
        ({"links": ["javascript:alert(1)"]}, "links"),
        ({"links": ["https://user:secret@example.org"]}, "links"),
        ({"links": ["https://[half"]}, "links"),
        ({"links": ['https://example.org/"onclick=']}, "links"),
        ({"links": ["https://nowhere"]}, "links"),
        ({"links": [f"https://example.org/{n}" for n in range(6)]}, "links"),
        ({"privacy": "everyone"}, "privacy"),
    ],
)
def test_a_wrong_value_is_told_by_its_field_and_changes_nothing(api: Api, alice: User, change: Any, field: str) -> None:
    answer = api(alice).patch(ME, {"privacy": "public", **change})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split(".")[0] == field
    assert Profile.objects.get(user=alice).privacy_chosen_at is None


def test_a_new_picture_takes_the_place_and_the_file_of_the_old_one(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    first = set_avatar(user=alice, picture=picture()).avatar
    with django_capture_on_commit_callbacks(execute=True):
        second = set_avatar(user=alice, picture=picture()).avatar
    assert not default_storage.exists(first)
    assert default_storage.exists(second)
    with django_capture_on_commit_callbacks(execute=True):
        remove_avatar(user=alice)
    assert not default_storage.exists(second)


def test_only_who_may_see_the_profile_may_see_the_picture(browser: Callable[[User], Client], alice: User, charlie: User) -> None:
    set_avatar(user=alice, picture=picture())
    address = "/people/Alice/avatar"

    assert browser(alice).get(address)["Content-Type"] == "image/webp"
    assert browser(charlie).get(address).status_code == Client().get(address).status_code == 404
    from django.utils import timezone

    change_profile(user=alice, changes={"privacy": "public"}, now=timezone.now())
    assert browser(charlie).get(address).status_code == Client().get(address).status_code == 200
    assert "private" in Client().get(address)["Cache-Control"]
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert Client().get(address).status_code == 404


def test_pages_know_theme_and_profile_with_the_query_that_finds_the_person(
    browser: Callable[[User], Client], alice: User, django_assert_num_queries: Any
) -> None:
    from accounts.auth import NameOrEmailBackend

    with django_assert_num_queries(1):
        found = NameOrEmailBackend().get_user(alice.pk)
        assert (found.preferences.theme, found.profile.privacy) == ("system", "private")
