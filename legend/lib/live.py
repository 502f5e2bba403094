"""Hints to open pages: "there is something new". The page fetches it by address; a lost hint costs nothing."""

import asyncio
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

_loop: asyncio.AbstractEventLoop | None = None


def adopt(loop: asyncio.AbstractEventLoop | None) -> None:
    """The server tells on which loop its sockets live (None when it ends)."""
    global _loop
    _loop = loop


def hint(group: str, payload: dict[str, Any]) -> None:
    """After commit, send `payload` to every open socket of `group`, as the message type `hint`."""
    message = {"type": "hint", "payload": payload}
    transaction.on_commit(lambda: _send(group, message), robust=True)


def bye(group: str) -> None:
    """After commit, close every open socket of `group`: who is still signed in opens another."""
    transaction.on_commit(lambda: _send(group, {"type": "bye"}), robust=True)


def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if settings.SHARED:
        async_to_sync(layer.group_send)(group, message)
    elif _loop is not None and _loop.is_running():
        # the layer in memory belongs to the server's loop; tasks run in other threads
        asyncio.run_coroutine_threadsafe(layer.group_send(group, message), _loop)
