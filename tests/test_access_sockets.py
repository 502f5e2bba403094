"""Every socket x every kind of visitor, against the table in `access_table.py`."""

import asyncio
from collections.abc import Callable

import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services.api_keys import create_key
from legend.asgi import application
from legend.lib.permissions import SCOPES
from legend.routing import websocket_urlpatterns

from .access_table import SOCKETS

KINDS = {path: kind for kind, path in (line.split(maxsplit=1) for line in SOCKETS.strip().splitlines())}
LET_IN = {"person": {"stranger", "moderator", "admin"}, "nobody": set[str]()}
pytestmark = pytest.mark.django_db(transaction=True)


def opens(path: str, headers: dict[str, str]) -> bool:
    """Whether the socket at this address lets the bearer of these headers in."""
    known = {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}
    sent = [(name.encode(), value.encode()) for name, value in (known | headers).items()]
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": sent, "subprotocols": []}

    async def play() -> bool:
        socket = ApplicationCommunicator(application, scope)
        await socket.send_input({"type": "websocket.connect"})
        accepted: bool = (await socket.receive_output(timeout=30))["type"] == "websocket.accept"
        if accepted:
            await socket.send_input({"type": "websocket.disconnect", "code": 1000})
            await socket.wait(timeout=30)
        return accepted

    return asyncio.run(play())


def test_every_socket_is_in_the_table() -> None:
    found = [str(one.pattern) or "(anything else)" for one in websocket_urlpatterns]
    assert sorted(KINDS) == sorted(found), "Add to SOCKETS in tests/access_table.py who may connect"


def test_each_visitor_gets_the_sockets_of_the_table(make_user: Callable[..., User], browser: Callable[[User], Client]) -> None:
    people = {"stranger": make_user("charlie"), "moderator": make_user("mod"), "admin": make_user("head"), "suspended": make_user("dora")}
    for role in ("moderator", "admin"):
        people[role].take_role(role)
        people[role].save()
    clients = {"anonymous": Client()} | {who: browser(person) for who, person in people.items()}
    User.objects.filter(username="dora").update(is_active=False)
    for path, kind in KINDS.items():
        address = "/ws/nowhere" if path == "(anything else)" else f"/{path}"
        for who, client in clients.items():
            cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
            assert opens(address, {"cookie": cookies}) is (who in LET_IN[kind]), (path, who)


def test_no_key_opens_a_socket(alice: User) -> None:
    _, secret = create_key(owner=alice, name="script", scopes=SCOPES, expires_at=None, now=timezone.now())

    assert not opens("/ws/live", {"authorization": f"Api-Key {secret}"})
