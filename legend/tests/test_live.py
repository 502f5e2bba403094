"""News and hints leave after commit only."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from django.dispatch import Signal

from legend.lib import live
from legend.lib.events import publish


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread of its own, as the server's does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    live.adopt(loop)
    yield loop
    live.adopt(None)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def on(loop: asyncio.AbstractEventLoop, work: Any) -> Any:
    return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=5)


@pytest.mark.django_db(transaction=True)
def test_a_hint_of_another_thread_reaches_the_sockets_of_the_loop(loop: asyncio.AbstractEventLoop) -> None:
    layer = get_channel_layer()
    channel = on(loop, layer.new_channel())
    on(loop, layer.group_add("alice", channel))

    live.hint("alice", {"kind": "scan"})

    assert on(loop, asyncio.wait_for(layer.receive(channel), 5)) == {"type": "hint", "payload": {"kind": "scan"}}


@pytest.mark.django_db(transaction=True)
def test_without_a_server_a_hint_is_lost_and_nothing_else() -> None:
    live.hint("nobody", {"kind": "scan"})


@pytest.mark.django_db(transaction=True)
def test_news_wait_for_the_commit_and_die_with_the_rollback() -> None:
    happened, heard = Signal(), []

    def hear(ids: int, **_: Any) -> None:
        heard.append(ids)

    happened.connect(hear)
    with transaction.atomic():
        publish(happened, ids=1)
        assert heard == []
    assert heard == [1]

    with pytest.raises(RuntimeError), transaction.atomic():
        publish(happened, ids=2)
        raise RuntimeError
    assert heard == [1]


@pytest.mark.receivers_fail
@pytest.mark.django_db(transaction=True)
def test_one_deaf_receiver_does_not_keep_the_news_from_others() -> None:
    happened, heard = Signal(), []

    def stumble(**_: Any) -> None:
        raise RuntimeError

    def hear(ids: int, **_: Any) -> None:
        heard.append(ids)

    happened.connect(stumble)
    happened.connect(hear)
    publish(happened, ids=3)

    assert heard == [3]


def test_hints_are_configured_for_the_way_we_run() -> None:
    backend = settings.CHANNEL_LAYERS["default"]["BACKEND"]

    assert backend.endswith("RedisChannelLayer" if settings.SHARED else "InMemoryChannelLayer")
