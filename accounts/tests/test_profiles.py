"""What people say of themselves, and to whom."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from accounts.avatars import SIDE, reencode
from accounts.models import Preferences, Profile, User
from accounts.services.profiles import change_profile, remove_avatar, set_avatar
from legend.lib.errors import Invalid

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]
ME = "/api/users/me"


def picture(size: tuple[int, int] = (40, 30), kind: str = "PNG", **options: Any) -> io.BytesIO:
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **options)
    written.seek(0)
    return written


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


def test_a_picture_is_drawn_anew_square_and_without_what_the_camera_wrote(alice: User) -> None:
    exif = Image.Exif()
    exif[0x0110] = "a camera that gives somebody away"
    sent = picture((800, 500), "JPEG", exif=exif)
    assert b"gives somebody away" in sent.getvalue()

    kept = reencode(sent)
    with Image.open(io.BytesIO(kept)) as drawn:
        assert (drawn.format, drawn.size) == ("WEBP", (SIDE, SIDE))
        assert not drawn.getexif()
    assert b"gives somebody away" not in kept


def test_a_picture_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the left of the file is the top of the picture
    sideways = Image.new("RGB", (200, 200), "black")
    sideways.paste("white", (0, 0, 100, 200))
    written = io.BytesIO()
    sideways.save(written, "JPEG", exif=exif)
    written.seek(0)

    with Image.open(io.BytesIO(reencode(written))) as drawn:
        grey = drawn.convert("L")
        assert grey.getpixel((128, 40)) > 200 > 50 > grey.getpixel((128, 220))


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"BM" + b"\0" * 60]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="no picture"):
        reencode(io.BytesIO(data))


def test_half_a_picture_is_refused() -> None:
    with pytest.raises(Invalid, match="no picture"):
        reencode(io.BytesIO(picture((400, 400), "PNG").getvalue()[:-60]))


def test_a_small_file_with_a_vast_picture_is_refused() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    bomb.seek(0)
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Invalid, match="million pixels"):
        reencode(bomb)


def test_a_heavy_file_is_refused() -> None:
    with pytest.raises(Invalid, match="5 MB"):
        reencode(io.BytesIO(b"\0" * 5_000_001))


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
