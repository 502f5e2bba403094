"""WebSocket addresses."""

from typing import Any

from django.urls import re_path


async def nobody_here(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Any other address: the handshake is refused."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


websocket_urlpatterns: list[Any] = [re_path(r"", nobody_here)]  # type: ignore[arg-type]
