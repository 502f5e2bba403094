"""The web server's entry: pages and API, sockets, and the server's own start and end."""

import asyncio
import os
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legend.settings")
pages = get_asgi_application()

from legend.checks import refuse_to_start  # noqa: E402
from legend.lib import live  # noqa: E402
from legend.lib.bodies import BoundedBodies  # noqa: E402
from legend.routing import websocket_urlpatterns  # noqa: E402


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Tell `live` on which loop the sockets of this process live."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                refuse_to_start()
            except ImproperlyConfigured as fault:
                await send({"type": "lifespan.startup.failed", "message": str(fault)})
                return
            live.adopt(asyncio.get_running_loop())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            live.adopt(None)
            await send({"type": "lifespan.shutdown.complete"})
            return


application = ProtocolTypeRouter(
    {
        "http": BoundedBodies(pages),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        "lifespan": lifespan,
    }
)
