"""What `manage.py check` says about half of a configuration."""

import asyncio
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from pytest_django import Settings

from legend import checks
from legend.asgi import lifespan

GOOD = "kq7-Tz0wVb4mR9xLp2sHd6fJn8aYc1eGu3iOv5-and-more-of-it"


def said(found: list[checks.CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_a_database_server_without_redis_is_refused(settings: Settings) -> None:
    settings.EMBEDDED, settings.REDIS_URL = False, ""

    assert said(checks.one_way_to_run()) == ["legend.E001"]


def test_redis_beside_sqlite_is_told_to_be_of_no_use(settings: Settings) -> None:
    settings.EMBEDDED, settings.REDIS_URL = True, "redis://127.0.0.1"

    assert said(checks.one_way_to_run()) == ["legend.W001"]


def test_services_need_a_key_of_their_own(settings: Settings) -> None:
    settings.EMBEDDED, settings.SECRET_KEY = False, "embedded-" + "x" * 60
    assert said(checks.own_secret_key()) == ["legend.E002"]

    settings.SECRET_KEY = "short"
    assert said(checks.own_secret_key()) == ["legend.E002"]

    settings.SECRET_KEY = GOOD
    assert said(checks.own_secret_key()) == []


def test_embedded_is_exactly_one_process(settings: Settings) -> None:
    settings.EMBEDDED = True
    with_two = {"WEB_CONCURRENCY": "2"}

    assert said(checks.one_process(environment=with_two)) == ["legend.E003"]
    assert said(checks.one_process(environment={})) == []


def test_an_open_demo_on_services_is_pointed_out(settings: Settings) -> None:
    settings.EMBEDDED, settings.DEMO = False, True

    assert said(checks.demo_stays_at_home()) == ["legend.W002"]


def test_a_site_on_https_names_its_proxies(settings: Settings) -> None:
    settings.HTTPS, settings.PROXIES, settings.SITE_URL = True, 0, "https://legend.example"
    assert said(checks.proxies_are_counted()) == ["legend.W003"]

    settings.PROXIES = 1
    assert said(checks.proxies_are_counted()) == []


@pytest.mark.parametrize("key", ["x" * 60, "abcabcabc" * 8, "django-insecure-kq7Tz0wVb4mR9xLp2sHd6fJn8aYc1eGu3iOv5"])
def test_a_key_that_could_be_guessed_is_no_key(settings: Settings, key: str) -> None:
    settings.EMBEDDED, settings.SECRET_KEY = False, key

    assert said(checks.own_secret_key()) == ["legend.E002"]


def test_tokens_are_signed_with_a_long_key_too(settings: Settings) -> None:
    settings.EMBEDDED, settings.SECRET_KEY, settings.JWT_KEY = False, GOOD, "short"

    assert said(checks.own_secret_key()) == ["legend.E004"]


def test_services_show_no_tracebacks(settings: Settings) -> None:
    settings.EMBEDDED, settings.DEBUG = False, True
    assert said(checks.nothing_is_shown_to_strangers()) == ["legend.E005"]

    settings.EMBEDDED = True
    assert said(checks.nothing_is_shown_to_strangers()) == []


def test_hosts_are_named(settings: Settings) -> None:
    settings.EMBEDDED, settings.ALLOWED_HOSTS = False, ["localhost", "127.0.0.1", "*"]
    assert said(checks.hosts_are_named()) == ["legend.E006"]

    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert said(checks.hosts_are_named()) == ["legend.W004"]

    settings.ALLOWED_HOSTS = ["localhost", "legend.example"]
    assert said(checks.hosts_are_named()) == []


def test_proxies_before_this_machine_itself_are_doubted(settings: Settings) -> None:
    settings.HTTPS, settings.PROXIES, settings.SITE_URL = False, 1, "http://127.0.0.1:8000"
    assert said(checks.proxies_are_counted()) == ["legend.W005"]

    settings.SITE_URL = "http://legend.lan"
    assert said(checks.proxies_are_counted()) == []


def test_a_server_that_asks_nobody_does_not_start_either(settings: Settings) -> None:
    """`uvicorn legend.asgi:application` and the like: the sentence says what to do."""
    settings.EMBEDDED, settings.DEBUG, settings.REDIS_URL, settings.SECRET_KEY = False, True, "redis://127.0.0.1", GOOD

    async def start() -> Any:
        server = ApplicationCommunicator(lifespan, {"type": "lifespan"})
        await server.send_input({"type": "lifespan.startup"})
        return await server.receive_output(timeout=10)

    told = asyncio.run(start())
    assert told["type"] == "lifespan.startup.failed"
    assert "Set LEGEND_DEBUG=off" in told["message"]
