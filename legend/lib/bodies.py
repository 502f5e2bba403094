"""What a client may send: how much, and nothing that no person types.

Two gates. `BoundedBodies` stands before Django and keeps it from reading (and storing) a body without end; `Bodies` stands inside and
answers, in the form of the house, for what the first one stopped.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, QueryDict

from .errors import Invalid, TooLarge
from .problem import is_api, refuse

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
STOPPED = "legend.too_large"


class BoundedBodies:
    """ASGI: a body that is too large is not read. One that does not say its length (chunked) is read as far as a form may reach."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if b"content-length" in headers:
            if int(headers[b"content-length"]) > settings.MAX_UPLOAD_BYTES:
                scope, receive = scope | {STOPPED: True}, _once(b"", _never)
        elif b"transfer-encoding" in headers:
            body = await _read(receive, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
            if body is None:
                scope, receive = scope | {STOPPED: True}, _once(b"", _never)
            else:  # Django takes a body without a length for none
                length = (b"content-length", str(len(body)).encode())
                scope, receive = scope | {"headers": [*scope["headers"], length]}, _once(body, receive)
        await self.app(scope, receive, send)


async def _read(receive: Receive, most: int) -> bytes | None:
    """The body, or None when it has more than `most` bytes; what a client that went away had sent is enough."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            return None
        more = message.get("more_body", False)
    return body


def _once(body: bytes, receive: Receive) -> Receive:
    """Hands out this body, then whatever else the client does."""
    waiting = [body]

    async def give() -> Message:
        return {"type": "http.request", "body": waiting.pop(), "more_body": False} if waiting else await receive()

    return give


async def _never() -> Message:
    """Nothing more is taken from this client; the answer ends the waiting."""
    return await asyncio.Future()


class Bodies:
    """Refuses what is too large, and NUL characters in an address: no name has one, and PostgreSQL stores none."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self._is_too_large(request):
            most = f"{settings.MAX_UPLOAD_BYTES:,} bytes ({settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} in chunks of no told length)"
            return refuse(request, TooLarge(f"What is sent may have {most}."), bare=True)
        if "\0" in request.path or _has_nul(request.GET):
            return refuse(request, Invalid("An address has no NUL characters (%00).", code="bad_request"), bare=True)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        # what programs send is read, and looked at, by the parsers of the API
        if request.method == "POST" and not is_api(request) and _has_nul(request.POST):
            return refuse(request, Invalid("A form has no NUL characters.", code="bad_request"), bare=True)
        return None

    def _is_too_large(self, request: HttpRequest) -> bool:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        stopped = getattr(request, "scope", {}).get(STOPPED, False)
        return stopped or (declared.isdecimal() and int(declared) > settings.MAX_UPLOAD_BYTES)


def _has_nul(sent: QueryDict) -> bool:
    return any("\0" in text for name, texts in sent.lists() for text in (name, *texts))
