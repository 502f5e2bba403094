"""WebSocket addresses."""

from typing import Any

from django.urls import path, re_path

from social.consumers import Live


async def nobody_here(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Any other address: the handshake is refused."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


websocket_urlpatterns: list[Any] = [
    path("ws/live", Live.as_asgi()),  # type: ignore[arg-type]
    re_path(r"", nobody_here),  # type: ignore[arg-type]
]
