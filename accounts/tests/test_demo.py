"""One click instead of a password, where nobody else can click."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_home(settings: Settings) -> Settings:
    settings.DEMO, settings.NOTHING_CONFIGURED = None, True
    return settings


def test_one_click_signs_in_as_demo(at_home: Settings) -> None:
    client = Client()

    assert "Look around as demo" in client.get("/sign-in").content.decode()
    assert client.post("/sign-in/demo").status_code == 302
    demo = User.objects.get(username="demo")
    assert client.session["_auth_user_id"] == str(demo.pk)
    assert not demo.has_usable_password()


def test_a_second_click_finds_the_same_person(at_home: Settings) -> None:
    for _ in range(2):
        Client().post("/sign-in/demo")

    assert User.objects.filter(username="demo").count() == 1


@pytest.mark.parametrize(
    "where",
    [{"REMOTE_ADDR": "192.168.1.20"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_FORWARDED": "for=127.0.0.1"}],
    ids=["another machine", "through a proxy", "through a modern proxy"],
)
def test_from_elsewhere_there_is_no_demo(at_home: Settings, where: dict[str, Any]) -> None:
    client = Client(**where)

    assert "Look around as demo" not in client.get("/sign-in").content.decode()
    assert client.post("/sign-in/demo").status_code == 404
    assert not User.objects.exists()


def test_a_configured_site_has_no_demo_unless_told(at_home: Settings) -> None:
    at_home.NOTHING_CONFIGURED = False
    assert Client().post("/sign-in/demo").status_code == 404

    at_home.DEMO = True
    assert Client(REMOTE_ADDR="192.168.1.20").post("/sign-in/demo").status_code == 302


def test_switched_off_is_off_even_at_home(at_home: Settings) -> None:
    at_home.DEMO = False

    assert Client().post("/sign-in/demo").status_code == 404


def test_the_button_never_opens_the_account_of_a_person_called_demo(at_home: Settings) -> None:
    User.objects.create_user("demo", "demo@example.com", "a long password")

    assert Client().post("/sign-in/demo").status_code == 404
