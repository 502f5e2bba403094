"""The socket of an open page: it says that there is something new, and the page fetches it with the usual checks."""

import asyncio
import re
import time
from typing import Any

from asgiref.sync import sync_to_async
from channels.auth import get_user
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from accounts.sessions import SessionStore
from legend.lib.buckets import take

PAUSE = 1.0  # seconds between two messages
SIGNED_OUT = 4401
TOO_MANY = 4429
TOPIC = re.compile(r"[a-z]{1,20}")


class Live(AsyncWebsocketConsumer):
    """One per open page of a signed-in person, in the group `user-ID`. It takes nothing that a page sends; opening it counts as a request.

    `{"type": "hint", "payload": {"topic": "scan"}}` swaps an empty element into `#live-scan`; whatever listens there asks for its own
    address. Hints that come within a second of the last message wait for the end of it and go together.
    """

    async def connect(self) -> None:
        self.topics: set[str] = set()
        self.sent_at = -PAUSE
        self.waiting: asyncio.Task[None] | None = None
        self.group = ""
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(code=SIGNED_OUT)
            return
        if await sync_to_async(take)(f"session:user-{user.pk}", settings.RATES["session"]):
            await self.close(code=TOO_MANY)
            return
        self.group = f"user-{user.pk}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        # asked again now that a `bye` would arrive: whoever was signed out since the handshake began is not let in
        if await self._is_still_signed_in():
            await self.accept()
        else:
            await self.close(code=SIGNED_OUT)

    async def _is_still_signed_in(self) -> bool:
        anew = {"session": SessionStore(self.scope["session"].session_key)}
        return bool((await get_user(anew)).is_authenticated)

    async def disconnect(self, code: int) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is expected."""

    async def hint(self, message: dict[str, Any]) -> None:
        topic = str(message["payload"].get("topic", ""))
        if not TOPIC.fullmatch(topic):
            return
        self.topics.add(topic)
        if self.waiting is None:
            self.waiting = asyncio.create_task(self._send_soon())

    async def bye(self, message: dict[str, Any]) -> None:
        """Signed out elsewhere, or suspended."""
        await self.close(code=SIGNED_OUT)

    async def _send_soon(self) -> None:
        await asyncio.sleep(max(0.0, self.sent_at + PAUSE - time.monotonic()))
        topics, self.topics = sorted(self.topics), set()
        self.sent_at, self.waiting = time.monotonic(), None
        await self.send("".join(f'<div hx-swap-oob="innerHTML:#live-{topic}"><i></i></div>' for topic in topics))
