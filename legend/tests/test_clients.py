"""Whose request it is: what clients write themselves is not believed, what our proxies write is read as they write it."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from legend.lib.clients import client_address, client_network


def asked(forwarded: str | None = None, came_from: str = "10.0.0.1") -> str:
    return client_address(RequestFactory(REMOTE_ADDR=came_from).get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {}))


@pytest.mark.parametrize("forwarded", [None, "1.1.1.1", "1.1.1.1, 2.2.2.2", "unknown"])
def test_without_proxies_of_ours_headers_say_nothing(settings: Settings, forwarded: str | None) -> None:
    settings.PROXIES = 0

    assert asked(forwarded) == "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (1, "9.9.9.9, 1.1.1.1", "1.1.1.1"),
        (2, "9.9.9.9, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, "1.1.1.1", "10.0.0.1"),
        (1, "9.9.9.9,", "10.0.0.1"),
        (1, "1.1.1.1, unknown", "10.0.0.1"),
        (1, "1.1.1.1, <script>", "10.0.0.1"),
        (1, None, "10.0.0.1"),
    ],
)
def test_so_many_hops_are_believed_as_proxies_are_ours(settings: Settings, proxies: int, forwarded: str | None, client: str) -> None:
    settings.PROXIES = proxies

    assert asked(forwarded) == client


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("1.2.3.4:5678", "1.2.3.4"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("[::ffff:1.2.3.4]:80", "1.2.3.4"),
    ],
)
def test_addresses_are_read_as_proxies_write_them(settings: Settings, written: str, address: str) -> None:
    settings.PROXIES = 1

    assert asked(written) == address


def test_ipv4_in_the_clothes_of_ipv6_is_the_same_client(settings: Settings) -> None:
    settings.PROXIES = 0

    assert asked(came_from="::ffff:10.0.0.1") == asked(came_from="10.0.0.1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_a_household_is_counted_together(one: str, other: str, same: bool) -> None:
    networks = [client_network(RequestFactory(REMOTE_ADDR=address).get("/")) for address in (one, other)]

    assert (networks[0] == networks[1]) is same


def test_who_speaks_plain_http_to_our_proxy_is_not_taken_for_https(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    assert not RequestFactory().get("/", headers={"X-Forwarded-Proto": "https"}).is_secure()

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert RequestFactory().get("/", headers={"X-Forwarded-Proto": "https"}).is_secure()
    assert not RequestFactory().get("/", headers={"X-Forwarded-Proto": "http"}).is_secure()
