"""Pages of a person's settings."""

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.devices import device_of
from accounts.models import ApiKey, Archive, AuditEvent, Preferences, Profile, Session, TokenFamily, User
from accounts.tests.test_profiles import picture
from legend.lib.registries import settings_pages

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]
PREFERENCES = {"time_zone": "Europe/Berlin", "currency": "EUR", "risk_pct": "0.5", "theme": "dark", "palette": "blue-orange"}


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_the_menu_leads_to_the_settings_and_these_to_each_other(browser: Browser, alice: User) -> None:
    client = browser(alice)
    assert 'href="/settings/profile"' in words(client.get("/scanner/"))
    page = words(client.get("/settings/", follow=True))
    for one in settings_pages:
        assert one.title in page
    assert page.count('href="/settings/profile" aria-current="page"') == 1


def test_the_profile_is_saved_and_what_is_wrong_stands_beside_its_field(browser: Browser, alice: User) -> None:
    client = browser(alice)
    saved = client.post("/settings/profile", {"display_name": "Alice A.", "bio": "", "links": "https://example.org\n\nhttps://example.com"})
    assert saved.status_code == 302
    assert Profile.objects.get(user=alice).links == ["https://example.org", "https://example.com"]

    answer = client.post("/settings/profile", {"display_name": "Alice", "links": "javascript:alert(1)"})
    assert answer.status_code == 422
    assert "is no web address" in words(answer)
    assert Profile.objects.get(user=alice).display_name == "Alice A."


def test_a_picture_is_uploaded_shown_and_removed(browser: Browser, alice: User) -> None:
    client = browser(alice)
    sent = SimpleUploadedFile("me.png", picture().getvalue(), content_type="image/png")
    assert client.post("/settings/profile/picture", {"avatar": sent}).status_code == 302
    address = alice.__class__.objects.get(pk=alice.pk).profile.avatar_url
    assert f'src="{address}"' in words(client.get("/settings/profile"))
    assert client.get(address).status_code == 200
    assert client.post("/settings/profile/picture/remove").status_code == 302
    assert client.get(address).status_code == 404


def test_a_file_that_is_no_picture_is_told_beside_its_field(browser: Browser, alice: User) -> None:
    answer = browser(alice).post("/settings/profile/picture", {"avatar": SimpleUploadedFile("me.png", b"<script>")})
    assert answer.status_code == 422
    assert "This is no picture" in words(answer)
    assert "Choose a file first." in words(browser(alice).post("/settings/profile/picture"))


def test_privacy_is_not_chosen_until_it_is(browser: Browser, alice: User) -> None:
    client = browser(alice)
    assert "not chosen yet" in words(client.get("/settings/privacy"))
    assert client.post("/settings/privacy", {"privacy": "nobody"}).status_code == 422
    assert client.post("/settings/privacy", {"privacy": "private"}).status_code == 302
    assert "not chosen yet" not in words(client.get("/settings/privacy"))


def test_the_chosen_look_is_in_the_first_byte_of_every_page(browser: Browser, alice: User) -> None:
    client = browser(alice)
    assert client.post("/settings/preferences", PREFERENCES).status_code == 302
    assert '<html lang="en" data-chosen-theme="dark" data-chosen-palette="blue-orange" data-bs-theme="dark"' in words(
        client.get("/scanner/")
    )
    assert client.post("/settings/look", {"theme": "light"}).status_code == 204
    assert Preferences.objects.get(user=alice).theme == "light"
    assert client.post("/settings/look", {"theme": "<b>", "currency": "JPY"}).status_code == 400
    assert Preferences.objects.get(user=alice).currency == "EUR"


def test_preferences_out_of_bounds_are_told(browser: Browser, alice: User) -> None:
    answer = browser(alice).post("/settings/preferences", {**PREFERENCES, "risk_pct": "50", "time_zone": "Mars"})
    assert answer.status_code == 422
    assert words(answer).count('class="fault"') == 2


def test_quiet_hours_are_saved_whole_or_not_at_all(browser: Browser, alice: User) -> None:
    client = browser(alice)
    assert client.post("/settings/notifications", {"quiet_from": "22:00", "quiet_until": ""}).status_code == 422
    assert client.post("/settings/notifications", {"quiet_from": "22:00", "quiet_until": "07:00"}).status_code == 302
    assert 'value="22:00"' in words(client.get("/settings/notifications"))


def test_a_key_is_shown_once_and_then_opens_the_api(browser: Browser, alice: User) -> None:
    client = browser(alice)
    answer = client.post("/settings/keys", {"name": "script", "scopes": ["read"], "lifetime": "90"})
    (secret,) = set(re.findall(r"lgd_[\w-]{43}", words(answer)))
    assert "no-store" in answer["Cache-Control"]
    assert Client(HTTP_AUTHORIZATION=f"Api-Key {secret}").get("/api/users/me").json()["username"] == "alice"
    assert secret not in words(client.get("/settings/keys"))

    key = ApiKey.objects.get()
    assert 89 <= (key.expires_at - key.created_at).days <= 90
    assert client.post(f"/settings/keys/{key.code}/revoke").status_code == 302
    assert Client(HTTP_AUTHORIZATION=f"Api-Key {secret}").get("/api/users/me").status_code == 401
    assert client.post("/settings/keys", {"name": "", "lifetime": "90"}).status_code == 422


def test_the_sessions_of_others_browsers_are_listed_and_ended(browser: Browser, alice: User, charlie: User) -> None:
    here, there = browser(alice), browser(alice)
    page = words(here.get("/settings/sessions"))
    assert page.count("this one") == 1
    (code,) = re.findall(r"/settings/sessions/([0-9a-f-]{36})/end", page)

    assert browser(charlie).post(f"/settings/sessions/{code}/end").status_code == 404
    assert there.get("/settings/profile").status_code == 200
    assert here.post(f"/settings/sessions/{code}/end").status_code == 302
    assert there.get("/settings/profile").status_code == 302
    assert here.get("/settings/profile").status_code == 200
    assert "Session ended" in words(here.get("/settings/sessions"))


def test_signing_out_everywhere_ends_this_browser_too(browser: Browser, alice: User) -> None:
    here, there = browser(alice), browser(alice)
    TokenFamily.objects.create(user=alice)
    assert here.post("/settings/sessions/end").status_code == 302
    assert here.get("/settings/profile").status_code == there.get("/settings/profile").status_code == 302
    assert not TokenFamily.objects.exists()
    assert not Session.objects.filter(user=alice).exists()
    assert AuditEvent.objects.filter(user=alice, kind="signed-out-everywhere").count() == 1


def test_who_looks_around_as_demo_neither_sees_nor_ends_the_sign_ins_of_others(browser: Browser, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    here, there = browser(alice), browser(alice)
    page = words(here.get("/settings/sessions"))
    assert page.count("this one") == 1 and "/end" not in page.replace("/settings/sessions/end", "")
    assert here.post("/settings/sessions/end").status_code == 403
    assert there.get("/settings/profile").status_code == 200


def test_the_list_of_sign_ins_costs_the_same_for_one_and_for_many(
    browser: Browser, alice: User, django_assert_max_num_queries: Any
) -> None:
    client = browser(alice)
    for _ in range(8):
        browser(alice)
        TokenFamily.objects.create(user=alice)
    with django_assert_max_num_queries(12):
        client.get("/settings/sessions")


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("curl/8.5.0", "curl"),
        ("my-own-script/1.0", "my-own-script"),
        ("", "Unknown device"),
    ],
)  # fmt: skip
def test_devices_are_named_in_words_for_people(agent: str, device: str) -> None:
    assert device_of(agent) == device


def test_times_are_shown_by_the_clock_of_the_person(browser: Browser, alice: User) -> None:
    """What happened on the 1st in UTC was still on the 31st in Honolulu."""
    at = dt.datetime(2026, 4, 1, 3, 30, tzinfo=dt.UTC)
    AuditEvent.objects.create(kind="signed-in", user=alice, at=at)
    TokenFamily.objects.create(user=alice, created_at=at)
    Archive.objects.create(owner=alice, created_at=at, status="ready", expires_at=at)
    client = browser(alice)
    for zone, said in (("Pacific/Honolulu", "31 Mar 2026, 17:30 HST"), ("Asia/Kolkata", "1 Apr 2026, 09:00 IST")):
        Preferences.objects.filter(user=alice).update(time_zone=zone)
        assert words(client.get("/settings/sessions")).count(said) == 2
        assert said in words(client.get("/settings/export"))
    User.objects.filter(pk=alice.pk).update(closes_at=at)
    assert "1 April 2026, 09:00 IST" in words(client.get("/settings/close"))
