"""Every address x every kind of visitor, against the table in `access_table.py`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.api_keys import create_key
from legend.lib.permissions import SCOPES
from legend.lib.rates import Rate
from legend.routing import websocket_urlpatterns

from .access_table import ROUTES, SOCKETS, examples

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
IN, OUT, HIDDEN, REFUSED = "in", "out", "hidden (404)", "refused (403)"
VISITORS = ("anonymous", "stranger", "owner", "moderator")
EXPECTED = {
    kind: dict(zip(VISITORS, answers, strict=True))
    for kind, *answers in [
        ("public", IN, IN, IN, IN),
        ("anyone", IN, IN, IN, IN),
        ("person", OUT, IN, IN, IN),
        ("owner", OUT, HIDDEN, IN, HIDDEN),
        ("hers", HIDDEN, HIDDEN, IN, HIDDEN),
        ("moderator", OUT, REFUSED, REFUSED, IN),
        ("desk", OUT, OUT, OUT, OUT),
    ]
}
SIGN_IN = ("/sign-in?next=", "/admin/login/?next=")


@dataclass(frozen=True)
class Route:
    kind: str
    scope: str
    methods: tuple[str, ...]
    path: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def needs(self, method: str) -> str | None:
        """The scope a key needs."""
        return None if self.scope == "-" else "read" if method == "GET" else self.scope


def read_table() -> list[Route]:
    lines = [line.split() for line in ROUTES.strip().splitlines() if line.strip()]
    return [Route(words[0], words[1], tuple(words[2:-1]), words[-1]) for words in lines]


def configured(patterns: list[Any] | None = None, before: str = "/") -> Iterator[tuple[str, Any]]:
    """Every address of the URL configuration with its view, blanks as `{name}`; of the admin only pages without blanks."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        path = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(found.pattern))
        if isinstance(found, URLResolver):
            yield from configured(found.url_patterns, path)
        elif isinstance(found, URLPattern) and not (path.startswith("/admin/") and re.search(r"[{(^?]|log(in|out)|jsi18n", path)):
            yield path, found.callback


ADDRESSES = dict(configured())
TABLE = read_table() + [Route("desk", "-", ("GET",), path) for path in ADDRESSES if path.startswith("/admin/")]
NAMED = {path: {method for route in TABLE if route.path == path for method in route.methods} for path in ADDRESSES}


def test_every_address_is_in_the_table() -> None:
    table = {route.path for route in TABLE}
    missing = sorted(ADDRESSES.keys() - table)
    assert not missing, "Add to ROUTES in tests/access_table.py who may go there (kind scope METHODS address):\n" + "\n".join(missing)
    gone = sorted(table - ADDRESSES.keys())
    assert not gone, f"These addresses of tests/access_table.py are no more: {gone}"
    unknown = sorted(route.path for route in TABLE if route.kind not in EXPECTED or route.scope not in (*SCOPES, "-"))
    assert not unknown, f"The kind is one of {', '.join(EXPECTED)}, the scope one of {', '.join(SCOPES)} or -: {unknown}"


def test_every_view_of_the_api_asks_for_scopes() -> None:
    """A permission of Django REST framework's own would let a key in whatever its scopes."""
    from legend.lib.permissions import _Asked

    lax = [
        route.path
        for route in TABLE
        if hasattr(view := ADDRESSES[route.path], "cls")
        and route.kind != "public"
        and not all(issubclass(one, _Asked) for one in view.cls.permission_classes)
    ]
    assert not lax, f"Take permissions from legend.lib.permissions (Anyone, SignedIn, IsModerator) for {lax}"


@dataclass
class House:
    """People before the doors, and what the owner has behind them."""

    clients: dict[str, Client]
    addresses: dict[str, str]
    keys: dict[frozenset[str], str]

    def ask(self, who: str, route: Route, method: str) -> str:
        client = Client()
        client.cookies.update(self.clients[who].cookies)
        return said(self._answer(client, route, method), route)

    def ask_with_key(self, scopes: frozenset[str], route: Route, method: str) -> str:
        return said(self._answer(Client(HTTP_AUTHORIZATION=f"Api-Key {self.keys[scopes]}"), route, method), route)

    def _answer(self, client: Client, route: Route, method: str) -> HttpResponse:
        """Nothing the answer did stays."""
        address = self.addresses.get(route.path, route.path)
        assert "{" not in address, f"Add an example of {route.path} to `examples` in tests/access_table.py"
        with transaction.atomic():
            answer: Any = client.generic(method, address, b"{}" if route.is_api else b"", content_type="application/json")
            transaction.set_rollback(True)
        return answer


def said(answer: Any, route: Route) -> str:
    if answer.status_code == 302 and answer["Location"].startswith(SIGN_IN):
        return OUT
    known = {401: OUT, 403: REFUSED, 404: HIDDEN}
    return known.get(answer.status_code) or (
        IN if answer.status_code < 400 or answer.status_code in (400, 409, 422) else f"{answer.status_code}"
    )


def expected(route: Route) -> Iterator[tuple[str, str]]:
    """Whoever is suspended is nobody. Of addresses where nobody is looked at it is enough to ask one."""
    answers = EXPECTED[route.kind]
    yield from [("anonymous", IN)] if route.kind == "public" else answers.items()
    yield "suspended", answers["anonymous"]


ALL_KEYS = [frozenset(SCOPES), *(frozenset(SCOPES) - {scope} for scope in SCOPES), *(frozenset({scope}) for scope in SCOPES)]


@pytest.fixture
def house(alice: User, charlie: User, moderator: User, make_user: Any, monkeypatch: pytest.MonkeyPatch) -> House:
    for scope in settings.RATES:
        monkeypatch.setitem(settings.RATES, scope, Rate.parse("100000/second"))
    monkeypatch.setattr(settings, "DEMO", True)
    people = {"anonymous": None, "stranger": charlie, "owner": alice, "moderator": moderator, "suspended": make_user("dora")}
    clients = {name: Client() for name in people}
    for name, person in people.items():
        if person is not None:
            clients[name].force_login(person)
    User.objects.filter(username="dora").update(is_active=False)
    secrets = {
        scopes: create_key(owner=alice, name=f"key {number}", scopes=scopes, expires_at=None, now=timezone.now())[1] or ""
        for number, scopes in enumerate(ALL_KEYS)
    }
    return House(clients, examples(alice), secrets)


@pytest.mark.django_db
def test_each_visitor_gets_what_the_table_says(house: House) -> None:
    wrong = [
        f"{method} {route.path} by {who}: {got}, the table says {want} (kind {route.kind})"
        for route in TABLE
        for method in route.methods
        for who, want in expected(route)
        if (got := house.ask(who, route, method)) != want
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_no_address_answers_to_a_method_that_is_not_in_the_table(house: House) -> None:
    wrong = [
        f"{method} {path}: {got}; name the method in the table, or refuse it"
        for path, named in NAMED.items()
        if not path.startswith("/admin/")
        for method in METHODS
        if method not in named and (got := house.ask("owner", Route("", "", (), path), method)) != "405"
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_a_key_opens_what_its_scopes_say_and_nothing_else(house: House) -> None:
    wrong = []
    for route in TABLE:
        if not route.is_api or route.kind == "public":
            continue
        for method in route.methods:
            needed = route.needs(method)
            without = frozenset(SCOPES) - {needed} if needed else frozenset(SCOPES)
            if (got := house.ask_with_key(without, route, method)) != REFUSED:
                wrong.append(f"{method} {route.path} with a key for {', '.join(sorted(without))}: {got}, not {REFUSED}")
            if needed and (got := house.ask_with_key(frozenset({needed}), route, method)) != EXPECTED[route.kind]["owner"]:
                wrong.append(f"{method} {route.path} with a key for {needed}: {got}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_pages_do_not_know_keys(house: House) -> None:
    page = Route("person", "-", ("GET",), reverse("patterns:scanner"))

    assert house.ask_with_key(frozenset(SCOPES), page, "GET") == OUT


def test_every_socket_is_in_the_table() -> None:
    named = [line.split(maxsplit=1)[1] for line in SOCKETS.strip().splitlines()]
    found = [str(one.pattern) or "(anything else)" for one in websocket_urlpatterns]
    assert sorted(named) == sorted(found), "Add to SOCKETS in tests/access_table.py who may connect"


def test_an_unknown_socket_is_open_to_nobody() -> None:
    from legend.routing import nobody_here

    async def answer() -> Any:
        socket = ApplicationCommunicator(nobody_here, {"type": "websocket", "path": "/ws/nowhere"})
        await socket.send_input({"type": "websocket.connect"})
        return await socket.receive_output()

    assert async_to_sync(answer)()["type"] == "websocket.close"
