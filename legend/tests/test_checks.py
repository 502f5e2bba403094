"""What `manage.py check` says about half of a configuration."""

from pytest_django import Settings

from legend import checks


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

    settings.SECRET_KEY = "y" * 50
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
    settings.HTTPS, settings.PROXIES = True, 0
    assert said(checks.proxies_are_counted()) == ["legend.W003"]

    settings.PROXIES = 1
    assert said(checks.proxies_are_counted()) == []
