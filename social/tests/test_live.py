"""/ws/live: open to whoever is signed in, quiet but for hints, and closed when everything ends."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.module_loading import import_string

from accounts.models import User
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


def socket(user: object) -> Page:
    return Page(Live.as_asgi(), user=user)


def say(user: User, message: dict[str, Any]) -> Any:
    return get_channel_layer().group_send(f"user-{user.pk}", message)


def hint(topic: str) -> dict[str, Any]:
    return {"type": "hint", "payload": {"topic": topic}}


def test_an_open_page_is_told_at_once_and_then_at_most_once_a_second(alice: User, bob: User) -> None:
    async def play() -> list[str]:
        page = socket(alice)
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


@pytest.mark.parametrize("suspended", [True, False])
def test_strangers_and_suspended_people_are_refused(make_user: Callable[..., User], suspended: bool) -> None:
    user = make_user("dora", is_active=False) if suspended else AnonymousUser()

    async def play() -> tuple[bool, int | None]:
        return await socket(user).connect()

    assert asyncio.run(play()) == (False, SIGNED_OUT)


def test_sockets_count_as_requests_of_the_session(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.RATES, "session", Rate.parse("1/hour"))

    async def play() -> list[tuple[bool, int | None]]:
        pages = [socket(alice) for _ in range(2)]
        answers = [await page.connect() for page in pages]
        await pages[0].leave()
        return answers

    assert asyncio.run(play()) == [(True, None), (False, TOO_MANY)]


def test_signing_out_everywhere_closes_the_socket_and_what_a_page_sends_is_ignored(alice: User) -> None:
    async def play() -> dict[str, Any]:
        page = socket(alice)
        await page.connect()
        await page.send_input({"type": "websocket.receive", "text": "x" * 1000})
        assert await page.receive_nothing(timeout=0.1)
        await say(alice, {"type": "bye"})
        return dict(await page.receive_output(timeout=1))

    assert asyncio.run(play())["code"] == SIGNED_OUT


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
