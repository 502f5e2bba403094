"""/ws/live: open to whoever is signed in, quiet but for hints, and closed when everything ends."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Session, User
from accounts.services.ending import end_everything
from accounts.sessions import SessionStore
from legend.lib.rates import Rate
from social.consumers import SIGNED_OUT, TOO_MANY, Live

pytestmark = pytest.mark.django_db(transaction=True)


class Page(ApplicationCommunicator):
    """An open page's end of the socket."""

    def __init__(self, app: Any, **scope: Any) -> None:
        super().__init__(app, {"type": "websocket", "path": "/ws/live", "query_string": b"", "headers": [], "subprotocols": [], **scope})

    async def connect(self) -> tuple[bool, int | None]:
        """Whether it was let in, and else the code it was refused with."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout=5)
        return answer["type"] == "websocket.accept", answer.get("code")

    async def hear(self, timeout: float) -> str:
        return str((await self.receive_output(timeout=timeout))["text"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=2)


def session_of(user: User) -> SessionStore:
    client = Client()
    client.force_login(user)
    return SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)


def socket(user: User) -> Page:
    return Page(Live.as_asgi(), user=user, session=session_of(user))


def say(user: User, message: dict[str, Any]) -> Any:
    return get_channel_layer().group_send(f"user-{user.pk}", message)


def hint(topic: str) -> dict[str, Any]:
    return {"type": "hint", "payload": {"topic": topic}}


def test_an_open_page_is_told_at_once_and_then_at_most_once_a_second(alice: User, bob: User) -> None:
    page = socket(alice)

    async def play() -> list[str]:
        assert (await page.connect())[0]
        await say(alice, hint("notifications"))
        heard = [await page.hear(0.5)]
        for topic in ("scan", "scan", "notifications", "<i>"):
            await say(alice, hint(topic))
        await say(bob, hint("feed"))
        assert await page.receive_nothing(timeout=0.5)
        heard.append(await page.hear(1.2))
        assert await page.receive_nothing(timeout=0.2)
        await page.leave()
        return heard

    one = '<div hx-swap-oob="innerHTML:#live-{}"><i></i></div>'
    assert asyncio.run(play()) == [one.format("notifications"), one.format("notifications") + one.format("scan")]


def closed(user: object, session: SessionStore) -> bool:
    async def play() -> tuple[bool, int | None]:
        return await Page(Live.as_asgi(), user=user, session=session).connect()

    return asyncio.run(play()) == (False, SIGNED_OUT)


def test_strangers_and_suspended_people_are_refused(alice: User) -> None:
    session = session_of(alice)
    assert closed(AnonymousUser(), SessionStore())
    User.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    assert closed(alice, session)


@pytest.mark.parametrize("end", [end_everything, lambda user: Session.objects.owned_by(user).delete()])
def test_who_is_signed_out_while_the_socket_opens_is_not_let_in(alice: User, end: Callable[..., object]) -> None:
    """The handshake knew her; the message that closes her sockets was sent before this one was there to hear it."""
    session, known = session_of(alice), User.objects.get(pk=alice.pk)
    end(user=alice)
    assert closed(known, session)


def test_sockets_count_as_requests_of_the_session(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.RATES, "session", Rate.parse("1/hour"))

    pages = [socket(alice) for _ in range(2)]

    async def play() -> list[tuple[bool, int | None]]:
        answers = [await page.connect() for page in pages]
        await pages[0].leave()
        return answers

    assert asyncio.run(play()) == [(True, None), (False, TOO_MANY)]


def test_signing_out_everywhere_closes_the_socket_and_what_a_page_sends_is_ignored(alice: User) -> None:
    page = socket(alice)

    async def play() -> dict[str, Any]:
        await page.connect()
        await page.send_input({"type": "websocket.receive", "text": "x" * 1000})
        assert await page.receive_nothing(timeout=0.1)
        await say(alice, {"type": "bye"})
        return dict(await page.receive_output(timeout=10))

    assert asyncio.run(play())["code"] == SIGNED_OUT


@pytest.mark.skipif(not settings.SHARED, reason="embedded no server is waited for")
def test_a_page_that_hears_nothing_for_long_stays_open(alice: User) -> None:
    page = socket(alice)

    async def play() -> str:
        await page.connect()
        await asyncio.sleep(6)  # the layer waits for 5 s at a time
        await say(alice, hint("scan"))
        heard = await page.hear(timeout=10)
        await page.leave()
        return heard

    assert "live-scan" in asyncio.run(play())


@pytest.mark.parametrize(("origin", "opens"), [(b"http://127.0.0.1:8000", True), (b"http://evil.example", False)])
def test_the_session_and_the_origin_are_checked(browser: Callable[[User], Any], alice: User, origin: bytes, opens: bool) -> None:
    key = browser(alice).cookies[settings.SESSION_COOKIE_NAME].value
    headers = [(b"origin", origin), (b"host", b"127.0.0.1:8000"), (b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode())]

    async def play() -> bool:
        page = Page(import_string(settings.ASGI_APPLICATION), headers=headers)
        accepted, _ = await page.connect()
        if accepted:
            await page.leave()
        return accepted

    assert asyncio.run(play()) is opens
