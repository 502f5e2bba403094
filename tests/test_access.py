"""Every address x every method x every kind of visitor, against the table in `access_table.py`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User
from accounts.services.api_keys import create_key
from legend.lib.permissions import SCOPES
from legend.lib.rates import Rate

from .access_examples import SENDS, examples
from .access_table import ROUTES
from .test_headers import faults

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
IN, OUT, HIDDEN, REFUSED = "in", "out", "hidden (404)", "refused (403)"
VISITORS = ("anonymous", "stranger", "owner", "moderator", "admin")
EXPECTED = {
    kind: dict(zip(VISITORS, answers, strict=True))
    for kind, *answers in [
        ("public", IN, IN, IN, IN, IN),
        ("anyone", IN, IN, IN, IN, IN),
        ("person", OUT, IN, IN, IN, IN),
        ("owner", OUT, HIDDEN, IN, HIDDEN, HIDDEN),
        ("hers", HIDDEN, HIDDEN, IN, HIDDEN, HIDDEN),
        ("moderator", OUT, REFUSED, REFUSED, IN, IN),
        ("gate", OUT, REFUSED, REFUSED, REFUSED, REFUSED),
        ("desk", OUT, OUT, OUT, IN, IN),
        ("head", OUT, OUT, OUT, REFUSED, IN),
        ("closed", OUT, OUT, OUT, REFUSED, REFUSED),
        ("nothing", OUT, OUT, OUT, HIDDEN, HIDDEN),
    ]
}
SIGN_IN = ("/sign-in?next=", "/admin/login/?next=")
# Django's own: /admin/{app_label}/ and whatever else is asked for below /admin/
NAMED_BY_PATTERN = {"app_list": "/admin/{app_label}/", None: "/admin/{anything}"}


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
    """Every address of the URL configuration with its view, blanks as `{name}`."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        written = str(found.pattern)
        path = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", written)
        if isinstance(found, URLResolver):
            yield from configured(found.url_patterns, path)
        elif isinstance(found, URLPattern):
            yield NAMED_BY_PATTERN[found.name] if "(?P" in written else path, found.callback


ADDRESSES: dict[str, Any] = {}
for _path, _view in configured():
    ADDRESSES.setdefault(_path, _view)  # the first that fits is asked
TABLE = read_table()
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


def rows_changed() -> int:
    """How many rows this connection has added, changed or deleted so far."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT total_changes()")
        else:
            cursor.execute("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])


@dataclass
class House:
    """People before the doors, and what the owner has behind them."""

    clients: dict[str, Client]
    addresses: dict[str, str]
    keys: dict[frozenset[str], str]
    wrong: list[str] = field(default_factory=list)

    def ask(self, who: str, route: Route, method: str, sent: dict[str, Any] | None = None) -> str:
        client = Client()
        client.cookies.update(self.clients[who].cookies)
        return said(self._answer(client, route, method, sent, who), route)

    def ask_with_key(self, scopes: frozenset[str], route: Route, method: str) -> str:
        client = Client(HTTP_AUTHORIZATION=f"Api-Key {self.keys[scopes]}")
        return said(self._answer(client, route, method, None, f"a key for {', '.join(sorted(scopes))}"), route)

    def _answer(self, client: Client, route: Route, method: str, sent: dict[str, Any] | None, who: str) -> Any:
        """Nothing the answer did stays. Every answer has its headers; who is kept out changes nothing."""
        address = self.addresses.get(f"{method} {route.path}") or self.addresses.get(route.path, route.path)
        assert "{" not in address, f"Add an example of {route.path} to `examples` in tests/access_examples.py"
        sent = {name: value() if callable(value) else value for name, value in (sent or {}).items()}
        if route.is_api:
            body, kind = json.dumps(sent).encode(), "application/json"
        else:
            body, kind = encode_multipart(BOUNDARY, sent), MULTIPART_CONTENT
        with transaction.atomic():
            before = rows_changed()
            answer: Any = client.generic(method, address, body, content_type=kind)
            changed = rows_changed() - before
            transaction.set_rollback(True)
        if said(answer, route) in (OUT, HIDDEN, REFUSED) and changed and not who.startswith("a key"):
            self.wrong.append(f"{method} {route.path} by {who} was refused, and changed {changed} rows")
        if method == "GET" and (missing := faults(answer)):
            self.wrong.append(f"{method} {route.path} by {who}: {missing}")
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
def _django_db_helper() -> None:
    """Instead of pytest-django's own: a transaction for each test would have the house built anew for each."""


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """The house is built once for all tests of this file; each request is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def house(built: House, monkeypatch: pytest.MonkeyPatch) -> House:
    for scope in settings.RATES:
        monkeypatch.setitem(settings.RATES, scope, Rate.parse("100000/second"))
    monkeypatch.setattr(settings, "DEMO", True)
    monkeypatch.setattr("accounts.sessions.SEEN_EVERY", timedelta(days=1))  # that a session was used is noted now and then
    built.wrong.clear()
    return built


def build() -> House:
    def made(name: str, role: str = User.Role.MEMBER) -> User:
        user = User.objects.create_user(name, f"{name}@example.com", "a long password", email_confirmed_at=timezone.now())
        user.take_role(role)
        user.save()
        return user

    owner = made("alice")
    people = {
        "anonymous": None,
        "stranger": made("charlie"),
        "owner": owner,
        "moderator": made("mod", User.Role.MODERATOR),
        "admin": made("head", User.Role.ADMIN),
        "suspended": made("dora"),
    }
    clients = {name: Client() for name in people}
    for name, person in people.items():
        if person is not None:
            clients[name].force_login(person)
    User.objects.filter(username="dora").update(is_active=False)
    secrets = {
        scopes: create_key(owner=owner, name=f"key {number}", scopes=scopes, expires_at=None, now=timezone.now())[1] or ""
        for number, scopes in enumerate(ALL_KEYS)
    }
    return House(clients, examples(owner), secrets)


def test_each_visitor_gets_what_the_table_says(house: House) -> None:
    wrong = [
        f"{method} {route.path} by {who}: {got}, the table says {want} (kind {route.kind})"
        for route in TABLE
        for method in route.methods
        for who, want in expected(route)
        if (got := house.ask(who, route, method)) != want
    ]
    assert not wrong + house.wrong, "\n".join(wrong + house.wrong)


def owned_changes() -> Iterator[tuple[Route, str]]:
    for route in TABLE:
        yield from ((route, method) for method in route.methods if route.kind == "owner" and method != "GET")


def test_what_the_owner_may_do_nobody_else_may(house: House) -> None:
    """The very request with which its owner changes a thing finds none for others, and changes nothing."""
    wrong = []
    for route, method in owned_changes():
        sent = SENDS.get((method, route.path), {})
        client = Client()
        client.cookies.update(house.clients["owner"].cookies)
        answer = house._answer(client, route, method, sent, "owner")
        if answer.status_code >= 400:
            wrong.append(f"{method} {route.path} by its owner: {answer.status_code} {answer.content[:200]!r}; correct SENDS")
        for who in ("anonymous", "stranger", "moderator", "admin", "suspended"):
            want = EXPECTED["owner"].get(who, OUT)
            if (got := house.ask(who, route, method, sent)) != want:
                wrong.append(f"{method} {route.path} by {who} with what its owner sends: {got}, not {want}")
    assert not wrong + house.wrong, "\n".join(wrong + house.wrong)


def test_no_address_answers_to_a_method_that_is_not_in_the_table(house: House) -> None:
    """The administration's own views take any method for GET; what its table names is asked above."""
    wrong = [
        f"{method} {path}: {got}; name the method in the table, or refuse it"
        for path, named in NAMED.items()
        if not path.startswith("/admin/")
        for method in METHODS
        if method not in named and (got := house.ask("owner", Route("", "", (), path), method)) != "405"
    ]
    assert not wrong, "\n".join(wrong)


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


def test_pages_do_not_know_keys(house: House) -> None:
    wrong = [
        f"GET {route.path}: {got}"
        for route in TABLE
        if not route.is_api and route.kind not in ("public", "anyone", "hers") and "GET" in route.methods
        if (got := house.ask_with_key(frozenset(SCOPES), route, "GET")) != OUT
    ]
    assert not wrong, "\n".join(wrong)
